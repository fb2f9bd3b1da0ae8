"""The rule behind `tfjs_graph_model` for Keras files and layers models."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":keras_source.bzl", "keras_source")
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
    source = keras_source(
        ctx,
        accepted = "a Keras file or a layers model, with from_keras",
        otherwise = "; leave from_keras out for a SavedModel or a frozen graph.",
    )
    return convert_to_graph_model(
        ctx,
        env = _ENV,
        files = source.files,
        inputs = [source.root],
        main = ctx.file._convert,
        runtime = "full",
        source_flags = [],
    )

tfjs_graph_model_from_keras = rule(
    implementation = _tfjs_graph_model_from_keras_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("full"), NODE_TOOLCHAIN],
)
