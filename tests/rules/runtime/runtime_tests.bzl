"""Tests of the toolchain rules `tfjs_runtime` and `tfjs_node`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//tests/rules:support.bzl", "STUBS", "analysis_test", "assert_contains", "assert_lacks", "paths", "suite", "with_toolchains")

_STUBS_PACKAGE = "tests/rules/stubs/"

def _below_bin(env, value):
    return value.replace(analysistest.target_bin_dir_path(env) + "/", "BIN/")

def _assert_runtime(ctx, home, files, without):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    runtime = target[platform_common.ToolchainInfo].tfjs_runtime
    asserts.equals(env, home + "/bin/python3", runtime.interpreter.short_path, "interpreter")
    asserts.equals(env, {
        "PYTHONHOME": "BIN/" + home,
        "PYTHONPATH": "BIN/{0}core/site-packages:BIN/{0}light/site-packages".format(_STUBS_PACKAGE),
    }, {name: _below_bin(env, value) for name, value in runtime.env.items()}, "environment")
    asserts.equals(env, [
        _STUBS_PACKAGE + "core/site-packages/RUNTIME.json",
        _STUBS_PACKAGE + "light/site-packages/RUNTIME.json",
    ], [site.short_path for site in runtime.sites], "sites")
    assert_contains(env, paths(runtime.files), files + [
        home + "/bin/python3",
        _STUBS_PACKAGE + "core/site-packages/package.pyc",
        _STUBS_PACKAGE + "light/site-packages/package.pyc",
    ], "files")
    assert_lacks(env, paths(runtime.files), without, "files")
    asserts.equals(env, paths(runtime.files), paths(target[DefaultInfo].files), "default outputs")
    return analysistest.end(env)

def _test_own_interpreter(name):
    _own_interpreter_test(name = name, target_under_test = "//tests/rules/stubs:core")

def _test_own_interpreter_impl(ctx):
    return _assert_runtime(ctx, _STUBS_PACKAGE + "python", [_STUBS_PACKAGE + "python/lib/python313.zip"], [])

_own_interpreter_test = analysis_test(_test_own_interpreter_impl)

def _test_users_interpreter_of_the_same_version(name):
    _users_interpreter_of_the_same_version_test(name = name, target_under_test = "//tests/rules/stubs:core")

def _test_users_interpreter_of_the_same_version_impl(ctx):
    return _assert_runtime(ctx, _STUBS_PACKAGE + "users_python/users", [], [
        _STUBS_PACKAGE + "python/bin/python3",
        _STUBS_PACKAGE + "python/lib/python313.zip",
    ])

_users_interpreter_of_the_same_version_test = analysis_test(
    _test_users_interpreter_of_the_same_version_impl,
    config_settings = with_toolchains(STUBS, Label("//tests/rules/stubs/users_python:toolchain3.13")),
)

def _test_users_interpreter_of_another_version(name):
    _users_interpreter_of_another_version_test(name = name, target_under_test = "//tests/rules/stubs:core")

def _test_users_interpreter_of_another_version_impl(ctx):
    return _assert_runtime(ctx, _STUBS_PACKAGE + "python", [_STUBS_PACKAGE + "python/lib/python313.zip"], [
        _STUBS_PACKAGE + "users_python/users/bin/python3",
    ])

_users_interpreter_of_another_version_test = analysis_test(
    _test_users_interpreter_of_another_version_impl,
    config_settings = with_toolchains(STUBS, Label("//tests/rules/stubs/users_python:toolchain3.12")),
)

def _test_node(name):
    _node_test(name = name, target_under_test = "//tests/rules/stubs:node")

def _test_node_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    node = target[platform_common.ToolchainInfo].tfjs_node
    asserts.equals(env, _STUBS_PACKAGE + "node/bin/node", node.node.short_path, "node")
    asserts.equals(env, _STUBS_PACKAGE + "npm/package-lock.json", node.package_lock.short_path, "package_lock")
    assert_contains(env, paths(node.files), [
        _STUBS_PACKAGE + "node/bin/node",
        _STUBS_PACKAGE + "npm/node_modules/@tensorflow/tfjs/package.json",
    ], "files")
    asserts.equals(env, paths(node.files), paths(target[DefaultInfo].files), "default outputs")
    return analysistest.end(env)

_node_test = analysis_test(_test_node_impl)

def runtime_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_node,
        _test_own_interpreter,
        _test_users_interpreter_of_another_version,
        _test_users_interpreter_of_the_same_version,
    ])
