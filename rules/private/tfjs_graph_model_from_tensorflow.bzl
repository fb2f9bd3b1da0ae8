"""The rule behind `tfjs_graph_model` for models that are graphs already: SavedModels and frozen graphs."""

load("//rules:providers.bzl", "ModelSourceInfo", "TfjsModelInfo")
load(":actions.bzl", "NODE_TOOLCHAIN", "python_toolchain")
load(":tfjs_graph_model_options.bzl", "GRAPH_MODEL_ATTRS", "convert_to_graph_model")

_DOC = """Converts a SavedModel or a frozen graph into a graph model, without TensorFlow's Python layer.

Targets are made with `tfjs_graph_model`, which picks this rule unless the model is Keras's.
"""

_MODULES_OWN_TAGS = "serve"

_ATTRS = {
    "model": attr.label(
        allow_files = True,
        doc = "The model: a `tf_saved_model`, or a frozen graph (`.pb`, `.pbtxt`) with `output_node_names`.",
        mandatory = True,
    ),
    "output_node_names": attr.string_list(
        doc = "For a frozen graph: the nodes that it returns, in the order wanted.",
    ),
    "saved_model_tags": attr.string(
        default = _MODULES_OWN_TAGS,
        doc = "The tags of the MetaGraph to convert, separated by commas; empty for the one without tags. For a hub module the default means what the module has.",
    ),
    "signature_name": attr.string(
        doc = "The signature to convert. By default the only one, or `serving_default`.",
    ),
    "_convert": attr.label(default = "//tools/convert:graph_model.py", allow_single_file = True),
} | GRAPH_MODEL_ATTRS

_FROZEN = (".pb", ".pbtxt")

def _tfjs_graph_model_from_tensorflow_impl(ctx):
    files, inputs = _source(ctx)
    flags = ["--output_node_name=" + name for name in ctx.attr.output_node_names]
    if not ctx.attr.output_node_names:
        if _is_hub_module(ctx.attr.model):
            flags.append("--hub_module")
        if ctx.attr.saved_model_tags != _MODULES_OWN_TAGS or not _is_hub_module(ctx.attr.model):
            flags.append("--saved_model_tags=" + ctx.attr.saved_model_tags)
        if ctx.attr.signature_name:
            flags.append("--signature_name=" + ctx.attr.signature_name)
    return convert_to_graph_model(
        ctx,
        files = files,
        inputs = inputs,
        main = ctx.file._convert,
        runtime = "core",
        source_flags = flags,
    )

def _is_hub_module(model):
    return ModelSourceInfo in model and model[ModelSourceInfo].kind == "hub_module"

def _source(ctx):
    model = ctx.attr.model
    if ModelSourceInfo in model and model[ModelSourceInfo].kind in ["saved_model", "hub_module"]:
        if ctx.attr.output_node_names:
            fail("{}: output_node_names is for frozen graphs, got it with the tf_saved_model {}; choose with signature_name and outputs.".format(ctx.label, model.label))
        return model[ModelSourceInfo].files, model[ModelSourceInfo].roots
    if ModelSourceInfo in model or TfjsModelInfo in model:
        found = model[ModelSourceInfo].kind if ModelSourceInfo in model else model[TfjsModelInfo].format
        fail("{}: model is a tf_saved_model, a frozen graph or a Keras file, got {} (a {}); for Keras files and layers models write from_keras = True.".format(ctx.label, model.label, found))
    if len(ctx.files.model) != 1 or not ctx.files.model[0].basename.endswith(_FROZEN):
        fail("{}: model is a tf_saved_model, a frozen graph (.pb, .pbtxt) or a Keras file (.h5, .hdf5, .keras), got {} with the files {}; wrap a SavedModel in a tf_saved_model, and for a Keras file of another name write from_keras = True.".format(
            ctx.label,
            model.label,
            [file.short_path for file in ctx.files.model][:5],
        ))
    if not ctx.attr.output_node_names:
        fail("{}: a frozen graph does not say what it returns, got {} without output_node_names; name the nodes there.".format(ctx.label, model.label))
    return depset(ctx.files.model), ctx.files.model

tfjs_graph_model_from_tensorflow = rule(
    implementation = _tfjs_graph_model_from_tensorflow_impl,
    doc = _DOC,
    attrs = _ATTRS,
    provides = [TfjsModelInfo],
    toolchains = [python_toolchain("core"), NODE_TOOLCHAIN],
)
