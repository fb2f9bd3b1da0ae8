"""Values of small constant expressions, for graphs that reach the rewrites unfolded (Grappler skips tiny ones)."""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.view import GraphView

_BINARY = {
    "Add": np.add,
    "AddV2": np.add,
    "BiasAdd": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "RealDiv": np.divide,
    "Div": np.divide,
}
_UNARY = {
    "Rsqrt": lambda x: x.dtype.type(1) / np.sqrt(x),
    "Sqrt": np.sqrt,
    "Neg": np.negative,
    "Reciprocal": lambda x: x.dtype.type(1) / x,
    "Square": np.square,
}
_DEPTH = 8


def evaluate(view: GraphView, tensor: str, depth: int = _DEPTH) -> np.ndarray | None:
    """The value of `tensor` if it is a floating-point expression of constants, at most `depth` operations deep.

    Integer and string constants come as they are. None if the value depends on anything but constants.
    """
    value = view.constant(tensor)
    if value is not None or depth == 0:
        return value
    node = view.producer(tensor)
    if node is None or any(t.startswith("^") for t in node.input):
        return None
    if node.op in ("Reshape", "ExpandDims", "Squeeze") and len(node.input) >= 1:
        return _reshaped(view, node, depth)
    if node.op == "BiasAdd" and attr(node, "data_format").s not in (b"", b"NHWC"):
        return None
    function = _BINARY.get(node.op) or _UNARY.get(node.op)
    if function is None or len(node.input) != (2 if node.op in _BINARY else 1):
        return None
    operands = []
    for t in node.input:
        operand = evaluate(view, t, depth - 1)
        if operand is None or operand.dtype.kind != "f":
            return None
        operands.append(operand)
    with np.errstate(all="ignore"):
        return np.asarray(function(*operands))


def _reshaped(view: GraphView, node: object, depth: int) -> np.ndarray | None:
    value = evaluate(view, node.input[0], depth - 1)
    if value is None:
        return None
    if node.op == "Squeeze":
        axes = tuple(attr(node, "squeeze_dims").list.i)
        return np.squeeze(value, axes or None)
    argument = view.constant(node.input[1])
    if argument is None:
        return None
    return value.reshape(argument) if node.op == "Reshape" else np.expand_dims(value, int(argument))
