"""Tests of `tfjs_browser_test`; what it shares with `tfjs_parity_test` is tested there."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_browser_test", "tfjs_parity_test", "tfjs_runtime_bundle", "tfjs_web_bundle")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_lacks", "assert_output_group", "failure_test", "launcher_flags", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_browser_test/"
_STUBS = "tests/rules/stubs/"

def _model(name):
    stub_tfjs_model(name = name + "_converted", tags = ["manual"])
    return name + "_converted"

def _bundle(name, models):
    """Declares a bundle with models of these names."""
    for model in models:
        _model(name + "_" + model)
    tfjs_web_bundle(
        name = name + "_bundle",
        models = {"{}_{}_converted".format(name, model): model for model in models},
        tags = ["manual"],
    )
    return name + "_bundle"

def _subject(name, model, **kwargs):
    tfjs_browser_test(
        name = name + "_subject",
        model = model,
        reference = name + ".h5",
        tags = ["manual"],
        **kwargs
    )

def _test_single_model(name):
    _subject(name, _model(name), backends = ["webgpu", "cpu"], load_seconds = 7, tolerances = {"scores": "0.5"})
    _single_model_test(name = name, target_under_test = name + "_subject")

def _test_single_model_impl(ctx):
    env = analysistest.begin(ctx)
    model = _PACKAGE + "test_single_model"
    asserts.equals(env, [
        "--model={}_converted".format(model),
        "--info={}_converted.info.json".format(model),
        "--reference={}_subject.reference".format(model),
        "--node={}node/bin/node".format(_STUBS),
        # Not the packages of Node: the scripts that a page loads.
        "--node_modules={}page/node_modules".format(_STUBS),
        "--run=tools/page/run.mjs",
        "--run_flag=--browser={}browser/chromium/chromium".format(_STUBS),
        "--run_flag=--driver={}browser/node_modules".format(_STUBS),
        "--run_flag=--load_seconds=7",
        "--tolerance=1e-4",
        "--backend=webgpu",
        "--backend=cpu",
        "--output_tolerance=scores:0.5",
    ], launcher_flags(only_action(env, "FileWrite")))
    assert_contains(env, argv(env, only_action(env, "TfjsReference")), [
        "--input={}.h5".format(model),
        "--info=BIN/{}_converted.info.json".format(model),
        "--seed=0",
    ], "reference")
    assert_output_group(env, "reference", [model + "_subject.reference"])
    return analysistest.end(env)

_single_model_test = analysis_test(_test_single_model_impl)

def _test_runfiles(name):
    _subject(name, _model(name))
    _runfiles_test(name = name, target_under_test = name + "_subject")

def _test_runfiles_impl(ctx):
    env = analysistest.begin(ctx)
    runfiles = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, runfiles, [
        _PACKAGE + "test_runfiles_converted",
        _PACKAGE + "test_runfiles_subject.reference",
        _STUBS + "browser/chromium/chromium",
        _STUBS + "browser/chromium/lib/libnss3.so",
        _STUBS + "browser/node_modules/playwright-core/package.json",
        _STUBS + "node/bin/node",
        _STUBS + "page/node_modules/@tensorflow/tfjs-core/dist/tf-core.es2017.min.js",
        "tools/node/lib/named_model.mjs",
        "tools/page/page.html",
        "tools/page/page.mjs",
        "tools/page/run.mjs",
        "tools/parity/parity.py",
    ], "runfiles")
    assert_lacks(env, runfiles, [
        _STUBS + "full/site-packages/package.pyc",
        _STUBS + "npm/node_modules/@tensorflow/tfjs/package.json",
    ], "runfiles")
    return analysistest.end(env)

_runfiles_test = analysis_test(_test_runfiles_impl)

def _test_default_backends(name):
    _subject(name, _model(name))
    _default_backends_test(name = name, target_under_test = name + "_subject")

def _test_default_backends_impl(ctx):
    env = analysistest.begin(ctx)
    flags = launcher_flags(only_action(env, "FileWrite"))
    asserts.equals(env, ["--backend=wasm", "--backend=webgl"], [flag for flag in flags if flag.startswith("--backend=")], "backends")
    assert_contains(env, flags, ["--run_flag=--load_seconds=30"], "flags")
    return analysistest.end(env)

_default_backends_test = analysis_test(_test_default_backends_impl)

def _test_bundle_of_one(name):
    _subject(name, _bundle(name, ["only"]))
    _bundle_of_one_test(name = name, target_under_test = name + "_subject")

def _assert_bundle(ctx, model, name):
    env = analysistest.begin(ctx)
    assert_contains(env, launcher_flags(only_action(env, "FileWrite")), [
        "--model={}_bundle".format(_PACKAGE + name),
        # The numbers are those of the model in it.
        "--info={}_{}_converted.info.json".format(_PACKAGE + name, model),
        "--run_flag=--bundle_model=" + model,
    ], "flags")
    runfiles = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, runfiles, [_PACKAGE + name + "_bundle"], "runfiles")
    assert_lacks(env, runfiles, ["{}_{}_converted".format(_PACKAGE + name, model)], "runfiles")
    return analysistest.end(env)

def _test_bundle_of_one_impl(ctx):
    return _assert_bundle(ctx, "only", "test_bundle_of_one")

_bundle_of_one_test = analysis_test(_test_bundle_of_one_impl)

def _test_bundle_of_two(name):
    _subject(name, _bundle(name, ["first", "second"]), bundle_model = "second")
    _bundle_of_two_test(name = name, target_under_test = name + "_subject")

def _test_bundle_of_two_impl(ctx):
    return _assert_bundle(ctx, "second", "test_bundle_of_two")

_bundle_of_two_test = analysis_test(_test_bundle_of_two_impl)

def _runtime(name, model, **kwargs):
    tfjs_runtime_bundle(
        name = name + "_runtime",
        models = [model],
        tags = ["manual"],
        **kwargs
    )
    return name + "_runtime"

def _test_runtime(name):
    model = _model(name)
    _subject(name, model, runtime = _runtime(name, model, format = "iife"))
    _runtime_test(name = name, target_under_test = name + "_subject")

def _test_runtime_impl(ctx):
    env = analysistest.begin(ctx)
    runtime = _PACKAGE + "test_runtime_runtime"
    assert_contains(env, launcher_flags(only_action(env, "FileWrite")), [
        "--run_flag=--runtime_bundle={}/tfjs.js".format(runtime),
    ], "flags")
    runfiles = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, runfiles, [runtime], "runfiles")
    return analysistest.end(env)

_runtime_test = analysis_test(_test_runtime_impl)

def _test_runtime_for_node_fails(name):
    model = _model(name)
    _failing_subject(
        name,
        "_runtime holds tfjs.cjs, and this test runs tfjs.mjs or tfjs.js; give it the format for that.",
        model,
        runtime = _runtime(name, model, format = "cjs"),
    )

def _test_runtime_for_pages_fails_in_node(name):
    model = _model(name)
    tfjs_parity_test(
        name = name + "_subject",
        model = model,
        reference = name + ".h5",
        runtime = _runtime(name, model, format = "iife"),
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["_runtime holds tfjs.js, and this test runs tfjs.mjs or tfjs.cjs; give it the format for that."],
        target_under_test = name + "_subject",
    )

def _failing_subject(name, sentence, model, **kwargs):
    _subject(name, model, **kwargs)
    failure_test(name = name, contains = [sentence], target_under_test = name + "_subject")

def _test_unknown_backend_fails(name):
    _failing_subject(
        name,
        "backends is one or more of [\"cpu\", \"wasm\", \"webgl\", \"webgpu\"], got: [\"webnn\"].",
        _model(name),
        backends = ["webnn"],
    )

def _test_no_backend_fails(name):
    _failing_subject(name, "backends is one or more of", _model(name), backends = [])

def _test_no_time_fails(name):
    _failing_subject(name, "load_seconds is at least 1, got: 0.", _model(name), load_seconds = 0)

def _test_bundle_model_of_a_single_model_fails(name):
    _failing_subject(
        name,
        "bundle_model names a model of a tfjs_web_bundle, and ",
        _model(name),
        bundle_model = "first",
    )

def _test_bundle_model_is_needed(name):
    _failing_subject(
        name,
        " holds the models [\"first\", \"second\"]; write one of them as bundle_model, got: \"\".",
        _bundle(name, ["first", "second"]),
    )

def _test_unknown_bundle_model_fails(name):
    _failing_subject(
        name,
        " holds the models [\"first\"]; write one of them as bundle_model, got: \"other\".",
        _bundle(name, ["first"]),
        bundle_model = "other",
    )

def tfjs_browser_test_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_bundle_model_is_needed,
        _test_bundle_model_of_a_single_model_fails,
        _test_bundle_of_one,
        _test_bundle_of_two,
        _test_default_backends,
        _test_no_backend_fails,
        _test_no_time_fails,
        _test_runfiles,
        _test_runtime,
        _test_runtime_for_node_fails,
        _test_runtime_for_pages_fails_in_node,
        _test_single_model,
        _test_unknown_backend_fails,
        _test_unknown_bundle_model_fails,
    ])
