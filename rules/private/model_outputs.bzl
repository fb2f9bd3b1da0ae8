"""What every converting rule declares and returns: the model's folder, its info file, and its validation."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "multiline_args", "run_node")
load(":labels.bzl", "label_text")

VALIDATION_ATTRS = {
    "validate": attr.bool(
        default = True,
        doc = "Whether building the target also loads the model in TensorFlow.js and runs it once. `--norun_validations` switches it off for a whole build.",
    ),
    "_validate": attr.label(default = "//tools/node:validate.mjs", allow_single_file = True),
}

def declare_model(ctx, name = None):
    """Declares the outputs of a conversion.

    Args:
      ctx: the rule's context.
      name: the model's name; by default the target's.

    Returns:
      A struct with `directory`, a tree artifact of that name, `info`, a file, and `name`.
    """
    name = name or ctx.label.name
    return struct(
        directory = ctx.actions.declare_directory(name),
        info = ctx.actions.declare_file(name + ".info.json"),
        name = name,
    )

def begin_conversion(ctx, *models):
    """Begins the flags of a conversion: its outputs, and the label for messages.

    Args:
      ctx: the rule's context.
      *models: structs from `declare_model`.

    Returns:
      The `Args`.
    """
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([model.directory for model in models], expand_directories = False, format_each = "--output_dir=%s")
    args.add_all([model.info for model in models], format_each = "--info=%s")
    return args

def model_providers(ctx, model, format):
    """Returns the providers of a converted model, with its validation.

    Args:
      ctx: the rule's context.
      model: the struct from `declare_model`.
      format: "graph-model" or "layers-model".

    Returns:
      A list of providers.
    """
    groups = {"info": depset([model.info])}
    if ctx.attr.validate:
        groups["_validation"] = depset([validate_model(ctx, model)])
    return [
        DefaultInfo(
            files = depset([model.directory]),
            runfiles = ctx.runfiles([model.directory]),
        ),
        OutputGroupInfo(**groups),
        TfjsModelInfo(directory = model.directory, format = format, info = model.info),
    ]

def validate_model(ctx, model):
    """Declares the action that loads a converted model in TensorFlow.js.

    Args:
      ctx: the context of a rule with `VALIDATION_ATTRS`.
      model: the struct from `declare_model`.

    Returns:
      Its report, for the output group `_validation`.
    """
    report = ctx.actions.declare_file(model.name + ".validation.json")
    args = ctx.actions.args()
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([model.directory], expand_directories = False, format_each = "--model=%s")
    args.add(model.info, format = "--info=%s")
    args.add(report, format = "--report=%s")
    run_node(
        ctx,
        args = args,
        inputs = [model.directory, model.info],
        main = ctx.file._validate,
        mnemonic = "TfjsValidate",
        outputs = [report],
        progress_message = "Loading %{label} in TensorFlow.js",
    )
    return report
