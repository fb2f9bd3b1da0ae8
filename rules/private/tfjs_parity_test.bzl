"""The `tfjs_parity_test` rule."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "multiline_args", "python_attrs", "python_toolchain", "run_python")
load(":labels.bzl", "label_text")
load(":launcher.bzl", "python_executable")

_DOC = """Compares a TensorFlow.js model with its source, by number and by name.

```starlark
tfjs_parity_test(
    name = "classifier_parity_test",
    model = ":classifier_web",
    reference = ":classifier",
)
```

Seeded inputs go through TensorFlow (a cached build action) and through TensorFlow.js in Node; every output is compared by its name.
When one differs, the test names the output, its worst element, and the element's index.
"""

_ATTRS = {
    "backends": attr.string_list(
        default = ["cpu"],
        doc = "The backends of TensorFlow.js to compare on: `cpu`, `wasm`.",
    ),
    "input_ranges": attr.string_dict(
        doc = "The range of an input's random values by its name, as in `{\"audio\": \"-1,1\"}`; by default 0 to 1 for floats.",
    ),
    "model": attr.label(
        doc = "The converted model.",
        mandatory = True,
        providers = [TfjsModelInfo],
    ),
    "reference": attr.label(
        allow_files = True,
        doc = "What it was converted from: a `tf_saved_model` or a Keras file.",
        mandatory = True,
    ),
    "saved_model_tags": attr.string(
        default = "serve",
        doc = "The tags of the SavedModel's MetaGraph, separated by commas.",
    ),
    "seeds": attr.int_list(
        default = [0],
        doc = "One comparison for each seed of the inputs.",
    ),
    "signature_name": attr.string(
        doc = "The SavedModel's signature; by default the only one, or `serving_default`.",
    ),
    "tolerance": attr.string(
        default = "1e-4",
        doc = "The largest difference that passes, as a fraction of the output's range.",
    ),
    "tolerances": attr.string_dict(
        doc = "The same for single outputs by name.",
    ),
    "_parity": attr.label(default = "//tools/parity:parity.py", allow_single_file = True),
    "_programs": attr.label(default = "//tools/node:programs"),
    "_reference": attr.label(default = "//tools/parity:reference.py", allow_single_file = True),
    "_run": attr.label(default = "//tools/node:run.mjs", allow_single_file = True),
} | python_attrs()

_BACKENDS = ["cpu", "wasm"]

def _reference_outputs(ctx, model):
    """Runs the source in TensorFlow on seeded inputs; returns the tree artifact with inputs and outputs."""
    directory = ctx.actions.declare_directory(ctx.label.name + ".reference")
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    if ModelSourceInfo in ctx.attr.reference:
        source = ctx.attr.reference[ModelSourceInfo]
        files = source.files
        args.add_all(source.roots, expand_directories = False, format_each = "--input=%s")
    else:
        files = depset(ctx.files.reference)
        args.add_all(ctx.files.reference, expand_directories = False, format_each = "--input=%s")
    args.add(model.info, format = "--info=%s")
    args.add(ctx.attr.saved_model_tags, format = "--saved_model_tags=%s")
    if ctx.attr.signature_name:
        args.add(ctx.attr.signature_name, format = "--signature_name=%s")
    args.add_all(ctx.attr.seeds, format_each = "--seed=%s")
    for name, values in ctx.attr.input_ranges.items():
        args.add("{}:{}".format(name, values), format = "--range=%s")
    args.add_all([directory], expand_directories = False, format_each = "--output_dir=%s")
    run_python(
        ctx,
        args = args,

        # Without oneDNN, TensorFlow has no dilated depthwise convolution on a CPU.
        env = {"TF_ENABLE_ONEDNN_OPTS": "1"},
        inputs = depset([model.info], transitive = [files]),
        main = ctx.file._reference,
        mnemonic = "TfjsReference",
        outputs = [directory],
        progress_message = "Running the source of %{label} in TensorFlow",
        runtime = "full",
    )
    return directory

def _tfjs_parity_test_impl(ctx):
    unknown = [backend for backend in ctx.attr.backends if backend not in _BACKENDS]
    if unknown or not ctx.attr.backends:
        fail("{}: backends is one or more of {}, got: {}; what needs a browser belongs in a browser test.".format(ctx.label, _BACKENDS, ctx.attr.backends))
    model = ctx.attr.model[TfjsModelInfo]
    reference = _reference_outputs(ctx, model)
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    flags = [
        "--label=" + label_text(ctx.label),
        "--model=" + model.directory.short_path,
        "--info=" + model.info.short_path,
        "--reference=" + reference.short_path,
        "--node=" + node.node.short_path,
        "--node_modules={}/node_modules".format(node.package_lock.short_path.rpartition("/")[0]),
        "--run=" + ctx.file._run.short_path,
        "--tolerance=" + ctx.attr.tolerance,
    ] + ["--backend=" + backend for backend in ctx.attr.backends] + [
        "--output_tolerance={}:{}".format(name, value)
        for name, value in ctx.attr.tolerances.items()
    ]
    return [
        python_executable(
            ctx,
            name = ctx.label.name + ".sh",
            comment = "Runs the model in TensorFlow.js on the recorded inputs and compares each output with TensorFlow's.",
            files = [ctx.file._run, model.directory, model.info, reference] + ctx.files._programs,
            flags = flags,
            main = ctx.file._parity,
            transitive_files = [node.files],
        ),
        OutputGroupInfo(reference = depset([reference])),
    ]

tfjs_parity_test = rule(
    implementation = _tfjs_parity_test_impl,
    doc = _DOC,
    attrs = _ATTRS,
    test = True,
    toolchains = [python_toolchain("full"), python_toolchain("light"), NODE_TOOLCHAIN],
)
