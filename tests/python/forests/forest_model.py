"""A trained decision forest in a SavedModel as TensorFlow Decision Forests writes it.

That package has no wheel for the TensorFlow of these tests, and its operations are needed to save the graph; so the
graph is written node by node, around a forest that is trained here.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tfjs_convert.graph import tensors
from tfjs_convert.tf_core import DT, OpDef, SavedModel

sys.path.extend(str(site) for site in Path("..").glob("*rules_tfjs_forests/site-packages"))

import ydf

PREFIX = "3f0c2a_"
WORDS = np.array(["x", "y", "z"])


def features(examples: int, seed: int) -> dict[str, np.ndarray]:
    """Inputs: two numbers and a word an example."""
    random = np.random.default_rng(seed)
    a, b = random.random((2, examples)).astype(np.float32)
    return {"a": a, "b": b, "c": random.choice(WORDS, examples)}


def train() -> ydf.GradientBoostedTreesModel:
    """Boosted trees that tell two classes apart."""
    ydf.verbose(0)
    known = features(300, seed=0)
    label = (2 * known["a"] + known["b"] + (known["c"] == "x") > 1.6).astype(int)
    return ydf.GradientBoostedTreesLearner(label="label", num_trees=7).train({**known, "label": label})


def save(model: ydf.GradientBoostedTreesModel, folder: Path, forests: int = 1) -> Path:
    """Writes a SavedModel whose output `scores` [examples, 2] are the classes' probabilities."""
    model.save(str(folder / "assets"), advanced_options=ydf.ModelIOOptions(file_prefix=PREFIX))
    saved = SavedModel(saved_model_schema_version=1)
    meta = saved.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    meta.meta_info_def.tensorflow_version = "2.19.0"
    meta.meta_info_def.stripped_op_list.op.extend(_definitions())
    graph = meta.graph_def
    graph.versions.producer = 1987
    graph.node.extend(_features(model))
    for i in range(forests):
        graph.node.extend(_forest(f"forest_{i}"))
    last = [f"forest_{i}/inference:0" for i in range(forests)]
    graph.node.append(
        tensors.node("scores", "AddN", last, N=forests, T=tensors.Type(DT.DT_FLOAT))
        if forests > 1
        else tensors.node("scores", "Identity", last, T=tensors.Type(DT.DT_FLOAT))
    )
    started = ["^words/import", *(f"^forest_{i}/load" for i in range(forests))]
    graph.node.append(tensors.node("init", "NoOp", started))
    meta.signature_def["__saved_model_init_op"].outputs["__saved_model_init_op"].name = "init"
    signature = meta.signature_def["serving_default"]
    for name, dtype in {"a": DT.DT_FLOAT, "b": DT.DT_FLOAT, "c": DT.DT_STRING}.items():
        signature.inputs[name].name, signature.inputs[name].dtype = f"{name}:0", dtype
        signature.inputs[name].tensor_shape.dim.add(size=-1)
    signature.outputs["scores"].name, signature.outputs["scores"].dtype = "scores:0", DT.DT_FLOAT
    for size in (-1, 2):
        signature.outputs["scores"].tensor_shape.dim.add(size=size)
    for i, path in enumerate(sorted((folder / "assets").iterdir())):
        asset = meta.asset_file_def.add(filename=path.name)
        asset.tensor_info.name = f"asset_{i}:0"
        graph.node.append(tensors.const(f"asset_{i}", np.array(path.name.encode(), object)))
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return folder


def _features(model: ydf.GradientBoostedTreesModel) -> list[object]:
    (words,) = (c.categorical.items for c in model.data_spec().columns if c.name == "c")
    keys = sorted(words)
    string, integer = tensors.Type(DT.DT_STRING), tensors.Type(DT.DT_INT32)
    shape = tensors.Shape([-1])
    table = tensors.node("words", "HashTableV2", key_dtype=string, value_dtype=integer)
    imported = tensors.node("words/import", "LookupTableImportV2", ["words", "words/keys", "words/values"])
    imported.attr["Tin"].type, imported.attr["Tout"].type = DT.DT_STRING, DT.DT_INT32
    return [
        *(tensors.node(n, "Placeholder", dtype=tensors.Type(DT.DT_FLOAT), shape=shape) for n in ("a", "b")),
        tensors.node("c", "Placeholder", dtype=string, shape=shape),
        tensors.const("words/keys", np.array([key.encode() for key in keys], object)),
        tensors.const("words/values", np.array([words[key].index for key in keys], np.int32)),
        tensors.const("words/default", np.int32(0)),
        table,
        imported,
        tensors.node("looked_up", "LookupTableFindV2", ["words", "c", "words/default"], Tin=string, Tout=integer),
        tensors.node("numbers", "Pack", ["a", "b"], N=2, axis=1, T=tensors.Type(DT.DT_FLOAT)),
        tensors.node("categories", "Pack", ["looked_up"], N=1, axis=1, T=integer),
        tensors.const("booleans", np.zeros((0, 0), np.float32)),
        tensors.const("sets", np.zeros(0, np.int32)),
        tensors.const("splits", np.zeros(1, np.int64)),
    ]


def _forest(name: str) -> list[object]:
    made = [name, "numbers", "booleans", "categories", "sets", "splits", "splits"]
    return [
        tensors.node(name, "SimpleMLCreateModelResource", shared_name=f"{name}_of_some_training"),
        tensors.node(f"{name}/inference", "SimpleMLInferenceOpWithHandle", [*made[1:], name], dense_output_dim=2),
        tensors.node(f"{name}/load", "SimpleMLLoadModelFromPathWithHandle", [name, "asset_0"], file_prefix=PREFIX),
    ]


def _definitions() -> list[object]:
    makes = OpDef(name="SimpleMLCreateModelResource", is_stateful=True)
    makes.output_arg.add(name="model_handle", type=DT.DT_RESOURCE)
    loads = OpDef(name="SimpleMLLoadModelFromPathWithHandle", is_stateful=True)
    loads.input_arg.add(name="model_handle", type=DT.DT_RESOURCE)
    loads.input_arg.add(name="path", type=DT.DT_STRING)
    runs = OpDef(name="SimpleMLInferenceOpWithHandle", is_stateful=True)
    types = [DT.DT_FLOAT, DT.DT_FLOAT, DT.DT_INT32, DT.DT_INT32, DT.DT_INT64, DT.DT_INT64, DT.DT_RESOURCE]
    for i, dtype in enumerate(types):
        runs.input_arg.add(name=f"input_{i}", type=dtype)
    runs.output_arg.add(name="dense_predictions", type=DT.DT_FLOAT)
    runs.output_arg.add(name="dense_col_representation", type=DT.DT_STRING)
    return [makes, loads, runs]
