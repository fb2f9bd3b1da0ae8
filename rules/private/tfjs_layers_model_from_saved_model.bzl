"""The rule behind `tfjs_layers_model` for SavedModels that Keras 2 saved."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":tfjs_layers_model_options.bzl", "LAYERS_MODEL_ATTRS", "convert_to_layers_model")

_DOC = """Converts a SavedModel that Keras 2 saved into a layers model; its layers are read, and none of its functions is run.

Targets are made with `tfjs_layers_model` and `from_saved_model = True`. A SavedModel without Keras's layers in it (Keras 3's `export`,
`tf.saved_model.save`) is refused: `tfjs_graph_model` converts it.
"""

_ATTRS = {
    "model": attr.label(
        doc = "The model, a `tf_saved_model`.",
        mandatory = True,
        providers = [ModelSourceInfo],
    ),
    "_convert": attr.label(default = "//tools/convert:layers_model_saved_model.py", allow_single_file = True),
} | LAYERS_MODEL_ATTRS

def _tfjs_layers_model_from_saved_model_impl(ctx):
    source = ctx.attr.model[ModelSourceInfo]
    if source.kind != "saved_model":
        fail("{}: with from_saved_model the model is a tf_saved_model, got {} (a {}); leave from_saved_model out.".format(ctx.label, ctx.attr.model.label, source.kind))
    return convert_to_layers_model(
        ctx,
        files = source.files,
        inputs = source.roots,
        main = ctx.file._convert,
        runtime = "core",
    )

tfjs_layers_model_from_saved_model = rule(
    implementation = _tfjs_layers_model_from_saved_model_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("core"), NODE_TOOLCHAIN],
)
