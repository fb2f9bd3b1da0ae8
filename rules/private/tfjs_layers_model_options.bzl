"""What both rules behind `tfjs_layers_model` share: the options, and the action."""

load(":actions.bzl", "node_attrs", "python_attrs", "run_python")
load(":metadata_attrs.bzl", "METADATA_ATTRS", "add_metadata_flags")
load(":model_outputs.bzl", "VALIDATION_ATTRS", "begin_conversion", "declare_model", "model_providers")
load(":tfjs_tables.bzl", "TABLES_ATTRS", "add_tables_flags")
load(":weights_attrs.bzl", "WEIGHTS_ATTRS", "add_weights_flags")

LAYERS_MODEL_ATTRS = {
    "split_weights_by_layer": attr.bool(
        doc = "Whether each layer's weights become a group of files of their own.",
    ),
} | METADATA_ATTRS | TABLES_ATTRS | VALIDATION_ATTRS | WEIGHTS_ATTRS | python_attrs() | node_attrs()

def convert_to_layers_model(ctx, *, files, inputs, main, runtime, flags = []):
    """Declares the conversion of a model into a layers model.

    Args:
      ctx: the context of a rule with `LAYERS_MODEL_ATTRS`.
      files: depset of the model's files.
      inputs: the files that the flags name: one file or directory, or the files of a SavedModel.
      main: the main program (File).
      runtime: "light" or "core".
      flags: further flags of the main program.

    Returns:
      The target's providers.
    """
    model = declare_model(ctx)
    args = begin_conversion(ctx, model)
    args.add_all(inputs, expand_directories = False, format_each = "--input=%s")
    add_tables_flags(ctx, args)
    if ctx.attr.split_weights_by_layer:
        args.add("--split_weights_by_layer")
    args.add_all(flags)
    add_weights_flags(ctx, args)
    add_metadata_flags(ctx, args)
    run_python(
        ctx,
        args = args,
        inputs = depset(ctx.files.metadata + ctx.files._tables, transitive = [files]),
        main = main,
        mnemonic = "TfjsLayersModel",
        outputs = [model.directory, model.info],
        progress_message = "Converting %{label} to a TensorFlow.js layers model",
        runtime = runtime,
    )
    return model_providers(ctx, model, "layers-model")
