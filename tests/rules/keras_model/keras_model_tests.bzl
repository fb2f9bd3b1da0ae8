"""Tests of `keras_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "keras_model", "tfjs_layers_model")
load("//rules:providers.bzl", "ModelSourceInfo")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_env", "assert_lacks", "assert_output_group", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_keras_model", "stub_tfjs_model")

_PACKAGE = "tests/rules/keras_model/"

def _subject(name, **kwargs):
    stub_files(
        name = name + "_file",
        files = [name + "/model.h5"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_layers",
        model = name + "_file",
        tags = ["manual"],
    )
    keras_model(
        name = name + "_subject",
        model = name + "_layers",
        tags = ["manual"],
        **kwargs
    )

def _test_default(name):
    _subject(name)
    _default_test(name = name, target_under_test = name + "_subject")

def _test_default_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsKerasModel")
    output = _PACKAGE + "test_default_subject.keras"
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/convert/keras_model.py",
        "--label=LABEL",
        "--input=BIN/" + _PACKAGE + "test_default_layers",
        "--output=BIN/" + output,
        "--info=BIN/" + _PACKAGE + "test_default_subject.info.json",
        "--keras=3",
    ], argv(env, action))
    assert_lacks(env, paths(action.inputs), [
        "tests/rules/stubs/core/site-packages/package.pyc",
        "tests/rules/stubs/full/site-packages/package.pyc",
    ], "inputs")
    target = analysistest.target_under_test(env)
    asserts.equals(env, [output], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [output], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    asserts.equals(env, "keras_file", target[ModelSourceInfo].kind, "kind")
    asserts.equals(env, [output], paths(target[ModelSourceInfo].roots), "roots")
    asserts.equals(env, [output], paths(target[ModelSourceInfo].files), "files")
    assert_output_group(env, "info", [_PACKAGE + "test_default_subject.info.json"])
    return analysistest.end(env)

_default_test = analysis_test(_test_default_impl)

def _test_h5_for_keras_2(name):
    _subject(name, format = "h5", keras = "2")
    _h5_for_keras_2_test(name = name, target_under_test = name + "_subject")

def _test_h5_for_keras_2_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsKerasModel")), [
        "--output=BIN/" + _PACKAGE + "test_h5_for_keras_2_subject.h5",
        "--keras=2",
    ], "flags")
    return analysistest.end(env)

_h5_for_keras_2_test = analysis_test(_test_h5_for_keras_2_impl)

def _test_saved_model(name):
    _subject(name, format = "saved_model")
    _saved_model_test(name = name, target_under_test = name + "_subject")

def _test_saved_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsKerasModel")
    output = _PACKAGE + "test_saved_model_subject"
    assert_contains(env, argv(env, action), ["tools/convert/keras_model_saved_model.py", "--output=BIN/" + output], "command line")
    assert_contains(env, paths(action.inputs), ["tests/rules/stubs/full/site-packages/package.pyc"], "inputs")
    assert_env(env, action, {"KERAS_HOME": "/dev/null", "PYTHONHASHSEED": "0"})
    source = analysistest.target_under_test(env)[ModelSourceInfo]
    asserts.equals(env, "saved_model", source.kind, "kind")
    asserts.equals(env, [output], paths(source.roots), "roots")
    asserts.true(env, source.roots[0].is_directory, "a SavedModel is a tree artifact")
    return analysistest.end(env)

_saved_model_test = analysis_test(_test_saved_model_impl)

def _test_files_saved_by_javascript(name):
    stub_files(
        name = name + "_files",
        files = [name + "/model.json", name + "/weights.bin"],
        tags = ["manual"],
    )
    keras_model(
        name = name + "_subject",
        model = name + "_files",
        tags = ["manual"],
    )
    _files_saved_by_javascript_test(name = name, target_under_test = name + "_subject")

def _test_files_saved_by_javascript_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsKerasModel")
    folder = _PACKAGE + "test_files_saved_by_javascript/"
    assert_contains(env, argv(env, action), ["--input=BIN/" + folder + "model.json"], "flags")
    assert_contains(env, paths(action.inputs), [folder + "model.json", folder + "weights.bin"], "inputs")
    return analysistest.end(env)

_files_saved_by_javascript_test = analysis_test(_test_files_saved_by_javascript_impl)

def _test_graph_model_fails(name):
    stub_tfjs_model(
        name = name + "_graph",
        tags = ["manual"],
    )
    keras_model(
        name = name + "_subject",
        model = name + "_graph",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["a model of this rule is a layers model, got ", "(a graph-model), which is Keras's own already or was never made of layers."],
        target_under_test = name + "_subject",
    )

def _test_keras_file_fails(name):
    stub_keras_model(
        name = name + "_file",
        srcs = ["BUILD.bazel"],
        tags = ["manual"],
    )
    keras_model(
        name = name + "_subject",
        model = name + "_file",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["a model of this rule is a layers model, got ", "(a keras_file), which is Keras's own already"],
        target_under_test = name + "_subject",
    )

def keras_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_default,
        _test_files_saved_by_javascript,
        _test_graph_model_fails,
        _test_h5_for_keras_2,
        _test_keras_file_fails,
        _test_saved_model,
    ])
