"""Reshapes with less to compute.

    reshape(x, [s, 1, 1, C]) = reshape(x, [-1, 1, 1, C])         one unknown size s, the others positive constants
    reshape(reshape(x, a), b) = reshape(x, b)                    also for a squeeze or expansion inside
    reshape(mean(x, [1, 2]), [-1, 1, 1, C]) = mean(x, [1, 2], keep_dims)          C the size of the last axis of x

The number of elements decides the one unknown size, whatever computes it, so the `Shape`, `StridedSlice` and `Pack`
before can go; on a GPU they also cost a wait, as the runtime reads shapes on the processor. Reductions: `Mean`, `Max`,
`Min` and `Sum`; they, and inner reshapes, must be read by the reshape alone.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.extents import exact_rank, last_axis
from tfjs_convert.graph.view import GraphView, NodeDef, parse

Shapes = Mapping[str, "Sequence[int] | None"]
_REDUCTIONS = ("Mean", "Max", "Min", "Sum")


def simplify(view: GraphView, shapes: Shapes | None = None) -> list[str]:
    """Simplify all such reshapes, with what `shapes` knows of tensors by name (`node:0`, -1 unknown); returns notes."""
    made = sum(_make_static(view, n, shapes or {}) for n in list(view.nodes.values()) if view.nodes.get(n.name) is n)
    kept = sum(_keep_axes(view, n) for n in list(view.nodes.values()) if view.nodes.get(n.name) is n)
    notes = [f"Made the shapes of {made} reshapes constant."] if made else []
    return notes + ([f"Merged {kept} reshapes into reductions."] if kept else [])


def _make_static(view: GraphView, node: NodeDef, shapes: Shapes) -> bool:
    if node.op != "Reshape" or len(node.input) != 2 or view.const_node(node.input[1]) is not None:
        return False
    sizes = elements(view, node.input[1], shapes)
    if sizes is None or sizes.count(None) > 1 or any(s is not None and s <= 0 for s in sizes):
        return False
    shape = np.array([-1 if s is None else s for s in sizes], np.int32)
    kind = numpy_dtype(attr(node, "Tshape").type) or np.dtype(np.int32)
    old = node.input[1]
    view.set_input(node, 1, view.add_const(f"{node.name}/shape", shape.astype(kind)))
    view.prune(old.partition(":")[0])
    return True


def elements(view: GraphView, tensor: str, shapes: Shapes) -> list[int | None] | None:
    """The elements of an integer vector, None for those not known; None if their number is not known."""
    value = view.constant(tensor)
    if value is not None:
        return [int(v) for v in value] if value.ndim == 1 else None
    node = view.producer(tensor)
    if node is None:
        return None
    data = view.data_inputs(node)
    if node.op == "Shape":
        name, port = parse(data[0])
        known = shapes.get(f"{name}:{port}")
        return None if known is None else [d if d >= 0 else None for d in known]
    if node.op == "Pack" and attr(node, "axis").i == 0:
        parts = [_scalar(view, t, shapes) for t in data]
        # An unknown part is one number only if the others are: a Pack of scalars.
        return [p[0] for p in parts] if any(p is not None for p in parts) and None not in parts else None
    if node.op == "ConcatV2" and view.constant(data[-1]) is not None:
        vectors = [elements(view, t, shapes) for t in data[:-1]]
        return None if any(v is None for v in vectors) else [s for v in vectors for s in v]
    if node.op == "GatherV2":
        vector, indices = elements(view, data[0], shapes), view.constant(data[1])
        return None if vector is None or indices is None or indices.ndim != 1 else [vector[i] for i in indices]
    if node.op in ("Identity", "Cast"):
        return elements(view, data[0], shapes)
    return None


def _scalar(view: GraphView, tensor: str, shapes: Shapes) -> tuple[int | None] | None:
    """(the number,) if `tensor` is a scalar, (None,) if it is one that is not known; None if its rank is not known."""
    value = view.constant(tensor)
    if value is not None:
        return (int(value),) if value.ndim == 0 else None
    node = view.producer(tensor)
    if node is None:
        return None
    data = view.data_inputs(node)
    if node.op == "Prod" and not attr(node, "keep_dims").b:
        factors = elements(view, data[0], shapes)
        return (None if factors is None or None in factors else math.prod(factors),)
    if node.op == "StridedSlice" and attr(node, "shrink_axis_mask").i == 1:
        vector, begin = elements(view, data[0], shapes), view.constant(data[1])
        known = vector is not None and begin is not None and begin.size == 1
        return (vector[int(begin.reshape(-1)[0])] if known else None,)
    if node.op == "GatherV2" and view.constant_shape(data[1]) == ():
        vector, index = elements(view, data[0], shapes), view.constant(data[1])
        return (vector[int(index)] if vector is not None else None,)
    if node.op in ("Mul", "FloorDiv", "AddV2", "Sub"):
        sides = [_scalar(view, t, shapes) for t in data]
        return None if None in sides else (None,)
    return None


def merge(view: GraphView) -> list[str]:
    """Merge successive reshapes; returns notes."""
    merged = 0
    for node in list(view.nodes.values()):
        inner = view.producer(node.input[0]) if node.op == "Reshape" and view.nodes.get(node.name) is node else None
        while inner is not None and inner.op in ("Reshape", "Squeeze", "ExpandDims"):
            if view.sole_consumer(inner.name) is not node or any(t.startswith("^") for t in inner.input):
                break
            view.set_input(node, 0, inner.input[0])
            view.prune(inner.name)
            inner = view.producer(node.input[0])
            merged += 1
    return [f"Merged {merged} successive reshapes."] if merged else []


def _keep_axes(view: GraphView, node: NodeDef) -> bool:
    if node.op != "Reshape" or any(t.startswith("^") for t in node.input):
        return False
    reduced = view.producer(node.input[0])
    if reduced is None or reduced.op not in _REDUCTIONS or view.sole_consumer(reduced.name) is not node:
        return False
    shape, axes = view.constant(node.input[1]), view.constant(reduced.input[1])
    if shape is None or axes is None or attr(reduced, "keep_dims").b or sorted(axes.reshape(-1).tolist()) != [1, 2]:
        return False
    shape = shape.tolist()
    if len(shape) != 4 or shape[0] != -1 or shape[1:3] != [1, 1] or last_axis(view, reduced.input[0]) != shape[3]:
        return False
    if exact_rank(view, reduced.input[0]) != 4:
        return False
    view.take_over(node, reduced)
    node.attr["keep_dims"].b = True
    node.attr.pop("_output_shapes", None)
    return True
