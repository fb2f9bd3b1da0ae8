"""The rule behind `keras_model` for files, which needs no TensorFlow."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":actions.bzl", "python_toolchain")
load(":keras_model_options.bzl", "KERAS_MODEL_ATTRS", "write_keras_model")

def _keras_model_file_impl(ctx):
    return write_keras_model(
        ctx,
        kind = "keras_file",
        main = ctx.file._convert,
        output = ctx.actions.declare_file("{}.{}".format(ctx.label.name, ctx.attr.format)),
        runtime = "light",
    )

keras_model_file = rule(
    implementation = _keras_model_file_impl,
    doc = """Writes a layers model as a Keras file, `NAME.keras` or `NAME.h5`, without TensorFlow.

Targets are made with `keras_model`. The same model gives the same bytes; converted again, its weights are those it came from.
""",
    attrs = {
        "format": attr.string(
            default = "keras",
            doc = "The kind of file.",
            values = ["h5", "keras"],
        ),
        "_convert": attr.label(default = "//tools/convert:keras_model.py", allow_single_file = True),
    } | KERAS_MODEL_ATTRS,
    provides = [ModelSourceInfo],
    toolchains = [python_toolchain("light")],
)
