"""What both rules behind `tfjs_graph_model` share: the options on graphs, and the action."""

load(":actions.bzl", "node_attrs", "python_attrs", "run_python")
load(":custom_ops_attrs.bzl", "CUSTOM_OPS_ATTRS", "add_custom_ops_flags")
load(":metadata_attrs.bzl", "METADATA_ATTRS", "add_metadata_flags")
load(":model_outputs.bzl", "VALIDATION_ATTRS", "begin_conversion", "declare_model", "model_providers")
load(":tfjs_tables.bzl", "TABLES_ATTRS", "add_tables_flags")
load(":weights_attrs.bzl", "WEIGHTS_ATTRS", "add_weights_flags")

GRAPH_MODEL_ATTRS = {
    "control_flow_v2": attr.string(
        default = "auto",
        doc = "How loops and conditionals are written: `true` as functions (`While`, `If`), `false` as `Switch` and `Merge` nodes, `auto` as TensorFlow.js can run them.",
        values = ["auto", "false", "true"],
    ),
    "input_shapes": attr.string_list_dict(
        doc = "Inputs whose free axes are fixed: a map of input names to all sizes, as in `{\"x\": [1, 224, 224, 3]}`; -1 leaves an axis free.",
    ),
    "outputs": attr.string_list(
        doc = "The outputs to keep, by name, in the order wanted; or nodes, to cut the graph there. By default all outputs of the signature.",
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
} | CUSTOM_OPS_ATTRS | METADATA_ATTRS | TABLES_ATTRS | VALIDATION_ATTRS | WEIGHTS_ATTRS | python_attrs() | node_attrs()

def convert_to_graph_model(ctx, *, files, inputs, main, runtime, source_flags, env = {}):
    """Declares the conversion of a model into one graph model.

    Args:
      ctx: the context of a rule with `GRAPH_MODEL_ATTRS`.
      files: depset of the model's files.
      inputs: the files that the flags name: one file or directory, or the files of a SavedModel.
      main: the main program (File).
      runtime: "core" or "full".
      source_flags: flags on how the source is read.
      env: environment variables that this conversion needs beside the usual ones.

    Returns:
      The target's providers.
    """
    model = declare_model(ctx)
    run_graph_conversion(
        ctx,
        env = env,
        files = files,
        inputs = inputs,
        main = main,
        models = [model],
        runtime = runtime,
        source_flags = source_flags,
    )
    return model_providers(ctx, model, "graph-model")

def run_graph_conversion(ctx, *, files, inputs, main, models, runtime, source_flags, env = {}):
    """Declares the action that converts a model into graph models.

    Args:
      ctx: the context of a rule with `GRAPH_MODEL_ATTRS`.
      files: depset of the model's files.
      inputs: the files that the flags name: one file or directory, or the files of a SavedModel.
      main: the main program (File).
      models: structs from `declare_model`.
      runtime: "core" or "full".
      source_flags: flags on how the source is read.
      env: environment variables that this conversion needs beside the usual ones.
    """
    args = begin_conversion(ctx, *models)
    args.add_all(inputs, expand_directories = False, format_each = "--input=%s")
    add_tables_flags(ctx, args)
    args.add_all(source_flags)
    args.add(ctx.attr.control_flow_v2, format = "--control_flow_v2=%s")
    args.add(str(ctx.attr.strip_debug_ops).lower(), format = "--strip_debug_ops=%s")
    if ctx.attr.skip_op_check:
        args.add("--skip_op_check")
    if ctx.attr.use_structured_outputs_names:
        args.add("--use_structured_outputs_names")
    for name, sizes in ctx.attr.input_shapes.items():
        args.add("--input_shape={}:{}".format(name, ",".join([_size(ctx, name, size) for size in sizes])))
    args.add_all(ctx.attr.outputs, format_each = "--output=%s")
    add_weights_flags(ctx, args)
    add_metadata_flags(ctx, args)
    add_custom_ops_flags(ctx, args)
    run_python(
        ctx,
        args = args,
        env = env,
        inputs = depset(ctx.files.custom_ops + ctx.files.metadata + ctx.files._tables, transitive = [files]),
        main = main,
        mnemonic = "TfjsGraphModel",
        outputs = [output for model in models for output in (model.directory, model.info)],
        progress_message = "Converting %{label} to a TensorFlow.js graph model",
        runtime = runtime,
    )

def _size(ctx, name, size):
    if size != "-1" and not size.isdigit():
        fail("{}: a size in input_shapes is a whole number, or -1 for a free axis, got: {} for {}".format(ctx.label, size, name))
    return size
