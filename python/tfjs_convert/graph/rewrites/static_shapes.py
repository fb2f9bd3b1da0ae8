"""Reshapes whose new shape is computed while running only for one axis, such as the batch.

    reshape(x, [s, 1, 1, C]) = reshape(x, [-1, 1, 1, C])         one unknown size s, the others positive constants
    reshape(mean(x, [1, 2]), [-1, 1, 1, C]) = mean(x, [1, 2], keep_dims)          C the size of the last axis of x

The number of elements decides the one unknown size, whatever computes it, so the `Shape`, `StridedSlice` and `Pack`
before can go; on a GPU they also cost a wait, as the runtime reads shapes on the processor. Reductions: `Mean`, `Max`,
`Min` and `Sum`, read by the reshape alone.
"""

import numpy as np

from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.extents import exact_rank, last_axis
from tfjs_convert.graph.view import GraphView, NodeDef

_REDUCTIONS = ("Mean", "Max", "Min", "Sum")


def simplify(view: GraphView) -> list[str]:
    """Simplify all such reshapes; returns notes."""
    made = sum(_make_static(view, n) for n in list(view.nodes.values()) if view.nodes.get(n.name) is n)
    kept = sum(_keep_axes(view, n) for n in list(view.nodes.values()) if view.nodes.get(n.name) is n)
    notes = [f"Made the shapes of {made} reshapes constant."] if made else []
    return notes + ([f"Merged {kept} reshapes into reductions."] if kept else [])


def _make_static(view: GraphView, node: NodeDef) -> bool:
    if node.op != "Reshape" or len(node.input) != 2 or view.const_node(node.input[1]) is not None:
        return False
    sizes = _sizes(view, node.input[1])
    if sizes is None or sizes.count(None) != 1 or any(s is not None and s <= 0 for s in sizes):
        return False
    shape = np.array([-1 if s is None else s for s in sizes], np.int32)
    kind = node.attr["Tshape"].type
    old = node.input[1]
    view.set_input(node, 1, view.add_const(f"{node.name}/shape", shape.astype(numpy_dtype(kind) or np.int32)))
    view.prune(old.partition(":")[0])
    return True


def _sizes(view: GraphView, tensor: str) -> list[int | None] | None:
    """The elements of an integer vector, None for those not constant; None if their number is not known."""
    value = view.constant(tensor)
    if value is not None:
        return [int(v) for v in value] if value.ndim == 1 else None
    node = view.producer(tensor)
    if node is None:
        return None
    data = view.data_inputs(node)
    if node.op == "Pack" and node.attr["axis"].i == 0:
        values = [view.constant(t) for t in data]
        # A part of the vector may only be missing if it is one number: a Pack of scalars.
        if any(v is not None and v.ndim for v in values) or not any(v is not None for v in values):
            return None
        return [None if v is None else int(v) for v in values]
    if node.op == "ConcatV2" and view.constant(data[-1]) is not None:
        parts = [_sizes(view, t) for t in data[:-1]]
        return None if any(p is None for p in parts) else [s for p in parts for s in p]
    return None


def _keep_axes(view: GraphView, node: NodeDef) -> bool:
    if node.op != "Reshape" or any(t.startswith("^") for t in node.input):
        return False
    reduced = view.producer(node.input[0])
    if reduced is None or reduced.op not in _REDUCTIONS or view.sole_consumer(reduced.name) is not node:
        return False
    shape, axes = view.constant(node.input[1]), view.constant(reduced.input[1])
    if shape is None or axes is None or reduced.attr["keep_dims"].b or sorted(axes.reshape(-1).tolist()) != [1, 2]:
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
