"""What both rules behind `keras_model` share: the source, which Keras, and the action."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":actions.bzl", "multiline_args", "python_attrs", "run_python")
load(":keras_source.bzl", "keras_source")
load(":labels.bzl", "label_text")

KERAS_MODEL_ATTRS = {
    "keras": attr.string(
        default = "3",
        doc = "Which Keras is to load the model: `3`, or `2` (the package `tf_keras`).",
        values = ["2", "3"],
    ),
    "model": attr.label(
        allow_files = True,
        doc = "The layers model, from a converter or saved by TensorFlow.js: a target, a directory, or its files.",
        mandatory = True,
    ),
} | python_attrs()

def write_keras_model(ctx, *, output, kind, main, runtime, env = {}):
    """Declares the action that writes a layers model for Keras.

    Args:
      ctx: the context of a rule with `KERAS_MODEL_ATTRS`.
      output: the declared file or directory.
      kind: what the output is, as `ModelSourceInfo` has it.
      main: the main program (File).
      runtime: "light" or "full".
      env: environment variables that the action needs beside the usual ones.

    Returns:
      The target's providers.
    """
    source = keras_source(
        ctx,
        accepted = "a layers model",
        files_too = False,
        otherwise = ", which is Keras's own already or was never made of layers.",
    )
    info = ctx.actions.declare_file(ctx.label.name + ".info.json")
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([source.root], expand_directories = False, format_each = "--input=%s")
    args.add_all([output], expand_directories = False, format_each = "--output=%s")
    args.add(info, format = "--info=%s")
    args.add(ctx.attr.keras, format = "--keras=%s")
    run_python(
        ctx,
        args = args,
        env = env,
        inputs = source.files,
        main = main,
        mnemonic = "TfjsKerasModel",
        outputs = [output, info],
        progress_message = "Writing %{label} for Keras",
        runtime = runtime,
    )
    return [
        DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output])),
        ModelSourceInfo(kind = kind, files = depset([output]), roots = [output]),
        OutputGroupInfo(info = depset([info])),
    ]
