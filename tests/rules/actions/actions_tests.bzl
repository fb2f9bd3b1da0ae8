"""Tests of what analysis does not show of an action: what `ctx.actions` is asked for.

The functions under test get a context whose `actions` write down each call.
"""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# The wrapper is private to the rules; its tests stand beside theirs.
# buildifier: disable=bzl-visibility
load("//rules/private:actions.bzl", "NODE_TOOLCHAIN", "multiline_args", "python_toolchain", "run_node", "run_python")
load("//tests/rules:support.bzl", "failure_test", "suite")

def _file(ctx, name):
    """Returns an empty file, which nobody asks for."""
    file = ctx.actions.declare_file("{}/{}".format(ctx.label.name, name))
    ctx.actions.write(file, "")
    return file

def _names(inputs):
    """Returns the names of an action's inputs, sorted."""
    return sorted([file.basename for file in inputs.to_list()])

def _recording_context(ctx, calls, library = None):
    """Returns a context for the stub runtimes, whose calls of `actions.run` are appended to a list."""
    runtimes = {
        python_toolchain(name): struct(tfjs_runtime = struct(
            env = {"PYTHONHOME": name + "_home", "PYTHONPATH": name + "_site"},
            files = depset([name + "_package"]),
            interpreter = name + "_python",
        ))
        for name in ["core", "full", "light"]
    }
    node = struct(tfjs_node = struct(
        files = depset(["node_package"]),
        node = "node",
        package_lock = struct(dirname = "npm"),
    ))
    return struct(
        actions = struct(
            args = ctx.actions.args,
            run = lambda **kwargs: calls.append(struct(**kwargs)),
        ),
        file = struct(_library = library),
        files = struct(_node_programs = ["programs"]),
        label = ctx.label,
        toolchains = runtimes | {NODE_TOOLCHAIN: node},
    )

def _python_call(ctx, runtime, **kwargs):
    calls = []
    run_python(
        _recording_context(ctx, calls, _file(ctx, runtime + "/library.zip")),
        args = ctx.actions.args(),
        main = _file(ctx, runtime + "/main.py"),
        mnemonic = "TfjsTest",
        outputs = ["output"],
        progress_message = "Testing %{label}",
        runtime = runtime,
        **({"inputs": []} | kwargs)
    )
    return calls[0]

def _node_call(ctx, **kwargs):
    calls = []
    run_node(
        _recording_context(ctx, calls),
        args = ctx.actions.args(),
        main = "main.mjs",
        mnemonic = "TfjsTest",
        outputs = ["output"],
        progress_message = "Testing %{label}",
        **({"inputs": ["model"]} | kwargs)
    )
    return calls[0]

def _assert_hermetic(env, call):
    asserts.equals(env, {"block-network": "1"}, call.execution_requirements, "execution requirements")
    asserts.equals(env, False, call.use_default_shell_env, "use_default_shell_env")
    asserts.equals(env, "TfjsTest", call.mnemonic)
    asserts.equals(env, "Testing %{label}", call.progress_message)
    asserts.equals(env, ["output"], call.outputs)

def _test_python_action(name):
    _python_action_test(name = name)

def _test_python_action_impl(ctx):
    env = unittest.begin(ctx)
    for runtime in ["core", "full", "light"]:
        call = _python_call(ctx, runtime)
        _assert_hermetic(env, call)
        asserts.equals(env, runtime + "_python", call.executable)
        asserts.equals(env, python_toolchain(runtime), call.toolchain)
        asserts.equals(env, [[runtime + "_package"]], [files.to_list() for files in call.tools], "tools")
        asserts.equals(env, ["library.zip", "main.py"], _names(call.inputs), "inputs")
    return unittest.end(env)

_python_action_test = unittest.make(_test_python_action_impl)

def _test_python_environment(name):
    _python_environment_test(name = name)

def _test_python_environment_impl(ctx):
    env = unittest.begin(ctx)
    call = _python_call(ctx, "core")
    library = [file.path for file in call.inputs.to_list() if file.basename == "library.zip"][0]
    asserts.equals(env, {
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONHOME": "core_home",
        "PYTHONPATH": library + ":core_site",
        "PYTHONUTF8": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }, call.env)
    return unittest.end(env)

_python_environment_test = unittest.make(_test_python_environment_impl)

def _test_node_action(name):
    _node_action_test(name = name)

def _test_node_action_impl(ctx):
    env = unittest.begin(ctx)
    call = _node_call(ctx)
    _assert_hermetic(env, call)
    asserts.equals(env, "node", call.executable)
    asserts.equals(env, NODE_TOOLCHAIN, call.toolchain)
    asserts.equals(env, {}, call.env)
    asserts.equals(env, [["node_package"]], [files.to_list() for files in call.tools], "tools")
    asserts.equals(env, ["main.mjs", "model", "programs"], sorted(call.inputs.to_list()), "inputs")
    return unittest.end(env)

_node_action_test = unittest.make(_test_node_action_impl)

def _test_inputs_may_be_a_depset(name):
    _inputs_may_be_a_depset_test(name = name)

def _test_inputs_may_be_a_depset_impl(ctx):
    env = unittest.begin(ctx)
    model = depset(["model"], transitive = [depset(["weights"])])
    files = depset([_file(ctx, "model.h5")], transitive = [depset([_file(ctx, "weights.h5")])])
    asserts.equals(env, ["library.zip", "main.py", "model.h5", "weights.h5"], _names(_python_call(ctx, "light", inputs = files).inputs))
    asserts.equals(env, ["main.mjs", "model", "programs", "weights"], sorted(_node_call(ctx, inputs = model).inputs.to_list()))
    return unittest.end(env)

_inputs_may_be_a_depset_test = unittest.make(_test_inputs_may_be_a_depset_impl)

def _test_callers_requirements_are_added(name):
    _callers_requirements_are_added_test(name = name)

def _test_callers_requirements_are_added_impl(ctx):
    env = unittest.begin(ctx)
    expected = {"block-network": "1", "resources:memory:4096": ""}
    further = {"resources:memory:4096": ""}
    asserts.equals(env, expected, _python_call(ctx, "full", execution_requirements = further).execution_requirements)
    asserts.equals(env, expected, _node_call(ctx, execution_requirements = further).execution_requirements)
    return unittest.end(env)

_callers_requirements_are_added_test = unittest.make(_test_callers_requirements_are_added_impl)

def _test_multiline_args(name):
    _multiline_args_test(name = name)

def _test_multiline_args_impl(ctx):
    env = unittest.begin(ctx)
    calls = []
    recorder = struct(
        set_param_file_format = lambda *values, **options: calls.append(("set_param_file_format", values, options)),
        use_param_file = lambda *values, **options: calls.append(("use_param_file", values, options)),
    )
    args = multiline_args(struct(actions = struct(args = lambda: recorder)))
    asserts.equals(env, recorder, args)
    asserts.equals(env, [
        ("set_param_file_format", ("multiline",), {}),
        ("use_param_file", ("@%s",), {"use_always": True}),
    ], sorted(calls))
    return unittest.end(env)

_multiline_args_test = unittest.make(_test_multiline_args_impl)

def _nameless_action_impl(ctx):
    run_node(
        _recording_context(ctx, []),
        args = ctx.actions.args(),
        inputs = [],
        main = "main.mjs",
        mnemonic = ctx.attr.mnemonic,
        outputs = [],
        progress_message = ctx.attr.progress_message,
    )

_nameless_action = rule(
    implementation = _nameless_action_impl,
    attrs = {"mnemonic": attr.string(), "progress_message": attr.string()},
)

def _nameless_action_fails(name, contains, **kwargs):
    _nameless_action(name = name + "_subject", tags = ["manual"], **kwargs)
    failure_test(name = name, contains = [contains], target_under_test = name + "_subject")

def _test_no_mnemonic_fails(name):
    _nameless_action_fails(
        name,
        contains = ":test_no_mnemonic_fails_subject: every action has a mnemonic and a progress_message, got:  and Testing",
        progress_message = "Testing",
    )

def _test_no_progress_message_fails(name):
    _nameless_action_fails(
        name,
        contains = "every action has a mnemonic and a progress_message, got: TfjsTest and ",
        mnemonic = "TfjsTest",
    )

def actions_test_suite(name):
    """Declares the tests.

    Args:
      name: the suite's name.
    """
    suite(name, [
        _test_callers_requirements_are_added,
        _test_inputs_may_be_a_depset,
        _test_multiline_args,
        _test_no_mnemonic_fails,
        _test_no_progress_message_fails,
        _test_node_action,
        _test_python_action,
        _test_python_environment,
    ])
