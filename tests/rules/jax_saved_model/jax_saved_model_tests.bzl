"""Tests of `jax_saved_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "jax_saved_model")
load("//rules:providers.bzl", "ModelSourceInfo")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_env", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_PACKAGE = "tests/rules/jax_saved_model/"

def _subject(name, **kwargs):
    stub_files(
        name = name + "_srcs",
        files = [name + "/network.py"],
        tags = ["manual"],
    )
    stub_files(
        name = name + "_params",
        files = [name + "/params.npz"],
        tags = ["manual"],
    )
    jax_saved_model(
        name = name + "_subject",
        srcs = [name + "_srcs"],
        function = "network:apply",
        input_signatures = [
            "image:float32[?, 8]",
            "int32[3]",
        ],
        tags = ["manual"],
        **kwargs
    )

def _test_action(name):
    _subject(
        name,
        params = name + "_params",
        polymorphic_shapes = [
            "(b, 8)",
            "None",
        ],
    )
    _action_test(name = name, target_under_test = name + "_subject")

def _test_action_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    output = _PACKAGE + "test_action_subject"
    asserts.equals(env, "saved_model", target[ModelSourceInfo].kind)
    asserts.equals(env, [output], paths(target[ModelSourceInfo].roots), "roots")
    asserts.equals(env, [output], paths(target[DefaultInfo].files), "default outputs")
    action = only_action(env, "TfjsJaxExport")
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/export/export_jax.py",
        "--label=LABEL",
        "--src=BIN/" + _PACKAGE + "test_action/network.py",
        "--function=network:apply",
        "--params=BIN/" + _PACKAGE + "test_action/params.npz",
        "--input_signature=image:float32[?, 8]",
        "--input_signature=int32[3]",
        "--polymorphic_shape=(b, 8)",
        "--polymorphic_shape=None",
        "--output=BIN/" + output,
    ], argv(env, action))
    assert_contains(env, paths(action.inputs), [
        _PACKAGE + "test_action/network.py",
        _PACKAGE + "test_action/params.npz",
        "tests/rules/stubs/full/site-packages/package.pyc",
        "tests/rules/stubs/jax/site-packages/package.pyc",
    ], "inputs")
    assert_env(env, action, {
        "JAX_PLATFORMS": "cpu",
        "PYTHONHASHSEED": "0",
        "TF_NUM_INTEROP_THREADS": "1",
    })
    return analysistest.end(env)

_action_test = analysis_test(_test_action_impl)

def _test_params_function(name):
    _subject(name, params_function = "network:trained")
    _params_function_test(name = name, target_under_test = name + "_subject")

def _test_params_function_impl(ctx):
    env = analysistest.begin(ctx)
    flags = [flag for flag in argv(env, only_action(env, "TfjsJaxExport")) if flag.startswith("--params")]
    asserts.equals(env, ["--params_function=network:trained"], flags)
    return analysistest.end(env)

_params_function_test = analysis_test(_test_params_function_impl)

def _test_no_params_fails(name):
    _subject(name)
    failure_test(
        name = name,
        contains = ["give the parameters once: params, a file, or params_function, a function that returns them."],
        target_under_test = name + "_subject",
    )

def _test_both_params_fail(name):
    _subject(name, params = name + "_params", params_function = "network:trained")
    failure_test(
        name = name,
        contains = ["give the parameters once"],
        target_under_test = name + "_subject",
    )

def jax_saved_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_action,
        _test_both_params_fail,
        _test_no_params_fails,
        _test_params_function,
    ])
