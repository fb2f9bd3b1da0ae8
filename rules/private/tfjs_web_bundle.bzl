"""The `tfjs_web_bundle` rule."""

load("//rules:providers.bzl", "TfjsModelInfo", "TfjsWebBundleInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "node_attrs", "run_node")
load(":labels.bzl", "label_text")

_DOC = """Puts models and other assets into one directory to serve, with a typed loader.

```starlark
tfjs_web_bundle(
    name = "models",
    models = {":classifier_web": "classifier"},
)
```

```js
import {load} from './models/loader.mjs';
const classifier = await load(tf, 'classifier');
const {scores} = await classifier.run({image: pixels});
```

Every model file and asset is named by its content, so that it may be cached for ever; the loader and `asset-manifest.json` (path, bytes,
sha256, integrity, content type, cacheable, encodings) are not. `.br` and `.gz` files lie beside what gets smaller by them.
`--output_groups=+headers` adds header snippets for nginx, Caddy, Apache and Netlify, `--output_groups=+info` the sizes.
"""

def _tfjs_web_bundle_impl(ctx):
    directory = ctx.actions.declare_directory(ctx.label.name)
    headers = ctx.actions.declare_directory(ctx.label.name + ".headers")
    info = ctx.actions.declare_file(ctx.label.name + ".info.json")
    args = ctx.actions.args()
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add_all([directory], expand_directories = False, format_each = "--output_dir=%s")
    args.add_all([headers], expand_directories = False, format_each = "--headers_dir=%s")
    args.add(info, format = "--info=%s")
    args.add(str(ctx.attr.compress).lower(), format = "--compress=%s")
    models = {}
    for target, name in ctx.attr.models.items():
        if not name or not name.replace("_", "").replace("-", "").isalnum():
            fail("{}: a model's name in a bundle is made of letters, digits, _ and -, got \"{}\" for {}.".format(ctx.label, name, target.label))
        if name in models:
            fail("{}: each model in a bundle has a name of its own, got \"{}\" twice.".format(ctx.label, name))
        model = target[TfjsModelInfo]
        models[name] = model
        args.add(name, format = "--model_name=%s")
        args.add_all([model.directory], expand_directories = False, format_each = "--model_dir=%s")
        args.add(model.info, format = "--model_info=%s")
    if not models:
        fail("{}: a web bundle holds at least one model, got none; name some in models.".format(ctx.label))
    names = {}
    for file in ctx.files.assets:
        if file.basename in names:
            fail("{}: each of assets has a file name of its own in the bundle, got {} and {}.".format(ctx.label, names[file.basename], file.short_path))
        names[file.basename] = file.short_path
        args.add(file, format = "--asset=" + file.basename + ":%s")
    run_node(
        ctx,
        args = args,
        inputs = ctx.files.assets + [file for model in models.values() for file in (model.directory, model.info)] + ctx.files._bundle_programs,
        main = ctx.file._bundle,
        mnemonic = "TfjsWebBundle",
        outputs = [directory, headers, info],
        progress_message = "Bundling %{label}",
    )
    return [
        DefaultInfo(files = depset([directory]), runfiles = ctx.runfiles([directory])),
        OutputGroupInfo(headers = depset([headers]), info = depset([info])),
        TfjsWebBundleInfo(directory = directory, info = info, models = models),
    ]

tfjs_web_bundle = rule(
    implementation = _tfjs_web_bundle_impl,
    doc = _DOC,
    attrs = {
        "assets": attr.label_list(
            allow_files = True,
            doc = "Further files, which come to lie in `assets/` under names that hold their content's hash; the manifest tells them.",
        ),
        "compress": attr.bool(
            default = True,
            doc = "Whether `.br` and `.gz` files are written beside what gets smaller by them.",
        ),
        "models": attr.label_keyed_string_dict(
            doc = "The models, each with its name in the bundle.",
            providers = [TfjsModelInfo],
        ),
        "_bundle": attr.label(default = "//tools/web:bundle.mjs", allow_single_file = True),
        "_bundle_programs": attr.label(default = "//tools/web:programs"),
    } | node_attrs(),
    provides = [TfjsWebBundleInfo],
    toolchains = [NODE_TOOLCHAIN],
)
