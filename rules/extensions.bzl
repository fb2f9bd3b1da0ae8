"""What a MODULE.bazel file uses: the toolchains, as a module extension.

```starlark
tfjs = use_extension("@rules_tfjs//rules:extensions.bzl", "tfjs")
tfjs.toolchains(python_version = "3.13")  # optional: these are the defaults
```
"""

load("//tools/runtime:defaults.bzl", "runtime_repositories")

_toolchains = tag_class(
    doc = "How the converter's runtimes are made; the root module's tag counts.",
    attrs = {
        "pip_interpreter": attr.label(doc = "The Python that runs pip when the wheels are fetched; by default one is looked for on PATH."),
        "python_version": attr.string(default = "3.13", doc = "The version of the interpreter and of the wheels, `3.11` to `3.13`."),
    },
)

def _tfjs_impl(module_ctx):
    # The root module comes first, so its wish is the one that counts.
    tags = [tag for module in module_ctx.modules for tag in module.tags.toolchains]
    if tags:
        runtime_repositories(python_version = tags[0].python_version, pip_interpreter = tags[0].pip_interpreter)
    else:
        runtime_repositories()

tfjs = module_extension(
    implementation = _tfjs_impl,
    doc = "Declares the converter's runtimes and TensorFlow.js in Node; nothing is downloaded before a target needs it.",
    tag_classes = {"toolchains": _toolchains},
)
