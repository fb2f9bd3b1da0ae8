"""The `tfjs_graph_model` rule."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "node_attrs", "python_attrs", "python_toolchain", "run_python")
load(":metadata_attrs.bzl", "METADATA_ATTRS", "add_metadata_flags")
load(":model_outputs.bzl", "VALIDATION_ATTRS", "begin_conversion", "declare_model", "model_providers")
load(":tfjs_tables.bzl", "TABLES_ATTRS", "add_tables_flags")
load(":weights_attrs.bzl", "WEIGHTS_ATTRS", "add_weights_flags")

_DOC = """Converts a model into a TensorFlow.js graph model, for `tf.loadGraphModel`.

```starlark
tfjs_graph_model(
    name = "classifier_web",
    model = ":classifier",
)
```

The output is a directory with `model.json` and its weight files; `--output_groups=+info` adds `NAME.info.json`, which tells inputs,
outputs, operations, sizes and hashes. Building the target also loads the model in TensorFlow.js.
"""

_ATTRS = {
    "control_flow_v2": attr.string(
        default = "auto",
        doc = "How loops and conditionals are written: `true` as functions (`While`, `If`), `false` as `Switch` and `Merge` nodes, `auto` as TensorFlow.js can run them.",
        values = ["auto", "false", "true"],
    ),
    "model": attr.label(
        doc = "The model, a `tf_saved_model`.",
        mandatory = True,
        providers = [ModelSourceInfo],
    ),
    "saved_model_tags": attr.string(
        default = "serve",
        doc = "The tags of the MetaGraph to convert, separated by commas; empty for the one without tags.",
    ),
    "signature_name": attr.string(
        doc = "The signature to convert. By default the only one, or `serving_default`.",
    ),
    "skip_op_check": attr.bool(
        doc = "Whether operations that TensorFlow.js does not know are let through.",
    ),
    "strip_debug_ops": attr.bool(
        default = True,
        doc = "Whether assertions, prints and numeric checks are removed, with the conditionals that only served them.",
    ),
    "use_structured_outputs_names": attr.bool(
        doc = "Whether the names of the function's structured outputs are recorded for the loader.",
    ),
    "_convert": attr.label(default = "//tools/convert:graph_model.py", allow_single_file = True),
} | METADATA_ATTRS | TABLES_ATTRS | VALIDATION_ATTRS | WEIGHTS_ATTRS | python_attrs() | node_attrs()

def _tfjs_graph_model_impl(ctx):
    source = ctx.attr.model[ModelSourceInfo]
    if source.kind != "saved_model":
        fail("{}: model is a tf_saved_model, got {} (a {}); export it as a SavedModel, or use tfjs_layers_model.".format(ctx.label, ctx.attr.model.label, source.kind))
    model = declare_model(ctx)
    args = begin_conversion(ctx, model)
    args.add_all(source.roots, expand_directories = False, format_each = "--input=%s")
    add_tables_flags(ctx, args)
    args.add(ctx.attr.saved_model_tags, format = "--saved_model_tags=%s")
    args.add(ctx.attr.control_flow_v2, format = "--control_flow_v2=%s")
    args.add(str(ctx.attr.strip_debug_ops).lower(), format = "--strip_debug_ops=%s")
    if ctx.attr.signature_name:
        args.add(ctx.attr.signature_name, format = "--signature_name=%s")
    if ctx.attr.skip_op_check:
        args.add("--skip_op_check")
    if ctx.attr.use_structured_outputs_names:
        args.add("--use_structured_outputs_names")
    add_weights_flags(ctx, args)
    add_metadata_flags(ctx, args)
    run_python(
        ctx,
        args = args,
        inputs = depset(ctx.files.metadata + ctx.files._tables, transitive = [source.files]),
        main = ctx.file._convert,
        mnemonic = "TfjsGraphModel",
        outputs = [model.directory, model.info],
        progress_message = "Converting %{label} to a TensorFlow.js graph model",
        runtime = "core",
    )
    return model_providers(ctx, model, "graph-model")

tfjs_graph_model = rule(
    implementation = _tfjs_graph_model_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("core"), NODE_TOOLCHAIN],
)

tfjs_graph_model_lib = struct(
    attrs = _ATTRS,
    implementation = _tfjs_graph_model_impl,
    toolchains = [python_toolchain("core"), NODE_TOOLCHAIN],
)
