"""Tests of `tfjs_parity_test`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tf_saved_model", "tfjs_parity_test")
load(
    "//tests/rules:support.bzl",
    "NO_USERS_PYTHON",
    "analysis_test",
    "argv",
    "assert_contains",
    "assert_env",
    "assert_lacks",
    "assert_output_group",
    "failure_test",
    "launcher_flags",
    "only_action",
    "paths",
    "suite",
    "with_toolchains",
)
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_parity_test/"

def _subject(name, reference, **kwargs):
    stub_tfjs_model(name = name + "_converted", tags = ["manual"])
    tfjs_parity_test(
        name = name + "_subject",
        model = name + "_converted",
        reference = reference,
        tags = ["manual"],
        **kwargs
    )

def _saved_model_subject(name, **kwargs):
    stub_files(
        name = name + "_files",
        files = ["{}/{}".format(name, file) for file in ["fingerprint.pb", "saved_model.pb"]],
        tags = ["manual"],
    )
    tf_saved_model(
        name = name + "_model",
        srcs = [name + "_files"],
        tags = ["manual"],
    )
    _subject(name, name + "_model", **kwargs)

def _keras_subject(name, **kwargs):
    stub_files(
        name = name + "_file",
        files = [name + ".h5"],
        tags = ["manual"],
    )
    _subject(name, name + "_file", **kwargs)

def _test_reference_of_saved_model(name):
    _saved_model_subject(name)
    _reference_of_saved_model_test(name = name, target_under_test = name + "_subject")

def _test_reference_of_saved_model_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsReference")
    model = _PACKAGE + "test_reference_of_saved_model"
    asserts.equals(env, [
        "BIN/tests/rules/stubs/python/bin/python3",
        "-s",
        "-P",
        "tools/parity/reference.py",
        "--label=LABEL",
        "--input=BIN/{}/saved_model.pb".format(model),
        "--info=BIN/{}_converted.info.json".format(model),
        "--saved_model_tags=serve",
        "--seed=0",
        "--output_dir=BIN/{}_subject.reference".format(model),
    ], argv(env, action))
    assert_contains(env, paths(action.inputs), [
        model + "/saved_model.pb",
        model + "_converted.info.json",
        "tests/rules/stubs/full/site-packages/package.pyc",
        "tools/parity/reference.py",
    ], "inputs")
    assert_lacks(env, paths(action.inputs), [
        model + "/fingerprint.pb",
        # The numbers of the source do not depend on the conversion's weights.
        model + "_converted",
    ], "inputs")
    assert_env(env, action, {
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": "BIN/python/tfjs_convert/library.zip:BIN/tests/rules/stubs/full/site-packages",
        "TF_ENABLE_ONEDNN_OPTS": "1",
    })
    assert_output_group(env, "reference", [model + "_subject.reference"])
    return analysistest.end(env)

_reference_of_saved_model_test = analysis_test(_test_reference_of_saved_model_impl)

def _test_reference_of_keras_file(name):
    _keras_subject(
        name,
        input_ranges = {
            "audio": "-1,1",
            "image": "0,255",
        },
        saved_model_tags = "serve,tpu",
        seeds = [3, 5],
        signature_name = "classify",
    )
    _reference_of_keras_file_test(name = name, target_under_test = name + "_subject")

def _test_reference_of_keras_file_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsReference")
    asserts.equals(env, [
        "--input=BIN/{}test_reference_of_keras_file.h5".format(_PACKAGE),
        "--saved_model_tags=serve,tpu",
        "--signature_name=classify",
        "--seed=3",
        "--seed=5",
        "--range=audio:-1,1",
        "--range=image:0,255",
    ], [flag for flag in argv(env, action, without = ["--label", "--info", "--output_dir"]) if flag.startswith("--")])
    assert_contains(env, paths(action.inputs), [_PACKAGE + "test_reference_of_keras_file.h5"], "inputs")
    return analysistest.end(env)

_reference_of_keras_file_test = analysis_test(_test_reference_of_keras_file_impl)

def _test_recorded_inputs(name):
    _keras_subject(name, inputs = ["one.npz", "two.json"])
    _recorded_inputs_test(name = name, target_under_test = name + "_subject")

def _test_recorded_inputs_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsReference")
    files = [_PACKAGE + "one.npz", _PACKAGE + "two.json"]
    flags = argv(env, action)
    asserts.equals(env, ["--inputs=" + file for file in files], [flag for flag in flags if flag.startswith("--inputs=")])
    asserts.equals(env, [], [flag for flag in flags if flag.startswith("--seed=")], "seeds")
    assert_contains(env, paths(action.inputs), files, "inputs")
    return analysistest.end(env)

_recorded_inputs_test = analysis_test(_test_recorded_inputs_impl)

def _test_default_launcher(name):
    _keras_subject(name)
    _default_launcher_test(name = name, target_under_test = name + "_subject")

def _test_default_launcher_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "FileWrite")
    asserts.equals(env, [
        "--model={}test_default_launcher_converted".format(_PACKAGE),
        "--info={}test_default_launcher_converted.info.json".format(_PACKAGE),
        "--reference={}test_default_launcher_subject.reference".format(_PACKAGE),
        "--node=tests/rules/stubs/node/bin/node",
        "--node_modules=tests/rules/stubs/npm/node_modules",
        "--run=tools/node/run.mjs",
        "--tolerance=1e-4",
        "--backend=cpu",
    ], launcher_flags(action))
    for expected in [
        "exec \"$root/tests/rules/stubs/python/bin/python3\" -s -P \"$root/tools/parity/parity.py\" ",
        "PYTHONHOME=\"$root/tests/rules/stubs/python\"",
        "PYTHONPATH=\"$root/python/tfjs_convert/library.zip:$root/tests/rules/stubs/light/site-packages\"",
    ]:
        asserts.true(env, expected in action.content, "expected {} in {}".format(expected, action.content))
    asserts.equals(
        env,
        paths(action.outputs),
        [analysistest.target_under_test(env)[DefaultInfo].files_to_run.executable.short_path],
        "executable",
    )
    return analysistest.end(env)

_default_launcher_test = analysis_test(_test_default_launcher_impl)

def _test_launcher_flags(name):
    _keras_subject(
        name,
        backends = ["cpu", "wasm"],
        tolerance = "1e-3",
        tolerances = {"it's": "0.5"},
    )
    _launcher_flags_test(name = name, target_under_test = name + "_subject")

def _test_launcher_flags_impl(ctx):
    env = analysistest.begin(ctx)
    assert_contains(env, launcher_flags(only_action(env, "FileWrite")), [
        "--tolerance=1e-3",
        "--backend=cpu",
        "--backend=wasm",
        # A quote within a quoted word of the shell.
        "--output_tolerance=it'\\''s:0.5",
    ], "flags")
    return analysistest.end(env)

_launcher_flags_test = analysis_test(_test_launcher_flags_impl)

def _test_runfiles(name):
    _keras_subject(name)
    _runfiles_test(name = name, target_under_test = name + "_subject")

def _test_runfiles_impl(ctx):
    env = analysistest.begin(ctx)
    runfiles = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, runfiles, [
        _PACKAGE + "test_runfiles_converted",
        _PACKAGE + "test_runfiles_converted.info.json",
        _PACKAGE + "test_runfiles_subject.reference",
        "python/tfjs_convert/library.zip",
        "tests/rules/stubs/light/site-packages/package.pyc",
        "tests/rules/stubs/node/bin/node",
        "tests/rules/stubs/npm/node_modules/@tensorflow/tfjs/package.json",
        "tests/rules/stubs/python/bin/python3",
        "tools/node/lib/model.mjs",
        "tools/node/run.mjs",
        "tools/parity/parity.py",
    ], "runfiles")
    assert_lacks(env, runfiles, [
        _PACKAGE + "test_runfiles.h5",
        "tests/rules/stubs/full/site-packages/package.pyc",
    ], "runfiles")
    return analysistest.end(env)

_runfiles_test = analysis_test(_test_runfiles_impl)

def _test_core_runtime_is_not_needed(name):
    _keras_subject(name)
    _core_runtime_is_not_needed_test(name = name, target_under_test = name + "_subject")

def _test_core_runtime_is_not_needed_impl(ctx):
    env = analysistest.begin(ctx)
    only_action(env, "TfjsReference")
    return analysistest.end(env)

_core_runtime_is_not_needed_test = analysis_test(
    _test_core_runtime_is_not_needed_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:full_toolchain"),
        Label("//tests/rules/stubs:light_toolchain"),
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
    ),
)

def _test_unknown_backend_fails(name):
    _keras_subject(name, backends = ["cpu", "webgl"])
    failure_test(
        name = name,
        contains = ["backends is one or more of [\"cpu\", \"wasm\"], got: [\"cpu\", \"webgl\"]; what needs a browser belongs in a tfjs_browser_test."],
        target_under_test = name + "_subject",
    )

def _test_no_backend_fails(name):
    _keras_subject(name, backends = [])
    failure_test(
        name = name,
        contains = ["backends is one or more of [\"cpu\", \"wasm\"], got: []"],
        target_under_test = name + "_subject",
    )

def tfjs_parity_test_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_core_runtime_is_not_needed,
        _test_default_launcher,
        _test_launcher_flags,
        _test_no_backend_fails,
        _test_recorded_inputs,
        _test_reference_of_keras_file,
        _test_reference_of_saved_model,
        _test_runfiles,
        _test_unknown_backend_fails,
    ])
