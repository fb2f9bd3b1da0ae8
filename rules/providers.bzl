"""The providers that models are passed on with.

```starlark
load("@rules_tfjs//rules:providers.bzl", "TfjsModelInfo")
```
"""

_SOURCE_KINDS = ["saved_model", "hub_module", "keras_file"]

def _model_source_info_init(*, kind, files, roots):
    if kind not in _SOURCE_KINDS:
        fail("ModelSourceInfo.kind is one of {}, got: {}".format(_SOURCE_KINDS, kind))
    if type(files) != "depset":
        fail("ModelSourceInfo.files is a depset of files, got: {}".format(type(files)))
    if type(roots) != "list" or not roots:
        fail("ModelSourceInfo.roots is a list with at least one file, got: {}".format(roots))
    return {"files": files, "kind": kind, "roots": roots}

ModelSourceInfo, _new_model_source_info = provider(
    doc = "A model to convert.",
    fields = {
        "files": "(depset[File]) All files of the model that its content depends on.",
        "kind": "(string) `saved_model`, `hub_module` or `keras_file`.",
        "roots": "(list[File]) The one archive, directory or file that is the model, or the single files of a SavedModel.",
    },
    init = _model_source_info_init,
)

_FORMATS = ["graph-model", "layers-model"]

def _tfjs_model_info_init(*, directory, format, info):
    if format not in _FORMATS:
        fail("TfjsModelInfo.format is one of {}, got: {}".format(_FORMATS, format))
    if type(directory) != "File" or not directory.is_directory:
        fail("TfjsModelInfo.directory is a tree artifact, got: {}".format(directory))
    if type(info) != "File":
        fail("TfjsModelInfo.info is a file, got: {}".format(info))
    return {"directory": directory, "format": format, "info": info}

TfjsModelInfo, _new_tfjs_model_info = provider(
    doc = "A TensorFlow.js model.",
    fields = {
        "directory": "(File) The tree artifact with `model.json` and its weight shards.",
        "format": "(string) `graph-model` (for `tf.loadGraphModel`) or `layers-model` (for `tf.loadLayersModel`).",
        "info": "(File) `NAME.info.json`: inputs and outputs by name, dtype, shape and order; operations; `predict` or `executeAsync`; bytes, shards and hashes; provenance.",
    },
    init = _tfjs_model_info_init,
)

TfjsSignaturesInfo = provider(
    doc = "Several graph models that were made from one model.",
    fields = {
        "models": "(dict[string, TfjsModelInfo]) The model of each signature.",
        "validations": "(dict[string, File]) The report of each model's validation; empty without validation.",
    },
)

TfjsRuntimeBundleInfo = provider(
    doc = "TensorFlow.js with only what some models use.",
    fields = {
        "directory": "(File) The tree artifact with the JavaScript file, and the binaries of the wasm backend.",
        "file": "(string) The JavaScript file's name in it: `tfjs.mjs`, `tfjs.cjs` or, as a script, `tfjs.js`.",
        "info": "(File) `NAME.info.json`: bytes, raw and compressed, operations, and kernels by backend.",
    },
)

TfjsWebBundleInfo = provider(
    doc = "Models and other assets in one directory to serve.",
    fields = {
        "directory": "(File) The tree artifact with `asset-manifest.json`, the loader, and files named by their content.",
        "info": "(File) `NAME.info.json`: files and bytes, raw and compressed.",
        "models": "(dict[string, TfjsModelInfo]) The models by their names in the bundle.",
    },
)
