"""Tests of the attributes on weights, which every converting rule has: on `tfjs_layers_model`, which is the smaller one."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model", "tfjs_graph_model", "tfjs_layers_model")
load("//tests/rules:support.bzl", "actions", "analysis_test", "argv", "failure_test", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_SHARD_SIZE = "--weight_shard_size_bytes=4194304"

def _flags(env):
    """Returns the converting action's flags on weights."""
    action = (actions(env, "TfjsLayersModel") + actions(env, "TfjsGraphModel"))[0]
    names = ["allow_nonfinite", "channel_spread", "content_hashed_names", "quantiz", "shards", "weight_shard_size"]
    return [flag for flag in argv(env, action) if any([flag.startswith("--" + name) for name in names])]

def _flags_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, ctx.attr.flags, _flags(env))
    return analysistest.end(env)

_flags_test = analysis_test(
    _flags_test_impl,
    attrs = {"flags": attr.string_list(doc = "The flags on weights.")},
)

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

def _declare(name, flags, **kwargs):
    _subject(name, **kwargs)
    _flags_test(name = name, flags = flags, target_under_test = name + "_subject")

def _test_defaults(name):
    _declare(name, [_SHARD_SIZE])

def _test_sharding(name):
    _declare(name, ["--weight_shard_size_bytes=1000", "--content_hashed_names"], content_hashed_names = True, weight_shard_size_bytes = 1000)

def _test_single_shard(name):
    _declare(name, [_SHARD_SIZE, "--shards=single"], shards = "single")

def _test_number_of_shards(name):
    _declare(name, [_SHARD_SIZE, "--shards=12"], shards = "12")

def _test_patterns(name):
    _declare(
        name,
        [
            _SHARD_SIZE,
            "--quantize=float16:*",
            "--quantize=uint8:a/*",
            "--quantize=uint8:b/[01]",
            "--channel_spread=allow",
            "--quantize_int32",
        ],
        channel_spread = "allow",
        quantize = {
            "float16": ["*"],
            "uint8": ["a/*", "b/[01]"],
        },
        quantize_int32 = True,
    )

def _test_auto(name):
    _declare(
        name,
        [_SHARD_SIZE, "--quantize_auto_max_error=0.001", "--channel_spread=refuse", "--allow_nonfinite"],
        allow_nonfinite = True,
        channel_spread = "refuse",
        quantize_auto_max_error = "0.001",
    )

def _test_deprecated_bytes(name):
    _declare(name, [_SHARD_SIZE, "--quantization_bytes=2"], quantization_bytes = 2)

def _test_graph_models_have_them_too(name):
    stub_files(
        name = name + "_files",
        files = [name + "/saved_model.pb"],
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
        quantize = {"uint16": ["*"]},
        shards = "3",
        tags = ["manual"],
    )
    _flags_test(
        name = name,
        flags = [_SHARD_SIZE, "--shards=3", "--quantize=uint16:*"],
        target_under_test = name + "_subject",
    )

def _fails(name, sentence, **kwargs):
    _subject(name, **kwargs)
    failure_test(name = name, contains = [sentence], target_under_test = name + "_subject")

def _test_words_for_shards_fail(name):
    _fails(name, "shards is \"single\" or the number of files, such as \"4\", got: \"one\"", shards = "one")

def _test_no_shards_fail(name):
    _fails(name, "shards is \"single\" or the number of files, such as \"4\", got: \"0\"", shards = "0")

def _test_number_of_hashed_shards_fails(name):
    _fails(
        name,
        "content_hashed_names lets boundaries of files follow the weights, so shards = \"2\" cannot be kept; drop one of the two.",
        content_hashed_names = True,
        shards = "2",
    )

def _test_patterns_and_auto_fail(name):
    _fails(
        name,
        "only one attribute says what is quantized, got: quantize and quantize_auto_max_error; keep quantize, or quantize_auto_max_error.",
        quantize = {"uint8": ["*"]},
        quantize_auto_max_error = "0.01",
    )

def _test_patterns_and_bytes_fail(name):
    _fails(
        name,
        "only one attribute says what is quantized, got: quantization_bytes and quantize; ",
        quantization_bytes = 1,
        quantize = {"uint8": ["*"]},
    )

def weights_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_auto,
        _test_defaults,
        _test_deprecated_bytes,
        _test_graph_models_have_them_too,
        _test_no_shards_fail,
        _test_number_of_hashed_shards_fails,
        _test_number_of_shards,
        _test_patterns,
        _test_patterns_and_auto_fail,
        _test_patterns_and_bytes_fail,
        _test_sharding,
        _test_single_shard,
        _test_words_for_shards_fail,
    ])
