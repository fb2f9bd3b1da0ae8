"""Opens graph models of before TensorFlow.js 1.0: `tensorflowjs_model.pb` and `weights_manifest.json`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.sources.keras_h5 import parse_json
from tfjs_convert.tf_core import GraphDef
from tfjs_convert.weights.reader import read_weights

GRAPH, MANIFEST = "tensorflowjs_model.pb", "weights_manifest.json"


@dataclasses.dataclass(frozen=True)
class OldGraphModel:
    """A model as it lies on disk.

    Attributes:
      directory: its folder.
      graph: the GraphDef, whose constants have no values.
      manifest: the weights' manifest, checked against its shards and the graph's constants.
    """

    directory: Path
    graph: Any
    manifest: list[dict[str, Any]]


def open_old_graph_model(directory: Path) -> OldGraphModel:
    """Opens the model in a folder.

    Raises:
      InputError: a file is missing or damaged, or graph, manifest and shards do not fit together.
      UnsupportedError: the graph has functions, which models of that time did not.
    """
    directory = Path(directory)
    manifest = parse_json(_bytes(directory, MANIFEST), f"`{MANIFEST}`")
    try:
        graph = GraphDef.FromString(_bytes(directory, GRAPH))
    except InputError:
        raise
    except Exception as error:  # protobuf's errors have no common public class
        raise InputError(f"`{GRAPH}` is no GraphDef, or is cut off; copy the model's files again.") from error
    if not graph.node:
        raise InputError(f"`{GRAPH}` holds a graph without nodes; copy the model's files again.")
    if graph.library.function:
        raise UnsupportedError(
            f"`{GRAPH}` holds functions, which models of before 1.0 did not; convert its SavedModel anew."
        )
    weights = {weight.name: weight for group in read_weights(manifest, directory) for weight in group}
    for node in graph.node:
        if node.op == "Const":
            _check_constant(node, weights.get(node.name))
    return OldGraphModel(directory, graph, manifest)


def _bytes(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except OSError as error:
        raise InputError(
            f"`{name}` cannot be opened ({error.strerror}); give the folder of a model of before 1.0, with {GRAPH} and "
            f"{MANIFEST} in it. A model with a model.json is in today's format."
        ) from None


def _check_constant(node: Any, weight: Any) -> None:
    if weight is None:
        raise InputError(f"The constant {node.name!r} of `{GRAPH}` has no weight in `{MANIFEST}`; copy both again.")
    shape = tensors.shape_of(node.attr["value"].tensor.tensor_shape)
    if shape != weight.shape:
        raise InputError(
            f"The weight {node.name!r} has the shape {list(weight.shape)} in `{MANIFEST}`, and {list(shape)} in "
            f"`{GRAPH}`; copy both files of one model."
        )
    wanted = dtypes.to_numpy(node.attr["dtype"].type)
    if wanted.kind in "fcbOSU" and (wanted.kind == "f") != (weight.dtype.kind == "f"):
        raise InputError(
            f"The weight {node.name!r} is {weight.dtype} in `{MANIFEST}`, and {wanted} in `{GRAPH}`; copy both files "
            "of one model."
        )
