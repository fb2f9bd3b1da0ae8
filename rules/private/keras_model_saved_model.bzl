"""The rule behind `keras_model` for SavedModels, which Keras itself writes."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":actions.bzl", "python_toolchain")
load(":keras_model_options.bzl", "KERAS_MODEL_ATTRS", "write_keras_model")

def _keras_model_saved_model_impl(ctx):
    return write_keras_model(
        ctx,
        # As for graph models from Keras: no keras.json of the user's.
        env = {"KERAS_HOME": "/dev/null"},
        kind = "saved_model",
        main = ctx.file._convert,
        output = ctx.actions.declare_directory(ctx.label.name),
        runtime = "full",
    )

keras_model_saved_model = rule(
    implementation = _keras_model_saved_model_impl,
    doc = """Writes a layers model as a SavedModel, the directory `NAME`.

Targets are made with `keras_model` and `format = "saved_model"`. With `keras = "2"` it is a whole model, which `tf_keras` loads with its
layers; with `keras = "3"` it is what Keras 3 calls an export: the prediction alone, for serving. `fingerprint.pb` is left out, since it
changes every time that the same model is saved.
""",
    attrs = {
        "_convert": attr.label(default = "//tools/convert:keras_model_saved_model.py", allow_single_file = True),
    } | KERAS_MODEL_ATTRS,
    provides = [ModelSourceInfo],
    toolchains = [python_toolchain("full")],
)
