"""Small graphs, built with TensorFlow, run there and in TensorFlow.js, for tests of what is done to a GraphDef."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from tfjs_convert.graph import constants

from tests.support import node, tiny_models

_JS_DTYPES = {"float64": "float32", "float16": "float32", "int64": "int32", "uint8": "int32", "int8": "int32"}


def build(function: Callable[[], object]) -> tf.compat.v1.GraphDef:
    """The GraphDef of what `function` makes with TensorFlow operations."""
    with tf.Graph().as_default() as graph:
        function()
    return graph.as_graph_def()


def placeholder(name: str, shape: Sequence[int | None], dtype: object = tf.float32) -> tf.Tensor:
    return tf.compat.v1.placeholder(dtype, shape, name=name)


def run_tf(graph: object, outputs: Sequence[str], feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs' values in TensorFlow, as the graph stands: TensorFlow's own optimisation is off."""
    _no_empty_attributes(graph)
    rewrite = tf.compat.v1.ConfigProto()
    rewrite.graph_options.rewrite_options.disable_meta_optimizer = True
    with tf.Graph().as_default() as loaded:
        tf.import_graph_def(graph, name="")
        with tf.compat.v1.Session(graph=loaded, config=rewrite) as session:
            fetched = session.run([_tensor(o) for o in outputs], {_tensor(k): v for k, v in feeds.items()})
    return dict(zip(outputs, fetched, strict=True))


def run_js(
    graph: object,
    outputs: Sequence[str],
    feeds: Mapping[str, np.ndarray],
    directory: Path,
    backends: Sequence[str] = ("cpu", "wasm"),
) -> dict[str, dict[str, np.ndarray]]:
    """The outputs' values in TensorFlow.js, by backend.

    Raises:
      RuntimeError: the model did not load or run, with the reason.
    """
    write(graph, outputs, feeds, directory)
    jobs = [node.Job(directory, {k: _narrow(v) for k, v in feeds.items()}, b) for b in backends]
    results = {}
    for job, result in zip(jobs, node.run_models(jobs), strict=True):
        if result.error is not None:
            raise RuntimeError(f"{job.backend} ({result.stage}): {result.error}")
        results[job.backend] = result.outputs
    return results


def write(graph: object, outputs: Sequence[str], feeds: Mapping[str, np.ndarray], directory: Path) -> Path:
    """Write `graph` as a graph model whose public names are the tensors' own."""
    _no_empty_attributes(graph)
    weights = {n.name: _narrow(constants.get(n)) for n in graph.node if n.op == "Const"}
    nodes = []
    for entry in graph.node:
        if entry.op == "Const":
            array = weights[entry.name]
            nodes.append(tiny_models.constant(entry.name, array) | {"input": list(entry.input)})
        else:
            nodes.append(MessageToDict(entry))
    signature = {
        "inputs": {k: tiny_models.entry(_tensor(k), _name(v)) for k, v in feeds.items()},
        "outputs": {o: tiny_models.entry(_tensor(o), "float32") for o in outputs},
    }
    for group in signature.values():
        for item in group.values():
            del item["tensorShape"]
    return tiny_models.write_graph_model(directory, nodes, signature["inputs"], signature["outputs"], weights)


def ops(graph: object) -> Counter[str]:
    """How many nodes each operation has, constants and placeholders left out."""
    return Counter(n.op for n in graph.node if n.op not in ("Const", "Placeholder"))


def named(graph: object, name: str) -> object:
    """The node called `name`."""
    return next(n for n in graph.node if n.name == name)


def of_op(graph: object, op: str) -> list:
    """The nodes of one operation."""
    return [n for n in graph.node if n.op == op]


def close(actual: np.ndarray, expected: np.ndarray, rtol: float = 1e-5, atol: float = 1e-5) -> None:
    """Fails unless both have one shape and nearly the same numbers, NaN for NaN."""
    assert np.shape(actual) == np.shape(expected), (np.shape(actual), np.shape(expected))
    np.testing.assert_allclose(np.asarray(actual), np.asarray(expected), rtol=rtol, atol=atol)


def _no_empty_attributes(graph: object) -> None:
    """TensorFlow's optimizer refuses attributes without a value, which the mere look at a missing one leaves behind."""
    empty = [(n.name, k) for n in graph.node for k, v in n.attr.items() if v.WhichOneof("value") is None]
    assert not empty, empty


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"


def _narrow(array: np.ndarray) -> np.ndarray:
    array = np.asarray(array)
    return array if array.dtype == object else array.astype(_JS_DTYPES.get(str(array.dtype), array.dtype))


def _name(array: np.ndarray) -> str:
    return "string" if np.asarray(array).dtype == object else str(_narrow(array).dtype)
