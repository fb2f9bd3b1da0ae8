"""Computes what hangs on large constants alone, which the optimizer does not see.

A result takes the place of its constants unless the model would grow by much: where a very large constant is used in
several places, the operations stay.
"""

from __future__ import annotations

import collections
from collections.abc import Collection
from typing import Any

import numpy as np

from tfjs_convert import tf_core
from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.function import V1_CONTROL_FLOW, postorder
from tfjs_convert.graph.stand_ins import StandIns
from tfjs_convert.tf_core import GraphDef

_MAY_GROW_BYTES = 4 * 2**20
# These make much of little.
_GROWING = frozenset(["Tile", "BroadcastTo", "Fill", "Pad", "PadV2", "MirrorPad", "OneHot", "Range", "LinSpace"])


def fold(graph: Any, outputs: Collection[str], stand_ins: StandIns) -> None:
    """Folds in place.

    Args:
      graph: a GraphDef whose large constants are hidden in `stand_ins`.
      outputs: names of nodes that stay what they are.
      stand_ins: hides the results that are large.
    """
    nodes = {node.name: node for node in graph.node}
    order = postorder(nodes, lambda name: [names.node_of(tensor) for tensor in nodes[name].input])
    large: dict[str, frozenset[str]] = {}
    for name in order:
        node = nodes[name]
        if stand_ins.hides(node):
            large[name] = frozenset([name])
        elif node.op == "Const" and not node.input:
            large[name] = frozenset()
        elif node.input and name not in outputs and _is_pure(node):
            sources = [names.node_of(tensor) for tensor in node.input]
            if all(source in large for source in sources):
                large[name] = frozenset().union(*(large[source] for source in sources))
    results = [t for t in _results(graph, large) if large[names.node_of(t)] and nodes[names.node_of(t)].op != "Const"]
    uses = collections.Counter(source for tensor in results for source in large[names.node_of(tensor)])
    uses.update(names.node_of(t) for node in graph.node if node.name not in large for t in node.input)
    for tensor in results:
        name, index = names.split(tensor)
        if stand_ins.hides(nodes[name]):
            continue
        value = _evaluate(nodes, tensor, stand_ins)
        if value.dtype == object:
            continue
        if value.nbytes > _MAY_GROW_BYTES and any(uses[source] > 1 for source in large[name]):
            continue
        _replace(graph, nodes, tensor, index, value)
    stand_ins.hide(graph)


def _is_pure(node: Any) -> bool:
    if node.op in V1_CONTROL_FLOW or node.op in _GROWING or any(tensor.startswith("^") for tensor in node.input):
        return False
    definition = tf_core.op_def(node.op)
    if definition is None or definition.is_stateful:
        return False
    return not any(value.WhichOneof("value") == "func" for value in node.attr.values())


def _results(graph: Any, large: dict[str, frozenset[str]]) -> list[str]:
    """Tensors of constant nodes that other nodes use, each once, as `name:index`."""
    found: dict[str, None] = {}
    for node in graph.node:
        if node.name in large:
            continue
        for tensor in node.input:
            name, index = names.split(tensor)
            if name in large and index >= 0:
                found[f"{name}:{index}"] = None
    return list(found)


def _evaluate(nodes: dict[str, Any], tensor: str, stand_ins: StandIns) -> np.ndarray:
    root = names.node_of(tensor)
    graph = GraphDef()
    feeds = {}
    for name in postorder([root], lambda name: [names.node_of(source) for source in nodes[name].input]):
        graph.node.add().CopyFrom(nodes[name])
        if stand_ins.hides(nodes[name]):
            feeds[f"{name}:0"] = stand_ins.value(nodes[name])
    (value,) = tf_core.evaluate(graph, feeds, [tensor])
    return value


def _replace(graph: Any, nodes: dict[str, Any], tensor: str, index: int, value: np.ndarray) -> None:
    name = names.node_of(tensor)
    constant = names.Names(nodes).unique(f"{name}/folded")
    node = tensors.const(constant, value)
    for user in graph.node:
        for i, used in enumerate(user.input):
            if names.split(used) == (name, index):
                user.input[i] = constant
    graph.node.append(node)
    nodes[constant] = graph.node[-1]
