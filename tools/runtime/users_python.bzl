"""The hermetic interpreter that the user registered with rules_python, if there is one."""

_PYTHON_TOOLCHAIN = Label("@rules_python//python:toolchain_type")

UsersPythonInfo = provider(
    doc = "What rules_python found for the platform of this configuration.",
    fields = {"runtime": "(PyRuntimeInfo) The hermetic runtime, or None where there is none or only a path on the machine."},
)

def _users_python_impl(ctx):
    toolchain = ctx.toolchains[_PYTHON_TOOLCHAIN]
    runtime = getattr(toolchain, "py3_runtime", None) if toolchain else None
    return [UsersPythonInfo(runtime = runtime if runtime and runtime.interpreter else None)]

users_python = rule(
    implementation = _users_python_impl,
    doc = "Looks up rules_python's toolchain. A target of its own, so that it can be asked for the platform that actions run on.",
    provides = [UsersPythonInfo],
    toolchains = [config_common.toolchain_type(_PYTHON_TOOLCHAIN, mandatory = False)],
)
