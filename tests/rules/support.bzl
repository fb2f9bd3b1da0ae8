"""What the analysis tests of the rules share: test makers, and assertions on actions and files.

A suite is a list of private functions, each of which declares its subject and its test:

```starlark
def _test_converts(name):
    tfjs_graph_model(name = name + "_subject", model = ":model", tags = ["manual"])
    _converts_test(name = name, target_under_test = name + "_subject")

def _test_converts_impl(ctx):
    env = analysistest.begin(ctx)
    action = only_action(env, "TfjsGraphModel")
    …
    return analysistest.end(env)

_converts_test = analysis_test(_test_converts_impl)
```

Subjects are configured with the stub toolchains, so that no test downloads TensorFlow or Node.
"""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules/private:labels.bzl", "label_text")  # buildifier: disable=bzl-visibility

STUBS = Label("//tests/rules/stubs:all")
NO_USERS_PYTHON = Label("//tests/rules/stubs/no_python:toolchain")

def with_toolchains(*labels):
    """Returns the settings under which subjects find these toolchains before the registered ones.

    Args:
      *labels: the toolchains (Label), no two of one type.
    """
    return {"//command_line_option:extra_toolchains": [str(label) for label in labels]}

def analysis_test(implementation, config_settings = with_toolchains(STUBS, NO_USERS_PYTHON), **kwargs):
    """Returns a test rule whose subject is configured with the stub toolchains.

    Args:
      implementation: the test's implementation.
      config_settings: the subject's settings, from `with_toolchains`.
      **kwargs: further arguments of `analysistest.make`.
    """
    return analysistest.make(implementation, config_settings = config_settings, **kwargs)

def _failure_test_impl(ctx):
    env = analysistest.begin(ctx)
    for sentence in ctx.attr.contains:
        asserts.expect_failure(env, sentence)
    return analysistest.end(env)

failure_test = analysis_test(
    _failure_test_impl,
    attrs = {"contains": attr.string_list(mandatory = True, allow_empty = False, doc = "What the error says.")},
    expect_failure = True,
)

def suite(name, tests):
    """Declares tests, each named after its function, and the test suite of them all.

    Args:
      name: the suite's name.
      tests: functions named `_test_WHAT`, called with the test's name.
    """
    names = []
    for test in tests:
        test_name = str(test).split(" ")[1].removesuffix(">").removeprefix("_")
        test(name = test_name)
        names.append(test_name)
    native.test_suite(name = name, tests = names)

def actions(env, mnemonic):
    """Returns the subject's actions of one mnemonic.

    Args:
      env: the test environment.
      mnemonic: the mnemonic.
    """
    return [action for action in analysistest.target_actions(env) if action.mnemonic == mnemonic]

def only_action(env, mnemonic):
    """Returns the subject's one action of a mnemonic; the test fails where there is none or another.

    Args:
      env: the test environment.
      mnemonic: the mnemonic.

    Returns:
      The action, or where the test has failed one without anything in it.
    """
    found = actions(env, mnemonic)
    if len(found) != 1:
        analysistest.fail(env, "expected one {} action, got the actions {}".format(
            mnemonic,
            [action.mnemonic for action in analysistest.target_actions(env)],
        ))
        return struct(argv = [], content = "", env = {}, inputs = depset(), mnemonic = mnemonic, outputs = depset())
    return found[0]

def paths(files):
    """Returns the paths of files below their roots, sorted.

    Args:
      files: a depset or list of files.
    """
    return sorted([file.short_path for file in (files.to_list() if type(files) == "depset" else files)])

def below_bin(text):
    """Returns a text with `BIN` in place of each folder of built files, whatever its configuration.

    Args:
      text: the text, with folders such as `bazel-out/k8-fastbuild/bin`.
    """
    pieces = text.split("bazel-out/")
    return pieces[0] + "".join(["BIN/" + piece.partition("/bin/")[2] for piece in pieces[1:]])

def argv(env, action, without = []):
    """Returns an action's command line, with `BIN` for folders of built files and `LABEL` for the subject.

    Args:
      env: the test environment.
      action: the action.
      without: flags that are left out.
    """
    label = label_text(analysistest.target_under_test(env).label)
    return [
        below_bin(argument).replace("=" + label, "=LABEL")
        for argument in action.argv
        if argument.partition("=")[0] not in without
    ]

def assert_contains(env, actual, expected, what):
    """Asserts that a list holds every expected element.

    Args:
      env: the test environment.
      actual: the list.
      expected: the elements.
      what: what the list is, for the message.
    """
    missing = [element for element in expected if element not in actual]
    asserts.true(env, not missing, "{}: expected {} among {}".format(what, missing, actual))

def assert_lacks(env, actual, unwanted, what):
    """Asserts that a list holds none of some elements.

    Args:
      env: the test environment.
      actual: the list.
      unwanted: the elements.
      what: what the list is, for the message.
    """
    found = [element for element in unwanted if element in actual]
    asserts.true(env, not found, "{}: expected no {} among {}".format(what, found, actual))

def assert_env(env, action, expected):
    """Asserts some of an action's environment variables, with `BIN` for folders of built files.

    Args:
      env: the test environment.
      action: the action.
      expected: the variables.
    """
    for name, value in expected.items():
        actual = action.env.get(name)
        asserts.equals(env, value, below_bin(actual) if actual else actual, "{}: environment variable {}".format(action.mnemonic, name))

def assert_output_group(env, group, expected):
    """Asserts the files of one of the subject's output groups.

    Args:
      env: the test environment.
      group: the group's name.
      expected: the files' paths, or None where the group does not exist.
    """
    groups = analysistest.target_under_test(env)[OutputGroupInfo]
    actual = paths(groups[group]) if hasattr(groups, group) else None
    asserts.equals(env, expected, actual, "output group " + group)

def assert_validation_is_a_leaf(env):
    """Asserts that no action of the subject reads what its validation writes.

    Args:
      env: the test environment.
    """
    groups = analysistest.target_under_test(env)[OutputGroupInfo]
    reports = groups["_validation"].to_list()
    asserts.true(env, len(reports) > 0, "expected a validation output, got none")
    for action in analysistest.target_actions(env):
        assert_lacks(env, action.inputs.to_list(), reports, "inputs of " + action.mnemonic)

def launcher_flags(action):
    """Returns the flags that a launcher passes on, unquoted, without the label.

    Args:
      action: the action that writes the launcher.
    """
    line = [line for line in action.content.splitlines() if line.startswith("exec ")][0]
    flags = line.split(" '")[1:]
    return [flag.removesuffix(" \"$@\"").removesuffix("'") for flag in flags if not flag.startswith("--label=")]
