"""The rule behind `tfjs_graph_model` for Keras files and layers models."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":tfjs_graph_model_options.bzl", "GRAPH_MODEL_ATTRS", "convert_to_graph_model")

_DOC = """Converts a Keras file or a layers model into a graph model, with the Keras of its generation.

Targets are made with `tfjs_graph_model`, which picks this rule for Keras's models. Nothing in the file is executed: a `Lambda` or a
layer of your own is refused by name. Inputs and outputs have the model's own names, in the model's own order.
"""

_ATTRS = {
    "model": attr.label(
        allow_files = True,
        doc = "The model: a Keras 2 or 3 file (`.h5`, `.hdf5`, `.keras`, or any name), or a layers model: a target, a directory, or its files.",
        mandatory = True,
    ),
    "_convert": attr.label(default = "//tools/convert:graph_model_keras.py", allow_single_file = True),
} | GRAPH_MODEL_ATTRS

# The user's keras.json could change numbers; below this there is none, and none can be made.
_ENV = {"KERAS_HOME": "/dev/null"}

def _tfjs_graph_model_from_keras_impl(ctx):
    files, source = _source(ctx)
    return convert_to_graph_model(
        ctx,
        env = _ENV,
        files = files,
        inputs = [source],
        main = ctx.file._convert,
        runtime = "full",
        source_flags = [],
    )

def _source(ctx):
    """Returns the model's files, and the file or directory among them that is converted."""
    model = ctx.attr.model
    if TfjsModelInfo in model:
        info = model[TfjsModelInfo]
        if info.format != "layers-model":
            fail("{}: with from_keras the model is a Keras file or a layers model, got {} (a {} already).".format(ctx.label, model.label, info.format))
        return depset([info.directory]), info.directory
    if ModelSourceInfo in model and model[ModelSourceInfo].kind != "keras_file":
        fail("{}: with from_keras the model is a Keras file or a layers model, got {} (a {}); leave from_keras out.".format(ctx.label, model.label, model[ModelSourceInfo].kind))
    files = ctx.files.model
    if len(files) > 1:
        files = [file for file in files if file.basename == "model.json"]
    if len(files) != 1:
        fail("{}: model is one Keras file, one directory, or the files of one layers model with its model.json, got {} with the files {}.".format(
            ctx.label,
            model.label,
            [file.short_path for file in ctx.files.model][:5],
        ))
    return depset(ctx.files.model), files[0]

tfjs_graph_model_from_keras = rule(
    implementation = _tfjs_graph_model_from_keras_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("full"), NODE_TOOLCHAIN],
)
