"""Kernels that are reshaped, transposed or cast while running become constants in the form that is read.

The optimizer folds small ones; large constants stay out of it, and a kernel behind a `Reshape`, as einsum layers leave
it, would be neither folded into nor fused. Only where nothing else reads the constant, so that none is stored twice.
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.graph import constants
from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.affine import FLOATS
from tfjs_convert.graph.rewrites.order import topological
from tfjs_convert.graph.view import GraphView, NodeDef

_OPS = ("Reshape", "Transpose", "Squeeze", "ExpandDims", "Cast", "Identity")


def fold(view: GraphView) -> list[str]:
    """Fold all such nodes; returns notes."""
    folded = 0
    for node in topological(view):
        if node.op in _OPS and view.nodes.get(node.name) is node and _fold(view, node):
            folded += 1
    return [f"Stored {folded} constants in the shape in which they are read."] if folded else []


def _fold(view: GraphView, node: NodeDef) -> bool:
    source = view.producer(node.input[0])
    if (
        source is None
        or source.op != "Const"
        or view.sole_consumer(source.name) is not node
        or view.is_output(node.name)
    ):
        return False
    data = view.data_inputs(node)
    if len(data) != len(node.input) or any(t.startswith("^") for t in source.input):
        return False
    arguments = [view.constant(t) for t in data[1:]]
    if any(a is None for a in arguments) or attr(source, "dtype").type not in FLOATS:
        return False
    array = _applied(node, constants.get(source), arguments)
    if array is None:
        return False
    old = list(node.input)
    node.op = "Const"
    node.attr.clear()
    view.set_inputs(node, [])
    constants.set(node, np.ascontiguousarray(array).reshape(array.shape))
    for tensor in old:
        view.prune(tensor.partition(":")[0])
    return True


def _applied(node: NodeDef, array: np.ndarray, arguments: list[np.ndarray]) -> np.ndarray | None:
    if node.op == "Identity":
        return array
    if node.op == "Reshape":
        return array.reshape(arguments[0])
    if node.op == "Transpose":
        return array.transpose(arguments[0])
    if node.op == "ExpandDims":
        return np.expand_dims(array, int(arguments[0].reshape(-1)[0]))
    if node.op == "Squeeze":
        return np.squeeze(array, tuple(attr(node, "squeeze_dims").list.i) or None)
    target = attr(node, "DstT").type
    return array.astype(constants.numpy_dtype(target)) if target in FLOATS else None
