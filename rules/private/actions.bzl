"""The only callers of `ctx.actions.run`: the converter in Python, TensorFlow.js in Node."""

load("//tools/runtime:toolchain.bzl", "RUNTIMES")

NODE_TOOLCHAIN = Label("//tools/runtime:node_toolchain_type")
BROWSER_TOOLCHAIN = Label("//tools/runtime:browser_toolchain_type")
PAGE_TOOLCHAIN = Label("//tools/runtime:page_toolchain_type")
WEB_TOOLCHAIN = Label("//tools/runtime:web_toolchain_type")

# What makes bytes depend on the machine is switched off: hash seeds, thread counts, vectorised kernels.
PYTHON_ENV = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}

_HERMETIC = {"block-network": "1"}

def _run(ctx, *, executable, arguments, env, inputs, mnemonic, outputs, progress_message, tools, toolchain, execution_requirements):
    if not mnemonic or not progress_message:
        fail("{}: every action has a mnemonic and a progress_message, got: {} and {}".format(ctx.label, mnemonic, progress_message))
    ctx.actions.run(
        arguments = arguments,
        env = env,
        executable = executable,
        execution_requirements = _HERMETIC | execution_requirements,
        inputs = inputs,
        mnemonic = mnemonic,
        outputs = outputs,
        progress_message = progress_message,
        toolchain = toolchain,
        tools = tools,
        use_default_shell_env = False,
    )

def multiline_args(ctx):
    """Returns an empty `Args` that always travels as a file with one flag a line.

    Args:
      ctx: the rule's context.

    Returns:
      The `Args`; add files as `File`s with `format = "--flag=%s"`, never their paths.
    """
    args = ctx.actions.args()
    args.use_param_file("@%s", use_always = True)
    args.set_param_file_format("multiline")
    return args

def run_interpreter(ctx, *, runtime, main, args, inputs, outputs, mnemonic, progress_message, env = {}, path = [], execution_requirements = {}, tools = []):
    """Runs a main program in one of the converter's runtimes, without the converter.

    Args:
      ctx: the rule's context; its rule declares `python_toolchain(runtime)`.
      runtime: "bare" (no packages), "light", "core" or "full".
      main: the main program (File).
      args: the arguments, from `multiline_args`.
      inputs: depset or list of the files that the action reads beside the program.
      outputs: the declared outputs.
      mnemonic: the kind of work, as `TfjsGraphModel`.
      progress_message: one line with `%{label}`.
      env: environment variables that this program needs otherwise than conversions do.
      path: list of the files that Python imports from before it looks into the runtime's packages.
      execution_requirements: further requirements, such as those that the target's tags ask for.
      tools: list of executables (`FilesToRunProvider`) that the program starts.
    """
    toolchain = RUNTIMES[runtime]
    info = ctx.toolchains[toolchain].tfjs_runtime
    start = ctx.actions.args()

    # Neither the user's packages nor the program's own folder are searched.
    start.add_all(["-s", "-P", main])
    _run(
        ctx,
        arguments = [start, args],
        env = PYTHON_ENV | env | info.env | {"PYTHONPATH": ":".join([file.path for file in path] + ([info.env["PYTHONPATH"]] if info.env["PYTHONPATH"] else []))},
        executable = info.interpreter,
        execution_requirements = execution_requirements,
        inputs = depset([main] + path, transitive = [inputs if type(inputs) == "depset" else depset(inputs)]),
        mnemonic = mnemonic,
        outputs = outputs,
        progress_message = progress_message,
        toolchain = toolchain,
        tools = [info.files] + tools,
    )

def run_python(ctx, **kwargs):
    """Runs a main program of the converter in one of its runtimes.

    Args:
      ctx: the rule's context; its rule declares `python_toolchain(runtime)` and `python_attrs()`.
      **kwargs: as for `run_interpreter`.
    """
    run_interpreter(ctx, path = [ctx.file._library], **kwargs)

def python_attrs():
    """Returns the private attributes that `run_python` and `python_executable` read."""

    # For the machine that runs it also where people start it: the file is the same on every one.
    return {"_library": attr.label(default = "//python/tfjs_convert:library", allow_single_file = True, cfg = "exec")}

def python_toolchain(runtime):
    """Returns the toolchain type of a runtime.

    Args:
      runtime: "bare" (no packages), "light", "core" or "full".
    """
    return RUNTIMES[runtime]

def _node_modules_flag(package_lock):
    return "--node_modules={}/node_modules".format(package_lock.dirname)

def run_node(ctx, *, main, args, inputs, outputs, mnemonic, progress_message, execution_requirements = {}):
    """Runs a program in Node beside the npm packages of TensorFlow.js.

    Args:
      ctx: the rule's context; its rule declares `NODE_TOOLCHAIN` and `node_attrs()`.
      main: the main program (File).
      args: `Args`; flags that the program reads itself, since Node knows no parameter files.
      inputs: depset or list of the files that the action reads beside the program.
      outputs: the declared outputs.
      mnemonic: the kind of work, as `TfjsValidate`.
      progress_message: one line with `%{label}`.
      execution_requirements: further requirements.
    """
    info = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    start = ctx.actions.args()
    start.add(main)
    start.add_all([info.package_lock], map_each = _node_modules_flag)
    _run(
        ctx,
        arguments = [start, args],
        env = {},
        executable = info.node,
        execution_requirements = execution_requirements,
        inputs = depset(ctx.files._node_programs + [main], transitive = [inputs if type(inputs) == "depset" else depset(inputs)]),
        mnemonic = mnemonic,
        outputs = outputs,
        progress_message = progress_message,
        toolchain = NODE_TOOLCHAIN,
        tools = [info.files],
    )

def node_attrs():
    """Returns the private attributes that `run_node` reads."""
    return {"_node_programs": attr.label(default = "//tools/node:programs")}
