"""Tests of `tfjs_layers_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_layers_model")
load("//rules:providers.bzl", "TfjsModelInfo")
load(
    "//tests/rules:support.bzl",
    "NO_PYTHON",
    "actions",
    "analysis_test",
    "argv",
    "assert_contains",
    "assert_env",
    "assert_lacks",
    "assert_output_group",
    "assert_validation_is_a_leaf",
    "failure_test",
    "only_action",
    "paths",
    "suite",
    "with_toolchains",
)
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_PACKAGE = "tests/rules/tfjs_layers_model/"

def _subject(name, **kwargs):
    stub_files(
        name = name + "_file",
        files = [name + "/model.h5"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_subject",
        model = name + "_file",
        tags = ["manual"],
        **kwargs
    )

def _test_default_command_line(name):
    _subject(name)
    _default_command_line_test(name = name, target_under_test = name + "_subject")

def _test_default_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/convert/layers_model.py",
        "--label=LABEL",
        "--output_dir=BIN/" + _PACKAGE + "test_default_command_line_subject",
        "--info=BIN/" + _PACKAGE + "test_default_command_line_subject.info.json",
        "--input=BIN/" + _PACKAGE + "test_default_command_line/model.h5",
        "--weight_shard_size_bytes=4194304",
    ], argv(env, only_action(env, "TfjsLayersModel"), without = ["--table"]))
    return analysistest.end(env)

_default_command_line_test = analysis_test(_test_default_command_line_impl)

def _test_every_flag(name):
    stub_files(
        name = name + "_classes",
        files = [name + "/classes.json"],
        tags = ["manual"],
    )
    _subject(
        name,
        content_hashed_names = True,
        metadata = {name + "_classes": "classes"},
        quantize = {
            "uint16": ["conv*"],
            "uint8": ["dense/kernel"],
        },
        split_weights_by_layer = True,
        weight_shard_size_bytes = 65536,
    )
    _every_flag_test(name = name, target_under_test = name + "_subject")

def _test_every_flag_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    asserts.equals(env, [
        "--split_weights_by_layer",
        "--weight_shard_size_bytes=65536",
        "--content_hashed_names",
        "--quantize=uint16:conv*",
        "--quantize=uint8:dense/kernel",
        "--metadata=classes:BIN/" + _PACKAGE + "test_every_flag/classes.json",
    ], [flag for flag in argv(env, action, without = ["--table", "--label", "--output_dir", "--info", "--input"]) if flag.startswith("--")])
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_every_flag/classes.json"], "inputs")
    return analysistest.end(env)

_every_flag_test = analysis_test(_test_every_flag_impl)

def _test_inputs(name):
    _subject(name)
    _inputs_test(name = name, target_under_test = name + "_subject")

def _test_inputs_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = paths(only_action(env, "TfjsLayersModel").inputs)
    assert_contains(env, inputs, [
        _PACKAGE + "test_inputs/model.h5",
        "python/tfjs_convert/__init__.py",
        "python/tfjs_convert/artifact.py",
        "tests/rules/stubs/light/site-packages/package.pyc",
        "tests/rules/stubs/python/bin/python3",
        "tests/rules/stubs/python/lib/python313.zip",
        "tools/convert/layers_model.py",
    ], "inputs")
    assert_lacks(env, inputs, [
        "tests/rules/stubs/core/site-packages/package.pyc",
        "tests/rules/stubs/full/site-packages/package.pyc",
        "tests/rules/stubs/node/bin/node",
    ], "inputs")
    return analysistest.end(env)

_inputs_test = analysis_test(_test_inputs_impl)

def _test_tables(name):
    _subject(name)
    _tables_test(name = name, target_under_test = name + "_subject")

def _test_tables_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    named = [flag.removeprefix("--table=BIN/") for flag in argv(env, action) if flag.startswith("--table=")]
    asserts.true(env, len(named) > 0, "expected a --table flag, got none")
    assert_contains(env, paths(action.inputs), named, "inputs")
    return analysistest.end(env)

_tables_test = analysis_test(_test_tables_impl)

def _test_environment(name):
    _subject(name)
    _environment_test(name = name, target_under_test = name + "_subject")

def _test_environment_impl(ctx):
    env = analysistest.begin(ctx)
    assert_env(env, only_action(env, "TfjsLayersModel"), {
        "HOME": None,
        "PATH": None,
        "PYTHONHASHSEED": "0",
        "PYTHONHOME": "BIN/tests/rules/stubs/python",
        "PYTHONPATH": "python:BIN/tests/rules/stubs/light/site-packages",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    })
    return analysistest.end(env)

_environment_test = analysis_test(_test_environment_impl)

def _test_outputs_and_providers(name):
    _subject(name)
    _outputs_and_providers_test(name = name, target_under_test = name + "_subject")

def _test_outputs_and_providers_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    directory = _PACKAGE + "test_outputs_and_providers_subject"
    asserts.equals(env, [directory, directory + ".info.json"], paths(only_action(env, "TfjsLayersModel").outputs), "outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    model = target[TfjsModelInfo]
    asserts.equals(env, "layers-model", model.format)
    asserts.equals(env, directory, model.directory.short_path)
    asserts.true(env, model.directory.is_directory, "the model is a tree artifact")
    asserts.equals(env, directory + ".info.json", model.info.short_path)
    assert_output_group(env, "info", [directory + ".info.json"])
    assert_output_group(env, "_validation", [directory + ".validation.json"])
    return analysistest.end(env)

_outputs_and_providers_test = analysis_test(_test_outputs_and_providers_impl)

def _test_validation(name):
    _subject(name)
    _validation_test(name = name, target_under_test = name + "_subject")

def _test_validation_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsValidate")
    model = _PACKAGE + "test_validation_subject"
    assert_contains(env, argv(env, action), [
        "--label=LABEL",
        "--model=BIN/" + model,
        "--info=BIN/{}.info.json".format(model),
        "--report=BIN/{}.validation.json".format(model),
    ], "flags")
    assert_contains(env, paths(action.inputs), [model, model + ".info.json"], "inputs")
    asserts.equals(env, [model + ".validation.json"], paths(action.outputs))
    assert_validation_is_a_leaf(env)
    return analysistest.end(env)

_validation_test = analysis_test(_test_validation_impl)

def _test_validate_false(name):
    _subject(name, validate = False)
    _validate_false_test(name = name, target_under_test = name + "_subject")

def _test_validate_false_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, [], actions(env, "TfjsValidate"))
    assert_output_group(env, "_validation", None)
    assert_output_group(env, "info", [_PACKAGE + "test_validate_false_subject.info.json"])
    return analysistest.end(env)

_validate_false_test = analysis_test(_test_validate_false_impl)

def _test_tensorflow_is_not_needed(name):
    _subject(name)
    _tensorflow_is_not_needed_test(name = name, target_under_test = name + "_subject")

def _test_tensorflow_is_not_needed_impl(ctx):
    env = analysistest.begin(ctx)
    only_action(env, "TfjsLayersModel")
    return analysistest.end(env)

_tensorflow_is_not_needed_test = analysis_test(
    _test_tensorflow_is_not_needed_impl,
    config_settings = with_toolchains(
        NO_PYTHON,
        Label("//tests/rules/stubs:light_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
    ),
)

def _test_directory_fails(name):
    stub_files(
        name = name + "_files",
        directories = [name + "_directory"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_subject",
        model = name + "_files",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = [
            "model is a single Keras file, got the directory ",
            ":test_directory_fails_files; name a .h5 or .keras file, or convert a SavedModel with tfjs_graph_model.",
        ],
        target_under_test = name + "_subject",
    )

def _test_shard_size_zero_fails(name):
    _subject(name, weight_shard_size_bytes = -1)
    failure_test(
        name = name,
        contains = ["weight_shard_size_bytes is a positive number of bytes, got: -1"],
        target_under_test = name + "_subject",
    )

def _test_unknown_quantization_fails(name):
    _subject(name, quantize = {"float32": ["*"]})
    failure_test(
        name = name,
        contains = ["quantize has the keys [\"float16\", \"uint16\", \"uint8\"], got: float32"],
        target_under_test = name + "_subject",
    )

def tfjs_layers_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_default_command_line,
        _test_directory_fails,
        _test_environment,
        _test_every_flag,
        _test_inputs,
        _test_outputs_and_providers,
        _test_shard_size_zero_fails,
        _test_tables,
        _test_tensorflow_is_not_needed,
        _test_unknown_quantization_fails,
        _test_validate_false,
        _test_validation,
    ])
