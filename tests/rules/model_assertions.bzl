"""Assertions that hold for every rule that converts a model: outputs, providers, validation, tables."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "TfjsModelInfo")
load(":support.bzl", "actions", "argv", "assert_contains", "assert_lacks", "assert_output_group", "assert_validation_is_a_leaf", "only_action", "paths")

def _model_path(env):
    label = analysistest.target_under_test(env).label
    return "{}/{}".format(label.package, label.name)

def assert_model_outputs(env, mnemonic, format):
    """Asserts what a converting target makes and tells: a folder named after it, an info file, `TfjsModelInfo`, output groups, runfiles.

    Args:
      env: the test environment.
      mnemonic: the converting action's mnemonic.
      format: "graph-model" or "layers-model".
    """
    target = analysistest.target_under_test(env)
    directory = _model_path(env)
    asserts.equals(env, [directory, directory + ".info.json"], paths(only_action(env, mnemonic).outputs), "outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    model = target[TfjsModelInfo]
    asserts.equals(env, format, model.format, "format")
    asserts.equals(env, directory, model.directory.short_path, "directory")
    asserts.true(env, model.directory.is_directory, "the model is a tree artifact")
    asserts.equals(env, directory + ".info.json", model.info.short_path, "info")
    assert_output_group(env, "info", [directory + ".info.json"])
    assert_output_group(env, "_validation", [directory + ".validation.json"])

def assert_model_validation(env):
    """Asserts that Node loads the converted model in an action of its own, and that nothing waits for it.

    Args:
      env: the test environment.
    """
    action = only_action(env, "TfjsValidate")
    model = _model_path(env)
    flags = argv(env, action)
    asserts.equals(env, ["BIN/tests/rules/stubs/node/bin/node", "tools/node/validate.mjs"], flags[:2])
    assert_contains(env, flags, [
        "--label=LABEL",
        "--model=BIN/" + model,
        "--info=BIN/{}.info.json".format(model),
        "--report=BIN/{}.validation.json".format(model),
    ], "flags")
    assert_contains(env, paths(action.inputs), [
        model,
        model + ".info.json",
        "tests/rules/stubs/node/bin/node",
        "tests/rules/stubs/npm/node_modules/@tensorflow/tfjs/package.json",
        "tools/node/lib/model.mjs",
        "tools/node/validate.mjs",
    ], "inputs")
    assert_lacks(env, paths(action.inputs), ["tests/rules/stubs/python/bin/python3"], "inputs")
    asserts.equals(env, [model + ".validation.json"], paths(action.outputs), "outputs")
    assert_validation_is_a_leaf(env)

def assert_no_validation(env):
    """Asserts that a target with `validate = False` has no validation, and keeps its info.

    Args:
      env: the test environment.
    """
    asserts.equals(env, [], actions(env, "TfjsValidate"))
    assert_output_group(env, "_validation", None)
    assert_output_group(env, "info", [_model_path(env) + ".info.json"])

def assert_reads_tables(env, mnemonic):
    """Asserts that a converting action is told of the tables of TensorFlow.js, and reads them.

    Args:
      env: the test environment.
      mnemonic: the converting action's mnemonic.
    """
    action = only_action(env, mnemonic)
    named = [flag.removeprefix("--table=BIN/") for flag in argv(env, action) if flag.startswith("--table=")]
    asserts.true(env, len(named) > 0, "expected a --table flag, got none")
    assert_contains(env, paths(action.inputs), named, "inputs")
