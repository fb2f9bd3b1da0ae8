"""Tests of what the providers accept and refuse."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load("//tests/rules:support.bzl", "analysis_test", "failure_test", "paths", "suite")

# What a rule may try to say, each with a file and a directory at hand.
_CLAIMS = {
    "graph-model": lambda file, directory: TfjsModelInfo(directory = directory, format = "graph-model", info = file),
    "hub_module": lambda _, directory: ModelSourceInfo(kind = "hub_module", files = depset([directory]), roots = [directory]),
    "keras_file": lambda file, _: ModelSourceInfo(kind = "keras_file", files = depset([file]), roots = [file]),
    "layers-model": lambda file, directory: TfjsModelInfo(directory = directory, format = "layers-model", info = file),
    "model with a file as directory": lambda file, _: TfjsModelInfo(directory = file, format = "graph-model", info = file),
    "model with a path as directory": lambda file, directory: TfjsModelInfo(directory = directory.path, format = "graph-model", info = file),
    "model with a path as info": lambda file, directory: TfjsModelInfo(directory = directory, format = "graph-model", info = file.path),
    "model with an unknown format": lambda file, directory: TfjsModelInfo(directory = directory, format = "tflite", info = file),
    "saved_model": lambda _, directory: ModelSourceInfo(kind = "saved_model", files = depset([directory]), roots = [directory]),
    "source with a depset of roots": lambda file, _: ModelSourceInfo(kind = "saved_model", files = depset([file]), roots = depset([file])),
    "source with a list of files": lambda file, _: ModelSourceInfo(kind = "saved_model", files = [file], roots = [file]),
    "source with an unknown kind": lambda file, _: ModelSourceInfo(kind = "onnx", files = depset([file]), roots = [file]),
    "source without roots": lambda file, _: ModelSourceInfo(kind = "saved_model", files = depset([file]), roots = []),
}

def _claim_impl(ctx):
    file = ctx.actions.declare_file(ctx.label.name + ".json")
    ctx.actions.write(file, "{}")
    directory = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(outputs = [directory], command = "exit 1", mnemonic = "StubDirectory")
    return [_CLAIMS[ctx.attr.claim](file, directory)]

_claim = rule(
    implementation = _claim_impl,
    attrs = {"claim": attr.string(mandatory = True, values = _CLAIMS.keys())},
)

def _subject(name, claim):
    _claim(name = name + "_subject", claim = claim, tags = ["manual"])

def _refuses(name, claim, contains):
    _subject(name, claim)
    failure_test(name = name, contains = contains, target_under_test = name + "_subject")

def _assert_source(ctx, kind, extension):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    source = target[ModelSourceInfo]
    expected = ["tests/rules/providers/{}{}".format(target.label.name, extension)]
    asserts.equals(env, kind, source.kind)
    asserts.equals(env, expected, paths(source.files))
    asserts.equals(env, expected, paths(source.roots))
    return analysistest.end(env)

def _test_keras_file(name):
    _subject(name, "keras_file")
    _keras_file_test(name = name, target_under_test = name + "_subject")

def _test_keras_file_impl(ctx):
    return _assert_source(ctx, "keras_file", ".json")

_keras_file_test = analysis_test(_test_keras_file_impl)

def _test_saved_model(name):
    _subject(name, "saved_model")
    _saved_model_test(name = name, target_under_test = name + "_subject")

def _test_saved_model_impl(ctx):
    return _assert_source(ctx, "saved_model", "")

_saved_model_test = analysis_test(_test_saved_model_impl)

def _assert_model(ctx, format):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    model = target[TfjsModelInfo]
    asserts.equals(env, format, model.format)
    asserts.equals(env, "tests/rules/providers/" + target.label.name, model.directory.short_path)
    asserts.equals(env, "tests/rules/providers/{}.json".format(target.label.name), model.info.short_path)
    return analysistest.end(env)

def _test_graph_model(name):
    _subject(name, "graph-model")
    _graph_model_test(name = name, target_under_test = name + "_subject")

def _test_graph_model_impl(ctx):
    return _assert_model(ctx, "graph-model")

_graph_model_test = analysis_test(_test_graph_model_impl)

def _test_layers_model(name):
    _subject(name, "layers-model")
    _layers_model_test(name = name, target_under_test = name + "_subject")

def _test_layers_model_impl(ctx):
    return _assert_model(ctx, "layers-model")

_layers_model_test = analysis_test(_test_layers_model_impl)

def _test_unknown_kind_fails(name):
    _refuses(name, "source with an unknown kind", ["ModelSourceInfo.kind is one of [", "\"saved_model\"", ", got: onnx"])

def _test_list_of_files_fails(name):
    _refuses(name, "source with a list of files", ["ModelSourceInfo.files is a depset of files, got: list"])

def _test_no_roots_fail(name):
    _refuses(name, "source without roots", ["ModelSourceInfo.roots is a list with at least one file, got: []"])

def _test_depset_of_roots_fails(name):
    _refuses(name, "source with a depset of roots", ["ModelSourceInfo.roots is a list with at least one file, got: depset("])

def _test_unknown_format_fails(name):
    _refuses(name, "model with an unknown format", ["TfjsModelInfo.format is one of [\"graph-model\", \"layers-model\"], got: tflite"])

def _test_file_as_directory_fails(name):
    _refuses(name, "model with a file as directory", ["TfjsModelInfo.directory is a tree artifact, got: <generated file "])

def _test_path_as_directory_fails(name):
    _refuses(name, "model with a path as directory", ["TfjsModelInfo.directory is a tree artifact, got: bazel-out/"])

def _test_path_as_info_fails(name):
    _refuses(name, "model with a path as info", ["TfjsModelInfo.info is a file, got: "])

def providers_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_depset_of_roots_fails,
        _test_file_as_directory_fails,
        _test_graph_model,
        _test_keras_file,
        _test_layers_model,
        _test_list_of_files_fails,
        _test_no_roots_fail,
        _test_path_as_directory_fails,
        _test_path_as_info_fails,
        _test_saved_model,
        _test_unknown_format_fails,
        _test_unknown_kind_fails,
    ])
