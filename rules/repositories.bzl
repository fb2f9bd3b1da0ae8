"""What a WORKSPACE file loads: the dependencies, and the toolchains.

```starlark
load("@rules_tfjs//rules:repositories.bzl", "rules_tfjs_dependencies", "rules_tfjs_toolchains")

rules_tfjs_dependencies()

rules_tfjs_toolchains()
```
"""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load("@bazel_tools//tools/build_defs/repo:utils.bzl", "maybe")
load("//rules/private:tfhub_module.bzl", _tfhub_module = "tfhub_module")
load("//tools/runtime:defaults.bzl", "runtime_repositories")

tfhub_module = _tfhub_module

def rules_tfjs_dependencies():
    """Declares the rule sets that these rules load, unless they are there already."""
    maybe(
        http_archive,
        name = "bazel_skylib",
        sha256 = "51b5105a760b353773f904d2bbc5e664d0987fbaf22265164de65d43e910d8ac",
        urls = [
            "https://mirror.bazel.build/github.com/bazelbuild/bazel-skylib/releases/download/1.8.1/bazel-skylib-1.8.1.tar.gz",
            "https://github.com/bazelbuild/bazel-skylib/releases/download/1.8.1/bazel-skylib-1.8.1.tar.gz",
        ],
    )
    maybe(
        http_archive,
        name = "rules_python",
        sha256 = "098ba13578e796c00c853a2161f382647f32eb9a77099e1c88bc5299333d0d6e",
        strip_prefix = "rules_python-1.9.0",
        urls = ["https://github.com/bazel-contrib/rules_python/releases/download/1.9.0/rules_python-1.9.0.tar.gz"],
    )

# Its targets have fixed names, which the toolchains refer to.
# buildifier: disable=unnamed-macro
def rules_tfjs_toolchains(python_version = "3.13", pip_interpreter = None, register = True):
    """Declares and registers the converter's runtimes and TensorFlow.js in Node; nothing is downloaded before a target needs it.

    Args:
      python_version: the version of the interpreter and of the wheels, "3.11" to "3.13". Where rules_python has registered
        a hermetic interpreter of this version, that one is used.
      pip_interpreter: the Python that runs pip when the wheels are fetched; by default one is looked for on PATH.
      register: whether the toolchains are registered; otherwise register `@rules_tfjs_toolchains//:all` or your own.
    """
    runtime_repositories(python_version = python_version, pip_interpreter = pip_interpreter)
    if register:
        native.register_toolchains("@rules_tfjs_toolchains//:all")
