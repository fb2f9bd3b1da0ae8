"""The `tfjs_parity_test` rule."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":comparison.bzl", "COMPARISON_ATTRS", "comparison_test")

_DOC = """Compares a TensorFlow.js model with its source, by number and by name.

```starlark
tfjs_parity_test(
    name = "classifier_parity_test",
    model = ":classifier_web",
    reference = ":classifier",
)
```

Seeded or recorded inputs go through TensorFlow (a cached build action) and through TensorFlow.js in Node; every output is compared by its
name. When one differs, the test names the output, its worst element, and the element's index.
"""

_BACKENDS = ["cpu", "wasm"]

def _tfjs_parity_test_impl(ctx):
    unknown = [backend for backend in ctx.attr.backends if backend not in _BACKENDS]
    if unknown or not ctx.attr.backends:
        fail("{}: backends is one or more of {}, got: {}; what needs a browser belongs in a tfjs_browser_test.".format(ctx.label, _BACKENDS, ctx.attr.backends))
    model = ctx.attr.model[TfjsModelInfo]
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    return comparison_test(
        ctx,
        comment = "Runs the model in TensorFlow.js on the recorded inputs and compares each output with TensorFlow's.",
        files = [],
        model = model,
        node = node,
        packages = node.package_lock,
        run = ctx.file._run,
        runtimes = ["tfjs.mjs", "tfjs.cjs"],
        served = model.directory,
        transitive_files = [node.files],
    )

tfjs_parity_test = rule(
    implementation = _tfjs_parity_test_impl,
    doc = _DOC,
    attrs = COMPARISON_ATTRS | {
        "backends": attr.string_list(
            default = ["cpu"],
            doc = "The backends of TensorFlow.js to compare on: `cpu`, `wasm`.",
        ),
        "model": attr.label(
            doc = "The converted model.",
            mandatory = True,
            providers = [TfjsModelInfo],
        ),
        "_run": attr.label(default = "//tools/node:run.mjs", allow_single_file = True),
    },
    test = True,
    toolchains = [python_toolchain("full"), python_toolchain("light"), NODE_TOOLCHAIN],
)
