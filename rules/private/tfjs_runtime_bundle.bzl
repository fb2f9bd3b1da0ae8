"""The `tfjs_runtime_bundle` rule."""

load("//rules:providers.bzl", "TfjsModelInfo", "TfjsRuntimeBundleInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "WEB_TOOLCHAIN", "node_attrs", "run_node")
load(":labels.bzl", "label_text")

_DOC = """Bundles TensorFlow.js with only the operations and kernels that some models use.

```starlark
tfjs_runtime_bundle(
    name = "tfjs",
    backends = ["wasm"],
    models = [":classifier_web"],
)
```

```js
import * as tf from './tfjs/tfjs.mjs';
import {load} from './models/loader.mjs';

await tf.setBackend('wasm');
const classifier = await load(tf, 'classifier');
```

The directory holds `tfjs.mjs` (or `tfjs.cjs`, `tfjs.js`) with its declarations (`tfjs.d.mts`) and, for the wasm backend, the binaries, which the bundle finds beside itself.
It exports `loadGraphModel` or `loadLayersModel` as the models need, tensors, memory and backends; other functions are named in `extra_ops`.
What is left out and asked for nevertheless fails with the name of what is missing, and of this target.
`--output_groups=+info` gives the sizes, raw and compressed, and the kernels.
"""

_BACKENDS = ["cpu", "wasm", "webgl", "webgpu"]
_FILES = {"cjs": "tfjs.cjs", "esm": "tfjs.mjs", "iife": "tfjs.js"}

def _tfjs_runtime_bundle_impl(ctx):
    if not ctx.attr.models:
        fail("{}: a runtime bundle is made for at least one model, got none; name some in models.".format(ctx.label))
    unknown = [backend for backend in ctx.attr.backends if backend not in _BACKENDS]
    if unknown or not ctx.attr.backends:
        fail("{}: backends is one or more of {}, got: {}.".format(ctx.label, _BACKENDS, ctx.attr.backends))
    directory = ctx.actions.declare_directory(ctx.label.name)
    info = ctx.actions.declare_file(ctx.label.name + ".info.json")
    packages = ctx.toolchains[WEB_TOOLCHAIN].tfjs_web
    models = [target[TfjsModelInfo] for target in ctx.attr.models]
    args = ctx.actions.args()
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add(packages.package_lock, format = "--web_packages=%s")
    args.add_all([directory], expand_directories = False, format_each = "--output_dir=%s")
    args.add(info, format = "--info=%s")
    args.add(ctx.attr.format, format = "--format=%s")
    args.add(str(ctx.attr.minify).lower(), format = "--minify=%s")
    args.add(str(ctx.attr.training).lower(), format = "--training=%s")
    args.add_all(ctx.attr.backends, format_each = "--backend=%s", uniquify = True)
    args.add_all(ctx.attr.extra_kernels, format_each = "--extra_kernel=%s")
    args.add_all(ctx.attr.extra_ops, format_each = "--extra_op=%s")
    args.add_all([model.directory for model in models], expand_directories = False, format_each = "--model_dir=%s")
    args.add_all([model.info for model in models], format_each = "--model_info=%s")
    run_node(
        ctx,
        args = args,
        inputs = depset(
            [file for model in models for file in (model.directory, model.info)] + ctx.files._bundle_programs,
            transitive = [packages.files],
        ),
        main = ctx.file._bundle,
        mnemonic = "TfjsRuntimeBundle",
        outputs = [directory, info],
        progress_message = "Bundling TensorFlow.js for %{label}",
    )
    return [
        DefaultInfo(files = depset([directory]), runfiles = ctx.runfiles([directory])),
        OutputGroupInfo(info = depset([info])),
        TfjsRuntimeBundleInfo(directory = directory, file = _FILES[ctx.attr.format], info = info),
    ]

tfjs_runtime_bundle = rule(
    implementation = _tfjs_runtime_bundle_impl,
    doc = _DOC,
    attrs = {
        "backends": attr.string_list(
            default = ["wasm"],
            doc = "The backends: `cpu`, `wasm`, `webgl`, `webgpu`. Where several can start, TensorFlow.js takes the fastest, or what `setBackend` says.",
        ),
        "extra_kernels": attr.string_list(
            doc = "Kernels that are kept though no model uses them, as errors name them: `Conv2D`.",
        ),
        "extra_ops": attr.string_list(
            doc = "Functions that the bundle exports beside the usual ones, as they are named after `tf.`: `softmax`, `image.resizeBilinear`, `browser.fromPixels`. Their kernels come with them.",
        ),
        "format": attr.string(
            default = "esm",
            doc = "`esm` (`tfjs.mjs`), `cjs` (`tfjs.cjs`) or `iife` (`tfjs.js`, a script that sets the global `tf`).",
            values = _FILES.keys(),
        ),
        "minify": attr.bool(
            default = True,
            doc = "Whether names and spaces are shortened.",
        ),
        "models": attr.label_list(
            doc = "The models that the bundle runs.",
            providers = [TfjsModelInfo],
        ),
        "training": attr.bool(
            default = False,
            doc = "Whether the models can be trained: adds gradients and their kernels, optimizers, and `fit` of layers models.",
        ),
        "_bundle": attr.label(default = "//tools/web:runtime_bundle.mjs", allow_single_file = True),
        "_bundle_programs": attr.label(default = "//tools/web:programs"),
    } | node_attrs(),
    provides = [TfjsRuntimeBundleInfo],
    toolchains = [NODE_TOOLCHAIN, WEB_TOOLCHAIN],
)
