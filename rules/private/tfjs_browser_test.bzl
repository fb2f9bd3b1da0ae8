"""The `tfjs_browser_test` rule."""

load("//rules:providers.bzl", "TfjsModelInfo", "TfjsWebBundleInfo")
load(":actions.bzl", "BROWSER_TOOLCHAIN", "NODE_TOOLCHAIN", "PAGE_TOOLCHAIN", "python_toolchain")
load(":comparison.bzl", "COMPARISON_ATTRS", "comparison_test", "node_modules")

_DOC = """Compares a TensorFlow.js model with its source in a real browser, by number and by name.

```starlark
tfjs_browser_test(
    name = "classifier_browser_test",
    backends = ["wasm", "webgl"],
    model = ":classifier_web",
    reference = ":classifier",
)
```

The model, or the web bundle that holds it, is served on loopback to a pinned headless Chromium, which loads it as an application does.
Besides a wrong number, type, shape or name the test fails on any error in the console, any request that fails, and a load that
takes longer than `load_seconds`. `tfjs_parity_test` is the quick one in Node.
"""

_BACKENDS = ["cpu", "wasm", "webgl", "webgpu"]

def _served(ctx):
    """Returns what is served, the model in it, and the model's name if that is a bundle."""
    name = ctx.attr.bundle_model
    if TfjsWebBundleInfo not in ctx.attr.model:
        if name:
            fail("{}: bundle_model names a model of a tfjs_web_bundle, and {} is a single model; leave bundle_model out.".format(ctx.label, ctx.attr.model.label))
        model = ctx.attr.model[TfjsModelInfo]
        return model.directory, model, []
    bundle = ctx.attr.model[TfjsWebBundleInfo]
    if not name and len(bundle.models) == 1:
        name = bundle.models.keys()[0]
    if name not in bundle.models:
        fail("{}: {} holds the models {}; write one of them as bundle_model, got: \"{}\".".format(ctx.label, ctx.attr.model.label, bundle.models.keys(), name))
    return bundle.directory, bundle.models[name], ["--bundle_model=" + name]

def _tfjs_browser_test_impl(ctx):
    unknown = [backend for backend in ctx.attr.backends if backend not in _BACKENDS]
    if unknown or not ctx.attr.backends:
        fail("{}: backends is one or more of {}, got: {}.".format(ctx.label, _BACKENDS, ctx.attr.backends))
    if ctx.attr.load_seconds < 1:
        fail("{}: load_seconds is at least 1, got: {}.".format(ctx.label, ctx.attr.load_seconds))
    served, model, flags = _served(ctx)
    browser = ctx.toolchains[BROWSER_TOOLCHAIN].tfjs_browser
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    scripts = ctx.toolchains[PAGE_TOOLCHAIN].tfjs_page_scripts
    return comparison_test(
        ctx,
        comment = "Runs the model in a browser on the recorded inputs and compares each output with TensorFlow's.",
        files = [node.node] + ctx.files._page_programs,
        model = model,
        node = node,
        packages = scripts.package_lock,
        run = ctx.file._run,
        run_flags = [
            "--browser=" + browser.browser.short_path,
            "--driver=" + node_modules(browser.package_lock),
            "--load_seconds={}".format(ctx.attr.load_seconds),
        ] + flags,
        runtimes = ["tfjs.mjs", "tfjs.js"],
        served = served,
        transitive_files = [browser.files, scripts.files],
    )

tfjs_browser_test = rule(
    implementation = _tfjs_browser_test_impl,
    doc = _DOC,
    attrs = COMPARISON_ATTRS | {
        "backends": attr.string_list(
            default = ["wasm", "webgl"],
            doc = "The backends of TensorFlow.js to compare on: `cpu`, `wasm`, `webgl`, `webgpu`. The pinned browser has all, WebGL and WebGPU in software.",
        ),
        "bundle_model": attr.string(
            doc = "The model's name in the `tfjs_web_bundle`; not needed where that holds only one.",
        ),
        "load_seconds": attr.int(
            default = 30,
            doc = "The longest that the page may take to load scripts, backend and model.",
        ),
        "model": attr.label(
            doc = "The converted model, or a `tfjs_web_bundle`, whose own loader is used then.",
            mandatory = True,
            providers = [[TfjsModelInfo], [TfjsWebBundleInfo]],
        ),
        "_page_programs": attr.label(default = "//tools/page:programs"),
        "_run": attr.label(default = "//tools/page:run.mjs", allow_single_file = True),
    },
    test = True,
    toolchains = [python_toolchain("full"), python_toolchain("light"), NODE_TOOLCHAIN, BROWSER_TOOLCHAIN, PAGE_TOOLCHAIN],
)
