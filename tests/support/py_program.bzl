"""A `py_binary` as users have it: an interpreter that they registered, and packages that they installed."""

load("@rules_python//python:py_binary.bzl", "py_binary")
load("@rules_python//python:py_info.bzl", "PyInfo")

def _py_packages_impl(ctx):
    site = ctx.file.site.short_path.rpartition("/")[0]
    return [
        DefaultInfo(files = depset(ctx.files.packages), runfiles = ctx.runfiles(ctx.files.packages)),
        # Folders among the runfiles, beside that of this repository.
        PyInfo(
            imports = depset([site.removeprefix("../")]),
            transitive_sources = depset(ctx.files.packages),
        ),
    ]

py_packages = rule(
    implementation = _py_packages_impl,
    doc = "Installed packages as a dependency of Python targets.",
    attrs = {
        "packages": attr.label(doc = "All files of the packages.", mandatory = True),
        "site": attr.label(allow_single_file = True, doc = "A file at the top of the folder of packages.", mandatory = True),
    },
    provides = [PyInfo],
)

def _add_toolchain_impl(_settings, attr):
    return {"//command_line_option:extra_toolchains": [attr.toolchain]}

_add_toolchain = transition(
    implementation = _add_toolchain_impl,
    inputs = [],
    outputs = ["//command_line_option:extra_toolchains"],
)

def _with_toolchain_impl(ctx):
    program = ctx.attr.program[0] if type(ctx.attr.program) == "list" else ctx.attr.program
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = program[DefaultInfo].files_to_run.executable, is_executable = True)
    return [DefaultInfo(executable = executable, runfiles = program[DefaultInfo].default_runfiles)]

_with_toolchain = rule(
    implementation = _with_toolchain_impl,
    doc = "Stands for a program that is built where the user registered a toolchain.",
    attrs = {
        "program": attr.label(cfg = _add_toolchain, executable = True, mandatory = True),
        "toolchain": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
    executable = True,
)

def py_program(name, toolchain, **kwargs):
    """A `py_binary` in a build that has a Python toolchain registered; in this repository none is.

    Args:
      name: the target's name.
      toolchain: the label of the toolchain, in full.
      **kwargs: attributes of `py_binary`.
    """
    py_binary(name = name + "_binary", tags = ["manual"], **kwargs)
    _with_toolchain(name = name, program = name + "_binary", toolchain = toolchain)
