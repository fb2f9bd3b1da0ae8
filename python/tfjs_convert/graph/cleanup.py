"""What a graph needs after optimisation so that TensorFlow.js runs it, and runs it the same way every time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.function import postorder
from tfjs_convert.tf_core import DT

# These make something new each time they run, so in a loop they must run once an iteration.
_MAKES_ANEW = frozenset(
    [
        "TensorListReserve",
        "EmptyTensorList",
        "TensorListFromTensor",
        "TensorListScatterV2",
        "TensorListSplit",
        "TensorArrayV3",
    ]
    + ["RandomUniform", "RandomStandardNormal", "RandomUniformInt", "TruncatedNormal", "Multinomial"]
)
_COPIES = frozenset(["Identity", "StopGradient", "PreventGradient", "Snapshot"])
_CHECKS = frozenset(["CheckNumerics", "CheckNumericsV2", "Print", "DebugIdentityV2", "DebugIdentityV3"])


def sort(graph: Any, inputs: Iterable[str], outputs: Sequence[str]) -> None:
    """Keeps inputs and what the outputs need, each node after its inputs; only the graph decides the order."""
    nodes = {node.name: node for node in graph.node}
    order = postorder(
        [*(name for name in inputs if name in nodes), *outputs],
        lambda name: [names.node_of(tensor) for tensor in nodes[name].input],
    )
    place = {name: i for i, name in enumerate(order)}
    # Sorted in place, for nodes may hold many megabytes.
    graph.node.sort(key=lambda node: place.get(node.name, len(order)))
    del graph.node[len(order) :]


def bypass(graph: Any, keep: Collection[str], *, strip_debug_ops: bool = False) -> None:
    """Removes nodes that hand on their first input unchanged, but for those that a control edge names.

    Args:
      graph: changed in place.
      keep: names of nodes that stay.
      strip_debug_ops: also those that check or print what they hand on.
    """
    ops = _COPIES | _CHECKS if strip_debug_ops else _COPIES
    kept = {tensor[1:] for node in graph.node for tensor in node.input if tensor.startswith("^")}.union(keep)
    given = {node.name: node.input[0] for node in graph.node if node.op in ops and node.name not in kept}
    _redirect(graph, given)


def bypass_constant_enters(graph: Any) -> None:
    """In TensorFlow.js a constant has its value inside every loop, so it need not enter one."""
    nodes = {node.name: node for node in graph.node}
    given = {}
    for node in graph.node:
        if node.op == "Enter" and node.attr["is_constant"].b and nodes[names.node_of(node.input[0])].op == "Const":
            given[node.name] = node.input[0]
    _redirect(graph, given)


def _redirect(graph: Any, given: Mapping[str, str]) -> None:
    """Points users of the nodes in `given` at what these are given, and removes them."""

    def source(tensor: str) -> str:
        name, index = names.split(tensor)
        while index == 0 and name in given:
            name, index = names.split(given[name])
        return names.written(f"{name}:{index}")

    kept = [node for node in graph.node if node.name not in given]
    for node in kept:
        if not any(names.node_of(tensor) in given for tensor in node.input):
            continue
        inputs = [tensor if tensor.startswith("^") else source(tensor) for tensor in node.input]
        del node.input[:]
        node.input.extend(inputs)
    graph.node.sort(key=lambda node: node.name in given)
    del graph.node[len(kept) :]


def bind_merged_constants(graph: Any) -> None:
    """Puts a Switch before each constant that a branch returns.

    Merge in TensorFlow.js takes the first input that has a value, and a constant always has one: only its control
    edge says to which branch it belongs.
    """
    nodes = {node.name: node for node in graph.node}
    taken = names.Names(nodes)
    for node in list(graph.node):
        if node.op != "Merge":
            continue
        for i, tensor in enumerate(node.input):
            given = nodes.get(names.node_of(tensor))
            if given is None or given.op != "Const":
                continue
            side = _side(nodes, given)
            if side is None:
                continue
            predicate, port = side
            switch = tensors.node(taken.unique(f"{node.name}/Switch"), "Switch", [given.name, predicate])
            switch.attr["T"].type = given.attr["dtype"].type
            graph.node.append(switch)
            node.input[i] = names.written(f"{switch.name}:{port}")


def _side(nodes: Mapping[str, Any], node: Any) -> tuple[str, int] | None:
    """The predicate and Switch output that a node's control edge ties it to."""
    for control in node.input:
        place = nodes[names.node_of(control)]
        while place.op == "Identity":
            name, index = names.split(place.input[0])
            place = nodes[name]
            if place.op == "Switch":
                return place.input[1], index
    return None


def _move_value(graph: Any, node: Any, taken: names.Names) -> Any:
    """Gives a constant to a node of its own, and makes its first node a copy of that; returns the new one."""
    constant = graph.node.add()
    constant.CopyFrom(node)
    constant.name = taken.unique(f"{node.name}/value")
    dtype = node.attr["dtype"].type
    node.op = "Identity"
    node.attr.clear()
    node.attr["T"].type = dtype
    del node.input[:]
    node.input.append(constant.name)
    return constant


_MAY_BE_CONSTANT = frozenset(["Merge", "Exit", "Switch", "StatelessIf", "StatelessWhile", "If", "While"])


def copy_constant_outputs(graph: Any, outputs: Sequence[str], in_function: bool = False) -> None:
    """Makes outputs that may be a constant reshape it to its own shape.

    TensorFlow.js hands out a constant itself, through Identity and through control flow, and the application that
    disposes of what it was given then disposes of the model's weight. So do loops with what their functions give; there
    what control flow gives was copied where it came from.
    """
    through = frozenset() if in_function else _MAY_BE_CONSTANT
    nodes = {node.name: node for node in graph.node}
    taken = names.Names(nodes)
    for name in outputs:
        node = nodes[name]
        if node.op == "Const":
            constant = _move_value(graph, node, taken)
            nodes[constant.name] = constant
        source = nodes[names.node_of(node.input[0])] if node.op == "Identity" else None
        if source is None or (source.op != "Const" and source.op not in through):
            continue
        shape = tensors.node(taken.unique(f"{name}/shape"), "Shape", [node.input[0]])
        shape.attr["T"].CopyFrom(node.attr["T"])
        shape.attr["out_type"].type = DT.DT_INT32
        if source.op == "Const":
            dims = tensors.shape_of(source.attr["value"].tensor.tensor_shape)
            shape = tensors.const(shape.name, np.array(dims, np.int32))
        graph.node.append(shape)
        node.op = "Reshape"
        node.input.append(shape.name)
        node.attr["Tshape"].type = DT.DT_INT32


def drop_control_edges(graph: Any) -> None:
    """Drops control edges: TensorFlow.js waits for them as for data, and in loops may wait for ever.

    One stays on a node that makes something new, or starts an inner loop, if nothing else ties it to the iteration in
    which it must run.
    """
    nodes = {node.name: node for node in graph.node}
    ties = {node.name: _tie(nodes, node) for node in graph.node if node.op in _MAKES_ANEW or node.op == "Enter"}
    for node in graph.node:
        data = [tensor for tensor in node.input if not tensor.startswith("^")]
        tie = ties.get(node.name)
        del node.input[:]
        node.input.extend(data + ([tie] if tie else []))


def _tie(nodes: Mapping[str, Any], node: Any) -> str | None:
    """The control edge of the constants that a node works on, if it works on constants alone."""
    controls: set[str] = set()
    seen: set[str] = set()
    stack = [node]
    while stack:
        each = stack.pop()
        controls.update(tensor for tensor in each.input if tensor.startswith("^"))
        sources = [names.node_of(tensor) for tensor in each.input if not tensor.startswith("^")]
        if not sources and each.op != "Const" and each is not node:
            return None
        if each.op in {"Switch", "Merge"}:
            return None
        for name in sources:
            if name not in seen:
                seen.add(name)
                stack.append(nodes[name])
    return min(controls, default=None)
