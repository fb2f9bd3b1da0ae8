"""Tests of `tfjs_layers_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model", "tfjs_layers_model")
load("//tests/rules:model_assertions.bzl", "assert_model_outputs", "assert_model_validation", "assert_no_validation", "assert_reads_tables")
load(
    "//tests/rules:support.bzl",
    "NO_USERS_PYTHON",
    "analysis_test",
    "argv",
    "assert_contains",
    "assert_env",
    "assert_lacks",
    "failure_test",
    "only_action",
    "paths",
    "suite",
    "with_toolchains",
)
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_keras_model")

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
        allow_nonfinite = True,
        channel_spread = "refuse",
        content_hashed_names = True,
        keep_optimizer = True,
        metadata = {name + "_classes": "classes"},
        quantize = {
            "uint16": ["conv*"],
            "uint8": ["dense/kernel"],
        },
        quantize_int32 = True,
        split_weights_by_layer = True,
        weight_shard_size_bytes = 65536,
    )
    _every_flag_test(name = name, target_under_test = name + "_subject")

def _test_every_flag_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    asserts.equals(env, [
        "--split_weights_by_layer",
        "--keep_optimizer",
        "--weight_shard_size_bytes=65536",
        "--content_hashed_names",
        "--quantize=uint16:conv*",
        "--quantize=uint8:dense/kernel",
        "--channel_spread=refuse",
        "--quantize_int32",
        "--allow_nonfinite",
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
        "python/tfjs_convert/library.zip",
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
    assert_reads_tables(env, "TfjsLayersModel")
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
        "PYTHONPATH": "BIN/python/tfjs_convert/library.zip:BIN/tests/rules/stubs/light/site-packages",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    })
    return analysistest.end(env)

_environment_test = analysis_test(_test_environment_impl)

def _test_outputs_and_providers(name):
    _subject(name)
    _outputs_and_providers_test(name = name, target_under_test = name + "_subject")

def _test_outputs_and_providers_impl(ctx):
    env = analysistest.begin(ctx)
    assert_model_outputs(env, "TfjsLayersModel", "layers-model")
    return analysistest.end(env)

_outputs_and_providers_test = analysis_test(_test_outputs_and_providers_impl)

def _test_validation(name):
    _subject(name)
    _validation_test(name = name, target_under_test = name + "_subject")

def _test_validation_impl(ctx):
    env = analysistest.begin(ctx)
    assert_model_validation(env)
    return analysistest.end(env)

_validation_test = analysis_test(_test_validation_impl)

def _test_validate_false(name):
    _subject(name, validate = False)
    _validate_false_test(name = name, target_under_test = name + "_subject")

def _test_validate_false_impl(ctx):
    env = analysistest.begin(ctx)
    assert_no_validation(env)
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
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:light_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
    ),
)

def _test_layers_model(name):
    _subject(name)
    tfjs_layers_model(
        name = name + "_again_subject",
        model = name + "_subject",
        tags = ["manual"],
    )
    _layers_model_test(name = name, target_under_test = name + "_again_subject")

def _test_layers_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    assert_contains(env, argv(env, action), ["--input=BIN/" + _PACKAGE + "test_layers_model_subject"], "flags")
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_layers_model_subject"], "inputs")
    asserts.equals(env, [_PACKAGE + "test_layers_model_again_subject", _PACKAGE + "test_layers_model_again_subject.info.json"], paths(action.outputs), "outputs")
    return analysistest.end(env)

_layers_model_test = analysis_test(_test_layers_model_impl)

def _test_files_of_a_layers_model(name):
    stub_files(
        name = name + "_files",
        files = [name + "/model.json", name + "/group1-shard1of1.bin"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_subject",
        model = name + "_files",
        tags = ["manual"],
    )
    _files_of_a_layers_model_test(name = name, target_under_test = name + "_subject")

def _test_files_of_a_layers_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    folder = _PACKAGE + "test_files_of_a_layers_model/"
    asserts.equals(env, ["--input=BIN/" + folder + "model.json"], [flag for flag in argv(env, action) if flag.startswith("--input=")])
    assert_contains(env, paths(action.inputs), [folder + "model.json", folder + "group1-shard1of1.bin"], "inputs")
    return analysistest.end(env)

_files_of_a_layers_model_test = analysis_test(_test_files_of_a_layers_model_impl)

def _saved_model_subject(name, **kwargs):
    stub_files(
        name = name + "_files",
        directories = [name + "_directory"],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_saved_model",
        srcs = [name + "_files"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_subject",
        model = name + "_saved_model",
        tags = ["manual"],
        **kwargs
    )

def _test_saved_model(name):
    _saved_model_subject(name, from_saved_model = True)
    _saved_model_test(name = name, target_under_test = name + "_subject")

def _test_saved_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsLayersModel")
    assert_contains(env, argv(env, action), [
        "tools/convert/layers_model_saved_model.py",
        "--input=BIN/" + _PACKAGE + "test_saved_model_directory",
    ], "command line")
    assert_contains(env, paths(action.inputs), [
        _PACKAGE + "test_saved_model_directory",
        "tests/rules/stubs/core/site-packages/package.pyc",
    ], "inputs")
    assert_lacks(env, paths(action.inputs), ["tests/rules/stubs/full/site-packages/package.pyc"], "inputs")
    assert_model_outputs(env, "TfjsLayersModel", "layers-model")
    assert_reads_tables(env, "TfjsLayersModel")
    return analysistest.end(env)

_saved_model_test = analysis_test(_test_saved_model_impl)

def _test_saved_model_unannounced_fails(name):
    _saved_model_subject(name)
    failure_test(
        name = name,
        contains = ["a model of this rule is a Keras file or a layers model, got ", "(a saved_model); write from_saved_model = True for a SavedModel that Keras 2 saved"],
        target_under_test = name + "_subject",
    )

def _test_keras_file_from_saved_model_fails(name):
    stub_keras_model(
        name = name + "_file",
        srcs = ["BUILD.bazel"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_subject",
        from_saved_model = True,
        model = name + "_file",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["with from_saved_model the model is a tf_saved_model, got ", "(a keras_file); leave from_saved_model out."],
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

def _test_quantization_without_pattern_fails(name):
    _subject(name, quantize = {"float16": []})
    failure_test(
        name = name,
        contains = ["quantize has at least one pattern for each dtype, got none for float16; write [\"*\"] for all weights."],
        target_under_test = name + "_subject",
    )

def tfjs_layers_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_default_command_line,
        _test_environment,
        _test_every_flag,
        _test_files_of_a_layers_model,
        _test_inputs,
        _test_keras_file_from_saved_model_fails,
        _test_layers_model,
        _test_outputs_and_providers,
        _test_quantization_without_pattern_fails,
        _test_saved_model,
        _test_saved_model_unannounced_fails,
        _test_shard_size_zero_fails,
        _test_tables,
        _test_tensorflow_is_not_needed,
        _test_unknown_quantization_fails,
        _test_validate_false,
        _test_validation,
    ])
