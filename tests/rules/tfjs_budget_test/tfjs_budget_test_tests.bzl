"""Tests of `tfjs_budget_test` and of the target that writes its snapshot."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "tfjs_budget_test")
load(
    "//tests/rules:support.bzl",
    "NO_USERS_PYTHON",
    "analysis_test",
    "assert_contains",
    "assert_lacks",
    "failure_test",
    "only_action",
    "paths",
    "suite",
    "with_toolchains",
)
load("//tests/rules/stubs:stubs.bzl", "stub_files", "stub_tfjs_model")

_PACKAGE = "tests/rules/tfjs_budget_test/"

def _subject(name, **kwargs):
    stub_tfjs_model(name = name + "_model", tags = ["manual"])
    tfjs_budget_test(
        name = name + "_subject",
        model = name + "_model",
        tags = ["manual"],
        **kwargs
    )

def _flags(env):
    """Returns the flags that the launcher passes on, unquoted."""
    line = [line for line in only_action(env, "FileWrite").content.splitlines() if line.startswith("exec ")][0]
    return [flag.removesuffix(" \"$@\"").removesuffix("'") for flag in line.split(" '")[1:]]

def _model_flags(name, target):
    return [
        "--label=//{}:{}".format(_PACKAGE.removesuffix("/"), target),
        "--model={}{}_model".format(_PACKAGE, name),
        "--info={}{}_model.info.json".format(_PACKAGE, name),
    ]

def _test_limits(name):
    _subject(
        name,
        max_gzip_bytes = 100,
        max_operations = 0,
        max_parameters = 5000000,
        max_shards = 4,
        max_total_bytes = 200,
    )
    _limits_test(name = name, target_under_test = name + "_subject")

def _test_limits_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, _model_flags("test_limits", "test_limits_subject") + [
        "--max_gzip_bytes=100",
        # Zero is a limit.
        "--max_operations=0",
        "--max_parameters=5000000",
        "--max_shards=4",
        "--max_total_bytes=200",
        "--tolerance=0.01",
    ], _flags(env))
    return analysistest.end(env)

_limits_test = analysis_test(_test_limits_impl)

def _test_snapshot(name):
    _subject(name, snapshot = "committed.snapshot.json", tolerance = "0")
    _snapshot_test(name = name, target_under_test = name + "_subject")

def _test_snapshot_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, _model_flags("test_snapshot", "test_snapshot_subject") + [
        "--snapshot={}committed.snapshot.json".format(_PACKAGE),
        "--tolerance=0",
    ], _flags(env))
    return analysistest.end(env)

_snapshot_test = analysis_test(_test_snapshot_impl)

def _test_update(name):
    _subject(name, snapshot = ":committed.snapshot.json")
    _update_test(name = name, target_under_test = name + "_subject.update")

def _test_update_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.equals(env, _model_flags("test_update", "test_update_subject.update") + [
        "--update={}committed.snapshot.json".format(_PACKAGE),
    ], _flags(env))
    target = analysistest.target_under_test(env)[DefaultInfo]
    asserts.equals(env, _PACKAGE + "test_update_subject.update.sh", target.files_to_run.executable.short_path)

    # What is written must not be read: it may be damaged.
    assert_lacks(env, paths(target.default_runfiles.files), [_PACKAGE + "committed.snapshot.json"], "runfiles")
    return analysistest.end(env)

_update_test = analysis_test(_test_update_impl)

def _test_runfiles(name):
    _subject(name, snapshot = "committed.snapshot.json")
    _runfiles_test(name = name, target_under_test = name + "_subject")

def _test_runfiles_impl(ctx):
    env = analysistest.begin(ctx)
    runfiles = paths(analysistest.target_under_test(env)[DefaultInfo].default_runfiles.files)
    assert_contains(env, runfiles, [
        _PACKAGE + "committed.snapshot.json",
        _PACKAGE + "test_runfiles_model",
        _PACKAGE + "test_runfiles_model.info.json",
        "python/tfjs_convert/library.zip",
        "tests/rules/stubs/light/site-packages/package.pyc",
        "tests/rules/stubs/python/bin/python3",
        "tools/budget/budget.py",
    ], "runfiles")
    return analysistest.end(env)

_runfiles_test = analysis_test(_test_runfiles_impl)

def _test_light_runtime_is_enough(name):
    _subject(name, max_shards = 1)
    _light_runtime_is_enough_test(name = name, target_under_test = name + "_subject")

def _test_light_runtime_is_enough_impl(ctx):
    env = analysistest.begin(ctx)
    only_action(env, "FileWrite")
    return analysistest.end(env)

_light_runtime_is_enough_test = analysis_test(
    _test_light_runtime_is_enough_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:light_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
    ),
)

def _test_nothing_to_hold_to_fails(name):
    _subject(name)
    failure_test(
        name = name,
        contains = [
            ("a budget has at least one of [\"max_gzip_bytes\", \"max_operations\", \"max_parameters\", \"max_shards\", " +
             "\"max_total_bytes\"] or a snapshot, and has none."),
        ],
        target_under_test = name + "_subject",
    )

def _test_built_snapshot_cannot_be_updated(name):
    stub_files(
        name = name + "_built",
        files = [name + ".json"],
        tags = ["manual"],
    )
    _subject(name, snapshot = name + "_built")
    failure_test(
        name = name,
        contains = ["snapshot is a file of the source tree, which bazel run can write anew, got: "],
        target_under_test = name + "_subject.update",
    )

def tfjs_budget_test_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_built_snapshot_cannot_be_updated,
        _test_light_runtime_is_enough,
        _test_limits,
        _test_nothing_to_hold_to_fails,
        _test_runfiles,
        _test_snapshot,
        _test_update,
    ])
