"""The rules behind `tfjs_graph_model(signatures = …)`: several signatures of one model, which is loaded once."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo", "TfjsSignaturesInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":model_outputs.bzl", "declare_model", "validate_model")
load(":tfjs_graph_model_options.bzl", "GRAPH_MODEL_ATTRS", "run_graph_conversion")

_DOC = """Converts several signatures of a SavedModel in one action, each into a graph model of its own.

Targets are made with `tfjs_graph_model` and `signatures`, which also makes the target `NAME.SIGNATURE` for each of the models.
"""

_ATTRS = {
    "model": attr.label(
        doc = "The model, a `tf_saved_model`.",
        mandatory = True,
        providers = [ModelSourceInfo],
    ),
    "saved_model_tags": attr.string(
        default = "serve",
        doc = "The tags of the MetaGraph to convert, separated by commas; empty for the one without tags.",
    ),
    "signatures": attr.string_list(
        doc = "The signatures to convert. Each becomes the directory `NAME.SIGNATURE`.",
        mandatory = True,
    ),
    "_convert": attr.label(default = "//tools/convert:graph_model_signatures.py", allow_single_file = True),
} | GRAPH_MODEL_ATTRS

def _check(ctx):
    kind = ctx.attr.model[ModelSourceInfo].kind
    if kind != "saved_model":
        fail("{}: signatures are those of a tf_saved_model, got {} (a {}); leave signatures out.".format(ctx.label, ctx.attr.model.label, kind))
    if not ctx.attr.signatures:
        fail("{}: signatures names at least one signature, got none; leave it out to convert the model's default one.".format(ctx.label))
    for name in ctx.attr.signatures:
        if not name.replace("_", "").replace("-", "").replace(".", "").isalnum():
            fail("{}: each of signatures becomes part of a target's name, and {} cannot; convert that one alone, with signature_name.".format(ctx.label, repr(name)))

def _tfjs_graph_model_signatures_impl(ctx):
    _check(ctx)
    source = ctx.attr.model[ModelSourceInfo]
    models = {name: declare_model(ctx, "{}.{}".format(ctx.label.name, name)) for name in ctx.attr.signatures}
    run_graph_conversion(
        ctx,
        files = source.files,
        inputs = source.roots,
        main = ctx.file._convert,
        models = models.values(),
        runtime = "core",
        source_flags = ["--saved_model_tags=" + ctx.attr.saved_model_tags] + ["--signature_name=" + name for name in models],
    )
    directories = [model.directory for model in models.values()]
    reports = {name: validate_model(ctx, model) for name, model in models.items()} if ctx.attr.validate else {}
    return [
        DefaultInfo(files = depset(directories), runfiles = ctx.runfiles(directories)),
        OutputGroupInfo(
            _validation = depset(reports.values()),
            info = depset([model.info for model in models.values()]),
        ),
        TfjsSignaturesInfo(
            models = {
                name: TfjsModelInfo(directory = model.directory, format = "graph-model", info = model.info)
                for name, model in models.items()
            },
            validations = reports,
        ),
    ]

tfjs_graph_model_signatures = rule(
    implementation = _tfjs_graph_model_signatures_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsSignaturesInfo],
    toolchains = [python_toolchain("core"), NODE_TOOLCHAIN],
)

def _tfjs_graph_model_signature_impl(ctx):
    signatures = ctx.attr.signatures[TfjsSignaturesInfo]
    model = signatures.models[ctx.attr.signature]
    groups = {"info": depset([model.info])}
    if ctx.attr.signature in signatures.validations:
        groups["_validation"] = depset([signatures.validations[ctx.attr.signature]])
    return [
        DefaultInfo(files = depset([model.directory]), runfiles = ctx.runfiles([model.directory])),
        OutputGroupInfo(**groups),
        model,
    ]

tfjs_graph_model_signature = rule(
    implementation = _tfjs_graph_model_signature_impl,
    doc = "One of the models of a `tfjs_graph_model` with `signatures`, which makes these targets itself.",
    attrs = {
        "signature": attr.string(doc = "The signature.", mandatory = True),
        "signatures": attr.label(doc = "The models.", mandatory = True, providers = [TfjsSignaturesInfo]),
    },
    provides = [TfjsModelInfo],
)
