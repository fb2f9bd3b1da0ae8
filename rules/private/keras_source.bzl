"""What the rules for Keras's models take as `model`: a Keras file, or a layers model in one of its forms."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")

def keras_source(ctx, *, accepted, files_too = True, otherwise = ""):
    """Returns what the attribute `model` names.

    Args:
      ctx: the context of a rule with a label attribute `model` that allows files.
      accepted: what the rule takes, for messages, as "a Keras file or a layers model".
      files_too: whether a Keras file is among that.
      otherwise: what to write instead for a model of another kind, for messages.

    Returns:
      A struct with `files`, a depset of the model's files, and `root`, the one file or directory among them that is converted.
    """
    model = ctx.attr.model
    if TfjsModelInfo in model:
        info = model[TfjsModelInfo]
        if info.format != "layers-model":
            fail("{}: a model of this rule is {}, got {} (a {}){}".format(ctx.label, accepted, model.label, info.format, otherwise or "."))
        return struct(files = depset([info.directory]), root = info.directory)
    if ModelSourceInfo in model and (model[ModelSourceInfo].kind != "keras_file" or not files_too):
        fail("{}: a model of this rule is {}, got {} (a {}){}".format(ctx.label, accepted, model.label, model[ModelSourceInfo].kind, otherwise or "."))
    files = ctx.files.model
    if len(files) > 1:
        files = [file for file in files if file.basename == "model.json"]
    if len(files) != 1:
        fail("{}: a model of this rule is {}: one file, one directory, or the files of one layers model with its model.json, got {} with the files {}.".format(
            ctx.label,
            accepted,
            model.label,
            [file.short_path for file in ctx.files.model][:5],
        ))
    return struct(files = depset(ctx.files.model), root = files[0])
