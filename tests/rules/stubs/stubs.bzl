"""Stand-ins for models and toolchains, which cost nothing to make."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")

def _stub_files_impl(ctx):
    outputs = []
    for path in ctx.attr.files:
        output = ctx.actions.declare_file(path)
        ctx.actions.write(output, ctx.attr.content, is_executable = True)
        outputs.append(output)
    for path in ctx.attr.directories:
        output = ctx.actions.declare_directory(path)
        ctx.actions.run_shell(
            arguments = [output.path],
            command = "for file in a b; do echo > \"$1/$file\"; done",
            mnemonic = "StubDirectory",
            outputs = [output],
        )
        outputs.append(output)
    return [DefaultInfo(files = depset(outputs))]

stub_files = rule(
    implementation = _stub_files_impl,
    doc = "Files, and directories with two files.",
    attrs = {
        "content": attr.string(doc = "What the files hold."),
        "directories": attr.string_list(doc = "Directories, as tree artifacts."),
        "files": attr.string_list(doc = "Files."),
    },
)

def _stub_keras_model_impl(ctx):
    return [
        DefaultInfo(files = depset(ctx.files.srcs)),
        ModelSourceInfo(kind = "keras_file", files = depset(ctx.files.srcs), roots = ctx.files.srcs),
    ]

stub_keras_model = rule(
    implementation = _stub_keras_model_impl,
    doc = "A model source that is not a SavedModel.",
    attrs = {"srcs": attr.label_list(allow_files = True, doc = "The file.")},
    provides = [ModelSourceInfo],
)

def _stub_tfjs_model_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    info = ctx.actions.declare_file(ctx.label.name + ".info.json")
    ctx.actions.run_shell(outputs = [directory, info], command = "exit 1", mnemonic = "StubModel")
    return [
        DefaultInfo(files = depset([directory])),
        TfjsModelInfo(directory = directory, format = "graph-model", info = info),
    ]

stub_tfjs_model = rule(
    implementation = _stub_tfjs_model_impl,
    doc = "A converted model.",
    provides = [TfjsModelInfo],
)

def _stub_python_toolchain_impl(ctx):
    version = ctx.attr.version.split(".")
    runtime = struct(
        interpreter = ctx.file.interpreter,
        interpreter_version_info = struct(major = int(version[0]), minor = int(version[1])),
        files = depset(ctx.files.interpreter),
    )
    return [platform_common.ToolchainInfo(py3_runtime = runtime if ctx.file.interpreter else None)]

stub_python_toolchain = rule(
    implementation = _stub_python_toolchain_impl,
    doc = "What rules_python registers: a hermetic interpreter, or without `interpreter` none.",
    attrs = {
        "interpreter": attr.label(allow_single_file = True, doc = "The interpreter."),
        "version": attr.string(default = "3.13", doc = "Its version."),
    },
)

def _forbidden_toolchain_impl(ctx):
    fail("{} was analysed".format(ctx.label.name))

forbidden_toolchain = rule(
    implementation = _forbidden_toolchain_impl,
    doc = "A toolchain that nobody may need.",
)
