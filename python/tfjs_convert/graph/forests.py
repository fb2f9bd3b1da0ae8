"""Decision forests (of TensorFlow Decision Forests): the resource, and the files that hold the trees.

The trees never become weights: @tensorflow/tfjs-tfdf, a package beside TensorFlow.js, reads them from `assets.zip`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfjs_convert.decision_forests import ASSETS, LOADS, MAKES, PACKAGE
from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.graph import initialisation, names, resources, tensors
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.tf_core import NodeDef

NOTE = f"The model holds a decision forest: load it with loadTFDFModel of {PACKAGE}, which reads {ASSETS} beside it."


@dataclasses.dataclass(frozen=True)
class Forest:
    """A forest that the graph asks.

    Attributes:
      name: the node's name, in the model's graph and in the initializer.
      resource_id: what pairs the two.
      makes, loads: the nodes of the initializer, without their inputs.
      files: what holds the trees, by name.
    """

    name: str
    resource_id: int
    makes: Any
    loads: Any
    files: Mapping[str, Path]


def take(graph: Any, origin: Mapping[str, str], model: GraphModel, number: int) -> list[Forest]:
    """Makes a placeholder of a graph's forest, of which it has one at most, and finds its files.

    Args:
      graph: the main GraphDef, changed in place.
      origin: for nodes of `graph` the node of the source's graph.
      model: the source.
      number: the forest's resource id.

    Raises:
      InputError: nothing loads the forest, or its files are missing.
      UnsupportedError: there are several.
    """
    found = [node for node in graph.node if node.op == MAKES]
    if not found:
        return []
    if len(found) > 1:
        listed = ", ".join(sorted(repr(node.name) for node in found))
        raise UnsupportedError(
            f"The model holds {len(found)} decision forests ({listed}), and {PACKAGE} runs one a model; "
            "save each in a SavedModel of its own."
        )
    (node,) = found
    makes, loads = _plain(node), _plain(_loader(origin[node.name], model))
    resources.become_placeholder(node)
    return [Forest(node.name, number, makes, loads, _files(loads.attr["file_prefix"].s.decode(), model))]


def loading(forest: Forest, taken: names.Names) -> list[Any]:
    """The initializer's nodes that make and load a forest; the last one is the forest once it is loaded."""
    path = tensors.const(taken.unique(f"{forest.name}/path"), np.array(ASSETS.encode(), object))
    makes = NodeDef(name=forest.name)
    makes.MergeFrom(forest.makes)
    loads = NodeDef(name=taken.unique(f"{forest.name}/load"), input=[forest.name, path.name])
    loads.MergeFrom(forest.loads)
    return [makes, path, loads, resources.ready(forest, loads.name)]


def _plain(node: Any) -> Any:
    """A node's operation and attributes, without the private ones."""
    return NodeDef(op=node.op, attr={key: value for key, value in node.attr.items() if not key.startswith("_")})


def _loader(source: str, model: GraphModel) -> Any:
    x = initialisation.expand(model)
    for node in x.nodes.values():
        if node.op == LOADS and x.origin.get(names.node_of(node.input[0])) == source:
            return node
    raise InputError(f"Nothing in the model loads its decision forest {source!r}, so it has no trees to convert.")


def _files(prefix: str, model: GraphModel) -> dict[str, Path]:
    files = {path.name: path for path in model.assets.values() if path.name.startswith(prefix)}
    if not files:
        raise InputError(
            f"The SavedModel names no assets {prefix + '*' if prefix else ''!r} that hold its decision forest; "
            "save it again with tensorflow_decision_forests."
        )
    missing = sorted(name for name, path in files.items() if not path.is_file())
    if missing:
        raise InputError(f"The decision forest's file assets/{missing[0]} is missing from the SavedModel.")
    return dict(sorted(files.items()))
