"""The `tf_model_export` macro, which picks the rule: a program with its own Python needs no TensorFlow fetched."""

load("//rules:providers.bzl", "ModelSourceInfo")
load(":actions.bzl", "multiline_args", "python_attrs", "python_toolchain", "run_python")
load(":labels.bzl", "label_text")
load(":model_tools.bzl", "model_tools")

_KERAS_FORMATS = ["keras", "h5"]

_ATTRS = {
    "data": attr.label_list(
        allow_files = True,
        doc = "Files that the program reads, or imports from its own folder.",
    ),
    "format": attr.string(
        default = "saved_model",
        doc = "What the program writes: `saved_model`, a folder, or the file `NAME.keras` or `NAME.h5`.",
        values = ["saved_model"] + _KERAS_FORMATS,
    ),
    "program_args": attr.string_list(
        default = ["{output}"],
        doc = "The program's arguments; `{output}` stands for the path to write, and one of them has to hold it. " +
              "`$(location LABEL)` stands for the path of a file of `data`.",
    ),
    "_export": attr.label(default = "//tools/export:export_model.py", allow_single_file = True),
} | python_attrs()

_SCRIPT_ATTRS = {
    "script": attr.label(
        allow_single_file = [".py"],
        doc = "The Python file to run, with TensorFlow and Keras of the converter's full runtime.",
        mandatory = True,
    ),
}

_BINARY_ATTRS = {
    "binary": attr.label(
        allow_files = True,
        cfg = "exec",
        doc = "The executable to run, as a `py_binary` with its own TensorFlow.",
        executable = True,
        mandatory = True,
    ),
}

# What makes numbers depend on the machine's processors is switched off.
_ENV = {
    "TF_DETERMINISTIC_OPS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}

def _export(ctx, *, runtime, flag, program, tools):
    if not any(["{output}" in argument for argument in ctx.attr.program_args]):
        fail("{}: one of program_args holds {{output}}, the path to write, got: {}; write program_args = [\"--output={{output}}\"], as your program takes it.".format(ctx.label, ctx.attr.program_args))
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add(program, format = flag + "=%s")
    arguments = [ctx.expand_location(argument, ctx.attr.data) for argument in ctx.attr.program_args]
    args.add_all(arguments, format_each = "--argument=%s")
    args.add(ctx.attr.format, format = "--format=%s")
    if ctx.attr.format == "saved_model":
        output = ctx.actions.declare_directory(ctx.label.name)
    else:
        output = ctx.actions.declare_file("{}.{}".format(ctx.label.name, ctx.attr.format))
    args.add_all([output], expand_directories = False, format_each = "--output=%s")
    run_python(
        ctx,
        args = args,
        env = _ENV,
        inputs = ctx.files.data + [program],
        main = ctx.file._export,
        mnemonic = "TfjsModelExport",
        outputs = [output],
        progress_message = "Exporting the model %{label}",
        runtime = runtime,
        tools = tools,
    )
    return [
        DefaultInfo(files = depset([output])),
        ModelSourceInfo(
            files = depset([output]),
            kind = "saved_model" if ctx.attr.format == "saved_model" else "keras_file",
            roots = [output],
        ),
    ]

def _script_impl(ctx):
    return _export(ctx, flag = "--script", program = ctx.file.script, runtime = "full", tools = [])

def _binary_impl(ctx):
    return _export(ctx, flag = "--binary", program = ctx.executable.binary, runtime = "light", tools = [ctx.attr.binary.files_to_run])

tf_model_export_with_script = rule(
    implementation = _script_impl,
    doc = "The rule behind `tf_model_export` with `script`.",
    attrs = _ATTRS | _SCRIPT_ATTRS,
    provides = [ModelSourceInfo],
    toolchains = [python_toolchain("full")],
)

tf_model_export_with_binary = rule(
    implementation = _binary_impl,
    doc = "The rule behind `tf_model_export` with `binary`.",
    attrs = _ATTRS | _BINARY_ATTRS,
    provides = [ModelSourceInfo],
    toolchains = [python_toolchain("light")],
)

def tf_model_export(name, script = None, binary = None, **kwargs):
    """Runs your own Python program in a build action, and takes the model that it writes.

    ```starlark
    tf_model_export(
        name = "classifier",
        data = ["training.csv"],
        program_args = ["--output={output}"],
        script = "train.py",
    )

    tfjs_graph_model(name = "classifier_web", model = ":classifier")
    ```

    The program runs in the sandbox, without network, on one thread, with `PYTHONHASHSEED` and `TF_DETERMINISTIC_OPS` set;
    for a `script` the generators of Python, NumPy, TensorFlow and Keras are seeded, too. What it wrote is checked, and
    what differs each time is taken out of it: `fingerprint.pb`, and from a `.keras` file the time and addresses in memory.

    `bazel run :NAME.inspect` shows what is in the model that was written.

    Args:
      name: the target's name.
      script: a Python file, which runs with the TensorFlow and Keras of the converter's own runtime.
      binary: instead, an executable such as a `py_binary`, which brings its own TensorFlow.
      **kwargs: further attributes: those of `tf_model_export_with_script`, and those that every rule has.
    """

    # With both or neither, the rule says which attribute it lacks or does not have.
    given = {"binary": binary, "script": script}
    attributes = kwargs | {attribute: value for attribute, value in given.items() if value != None}
    if binary != None:
        tf_model_export_with_binary(name = name, **attributes)
    else:
        tf_model_export_with_script(name = name, **attributes)
    model_tools(name, ":" + name, kwargs, needs_tensorflow = kwargs.get("format") not in _KERAS_FORMATS)
