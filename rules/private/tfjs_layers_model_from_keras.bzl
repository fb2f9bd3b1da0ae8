"""The rule behind `tfjs_layers_model` for Keras files and layers models, which needs no TensorFlow."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":keras_source.bzl", "keras_source")
load(":tfjs_layers_model_options.bzl", "LAYERS_MODEL_ATTRS", "convert_to_layers_model")

_DOC = """Converts a Keras file into a layers model, or shards and quantizes a layers model anew, without TensorFlow.

Targets are made with `tfjs_layers_model`, which picks this rule unless the model is a SavedModel.
"""

_ATTRS = {
    "keep_optimizer": attr.bool(
        doc = "Whether the optimizer's state is kept, so that training goes on where it was: that of a compiled and trained Keras model, or of a layers model that TensorFlow.js saved with `includeOptimizer`. By default it is left out; a model that has none is an error.",
    ),
    "model": attr.label(
        allow_files = True,
        doc = "The model: a Keras 2 or 3 file (`.h5`, `.hdf5`, `.keras`, or any name), or a layers model, from a converter or saved by TensorFlow.js: a target, a directory, or its files.",
        mandatory = True,
    ),
    "_convert": attr.label(default = "//tools/convert:layers_model.py", allow_single_file = True),
} | LAYERS_MODEL_ATTRS

def _tfjs_layers_model_from_keras_impl(ctx):
    source = keras_source(
        ctx,
        accepted = "a Keras file or a layers model",
        otherwise = "; write from_saved_model = True for a SavedModel that Keras 2 saved, or convert the model with tfjs_graph_model.",
    )
    return convert_to_layers_model(
        ctx,
        files = source.files,
        flags = ["--keep_optimizer"] if ctx.attr.keep_optimizer else [],
        inputs = [source.root],
        main = ctx.file._convert,
        runtime = "light",
    )

tfjs_layers_model_from_keras = rule(
    implementation = _tfjs_layers_model_from_keras_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("light"), NODE_TOOLCHAIN],
)

tfjs_layers_model_lib = struct(
    attrs = _ATTRS,
    implementation = _tfjs_layers_model_from_keras_impl,
    toolchains = [python_toolchain("light"), NODE_TOOLCHAIN],
)
