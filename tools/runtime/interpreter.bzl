"""A repository with a Python interpreter that any action can take along as a declared input."""

load(":find_python.bzl", "find_python")

_BUILD = """\
package(default_visibility = ["//visibility:public"])

filegroup(
    name = "interpreter",
    srcs = ["{interpreter}"],
)

filegroup(
    name = "files",
    srcs = glob(["python/**"], allow_empty = True),
)
"""

# Stands in for the interpreter on a machine that has none: whoever registers a hermetic one never needs it.
NO_PYTHON = "no_python.txt"

def _python_interpreter_impl(rctx):
    python = find_python(rctx, rctx.attr.python_version, exact = True)
    if not python:
        rctx.file(NO_PYTHON, "No Python {} was found on PATH.\n".format(rctx.attr.python_version))
        rctx.file("BUILD.bazel", _BUILD.format(interpreter = NO_PYTHON))
        return
    rctx.report_progress("Copying the Python interpreter")
    result = rctx.execute(
        [python, "-I", rctx.path(rctx.attr._copy), "--output", "python"],
        environment = {"PYTHONHASHSEED": "0"},
    )
    if result.return_code != 0:
        fail("The Python at {} cannot be copied into a hermetic one: {}".format(python, result.stderr.strip()))
    rctx.file("BUILD.bazel", _BUILD.format(interpreter = "python/bin/python3"))

python_interpreter = repository_rule(
    implementation = _python_interpreter_impl,
    doc = """Copies a Python interpreter and its standard library.

The standard library becomes one zip file with compiled modules, so that an action has one input instead of a thousand.
""",
    attrs = {
        "python_version": attr.string(mandatory = True, doc = "Major and minor version, such as `3.13`."),
        "_copy": attr.label(default = "//tools/runtime:copy_interpreter.py", allow_single_file = True),
    },
    environ = ["PATH"],
)
