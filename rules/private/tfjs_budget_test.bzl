"""The `tfjs_budget_test` rule, and the target that refreshes its snapshot."""

load("//rules:providers.bzl", "TfjsModelInfo", "TfjsRuntimeBundleInfo")
load(":actions.bzl", "python_attrs", "python_toolchain")
load(":labels.bzl", "label_text")
load(":launcher.bzl", "python_executable")

_DOC = """Holds a model to limits, and to a snapshot that a team commits and reviews.

```starlark
tfjs_budget_test(
    name = "classifier_budget_test",
    max_gzip_bytes = 5000000,
    max_shards = 4,
    model = ":classifier_web",
    snapshot = "classifier.snapshot.json",
)
```

`bazel run //:classifier_budget_test.update` writes the snapshot anew; begin with a file that holds `{}`. A failure lists what grew, what came
and what went, one line each.
"""

# Attribute values of limits; -1 sets none, since 0 is one.
_LIMITS = {
    "max_gzip_bytes": "The size of all files of the model, each compressed with gzip.",
    "max_operations": "The number of operations (graph models) or layers (layers models).",
    "max_parameters": "The number of values in variables.",
    "max_shards": "The number of weight files.",
    "max_total_bytes": "The size of all files of the model.",
}

_MODEL = {
    "model": attr.label(
        doc = "The converted model, or a `tfjs_runtime_bundle`: its JavaScript counts, and its kernels as operations.",
        mandatory = True,
        providers = [[TfjsModelInfo], [TfjsRuntimeBundleInfo]],
    ),
    "_budget": attr.label(default = "//tools/budget:budget.py", allow_single_file = True),
} | python_attrs()

_ATTRS = _MODEL | {
    name: attr.int(default = -1, doc = doc + " No limit by default.")
    for name, doc in _LIMITS.items()
} | {
    "snapshot": attr.label(
        allow_single_file = [".json"],
        doc = "The committed figures, inputs, outputs and weights that the model is compared with.",
    ),
    "tolerance": attr.string(
        default = "0.01",
        doc = "By which fraction sizes may differ from the snapshot; counts may not differ at all.",
    ),
}

def _model_flags(ctx):
    target = ctx.attr.model
    model = target[TfjsModelInfo] if TfjsModelInfo in target else target[TfjsRuntimeBundleInfo]
    flags = [
        "--label=" + label_text(ctx.label),
        "--model=" + model.directory.short_path,
        "--info=" + model.info.short_path,
    ]
    return flags, [model.directory, model.info]

def _tfjs_budget_test_impl(ctx):
    flags, files = _model_flags(ctx)
    limits = [
        "--{}={}".format(name, getattr(ctx.attr, name))
        for name in _LIMITS
        if getattr(ctx.attr, name) != -1
    ]
    if not limits and not ctx.file.snapshot:
        fail("{}: a budget has at least one of {} or a snapshot, and has none.".format(ctx.label, sorted(_LIMITS)))
    if ctx.file.snapshot:
        flags.append("--snapshot=" + ctx.file.snapshot.short_path)
        files.append(ctx.file.snapshot)
    return [python_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Sets a model against its limits and its snapshot.",
        files = files,
        flags = flags + limits + ["--tolerance=" + ctx.attr.tolerance],
        main = ctx.file._budget,
    )]

tfjs_budget_raw_test = rule(
    implementation = _tfjs_budget_test_impl,
    doc = _DOC,
    attrs = _ATTRS,
    test = True,
    toolchains = [python_toolchain("light")],
)

def _tfjs_budget_update_impl(ctx):
    flags, files = _model_flags(ctx)
    snapshot = ctx.file.snapshot
    if not snapshot.is_source or snapshot.owner.repo_name:
        fail("{}: snapshot is a file of the source tree, which bazel run can write anew, got: {}".format(ctx.label, snapshot.owner))
    return [python_executable(
        ctx,
        name = ctx.label.name + ".sh",
        comment = "Writes a model's snapshot into the source tree.",
        files = files,
        flags = flags + ["--update=" + snapshot.short_path],
        main = ctx.file._budget,
    )]

_tfjs_budget_update = rule(
    implementation = _tfjs_budget_update_impl,
    doc = "Writes the snapshot of a `tfjs_budget_test`.",
    attrs = _MODEL | {
        "snapshot": attr.label(
            allow_single_file = [".json"],
            doc = "The snapshot that is written anew.",
            mandatory = True,
        ),
    },
    executable = True,
    toolchains = [python_toolchain("light")],
)

def tfjs_budget_test(name, model, snapshot = None, **kwargs):
    """Holds a model to limits and to a committed snapshot: see `tfjs_budget_raw_test` for the attributes.

    `bazel run //:NAME.update` writes the snapshot anew.

    Args:
      name: the test's name.
      model: the converted model, or a `tfjs_runtime_bundle`.
      snapshot: the committed snapshot, a JSON file of the source tree; None to hold to limits only.
      **kwargs: the limits, and attributes that every test has.
    """
    tfjs_budget_raw_test(name = name, model = model, snapshot = snapshot, **kwargs)
    if snapshot:
        _tfjs_budget_update(
            name = name + ".update",
            model = model,
            snapshot = snapshot,
            tags = ["manual"],
            testonly = True,
            visibility = kwargs.get("visibility"),
        )
