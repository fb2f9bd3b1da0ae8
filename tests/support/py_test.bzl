"""Python tests of this repository: pytest in one of the converter's own runtimes, with Node and the tables at hand."""

load("//rules/private:actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")  # buildifier: disable=bzl-visibility

_LAUNCHER = """#!/usr/bin/env bash
# Runs pytest from the runfiles; everything it needs lies there.
set -euo pipefail
runfiles="${{RUNFILES_DIR:-${{TEST_SRCDIR:-$0.runfiles}}}}"
cd "$runfiles/{workspace}"
root="$PWD"
export PYTHONHOME="$root/{home}"
export PYTHONPATH="$root/python:$root:{packages}"
export TFJS_TEST_NODE="$root/{node}"
export TFJS_TEST_NODE_MODULES="$root/{node_modules}"
export TFJS_CONVERT_TABLES="$root/{tables}"
export PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1 TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES=-1
# On whichever processor: without oneDNN, TensorFlow has no dilated depthwise convolution on a CPU to compare with.
export TF_ENABLE_ONEDNN_OPTS=1
export HOME="${{TEST_TMPDIR:-$(mktemp -d)}}"
exec "$root/{interpreter}" -s -P -m pytest -q -p no:cacheprovider -p tests.support.bazel_plugin \\
  --import-mode=importlib --rootdir="$root" -c "$root/pyproject.toml" \\
  --basetemp="${{TEST_TMPDIR:-$HOME}}/pytest" ${{XML_OUTPUT_FILE:+--junitxml="$XML_OUTPUT_FILE"}} \\
  ${{TESTBRIDGE_TEST_ONLY:+-k "$TESTBRIDGE_TEST_ONLY"}} "$@" {srcs}
"""

def _py_test_impl(ctx, runtime):
    python = ctx.toolchains[python_toolchain(runtime)].tfjs_runtime
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    interpreter = python.interpreter.short_path
    sites = [site.short_path.rpartition("/")[0] for site in python.sites + ctx.files._dev_site]
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(launcher, _LAUNCHER.format(
        home = interpreter.removesuffix("/bin/python3"),
        interpreter = interpreter,
        node = node.node.short_path,
        node_modules = node.package_lock.short_path.rpartition("/")[0] + "/node_modules",
        packages = ":".join(["$root/" + site for site in sites]),
        srcs = " ".join([src.short_path for src in ctx.files.srcs]),
        tables = ctx.files._tables[0].short_path.rpartition("/")[0],
        workspace = ctx.workspace_name,
    ), is_executable = True)
    runfiles = ctx.runfiles(
        ctx.files.srcs + ctx.files.data + ctx.files._library + ctx.files._support + ctx.files._dev + ctx.files._tables,
        transitive_files = depset(transitive = [python.files, node.files]),
    )
    return [
        DefaultInfo(
            executable = launcher,
            runfiles = runfiles.merge_all([target[DefaultInfo].default_runfiles for target in ctx.attr.data]),
        ),
        RunEnvironmentInfo(environment = ctx.attr.env, inherited_environment = ctx.attr.env_inherit),
    ]

_ATTRS = {
    "data": attr.label_list(allow_files = True, doc = "Files that the tests open."),
    "env": attr.string_dict(doc = "Environment variables of the tests."),
    "env_inherit": attr.string_list(doc = "Environment variables that the tests take from the caller's environment."),
    "srcs": attr.label_list(allow_files = [".py"], mandatory = True, doc = "The test files."),
    "_dev": attr.label(default = "@rules_tfjs_dev//:files"),
    "_dev_site": attr.label(default = "@rules_tfjs_dev//:site-packages/RUNTIME.json", allow_files = True),
    "_library": attr.label(default = "//python/tfjs_convert:sources"),
    "_support": attr.label(default = "//tests/support:files"),
    "_tables": attr.label(default = "//tools/node:tables"),
}

def _rule(runtime):
    return rule(
        implementation = lambda ctx: _py_test_impl(ctx, runtime),
        attrs = _ATTRS,
        doc = "pytest in the {} runtime.".format(runtime),
        test = True,
        toolchains = [python_toolchain(runtime), NODE_TOOLCHAIN],
    )

_light_py_test = _rule("light")
_full_py_test = _rule("full")
_jax_py_test = _rule("jax")

def light_py_tests(name, srcs, **kwargs):
    """One test for each file, in the runtime without TensorFlow.

    Args:
      name: the test suite's name.
      srcs: the test files.
      **kwargs: attributes of every test.
    """
    _py_tests(name, _light_py_test, srcs, kwargs)

def full_py_tests(name, srcs, **kwargs):
    """One test for each file, in the runtime with TensorFlow and Keras, which make the models.

    Args:
      name: the test suite's name.
      srcs: the test files.
      **kwargs: attributes of every test.
    """
    _py_tests(name, _full_py_test, srcs, kwargs)

def jax_py_tests(name, srcs, **kwargs):
    """One test for each file, in the runtime with JAX and Flax beside TensorFlow.

    Args:
      name: the test suite's name.
      srcs: the test files.
      **kwargs: attributes of every test.
    """
    _py_tests(name, _jax_py_test, srcs, kwargs)

def _py_tests(name, test_rule, srcs, kwargs):
    tests = []
    for src in srcs:
        test = src.removesuffix(".py").replace("/", "_")
        test_rule(name = test, srcs = [src], **kwargs)
        tests.append(test)
    native.test_suite(name = name, tests = tests)
