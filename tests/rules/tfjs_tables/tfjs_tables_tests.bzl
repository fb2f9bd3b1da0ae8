"""Tests of `tfjs_tables`."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

# The rule is private to this repository.
# buildifier: disable=bzl-visibility
load("//rules/private:tfjs_tables.bzl", "tfjs_tables")
load("//tests/rules:support.bzl", "NO_USERS_PYTHON", "actions", "analysis_test", "argv", "assert_contains", "assert_lacks", "paths", "suite", "with_toolchains")
load("//tests/rules/stubs:stubs.bzl", "stub_files")

_PACKAGE = "tests/rules/tfjs_tables/"

def _subject(name):
    stub_files(
        name = name + "_programs",
        files = ["{}/{}.mjs".format(name, program) for program in ["kernels", "layers", "ops", "source"]],
        tags = ["manual"],
    )
    tfjs_tables(
        name = name + "_subject",
        programs = [name + "_programs"],
        tags = ["manual"],
    )

def _test_one_action_a_table(name):
    _subject(name)
    _one_action_a_table_test(name = name, target_under_test = name + "_subject")

def _test_one_action_a_table_impl(ctx):
    env = analysistest.begin(ctx)
    made = {}
    for action in actions(env, "TfjsTables"):
        flags = argv(env, action)
        table = flags[1].rpartition("/")[2].removesuffix(".mjs")
        made[table] = paths(action.outputs)
        asserts.equals(env, [
            "BIN/tests/rules/stubs/node/bin/node",
            "BIN/{}test_one_action_a_table/{}.mjs".format(_PACKAGE, table),
        ], flags[:2])
        assert_contains(env, flags, ["--output=BIN/{}test_one_action_a_table_subject/{}.json".format(_PACKAGE, table)], "flags")
        assert_contains(env, paths(action.inputs), [
            _PACKAGE + "test_one_action_a_table/source.mjs",
            "tests/rules/stubs/node/bin/node",
            "tests/rules/stubs/npm/node_modules/@tensorflow/tfjs/package.json",
        ], "inputs")
        assert_lacks(env, paths(action.inputs), ["tests/rules/stubs/python/bin/python3"], "inputs")
    expected = {
        table: ["{}test_one_action_a_table_subject/{}.json".format(_PACKAGE, table)]
        for table in ["kernels", "layers", "ops"]
    }
    asserts.equals(env, expected, made)
    asserts.equals(
        env,
        sorted([output for outputs in expected.values() for output in outputs]),
        paths(analysistest.target_under_test(env)[DefaultInfo].files),
        "default outputs",
    )
    return analysistest.end(env)

_one_action_a_table_test = analysis_test(_test_one_action_a_table_impl)

def _test_only_node_is_needed(name):
    _subject(name)
    _only_node_is_needed_test(name = name, target_under_test = name + "_subject")

def _test_only_node_is_needed_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.true(env, len(actions(env, "TfjsTables")) > 0, "expected an action, got none")
    return analysistest.end(env)

_only_node_is_needed_test = analysis_test(
    _test_only_node_is_needed_impl,
    config_settings = with_toolchains(
        NO_USERS_PYTHON,
        Label("//tests/rules/stubs:node_toolchain"),
        Label("//tests/rules/stubs/forbidden:core_toolchain"),
        Label("//tests/rules/stubs/forbidden:full_toolchain"),
        Label("//tests/rules/stubs/forbidden:light_toolchain"),
    ),
)

def tfjs_tables_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_one_action_a_table,
        _test_only_node_is_needed,
    ])
