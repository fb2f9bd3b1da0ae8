"""The `tfjs_layers_model` rule."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "node_attrs", "python_attrs", "python_toolchain", "run_python")
load(":metadata_attrs.bzl", "METADATA_ATTRS", "add_metadata_flags")
load(":model_outputs.bzl", "VALIDATION_ATTRS", "begin_conversion", "declare_model", "model_providers")
load(":tfjs_tables.bzl", "TABLES_ATTRS", "add_tables_flags")
load(":weights_attrs.bzl", "WEIGHTS_ATTRS", "add_weights_flags")

_DOC = """Converts a Keras file into a TensorFlow.js layers model, for `tf.loadLayersModel`.

```starlark
tfjs_layers_model(
    name = "emotion_web",
    model = "emotion.h5",
)
```

What the file holds is told from its content, not its name. The output is a directory with `model.json` and its weight files;
`--output_groups=+info` adds `NAME.info.json`. Building the target also loads the model in TensorFlow.js.
"""

_ATTRS = {
    "model": attr.label(
        allow_single_file = True,
        doc = "The model: a Keras file (`.h5`, `.hdf5`, `.keras`).",
        mandatory = True,
    ),
    "split_weights_by_layer": attr.bool(
        doc = "Whether each layer's weights become a group of files of their own.",
    ),
    "_convert": attr.label(default = "//tools/convert:layers_model.py", allow_single_file = True),
} | METADATA_ATTRS | TABLES_ATTRS | VALIDATION_ATTRS | WEIGHTS_ATTRS | python_attrs() | node_attrs()

def _tfjs_layers_model_impl(ctx):
    if ctx.file.model.is_directory:
        fail("{}: model is a single Keras file, got the directory {}; name a .h5 or .keras file, or convert a SavedModel with tfjs_graph_model.".format(ctx.label, ctx.attr.model.label))
    model = declare_model(ctx)
    args = begin_conversion(ctx, model)
    args.add(ctx.file.model, format = "--input=%s")
    add_tables_flags(ctx, args)
    if ctx.attr.split_weights_by_layer:
        args.add("--split_weights_by_layer")
    add_weights_flags(ctx, args)
    add_metadata_flags(ctx, args)
    run_python(
        ctx,
        args = args,
        inputs = depset([ctx.file.model] + ctx.files.metadata + ctx.files._tables),
        main = ctx.file._convert,
        mnemonic = "TfjsLayersModel",
        outputs = [model.directory, model.info],
        progress_message = "Converting %{label} to a TensorFlow.js layers model",
        runtime = "light",
    )
    return model_providers(ctx, model, "layers-model")

tfjs_layers_model = rule(
    implementation = _tfjs_layers_model_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("light"), NODE_TOOLCHAIN],
)

tfjs_layers_model_lib = struct(
    attrs = _ATTRS,
    implementation = _tfjs_layers_model_impl,
    toolchains = [python_toolchain("light"), NODE_TOOLCHAIN],
)
