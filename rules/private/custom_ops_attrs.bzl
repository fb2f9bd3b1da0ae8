"""The attribute on a graph model's own operations, and the flags that it becomes."""

CUSTOM_OPS_ATTRS = {
    "custom_ops": attr.label_keyed_string_dict(
        allow_files = [".js", ".mjs"],
        doc = "JavaScript modules that implement operations which TensorFlow.js lacks, each with the operation's name (`tfjs_graph_model` takes the map the other way round).",
    ),
}

def add_custom_ops_flags(ctx, args):
    """Adds the flags for `CUSTOM_OPS_ATTRS`.

    Args:
      ctx: the context of a rule with those attributes.
      args: the `Args` that they are added to.
    """
    for target, name in ctx.attr.custom_ops.items():
        # One file a label, so the list is short.
        files = target.files.to_list()
        if len(files) != 1:
            fail("{}: each label in custom_ops is one JavaScript module, got {} with {} files; name the modules one by one.".format(ctx.label, target.label, len(files)))
        if not name.replace("_", "").isalnum():
            fail("{}: a key in custom_ops is an operation's name, as MatrixInverse, got \"{}\" for {}.".format(ctx.label, name, target.label))
        args.add(files[0], format = "--custom_op=" + name + ":%s")
