"""Tests of `tfjs_graph_model`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model", "tfjs_graph_model", "tfjs_layers_model")
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
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_keras_model", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_graph_model/"

def _subject(name, **kwargs):
    stub_files(
        name = name + "_files",
        files = ["{}/{}".format(name, file) for file in ["fingerprint.pb", "saved_model.pb", "variables/variables.index"]],
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

def _test_default_command_line(name):
    _subject(name)
    _default_command_line_test(name = name, target_under_test = name + "_subject")

def _test_default_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/convert/graph_model.py",
        "--label=LABEL",
        "--output_dir=BIN/" + _PACKAGE + "test_default_command_line_subject",
        "--info=BIN/" + _PACKAGE + "test_default_command_line_subject.info.json",
        "--input=BIN/" + _PACKAGE + "test_default_command_line/saved_model.pb",
        "--input=BIN/" + _PACKAGE + "test_default_command_line/variables/variables.index",
        "--saved_model_tags=serve",
        "--control_flow_v2=auto",
        "--strip_debug_ops=true",
        "--weight_shard_size_bytes=4194304",
    ], argv(env, only_action(env, "TfjsGraphModel"), without = ["--table"]))
    return analysistest.end(env)

_default_command_line_test = analysis_test(_test_default_command_line_impl)

def _hub_subject(name, **kwargs):
    stub_files(
        name = name + "_files",
        directories = [name + "_directory"],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_module",
        srcs = [name + "_files"],
        hub_module = True,
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_module",
        tags = ["manual"],
        **kwargs
    )

def _source_flags(env):
    flags = argv(env, only_action(env, "TfjsGraphModel"))
    return [flag for flag in flags if flag.startswith("--hub_module") or flag.startswith("--saved_model_tags") or flag.startswith("--signature_name")]

def _test_hub_module_chooses_for_itself(name):
    _hub_subject(name)
    _hub_module_chooses_for_itself_test(name = name, target_under_test = name + "_subject")

def _test_hub_module_chooses_for_itself_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, ["--hub_module"], _source_flags(env))
    return analysistest.end(env)

_hub_module_chooses_for_itself_test = analysis_test(_test_hub_module_chooses_for_itself_impl)

def _test_hub_module_as_asked(name):
    _hub_subject(name, saved_model_tags = "", signature_name = "image")
    _hub_module_as_asked_test(name = name, target_under_test = name + "_subject")

def _test_hub_module_as_asked_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, ["--hub_module", "--saved_model_tags=", "--signature_name=image"], _source_flags(env))
    return analysistest.end(env)

_hub_module_as_asked_test = analysis_test(_test_hub_module_as_asked_impl)

def _test_custom_ops(name):
    stub_files(
        name = name + "_op",
        files = [name + "/inverse.mjs"],
        tags = ["manual"],
    )
    _subject(name, custom_ops = {"MatrixInverse": name + "_op"})
    _custom_ops_test(name = name, target_under_test = name + "_subject")

def _test_custom_ops_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    file = _PACKAGE + "test_custom_ops/inverse.mjs"
    assert_contains(env, argv(env, action), ["--custom_op=MatrixInverse:BIN/" + file], "flags")
    assert_contains(env, paths(action.inputs), [file], "inputs")
    return analysistest.end(env)

_custom_ops_test = analysis_test(_test_custom_ops_impl)

def _test_custom_op_of_two_files_fails(name):
    stub_files(
        name = name + "_op",
        files = [name + "/a.mjs", name + "/b.mjs"],
        tags = ["manual"],
    )
    _subject(name, custom_ops = {"MatrixInverse": name + "_op"})
    failure_test(
        name = name,
        contains = ["each label in custom_ops is one JavaScript module, got ", " with 2 files; name the modules one by one."],
        target_under_test = name + "_subject",
    )

def _test_custom_op_without_a_name_fails(name):
    stub_files(
        name = name + "_op",
        files = [name + "/a.mjs"],
        tags = ["manual"],
    )
    _subject(name, custom_ops = {"Matrix:Inverse": name + "_op"})
    failure_test(
        name = name,
        contains = ["a key in custom_ops is an operation's name, as MatrixInverse, got \"Matrix:Inverse\" for "],
        target_under_test = name + "_subject",
    )

def _test_every_flag(name):
    stub_files(
        name = name + "_labels",
        files = [name + "/labels.json"],
        tags = ["manual"],
    )
    _subject(
        name,
        content_hashed_names = True,
        control_flow_v2 = "false",
        input_shapes = {
            "audio:0": [1, -1],
            "image": [1, 224, 224, 3],
        },
        metadata = {name + "_labels": "labels"},
        outputs = ["scores", "boxes"],
        quantize = {
            "float16": ["*"],
            "uint8": ["dense*/kernel", "embedding"],
        },
        saved_model_tags = "serve,tpu",
        signature_name = "classify",
        skip_op_check = True,
        strip_debug_ops = False,
        use_structured_outputs_names = True,
        weight_shard_size_bytes = 1000,
    )
    _every_flag_test(name = name, target_under_test = name + "_subject")

def _test_every_flag_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    asserts.equals(env, [
        "--saved_model_tags=serve,tpu",
        "--signature_name=classify",
        "--control_flow_v2=false",
        "--strip_debug_ops=false",
        "--skip_op_check",
        "--use_structured_outputs_names",
        "--input_shape=audio:0:1,-1",
        "--input_shape=image:1,224,224,3",
        "--output=scores",
        "--output=boxes",
        "--weight_shard_size_bytes=1000",
        "--content_hashed_names",
        "--quantize=float16:*",
        "--quantize=uint8:dense*/kernel",
        "--quantize=uint8:embedding",
        "--metadata=labels:BIN/" + _PACKAGE + "test_every_flag/labels.json",
    ], [flag for flag in argv(env, action, without = ["--table", "--label", "--output_dir", "--info", "--input"]) if flag.startswith("--")])
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_every_flag/labels.json"], "inputs")
    return analysistest.end(env)

_every_flag_test = analysis_test(_test_every_flag_impl)

def _test_directory(name):
    stub_files(
        name = name + "_files",
        directories = ["exported"],
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
    )
    _directory_test(name = name, target_under_test = name + "_subject")

def _test_directory_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    asserts.equals(env, ["--input=BIN/" + _PACKAGE + "exported"], [flag for flag in argv(env, action) if flag.startswith("--input=")])
    return analysistest.end(env)

_directory_test = analysis_test(_test_directory_impl)

def _test_inputs(name):
    _subject(name)
    _inputs_test(name = name, target_under_test = name + "_subject")

def _test_inputs_impl(ctx):
    env = analysistest.begin(ctx)
    inputs = paths(only_action(env, "TfjsGraphModel").inputs)
    assert_contains(env, inputs, [
        _PACKAGE + "test_inputs/saved_model.pb",
        _PACKAGE + "test_inputs/variables/variables.index",
        "python/tfjs_convert/library.zip",
        "tests/rules/stubs/core/site-packages/package.pyc",
        "tests/rules/stubs/light/site-packages/package.pyc",
        "tests/rules/stubs/python/bin/python3",
        "tests/rules/stubs/python/lib/python313.zip",
        "tools/convert/graph_model.py",
    ], "inputs")
    assert_lacks(env, inputs, [
        _PACKAGE + "test_inputs/fingerprint.pb",
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
    assert_reads_tables(env, "TfjsGraphModel")
    return analysistest.end(env)

_tables_test = analysis_test(_test_tables_impl)

def _test_environment(name):
    _subject(name)
    _environment_test(name = name, target_under_test = name + "_subject")

def _test_environment_impl(ctx):
    env = analysistest.begin(ctx)
    assert_env(env, only_action(env, "TfjsGraphModel"), {
        "CUDA_VISIBLE_DEVICES": "-1",
        "HOME": None,
        "PATH": None,
        "PYTHONHASHSEED": "0",
        "PYTHONHOME": "BIN/tests/rules/stubs/python",
        "PYTHONPATH": "BIN/python/tfjs_convert/library.zip:BIN/tests/rules/stubs/core/site-packages:BIN/tests/rules/stubs/light/site-packages",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    })
    return analysistest.end(env)

_environment_test = analysis_test(_test_environment_impl)

def _test_outputs_and_providers(name):
    _subject(name)
    _outputs_and_providers_test(name = name, target_under_test = name + "_subject")

def _test_outputs_and_providers_impl(ctx):
    env = analysistest.begin(ctx)
    assert_model_outputs(env, "TfjsGraphModel", "graph-model")
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

def _test_full_runtime_is_not_needed(name):
    _subject(name)
    _full_runtime_is_not_needed_test(name = name, target_under_test = name + "_subject")

def _test_full_runtime_is_not_needed_impl(ctx):
    env = analysistest.begin(ctx)
    only_action(env, "TfjsGraphModel")
    return analysistest.end(env)

_full_runtime_is_not_needed_test = analysis_test(
    _test_full_runtime_is_not_needed_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:core_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
        Label("//tests/rules/stubs/forbidden:light_toolchain"),
    ),
)

def _test_keras_source_fails(name):
    stub_files(
        name = name + "_files",
        files = [name + ".h5"],
        tags = ["manual"],
    )
    stub_keras_model(
        name = name + "_model",
        srcs = [name + "_files"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_model",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = [
            "model is a tf_saved_model, a frozen graph or a Keras file, got ",
            ":test_keras_source_fails_model (a keras_file)",
            "write from_keras = True",
        ],
        target_under_test = name + "_subject",
    )

def _test_unknown_file_fails(name):
    stub_files(
        name = name + "_files",
        files = [name + ".onnx"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_files",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = [
            "model is a tf_saved_model, a frozen graph (.pb, .pbtxt) or a Keras file (.h5, .hdf5, .keras), got ",
            "test_unknown_file_fails.onnx",
            "wrap a SavedModel in a tf_saved_model",
        ],
        target_under_test = name + "_subject",
    )

def _frozen(name, **kwargs):
    stub_files(
        name = name + "_files",
        files = [name + "/graph.pb"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_files",
        tags = ["manual"],
        **kwargs
    )

def _test_frozen_graph(name):
    _frozen(name, output_node_names = ["second", "first:1"])
    _frozen_graph_test(name = name, target_under_test = name + "_subject")

def _test_frozen_graph_impl(ctx):
    env = analysistest.begin(ctx)
    flags = argv(env, only_action(env, "TfjsGraphModel"), without = ["--table", "--label", "--output_dir", "--info"])
    asserts.equals(env, [
        "--input=BIN/" + _PACKAGE + "test_frozen_graph/graph.pb",
        "--output_node_name=second",
        "--output_node_name=first:1",
        "--control_flow_v2=auto",
        "--strip_debug_ops=true",
        "--weight_shard_size_bytes=4194304",
    ], [flag for flag in flags if flag.startswith("--")])
    return analysistest.end(env)

_frozen_graph_test = analysis_test(_test_frozen_graph_impl)

def _test_frozen_graph_without_outputs_fails(name):
    _frozen(name)
    failure_test(
        name = name,
        contains = ["a frozen graph does not say what it returns, got ", "without output_node_names; name the nodes there."],
        target_under_test = name + "_subject",
    )

def _test_output_node_names_of_saved_model_fails(name):
    _subject(name, output_node_names = ["scores"])
    failure_test(
        name = name,
        contains = ["output_node_names is for frozen graphs, got it with the tf_saved_model ", "choose with signature_name and outputs."],
        target_under_test = name + "_subject",
    )

def _test_size_in_words_fails(name):
    _subject(name, input_shapes = {"image": [1, "wide"]})
    failure_test(
        name = name,
        contains = ["a size in input_shapes is a whole number, or -1 for a free axis, got: wide for image"],
        target_under_test = name + "_subject",
    )

def _keras(name, file = "model.h5", **kwargs):
    """Declares a graph model from a Keras file, as a source that analysis need not find."""
    tfjs_graph_model(
        name = name + "_subject",
        model = "{}/{}".format(name, file),
        tags = ["manual"],
        **kwargs
    )

def _test_keras_command_line(name):
    _keras(
        name,
        input_shapes = {"image": [1, 64, 64, 1]},
        outputs = ["scores"],
        quantize = {"float16": ["*"]},
    )
    _keras_command_line_test(name = name, target_under_test = name + "_subject")

def _test_keras_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/convert/graph_model_keras.py",
        "--label=LABEL",
        "--output_dir=BIN/" + _PACKAGE + "test_keras_command_line_subject",
        "--info=BIN/" + _PACKAGE + "test_keras_command_line_subject.info.json",
        "--input=" + _PACKAGE + "test_keras_command_line/model.h5",
        "--control_flow_v2=auto",
        "--strip_debug_ops=true",
        "--input_shape=image:1,64,64,1",
        "--output=scores",
        "--weight_shard_size_bytes=4194304",
        "--quantize=float16:*",
    ], argv(env, only_action(env, "TfjsGraphModel"), without = ["--table"]))
    return analysistest.end(env)

_keras_command_line_test = analysis_test(_test_keras_command_line_impl)

def _test_keras_inputs(name):
    _keras(name, file = "model.keras")
    _keras_inputs_test(name = name, target_under_test = name + "_subject")

def _test_keras_inputs_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    assert_contains(env, paths(action.inputs), [
        _PACKAGE + "test_keras_inputs/model.keras",
        "python/tfjs_convert/library.zip",
        "tests/rules/stubs/full/site-packages/package.pyc",
        "tools/convert/graph_model_keras.py",
    ], "inputs")
    assert_env(env, action, {
        "HOME": None,
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": "/dev/null",
        "PYTHONHASHSEED": "0",
    })
    assert_reads_tables(env, "TfjsGraphModel")
    return analysistest.end(env)

_keras_inputs_test = analysis_test(_test_keras_inputs_impl)

def _test_keras_needs_the_full_runtime_only(name):
    _keras(name)
    _keras_needs_the_full_runtime_only_test(name = name, target_under_test = name + "_subject")

_keras_needs_the_full_runtime_only_test = analysis_test(
    _test_full_runtime_is_not_needed_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:full_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:light_toolchain"),
    ),
)

def _test_keras_outputs_and_providers(name):
    _keras(name, file = "model.hdf5")
    _keras_outputs_and_providers_test(name = name, target_under_test = name + "_subject")

_keras_outputs_and_providers_test = analysis_test(_test_outputs_and_providers_impl)

def _test_keras_target_of_another_name(name):
    stub_files(
        name = name + "_files",
        files = [name + "/checkpoint"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_files",
        tags = ["manual"],
    )
    _keras_target_of_another_name_test(name = name, target_under_test = name + "_subject")

def _test_keras_target_of_another_name_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsGraphModel")), [
        "tools/convert/graph_model_keras.py",
        "--input=BIN/" + _PACKAGE + "test_keras_target_of_another_name/checkpoint",
    ], "command line")
    return analysistest.end(env)

_keras_target_of_another_name_test = analysis_test(_test_keras_target_of_another_name_impl)

def _test_keras_source_target(name):
    stub_files(
        name = name + "_files",
        files = [name + "/kept"],
        tags = ["manual"],
    )
    stub_keras_model(
        name = name + "_model",
        srcs = [name + "_files"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_model",
        tags = ["manual"],
    )
    _keras_source_target_test(name = name, target_under_test = name + "_subject")

def _test_keras_source_target_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsGraphModel")), [
        "--input=BIN/" + _PACKAGE + "test_keras_source_target/kept",
    ], "command line")
    return analysistest.end(env)

_keras_source_target_test = analysis_test(_test_keras_source_target_impl)

def _test_layers_model(name):
    stub_files(
        name = name + "_files",
        files = [name + "/model.h5"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_layers",
        model = name + "_files",
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_layers",
        tags = ["manual"],
    )
    _layers_model_test(name = name, target_under_test = name + "_subject")

def _test_layers_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    assert_contains(env, argv(env, action), [
        "tools/convert/graph_model_keras.py",
        "--input=BIN/" + _PACKAGE + "test_layers_model_layers",
    ], "command line")
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_layers_model_layers"], "inputs")
    return analysistest.end(env)

_layers_model_test = analysis_test(_test_layers_model_impl)

def _test_files_of_a_layers_model(name):
    stub_files(
        name = name + "_files",
        files = [name + "/weights.bin", name + "/model.json"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_files",
        tags = ["manual"],
    )
    _files_of_a_layers_model_test(name = name, target_under_test = name + "_subject")

def _test_files_of_a_layers_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    inputs = [flag for flag in argv(env, action) if flag.startswith("--input=")]
    asserts.equals(env, ["--input=BIN/" + _PACKAGE + "test_files_of_a_layers_model/model.json"], inputs)
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_files_of_a_layers_model/weights.bin"], "inputs")
    return analysistest.end(env)

_files_of_a_layers_model_test = analysis_test(_test_files_of_a_layers_model_impl)

def _test_layers_model_without_from_keras_fails(name):
    stub_files(
        name = name + "_files",
        files = [name + "/model.h5"],
        tags = ["manual"],
    )
    tfjs_layers_model(
        name = name + "_layers",
        model = name + "_files",
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        model = name + "_layers",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["(a layers-model); for Keras files and layers models write from_keras = True."],
        target_under_test = name + "_subject",
    )

def _test_graph_model_from_keras_fails(name):
    stub_tfjs_model(
        name = name + "_graph",
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_graph",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["a model of this rule is a Keras file or a layers model, with from_keras, got ", "(a graph-model); leave from_keras out for a SavedModel or a frozen graph."],
        target_under_test = name + "_subject",
    )

def _test_saved_model_from_keras_fails(name):
    _subject(name, from_keras = True)
    failure_test(
        name = name,
        contains = ["a model of this rule is a Keras file or a layers model, with from_keras, got ", "(a saved_model); leave from_keras out for a SavedModel or a frozen graph."],
        target_under_test = name + "_subject",
    )

def _test_two_keras_files_fail(name):
    stub_files(
        name = name + "_files",
        files = [name + "/a.h5", name + "/b.h5"],
        tags = ["manual"],
    )
    tfjs_graph_model(
        name = name + "_subject",
        from_keras = True,
        model = name + "_files",
        tags = ["manual"],
    )
    failure_test(
        name = name,
        contains = ["a model of this rule is a Keras file or a layers model, with from_keras: one file, one directory, or the files of one layers model with its model.json, got "],
        target_under_test = name + "_subject",
    )

def _test_shard_size_zero_fails(name):
    _subject(name, weight_shard_size_bytes = 0)
    failure_test(
        name = name,
        contains = ["weight_shard_size_bytes is a positive number of bytes, got: 0"],
        target_under_test = name + "_subject",
    )

def _test_unknown_quantization_fails(name):
    _subject(name, quantize = {"int8": ["*"]})
    failure_test(
        name = name,
        contains = ["quantize has the keys [\"float16\", \"uint16\", \"uint8\"], got: int8"],
        target_under_test = name + "_subject",
    )

def _test_quantization_without_pattern_fails(name):
    _subject(name, quantize = {"float16": []})
    failure_test(
        name = name,
        contains = ["quantize has at least one pattern for each dtype, got none for float16; write [\"*\"] for all weights."],
        target_under_test = name + "_subject",
    )

def _test_metadata_key_with_percent(name):
    stub_files(
        name = name + "_shares",
        files = [name + "/shares.json"],
        tags = ["manual"],
    )
    _subject(name, metadata = {name + "_shares": "shares%s %"})
    _metadata_key_with_percent_test(name = name, target_under_test = name + "_subject")

def _test_metadata_key_with_percent_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, argv(env, only_action(env, "TfjsGraphModel")), [
        "--metadata=shares%s %:BIN/" + _PACKAGE + "test_metadata_key_with_percent/shares.json",
    ], "flags")
    return analysistest.end(env)

_metadata_key_with_percent_test = analysis_test(_test_metadata_key_with_percent_impl)

def _metadata_fails(name, files, keys, contains):
    """Declares a test that metadata fails: one label for each key, with so many files."""
    for index in range(len(keys)):
        stub_files(
            name = "{}_metadata_{}".format(name, index),
            files = ["{}/{}_{}.json".format(name, index, file) for file in range(files)],
            tags = ["manual"],
        )
    _subject(name, metadata = {"{}_metadata_{}".format(name, index): key for index, key in enumerate(keys)})
    failure_test(name = name, contains = contains, target_under_test = name + "_subject")

def _test_metadata_of_two_files_fails(name):
    _metadata_fails(
        name,
        contains = ["each label in metadata is one JSON file, got ", ":test_metadata_of_two_files_fails_metadata_0 with 2 files"],
        files = 2,
        keys = ["labels"],
    )

def _test_metadata_key_with_colon_fails(name):
    _metadata_fails(
        name,
        contains = ["a key in metadata is a name without a colon, got \"a:b\" for "],
        files = 1,
        keys = ["a:b"],
    )

def _test_metadata_without_key_fails(name):
    _metadata_fails(
        name,
        contains = ["a key in metadata is a name without a colon, got \"\" for "],
        files = 1,
        keys = [""],
    )

def _test_metadata_key_twice_fails(name):
    _metadata_fails(
        name,
        contains = ["a key in metadata belongs to one file, got \"labels\" for ", "_metadata_0 and ", "_metadata_1."],
        files = 1,
        keys = ["labels", "labels"],
    )

def tfjs_graph_model_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_custom_op_of_two_files_fails,
        _test_custom_op_without_a_name_fails,
        _test_custom_ops,
        _test_default_command_line,
        _test_directory,
        _test_environment,
        _test_every_flag,
        _test_files_of_a_layers_model,
        _test_frozen_graph,
        _test_frozen_graph_without_outputs_fails,
        _test_full_runtime_is_not_needed,
        _test_graph_model_from_keras_fails,
        _test_hub_module_as_asked,
        _test_hub_module_chooses_for_itself,
        _test_inputs,
        _test_keras_command_line,
        _test_keras_inputs,
        _test_keras_needs_the_full_runtime_only,
        _test_keras_outputs_and_providers,
        _test_keras_source_fails,
        _test_keras_source_target,
        _test_keras_target_of_another_name,
        _test_layers_model,
        _test_layers_model_without_from_keras_fails,
        _test_metadata_key_twice_fails,
        _test_metadata_key_with_colon_fails,
        _test_metadata_key_with_percent,
        _test_metadata_of_two_files_fails,
        _test_metadata_without_key_fails,
        _test_output_node_names_of_saved_model_fails,
        _test_outputs_and_providers,
        _test_quantization_without_pattern_fails,
        _test_saved_model_from_keras_fails,
        _test_shard_size_zero_fails,
        _test_size_in_words_fails,
        _test_tables,
        _test_two_keras_files_fail,
        _test_unknown_file_fails,
        _test_unknown_quantization_fails,
        _test_validate_false,
        _test_validation,
    ])
