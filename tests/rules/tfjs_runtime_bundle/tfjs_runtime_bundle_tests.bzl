"""Tests of `tfjs_runtime_bundle`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_browser_test", "tfjs_budget_test", "tfjs_parity_test", "tfjs_runtime_bundle")
load("//rules:providers.bzl", "TfjsRuntimeBundleInfo")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_lacks", "assert_output_group", "failure_test", "launcher_flags", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_runtime_bundle/"

def _subject(name, models = 1, **kwargs):
    for number in range(models):
        stub_tfjs_model(
            name = "{}_{}".format(name, number),
            tags = ["manual"],
        )
    tfjs_runtime_bundle(
        name = name + "_subject",
        models = ["{}_{}".format(name, number) for number in range(models)],
        tags = ["manual"],
        **kwargs
    )

def _test_command_line(name):
    _subject(
        name,
        models = 2,
        backends = ["webgl", "cpu", "cpu"],
        extra_kernels = ["Conv2D"],
        extra_ops = ["image.resizeBilinear"],
        format = "iife",
        minify = False,
        training = True,
    )
    _command_line_test(name = name, target_under_test = name + "_subject")

def _test_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsRuntimeBundle")
    start = _PACKAGE + "test_command_line"
    asserts.equals(env, [
        "BIN/tests/rules/stubs/node/bin/node",
        "tools/web/runtime_bundle.mjs",
        "--label=LABEL",
        "--web_packages=BIN/tests/rules/stubs/web/package-lock.json",
        "--output_dir=BIN/" + start + "_subject",
        "--info=BIN/" + start + "_subject.info.json",
        "--format=iife",
        "--minify=false",
        "--training=true",
        "--backend=webgl",
        "--backend=cpu",
        "--extra_kernel=Conv2D",
        "--extra_op=image.resizeBilinear",
        "--model_dir=BIN/" + start + "_0",
        "--model_dir=BIN/" + start + "_1",
        "--model_info=BIN/" + start + "_0.info.json",
        "--model_info=BIN/" + start + "_1.info.json",
    ], argv(env, action, without = ["--node_modules"]))
    inputs = paths(action.inputs)
    assert_contains(env, inputs, [start + "_0", start + "_1.info.json", "tests/rules/stubs/web/node_modules/esbuild/package.json", "tools/web/lib/runtime/build.mjs"], "inputs")
    assert_lacks(env, inputs, ["tests/rules/stubs/python/bin/python3"], "inputs")
    asserts.equals(env, [start + "_subject" + suffix for suffix in ["", ".info.json"]], paths(action.outputs), "outputs")
    return analysistest.end(env)

_command_line_test = analysis_test(_test_command_line_impl)

def _test_defaults(name):
    _subject(name)
    _defaults_test(name = name, target_under_test = name + "_subject")

def _test_defaults_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(
        env,
        ["--format=esm", "--minify=true", "--training=false", "--backend=wasm"],
        argv(env, only_action(env, "TfjsRuntimeBundle"), without = ["--node_modules"])[6:-2],
    )
    return analysistest.end(env)

_defaults_test = analysis_test(_test_defaults_impl)

def _test_providers(name):
    _subject(name)
    _providers_test(name = name, target_under_test = name + "_subject")

def _test_providers_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    directory = _PACKAGE + "test_providers_subject"
    asserts.equals(env, [directory], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    assert_output_group(env, "info", [directory + ".info.json"])
    bundle = target[TfjsRuntimeBundleInfo]
    asserts.true(env, bundle.directory.is_directory, "a bundle is a tree artifact")
    asserts.equals(env, directory + ".info.json", bundle.info.short_path, "info")
    return analysistest.end(env)

_providers_test = analysis_test(_test_providers_impl)

def _test_budget(name):
    _subject(name)
    tfjs_budget_test(
        name = name + "_budget",
        max_total_bytes = 1,
        model = name + "_subject",
        tags = ["manual"],
    )
    _budget_test(name = name, target_under_test = name + "_budget")

def _test_budget_impl(ctx):
    env = analysistest.begin(ctx)
    files = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    start = _PACKAGE + "test_budget_subject"
    assert_contains(env, files, [start, start + ".info.json"], "runfiles")
    return analysistest.end(env)

_budget_test = analysis_test(_test_budget_impl)

def _test_parity_in_it(name):
    _subject(name, format = "cjs")
    tfjs_parity_test(
        name = name + "_parity",
        model = name + "_0",
        reference = name + ".h5",
        tags = ["manual"],
        runtime = name + "_subject",
    )
    _parity_in_it_test(name = name, target_under_test = name + "_parity")

def _test_parity_in_it_impl(ctx):
    return _assert_runs_in(ctx, _PACKAGE + "test_parity_in_it_subject", "tfjs.cjs")

_parity_in_it_test = analysis_test(_test_parity_in_it_impl)

def _test_browser_in_it(name):
    _subject(name, format = "iife")
    tfjs_browser_test(
        name = name + "_browser",
        model = name + "_0",
        reference = name + ".h5",
        tags = ["manual"],
        runtime = name + "_subject",
    )
    _browser_in_it_test(name = name, target_under_test = name + "_browser")

def _test_browser_in_it_impl(ctx):
    return _assert_runs_in(ctx, _PACKAGE + "test_browser_in_it_subject", "tfjs.js")

_browser_in_it_test = analysis_test(_test_browser_in_it_impl)

def _assert_runs_in(ctx, bundle, module):
    env = analysistest.begin(ctx)
    assert_contains(env, launcher_flags(only_action(env, "FileWrite")), ["--run_flag=--runtime_bundle={}/{}".format(bundle, module)], "flags")
    files = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, files, [bundle], "runfiles")
    return analysistest.end(env)

def _test_no_model_fails(name):
    _subject(name, models = 0)
    failure_test(name = name, contains = ["a runtime bundle is made for at least one model, got none; name some in models."], target_under_test = name + "_subject")

def _test_unknown_backend_fails(name):
    _subject(name, backends = ["cpu", "tpu"])
    failure_test(name = name, contains = ["backends is one or more of [\"cpu\", \"wasm\", \"webgl\", \"webgpu\"], got: [\"cpu\", \"tpu\"]."], target_under_test = name + "_subject")

def _test_no_backend_fails(name):
    _subject(name, backends = [])
    failure_test(name = name, contains = ["backends is one or more of ", ", got: []."], target_under_test = name + "_subject")

def tfjs_runtime_bundle_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_browser_in_it,
        _test_budget,
        _test_command_line,
        _test_defaults,
        _test_no_backend_fails,
        _test_no_model_fails,
        _test_parity_in_it,
        _test_providers,
        _test_unknown_backend_fails,
    ])
