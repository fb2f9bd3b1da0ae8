"""Tests of `tf_model_export`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_model_export")
load("//rules:providers.bzl", "ModelSourceInfo")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_env", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_PACKAGE = "tests/rules/tf_model_export/"

def _export(name, **kwargs):
    stub_files(
        name = name + "_files",
        files = [name + "/train.py"],
        tags = ["manual"],
    )
    tf_model_export(
        name = name + "_subject",
        tags = ["manual"],
        **kwargs
    )

def _assert_export(ctx, kind, output, program, interpreter_site):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    source = target[ModelSourceInfo]
    asserts.equals(env, kind, source.kind)
    asserts.equals(env, [_PACKAGE + output], paths(source.files), "files")
    asserts.equals(env, [_PACKAGE + output], paths(source.roots), "roots")
    asserts.equals(env, [_PACKAGE + output], paths(target[DefaultInfo].files), "default outputs")
    action = only_action(env, "TfjsModelExport")
    assert_contains(env, paths(action.inputs), [_PACKAGE + program, interpreter_site], "inputs")
    assert_env(env, action, {
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "TF_DETERMINISTIC_OPS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
    })
    assert_contains(env, argv(env, action), ["tools/export/export_model.py"], "command line")
    return analysistest.end(env)

def _test_script(name):
    _export(name, script = name + "_files")
    _script_test(name = name, target_under_test = name + "_subject")

def _test_script_impl(ctx):
    return _assert_export(ctx, "saved_model", "test_script_subject", "test_script/train.py", "tests/rules/stubs/full/site-packages/package.pyc")

_script_test = analysis_test(_test_script_impl)

def _test_binary(name):
    _export(name, binary = "program.sh", format = "keras")
    _binary_test(name = name, target_under_test = name + "_subject")

def _test_binary_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    asserts.equals(env, "keras_file", target[ModelSourceInfo].kind)
    asserts.equals(env, [_PACKAGE + "test_binary_subject.keras"], paths(target[ModelSourceInfo].roots), "roots")
    action = only_action(env, "TfjsModelExport")
    asserts.equals(env, [], [path for path in paths(action.inputs) if "/full/" in path], "inputs of the full runtime")
    return analysistest.end(env)

_binary_test = analysis_test(_test_binary_impl)

def _test_h5(name):
    _export(name, format = "h5", script = name + "_files")
    _h5_test(name = name, target_under_test = name + "_subject")

def _test_h5_impl(ctx):
    env = analysistest.begin(ctx)
    source = analysistest.target_under_test(env)[ModelSourceInfo]
    asserts.equals(env, "keras_file", source.kind)
    asserts.equals(env, [_PACKAGE + "test_h5_subject.h5"], paths(source.roots), "roots")
    assert_contains(env, argv(env, only_action(env, "TfjsModelExport")), ["--format=h5"], "flags")
    return analysistest.end(env)

_h5_test = analysis_test(_test_h5_impl)

def _test_no_output_fails(name):
    _export(name, script = name + "_files", program_args = ["--out", "model"])
    failure_test(
        name = name,
        contains = ["one of program_args holds {output}, the path to write, got: [\"--out\", \"model\"]"],
        target_under_test = name + "_subject",
    )

def _test_location(name):
    _export(
        name,
        data = ["BUILD.bazel"],
        program_args = ["--data=$(location BUILD.bazel)", "--output={output}"],
        script = name + "_files",
    )
    _location_test(name = name, target_under_test = name + "_subject")

def _test_location_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsModelExport")), [
        "--argument=--data={}BUILD.bazel".format(_PACKAGE),
        "--argument=--output={output}",
    ], "arguments")
    return analysistest.end(env)

_location_test = analysis_test(_test_location_impl)

def _test_location_outside_data_fails(name):
    _export(name, program_args = ["$(location BUILD.bazel)", "{output}"], script = name + "_files")
    failure_test(
        name = name,
        contains = ["//tests/rules/tf_model_export:BUILD.bazel", "is not a declared prerequisite"],
        target_under_test = name + "_subject",
    )

def tf_model_export_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_binary,
        _test_h5,
        _test_location,
        _test_location_outside_data_fails,
        _test_no_output_fails,
        _test_script,
    ])
