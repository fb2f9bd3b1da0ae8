"""The attribute on metadata that every converting rule has, and the flags that it becomes."""

METADATA_ATTRS = {
    "metadata": attr.label_keyed_string_dict(
        allow_files = [".json"],
        doc = "JSON files to carry in the model's `userDefinedMetadata`, each with its key.",
    ),
}

def add_metadata_flags(ctx, args):
    """Adds the flags for `METADATA_ATTRS`.

    Args:
      ctx: the context of a rule with those attributes.
      args: the `Args` that they are added to.
    """
    labels = {}
    for target, key in ctx.attr.metadata.items():
        # One file a label, so the list is short.
        files = target.files.to_list()
        if len(files) != 1:
            fail("{}: each label in metadata is one JSON file, got {} with {} files; name the files one by one.".format(ctx.label, target.label, len(files)))
        if not key or ":" in key:
            fail("{}: a key in metadata is a name without a colon, got \"{}\" for {}.".format(ctx.label, key, target.label))
        if key in labels:
            fail("{}: a key in metadata belongs to one file, got \"{}\" for {} and {}.".format(ctx.label, key, labels[key], target.label))
        labels[key] = target.label
        args.add(files[0], format = "--metadata=" + key.replace("%", "%%") + ":%s")
