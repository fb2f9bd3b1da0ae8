"""PReLU, written out, becomes TensorFlow.js' `Prelu(x, alpha)`.

    relu(x) + c * relu(-x) = prelu(x, -c)         relu(x) - c * relu(-x) = prelu(x, c)
    relu(x) + c * min(x, 0) = prelu(x, c)         (also max(x, 0) for relu(x); sums and products in either order)

Conditions: c is constant; every node of the pattern is read within it alone, so that other readers of a Relu, of -x or
of the products keep what they had; c is never changed in place, as others may read it. c must end in the axes of x in
full (shape (C,) or with leading ones), since the WASM kernel repeats it and does not broadcast.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.affine import FLOATS
from tfjs_convert.graph.view import GraphView, NodeDef


def fuse(view: GraphView) -> list[str]:
    """Replace every PReLU; returns notes."""
    fused = 0
    for node in list(view.nodes.values()):
        if view.nodes.get(node.name) is node and node.op in ("Add", "AddV2", "Sub") and _fuse(view, node):
            fused += 1
    return [f"Fused {fused} PReLU activations."] if fused else []


def _fuse(view: GraphView, node: NodeDef) -> bool:
    if len(node.input) != 2 or any(t.startswith("^") for t in node.input) or attr(node, "T").type not in FLOATS:
        return False
    orders = [(0, 1)] if node.op == "Sub" else [(0, 1), (1, 0)]
    for i, j in orders:
        x = _positive_part(view, node, node.input[i])
        if x is None:
            continue
        negative = _negative_part(view, node, node.input[j], x)
        if negative is None:
            continue
        factor, sign = negative
        alpha = factor * factor.dtype.type(-sign if node.op == "Sub" else sign)
        core = alpha.reshape(alpha.shape[_leading_ones(alpha) :])
        if core.ndim > 3 or (core.size > 1 and 1 in core.shape):
            return False
        kept = view.add_const(f"{node.name}/alpha", core)
        old = list(node.input)
        node.op = "Prelu"
        node.attr.clear()
        view.set_inputs(node, [x, kept])
        for tensor in old:
            view.prune(tensor.partition(":")[0])
        return True
    return False


def _leading_ones(array: np.ndarray) -> int:
    return next((i for i, size in enumerate(array.shape) if size != 1), array.ndim)


def _mine(view: GraphView, user: NodeDef, tensor: str) -> NodeDef | None:
    """The producer of `tensor` if `user` alone reads it and it waits for nothing else."""
    node = view.producer(tensor)
    if node is None or view.sole_consumer(node.name) is not user or any(t.startswith("^") for t in node.input):
        return None
    return node


def _zero(view: GraphView, tensor: str) -> bool:
    value = view.constant(tensor)
    return value is not None and value.size == 1 and value.ndim == 0 and not value.any()


def _other_than_zero(view: GraphView, node: NodeDef) -> str | None:
    """The operand beside a scalar zero."""
    first, second = node.input
    return first if _zero(view, second) else second if _zero(view, first) else None


def _positive_part(view: GraphView, user: NodeDef, tensor: str) -> str | None:
    node = _mine(view, user, tensor)
    if node is None:
        return None
    if node.op == "Relu":
        return node.input[0]
    return _other_than_zero(view, node) if node.op == "Maximum" else None


def _negative_part(view: GraphView, user: NodeDef, tensor: str, x: str) -> tuple[np.ndarray, int] | None:
    """(c, sign) if `tensor` is c * sign * min(x, 0): sign -1 for relu(-x)."""
    product = _mine(view, user, tensor)
    if product is None or product.op != "Mul":
        return None
    for i, j in ((0, 1), (1, 0)):
        factor = view.constant(product.input[i])
        part = _mine(view, product, product.input[j])
        if factor is None or part is None:
            continue
        if part.op == "Minimum" and _other_than_zero(view, part) == x:
            return factor, 1
        if part.op == "Relu":
            negated = _mine(view, part, part.input[0])
            if negated is not None and negated.op == "Neg" and negated.input[0] == x:
                return factor, -1
    return None
