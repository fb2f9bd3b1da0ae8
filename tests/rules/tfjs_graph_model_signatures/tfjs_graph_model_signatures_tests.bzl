"""Tests of `tfjs_graph_model` with `signatures`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model", "tfjs_graph_model")
load("//rules:providers.bzl", "TfjsModelInfo")
load("//tests/rules:support.bzl", "actions", "analysis_test", "argv", "assert_contains", "assert_lacks", "assert_output_group", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_keras_model")

_PACKAGE = "tests/rules/tfjs_graph_model_signatures/"

def _subject(name, **kwargs):
    stub_files(
        name = name + "_files",
        directories = [name + "_directory"],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_model",
        srcs = [name + "_files"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_model",
        tags = ["manual"],
        **kwargs
    )

def _test_one_action(name):
    _subject(name, input_shapes = {"x": [1, -1]}, saved_model_tags = "serve,gpu", signatures = ["classify", "embed"])
    _one_action_test(name = name, target_under_test = name + "_subject")

def _test_one_action_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    subject = _PACKAGE + "test_one_action_subject"
    outputs = [subject + suffix for suffix in [".classify", ".classify.info.json", ".embed", ".embed.info.json"]]
    asserts.equals(env, [
        "tools/convert/graph_model_signatures.py",
        "--label=LABEL",
        "--output_dir=BIN/" + outputs[0],
        "--output_dir=BIN/" + outputs[2],
        "--info=BIN/" + outputs[1],
        "--info=BIN/" + outputs[3],
        "--input=BIN/" + _PACKAGE + "test_one_action_directory",
        "--saved_model_tags=serve,gpu",
        "--signature_name=classify",
        "--signature_name=embed",
        "--control_flow_v2=auto",
        "--strip_debug_ops=true",
        "--input_shape=x:1,-1",
        "--weight_shard_size_bytes=4194304",
    ], argv(env, action, without = ["--table"])[3:])
    asserts.equals(env, outputs, sorted(paths(action.outputs)), "outputs")
    assert_contains(env, paths(action.inputs), ["tests/rules/stubs/core/site-packages/package.pyc"], "inputs")
    assert_lacks(env, paths(action.inputs), ["tests/rules/stubs/full/site-packages/package.pyc"], "inputs")
    target = analysistest.target_under_test(env)
    asserts.equals(env, [outputs[0], outputs[2]], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [outputs[0], outputs[2]], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    assert_output_group(env, "info", [outputs[1], outputs[3]])
    assert_output_group(env, "_validation", [subject + ".classify.validation.json", subject + ".embed.validation.json"])
    asserts.equals(env, 2, len(actions(env, "TfjsValidate")), "validations")
    return analysistest.end(env)

_one_action_test = analysis_test(_test_one_action_impl)

def _test_one_signature(name):
    _subject(name, signatures = ["classify", "embed"])
    _one_signature_test(name = name, target_under_test = name + "_subject.embed")

def _test_one_signature_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    directory = _PACKAGE + "test_one_signature_subject.embed"
    model = target[TfjsModelInfo]
    asserts.equals(env, directory, model.directory.short_path, "directory")
    asserts.equals(env, directory + ".info.json", model.info.short_path, "info")
    asserts.equals(env, "graph-model", model.format, "format")
    asserts.equals(env, [directory], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    assert_output_group(env, "info", [directory + ".info.json"])
    return analysistest.end(env)

_one_signature_test = analysis_test(_test_one_signature_impl)

def _test_without_validation(name):
    _subject(name, signatures = ["classify"], validate = False)
    _without_validation_test(name = name, target_under_test = name + "_subject.classify")

def _test_without_validation_impl(ctx):
    env = analysistest.begin(ctx)
    assert_output_group(env, "_validation", None)
    return analysistest.end(env)

_without_validation_test = analysis_test(_test_without_validation_impl)

def _test_no_signature_fails(name):
    _subject(name, signatures = [])
    failure_test(
        name = name,
        contains = ["signatures names at least one signature, got none; leave it out to convert the model's default one."],
        target_under_test = name + "_subject",
    )

def _test_name_that_no_target_has_fails(name):
    _subject(name, signatures = ["image/classify"])
    failure_test(
        name = name,
        contains = ["each of signatures becomes part of a target's name, and \"image/classify\" cannot; convert that one alone, with signature_name."],
        target_under_test = name + "_subject",
    )

def _test_keras_file_fails(name):
    stub_keras_model(
        name = name + "_file",
        srcs = ["BUILD.bazel"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_file",
        signatures = ["classify"],
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["signatures are those of a tf_saved_model, got ", "(a keras_file); leave signatures out."],
        target_under_test = name + "_subject",
    )

def tfjs_graph_model_signatures_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_keras_file_fails,
        _test_name_that_no_target_has_fails,
        _test_no_signature_fails,
        _test_one_action,
        _test_one_signature,
        _test_without_validation,
    ])
