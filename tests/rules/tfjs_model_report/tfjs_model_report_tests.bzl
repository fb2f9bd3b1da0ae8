"""Tests of `tfjs_model_report`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_model_report")
load(
    "//tests/rules:support.bzl",
    "NO_USERS_PYTHON",
    "analysis_test",
    "argv",
    "assert_contains",
    "assert_env",
    "assert_lacks",
    "only_action",
    "paths",
    "suite",
    "with_toolchains",
)
load("//tests/rules/stubs:stubs.bzl", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_model_report/"

def _subject(name, **kwargs):
    stub_tfjs_model(name = name + "_model", tags = ["manual"])
    tfjs_model_report(
        name = name + "_subject",
        model = name + "_model",
        tags = ["manual"],
        **kwargs
    )

def _test_command_line(name):
    _subject(name)
    _command_line_test(name = name, target_under_test = name + "_subject")

def _test_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsReport")
    model = _PACKAGE + "test_command_line"
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/report/report.py",
        "--label=LABEL",
        "--title=test_command_line_model",
        "--seed=0",
        "--model=BIN/{}_model".format(model),
        "--info=BIN/{}_model.info.json".format(model),
        "--node=BIN/tests/rules/stubs/node/bin/node",
        "--package_lock=BIN/tests/rules/stubs/npm/package-lock.json",
        "--run=tools/node/run.mjs",
        "--output=BIN/{}_subject.html".format(model),
    ], argv(env, action))
    assert_env(env, action, {
        "HOME": None,
        "PATH": None,
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": "BIN/python/tfjs_convert/library.zip:BIN/tests/rules/stubs/light/site-packages",
    })
    return analysistest.end(env)

_command_line_test = analysis_test(_test_command_line_impl)

def _test_every_flag(name):
    _subject(name, seed = 7, title = "What it's made of")
    _every_flag_test(name = name, target_under_test = name + "_subject")

def _test_every_flag_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsReport")), ["--title=What it's made of", "--seed=7"], "flags")
    return analysistest.end(env)

_every_flag_test = analysis_test(_test_every_flag_impl)

def _test_inputs(name):
    _subject(name)
    _inputs_test(name = name, target_under_test = name + "_subject")

def _test_inputs_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = paths(only_action(env, "TfjsReport").inputs)
    assert_contains(env, inputs, [
        _PACKAGE + "test_inputs_model",
        _PACKAGE + "test_inputs_model.info.json",
        "python/tfjs_convert/library.zip",
        "tests/rules/stubs/light/site-packages/package.pyc",
        "tests/rules/stubs/node/bin/node",
        "tests/rules/stubs/npm/node_modules/@tensorflow/tfjs/package.json",
        "tools/node/lib/model.mjs",
        "tools/node/run.mjs",
        "tools/report/report.py",
    ], "inputs")
    assert_lacks(env, inputs, [
        "tests/rules/stubs/core/site-packages/package.pyc",
        "tests/rules/stubs/full/site-packages/package.pyc",
    ], "inputs")
    return analysistest.end(env)

_inputs_test = analysis_test(_test_inputs_impl)

def _test_outputs(name):
    _subject(name)
    _outputs_test(name = name, target_under_test = name + "_subject")

def _test_outputs_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)[DefaultInfo]
    page = [_PACKAGE + "test_outputs_subject.html"]
    asserts.equals(env, page, paths(only_action(env, "TfjsReport").outputs), "outputs")
    asserts.equals(env, page, paths(target.files), "default outputs")
    asserts.equals(env, page, paths(target.default_runfiles.files), "runfiles")
    return analysistest.end(env)

_outputs_test = analysis_test(_test_outputs_impl)

def _test_tensorflow_is_not_needed(name):
    _subject(name)
    _tensorflow_is_not_needed_test(name = name, target_under_test = name + "_subject")

def _test_tensorflow_is_not_needed_impl(ctx):
    env = analysistest.begin(ctx)
    only_action(env, "TfjsReport")
    return analysistest.end(env)

_tensorflow_is_not_needed_test = analysis_test(
    _test_tensorflow_is_not_needed_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:light_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
    ),
)

def tfjs_model_report_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_command_line,
        _test_every_flag,
        _test_inputs,
        _test_outputs,
        _test_tensorflow_is_not_needed,
    ])
