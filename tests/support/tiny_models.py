"""Hand-made TensorFlow.js models of a few nodes or layers, written without the converter.

They are the ground on which the Node programs are tested; nothing here imports `tfjs_convert`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

TYPES = {
    "float32": "DT_FLOAT",
    "int32": "DT_INT32",
    "bool": "DT_BOOL",
    "string": "DT_STRING",
    "complex64": "DT_COMPLEX64",
}


def node(name: str, op: str, *inputs: str, **attr: dict) -> dict:
    """A GraphDef node as JSON; attributes are given as JSON too: `T=dtype("float32")`."""
    return {"name": name, "op": op, "input": list(inputs), "attr": attr}


def dtype(name: str) -> dict:
    return {"type": TYPES[name]}


def shape(*sizes: int) -> dict:
    return {"shape": tensor_shape(sizes)}


def text(value: str) -> dict:
    return {"s": base64.b64encode(value.encode()).decode()}


def integer(value: int) -> dict:
    return {"i": str(value)}


def tensor_shape(sizes: Sequence[int]) -> dict:
    return {"dim": [{"size": str(size)} for size in sizes]} if sizes else {}


def placeholder(name: str, kind: str, *sizes: int) -> dict:
    return node(name, "Placeholder", dtype=dtype(kind), shape=shape(*sizes))


def constant(name: str, array: np.ndarray) -> dict:
    kind = "string" if array.dtype == object else str(array.dtype)
    tensor = {"dtype": TYPES[kind], "tensorShape": tensor_shape(array.shape)}
    return node(name, "Const", dtype=dtype(kind), value={"tensor": tensor})


def entry(tensor: str, kind: str, *sizes: int) -> dict:
    """One input or output of a signature."""
    return {"name": tensor, "dtype": TYPES[kind], "tensorShape": tensor_shape(sizes)}


def write_graph_model(
    directory: Path,
    nodes: Sequence[dict],
    inputs: Mapping[str, dict],
    outputs: Mapping[str, dict],
    weights: Mapping[str, np.ndarray] = {},
    shard_size: int = 1 << 22,
    **fields: object,
) -> Path:
    """Writes a graph model; `weights` are the constants' values by node name."""
    return _write(
        directory,
        {
            "format": "graph-model",
            "signature": {"inputs": dict(inputs), "outputs": dict(outputs)},
            "modelTopology": {"node": list(nodes), "library": {}, "versions": {"producer": 1}},
            **fields,
        },
        weights,
        shard_size,
    )


def write_layers_model(
    directory: Path, topology: dict, weights: Mapping[str, np.ndarray] = {}, shard_size: int = 1 << 22
) -> Path:
    """Writes a layers model; `topology` is Keras 2 configuration."""
    return _write(directory, {"format": "layers-model", "modelTopology": topology}, weights, shard_size)


def _write(directory: Path, fields: dict, weights: Mapping[str, np.ndarray], shard_size: int) -> Path:
    data = b"".join(_bytes(array) for array in weights.values())
    shards = [data[at : at + shard_size] for at in range(0, len(data), shard_size)]
    paths = [f"group1-shard{i + 1}of{len(shards)}.bin" for i in range(len(shards))]
    entries = [
        {"name": name, "shape": list(array.shape), "dtype": "string" if array.dtype == object else str(array.dtype)}
        for name, array in weights.items()
    ]
    directory.mkdir(parents=True, exist_ok=True)
    for path, shard in zip(paths, shards, strict=True):
        (directory / path).write_bytes(shard)
    fields = {**fields, "weightsManifest": [{"paths": paths, "weights": entries}]}
    (directory / "model.json").write_text(json.dumps(fields))
    return directory


def _bytes(array: np.ndarray) -> bytes:
    if array.dtype == object:
        return b"".join(len(value).to_bytes(4, "little") + value for value in array.reshape(-1))
    return array.tobytes()


def affine(directory: Path, shard_size: int = 1 << 22, **fields: object) -> Path:
    """`y = x @ kernel + bias` for x [?, 3], with two outputs named so that their order is not alphabetical."""
    kernel = np.arange(12, dtype=np.float32).reshape(3, 4)
    bias = np.array([0.5, -0.5, 1.0, 0.0], np.float32)
    nodes = [
        placeholder("x", "float32", -1, 3),
        constant("kernel", kernel),
        constant("bias", bias),
        node("product", "MatMul", "x", "kernel", T=dtype("float32")),
        node("sum", "AddV2", "product", "bias", T=dtype("float32")),
        node("zeta_out", "Identity", "sum", T=dtype("float32")),
        node("alpha_out", "Relu", "product", T=dtype("float32")),
    ]
    return write_graph_model(
        directory,
        nodes,
        {"features": entry("x:0", "float32", -1, 3)},
        {"zeta/y": entry("zeta_out:0", "float32", -1, 4), "alpha": entry("alpha_out:0", "float32", -1, 4)},
        {"kernel": kernel, "bias": bias},
        shard_size,
        **fields,
    )


def dense(directory: Path) -> Path:
    """A Keras 2 functional model, Dense(2) on [?, 3], layers `features` and `scores`."""
    kernel = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    layers = [
        {
            "class_name": "InputLayer",
            "name": "features",
            "config": {"name": "features", "batch_input_shape": [None, 3], "dtype": "float32", "sparse": False},
            "inbound_nodes": [],
        },
        {
            "class_name": "Dense",
            "name": "scores",
            "config": {"name": "scores", "units": 2, "activation": "linear", "use_bias": True},
            "inbound_nodes": [[["features", 0, 0, {}]]],
        },
    ]
    config = {
        "name": "model",
        "layers": layers,
        "input_layers": [["features", 0, 0]],
        "output_layers": [["scores", 0, 0]],
    }
    return write_layers_model(
        directory,
        {
            "keras_version": "2.15.0",
            "backend": "tensorflow",
            "model_config": {"class_name": "Functional", "config": config},
        },
        {"scores/kernel": kernel, "scores/bias": np.array([0.5, -0.5], np.float32)},
    )
