"""Tests of the toolchain rules `tfjs_runtime`, `tfjs_node`, `tfjs_browser` and `tfjs_page_scripts`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//tests/rules:support.bzl", "STUBS", "analysis_test", "assert_contains", "assert_lacks", "below_bin", "failure_test", "paths", "suite", "with_toolchains")
load("//tests/rules/stubs:stubs.bzl", "stub_files")
load("//tools/runtime:interpreter.bzl", "NO_PYTHON")
load("//tools/runtime:toolchain.bzl", "tfjs_runtime")

_STUBS_PACKAGE = "tests/rules/stubs/"

def _assert_runtime(ctx, home, files, without):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    runtime = target[platform_common.ToolchainInfo].tfjs_runtime
    asserts.equals(env, home + "/bin/python3", runtime.interpreter.short_path, "interpreter")
    asserts.equals(env, {
        "PYTHONHOME": "BIN/" + home,
        "PYTHONPATH": "BIN/{0}core/site-packages:BIN/{0}light/site-packages".format(_STUBS_PACKAGE),
    }, {name: below_bin(value) for name, value in runtime.env.items()}, "environment")
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

def _test_users_interpreter_for_another_machine(name):
    _users_interpreter_for_another_machine_test(name = name, target_under_test = "//tests/rules/stubs:core")

def _test_users_interpreter_for_another_machine_impl(ctx):
    return _assert_runtime(ctx, _STUBS_PACKAGE + "python", [_STUBS_PACKAGE + "python/lib/python313.zip"], [
        _STUBS_PACKAGE + "users_python/users/bin/python3",
    ])

# The interpreter runs where the build runs, whatever the build is for.
_users_interpreter_for_another_machine_test = analysis_test(
    _test_users_interpreter_for_another_machine_impl,
    config_settings = with_toolchains(STUBS, Label("//tests/rules/stubs/users_python:toolchain_elsewhere")) | {
        "//command_line_option:platforms": str(Label("//tests/rules/stubs/users_python:platform_elsewhere")),
    },
)

def _runtime_without_interpreter(name):
    """Declares a runtime on a machine that had no Python when the repositories were set up."""
    stub_files(
        name = name + "_interpreter",
        files = ["{}/{}".format(name, NO_PYTHON)],
        tags = ["manual"],
    )
    tfjs_runtime(
        name = name + "_subject",
        interpreter = name + "_interpreter",
        interpreter_files = name + "_interpreter",
        packages = ["//tests/rules/stubs:core_packages", "//tests/rules/stubs:light_packages"],
        python_version = "3.13",
        sites = ["//tests/rules/stubs:core_site", "//tests/rules/stubs:light_site"],
        tags = ["manual"],
    )

def _test_no_interpreter_fails(name):
    _runtime_without_interpreter(name)
    failure_test(
        name = name,
        contains = [":test_no_interpreter_fails_subject: conversions need Python 3.13, and the machine that set up the repositories has no python3.13 on PATH."],
        target_under_test = name + "_subject",
    )

def _test_users_interpreter_is_enough(name):
    _runtime_without_interpreter(name)
    _users_interpreter_is_enough_test(name = name, target_under_test = name + "_subject")

def _test_users_interpreter_is_enough_impl(ctx):
    return _assert_runtime(ctx, _STUBS_PACKAGE + "users_python/users", [], [
        "tests/rules/runtime/test_users_interpreter_is_enough/" + NO_PYTHON,
    ])

_users_interpreter_is_enough_test = analysis_test(
    _test_users_interpreter_is_enough_impl,
    config_settings = with_toolchains(STUBS, Label("//tests/rules/stubs/users_python:toolchain3.13")),
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

def _test_browser(name):
    _browser_test(name = name, target_under_test = "//tests/rules/stubs:browser")

def _test_browser_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    browser = target[platform_common.ToolchainInfo].tfjs_browser
    asserts.equals(env, _STUBS_PACKAGE + "browser/chromium/chromium", browser.browser.short_path, "browser")
    asserts.equals(env, _STUBS_PACKAGE + "browser/package-lock.json", browser.package_lock.short_path, "package_lock")
    asserts.equals(env, [_STUBS_PACKAGE + "browser/" + file for file in [
        "chromium/chromium",
        "chromium/lib/libnss3.so",
        "node_modules/playwright-core/package.json",
    ]], paths(browser.files), "files")
    asserts.equals(env, paths(browser.files), paths(target[DefaultInfo].files), "default outputs")
    return analysistest.end(env)

_browser_test = analysis_test(_test_browser_impl)

def _test_page_scripts(name):
    _page_scripts_test(name = name, target_under_test = "//tests/rules/stubs:page")

def _test_page_scripts_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    scripts = target[platform_common.ToolchainInfo].tfjs_page_scripts
    asserts.equals(env, _STUBS_PACKAGE + "page/package-lock.json", scripts.package_lock.short_path, "package_lock")
    asserts.equals(env, [_STUBS_PACKAGE + "page/node_modules/@tensorflow/tfjs-core/dist/tf-core.es2017.min.js"], paths(scripts.files), "files")
    asserts.equals(env, paths(scripts.files), paths(target[DefaultInfo].files), "default outputs")
    return analysistest.end(env)

_page_scripts_test = analysis_test(_test_page_scripts_impl)

def runtime_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_browser,
        _test_no_interpreter_fails,
        _test_node,
        _test_own_interpreter,
        _test_page_scripts,
        _test_users_interpreter_for_another_machine,
        _test_users_interpreter_is_enough,
        _test_users_interpreter_of_another_version,
        _test_users_interpreter_of_the_same_version,
    ])
