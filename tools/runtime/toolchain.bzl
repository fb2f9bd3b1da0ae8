"""The converter's toolchain: an interpreter, and the packages of one of its runtimes."""

load(":interpreter.bzl", "NO_PYTHON")
load(":users_python.bzl", "UsersPythonInfo")

# The names of the runtimes, each with the toolchain type that a rule asks for.
RUNTIMES = {
    "bare": Label("//tools/runtime:bare_toolchain_type"),
    "core": Label("//tools/runtime:core_toolchain_type"),
    "full": Label("//tools/runtime:full_toolchain_type"),
    "jax": Label("//tools/runtime:jax_toolchain_type"),
    "light": Label("//tools/runtime:light_toolchain_type"),
}

TfjsRuntimeInfo = provider(
    doc = "How an action runs the converter: everything it needs, as declared inputs.",
    fields = {
        "env": "(dict[string, string]) Environment variables that make the interpreter find its library and packages.",
        "files": "(depset[File]) The interpreter, its standard library and the packages.",
        "interpreter": "(File) The Python interpreter.",
        "sites": "(list[File]) One file at the top of each folder of packages, in the order in which they are searched.",
    },
)

def _users_interpreter(ctx):
    """Returns the hermetic interpreter that the user registered with rules_python, or None."""
    runtime = ctx.attr._users_python[UsersPythonInfo].runtime
    if not runtime:
        return None
    info = getattr(runtime, "interpreter_version_info", None)
    version = "{}.{}".format(info.major, info.minor) if info else getattr(runtime, "python_version", "")
    return runtime if version == ctx.attr.python_version else None

def _tfjs_runtime_impl(ctx):
    users = _users_interpreter(ctx)
    if users:
        interpreter = users.interpreter
        files = users.files
    elif ctx.file.interpreter.basename == NO_PYTHON:
        fail(("{}: conversions need Python {}, and the machine that set up the repositories has no python{} on PATH. Build with ./bazelw, " +
              "which brings one, install it, or register rules_python's hermetic interpreter of that version.").format(
            ctx.label,
            ctx.attr.python_version,
            ctx.attr.python_version,
        ))
    else:
        interpreter = ctx.file.interpreter
        files = depset(ctx.files.interpreter_files)
    runtime = TfjsRuntimeInfo(
        interpreter = interpreter,
        sites = ctx.files.sites,
        files = depset([interpreter], transitive = [files, depset(ctx.files.packages)]),
        # These are folders of external repositories, never of the output tree, so path mapping has nothing to rewrite in them.
        env = {
            "PYTHONHOME": interpreter.dirname.removesuffix("/bin"),
            "PYTHONPATH": ":".join([site.dirname for site in ctx.files.sites]),
        },
    )
    return [
        platform_common.ToolchainInfo(tfjs_runtime = runtime),
        DefaultInfo(files = runtime.files),
    ]

tfjs_runtime = rule(
    implementation = _tfjs_runtime_impl,
    doc = "A runtime of the converter. Register your own with `toolchain(toolchain_type = \"@rules_tfjs//tools/runtime:core_toolchain_type\", …)`.",
    attrs = {
        "interpreter": attr.label(allow_single_file = True, cfg = "exec", mandatory = True, doc = "The Python interpreter, `PREFIX/bin/python3` with its library in `PREFIX/lib`; one registered with rules_python takes its place if it is hermetic and of the same version."),
        "interpreter_files": attr.label(cfg = "exec", mandatory = True, doc = "The interpreter with its standard library."),
        "packages": attr.label_list(cfg = "exec", mandatory = True, doc = "All files of the packages."),
        "python_version": attr.string(mandatory = True, doc = "The version that the packages were built for, such as `3.13`."),
        "sites": attr.label_list(allow_files = True, cfg = "exec", mandatory = True, doc = "One file at the top of each folder of packages, in the order in which they are searched."),
        "_users_python": attr.label(default = "//tools/runtime:users_python", cfg = "exec", providers = [UsersPythonInfo]),
    },
    provides = [platform_common.ToolchainInfo],
)
