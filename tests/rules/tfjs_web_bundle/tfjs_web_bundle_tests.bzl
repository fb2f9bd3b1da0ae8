"""Tests of `tfjs_web_bundle`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_web_bundle")
load("//rules:providers.bzl", "TfjsWebBundleInfo")
load("//tests/rules:support.bzl", "analysis_test", "argv", "assert_contains", "assert_lacks", "assert_output_group", "failure_test", "only_action", "paths", "suite")
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_web_bundle/"

def _models(name, count = 2):
    for number in range(count):
        stub_tfjs_model(
            name = "{}_{}".format(name, number),
            tags = ["manual"],
        )

def _test_command_line(name):
    _models(name)
    stub_files(
        name = name + "_labels",
        files = [name + "/labels.txt"],
        tags = ["manual"],
    )
    tfjs_web_bundle(
        name = name + "_subject",
        assets = [name + "_labels"],
        compress = False,
        models = {
            name + "_0": "first",
            name + "_1": "second-model",
        },
        tags = ["manual"],
    )
    _command_line_test(name = name, target_under_test = name + "_subject")

def _test_command_line_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsWebBundle")
    start = _PACKAGE + "test_command_line"
    asserts.equals(env, [
        "BIN/tests/rules/stubs/node/bin/node",
        "tools/web/bundle.mjs",
        "--label=LABEL",
        "--output_dir=BIN/" + start + "_subject",
        "--headers_dir=BIN/" + start + "_subject.headers",
        "--info=BIN/" + start + "_subject.info.json",
        "--compress=false",
        "--model_name=first",
        "--model_dir=BIN/" + start + "_0",
        "--model_info=BIN/" + start + "_0.info.json",
        "--model_name=second-model",
        "--model_dir=BIN/" + start + "_1",
        "--model_info=BIN/" + start + "_1.info.json",
        "--asset=labels.txt:BIN/" + start + "/labels.txt",
    ], argv(env, action, without = ["--node_modules"]))
    inputs = paths(action.inputs)
    assert_contains(env, inputs, [start + "_0", start + "_1.info.json", start + "/labels.txt", "tools/web/loader.template.mjs", "tools/web/lib/types.mjs"], "inputs")
    assert_lacks(env, inputs, ["tests/rules/stubs/python/bin/python3"], "inputs")
    asserts.equals(env, [start + "_subject" + suffix for suffix in ["", ".headers", ".info.json"]], paths(action.outputs), "outputs")
    return analysistest.end(env)

_command_line_test = analysis_test(_test_command_line_impl)

def _test_providers(name):
    _models(name, 1)
    tfjs_web_bundle(
        name = name + "_subject",
        models = {name + "_0": "only"},
        tags = ["manual"],
    )
    _providers_test(name = name, target_under_test = name + "_subject")

def _test_providers_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    directory = _PACKAGE + "test_providers_subject"
    asserts.equals(env, [directory], paths(target[DefaultInfo].files), "default outputs")
    asserts.equals(env, [directory], paths(target[DefaultInfo].default_runfiles.files), "runfiles")
    assert_output_group(env, "headers", [directory + ".headers"])
    assert_output_group(env, "info", [directory + ".info.json"])
    bundle = target[TfjsWebBundleInfo]
    asserts.equals(env, directory, bundle.directory.short_path, "directory")
    asserts.true(env, bundle.directory.is_directory, "a bundle is a tree artifact")
    asserts.equals(env, ["only"], bundle.models.keys(), "models")
    return analysistest.end(env)

_providers_test = analysis_test(_test_providers_impl)

def _fails(name, contains, models, assets = []):
    _models(name)
    tfjs_web_bundle(
        name = name + "_subject",
        assets = assets,
        models = models,
        tags = ["manual"],
    )
    failure_test(name = name, contains = contains, target_under_test = name + "_subject")

def _test_no_model_fails(name):
    _fails(name, ["a web bundle holds at least one model, got none; name some in models."], {})

def _test_bad_name_fails(name):
    _fails(name, ["a model's name in a bundle is made of letters, digits, _ and -, got \"a/b\" for "], {name + "_0": "a/b"})

def _test_same_name_fails(name):
    _fails(name, ["each model in a bundle has a name of its own, got \"a\" twice."], {name + "_0": "a", name + "_1": "a"})

def _test_same_asset_fails(name):
    for folder in ["a", "b"]:
        stub_files(
            name = "{}_{}".format(name, folder),
            files = ["{}/{}/labels.txt".format(name, folder)],
            tags = ["manual"],
        )
    _fails(
        name,
        ["each of assets has a file name of its own in the bundle, got ", "/a/labels.txt and ", "/b/labels.txt."],
        {name + "_0": "a"},
        [name + "_a", name + "_b"],
    )

def tfjs_web_bundle_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_bad_name_fails,
        _test_command_line,
        _test_no_model_fails,
        _test_providers,
        _test_same_asset_fails,
        _test_same_name_fails,
    ])
