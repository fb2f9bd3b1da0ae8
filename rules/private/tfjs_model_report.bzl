"""The `tfjs_model_report` rule."""

load("//rules:providers.bzl", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "multiline_args", "python_attrs", "python_toolchain", "run_python")
load(":labels.bzl", "label_text")

_DOC = """Writes an HTML page on one model, to put in a review; it needs no network to be read.

```starlark
tfjs_model_report(
    name = "classifier_report",
    model = ":classifier_web",
)
```

It shows inputs and outputs, the graph by operation and layer, weights by size, the error that quantization brings to each weight,
and what a `float32`, `float16`, `uint16` and `uint8` variant weighs and does to the outputs on seeded inputs.
"""

def _tfjs_model_report_impl(ctx):
    model = ctx.attr.model[TfjsModelInfo]
    node = ctx.toolchains[NODE_TOOLCHAIN].tfjs_node
    page = ctx.actions.declare_file(ctx.label.name + ".html")
    args = multiline_args(ctx)
    args.add(label_text(ctx.label), format = "--label=%s")
    args.add(ctx.attr.title or ctx.attr.model.label.name, format = "--title=%s")
    args.add(str(ctx.attr.seed), format = "--seed=%s")
    args.add_all([model.directory], expand_directories = False, format_each = "--model=%s")
    args.add(model.info, format = "--info=%s")
    args.add(node.node, format = "--node=%s")
    args.add(node.package_lock, format = "--package_lock=%s")
    args.add(ctx.file._run, format = "--run=%s")
    args.add(page, format = "--output=%s")
    run_python(
        ctx,
        args = args,
        inputs = depset(
            [model.directory, model.info, node.package_lock, ctx.file._run] + ctx.files._programs,
            transitive = [node.files],
        ),
        main = ctx.file._report,
        mnemonic = "TfjsReport",
        outputs = [page],
        progress_message = "Measuring %{label}",
        runtime = "light",
    )
    return [DefaultInfo(files = depset([page]), runfiles = ctx.runfiles([page]))]

tfjs_model_report = rule(
    implementation = _tfjs_model_report_impl,
    doc = _DOC,
    attrs = {
        "model": attr.label(
            doc = "The converted model.",
            mandatory = True,
            providers = [TfjsModelInfo],
        ),
        "seed": attr.int(doc = "The seed of the inputs on which the variants' outputs are compared."),
        "title": attr.string(doc = "The page's heading; by default the model's name."),
        "_programs": attr.label(default = "//tools/node:programs"),
        "_report": attr.label(default = "//tools/report:report.py", allow_single_file = True),
        "_run": attr.label(default = "//tools/node:run.mjs", allow_single_file = True),
    } | python_attrs(),
    toolchains = [python_toolchain("light"), NODE_TOOLCHAIN],
)
