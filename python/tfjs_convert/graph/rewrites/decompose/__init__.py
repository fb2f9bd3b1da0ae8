"""Operations that TensorFlow.js lacks, written with those it has.

Each function gets an `Emit` for the node and returns the value that stands for it, or None to leave the node as it is
(its dtype, or an argument that must be constant and is not). The functions are grouped by subject; each group lists
its own in `OPS`.
"""

from collections.abc import Callable, Mapping, Sequence

from tfjs_convert.graph.rewrites import static_shapes
from tfjs_convert.graph.rewrites.decompose import (
    dtypes,
    einsum,
    elementwise,
    grouped,
    images,
    indices,
    layout,
    matrices,
    misread,
)
from tfjs_convert.graph.rewrites.decompose.emit import Emit, Value
from tfjs_convert.graph.view import GraphView, parse
from tfjs_convert.tf_core import graph_pb2

OPS: dict[str, Callable[[Emit], Value | None]] = {
    **elementwise.OPS,
    **matrices.OPS,
    **indices.OPS,
    **images.OPS,
    **einsum.OPS,
    **grouped.OPS,
    **dtypes.OPS,
    **misread.OPS,
}
# Layouts come first, as what they leave may be decomposed too.
LAYOUTS = layout.OPS
_PASSES = (LAYOUTS, OPS)

# Decomposed with fewer operations, or at all, where shapes are known.
_USES_SHAPES = frozenset(
    "BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum ImageProjectiveTransformV3 LookupTableFind LookupTableFindV2 "
    "OneHot Roll Select SpaceToDepth TensorScatterAdd TensorScatterSub UnsortedSegmentSum".split()
)


def decompose(
    graph: graph_pb2.GraphDef, outputs: Sequence[str], shapes: Mapping[str, Sequence[int] | None] | None = None
) -> list[str]:
    """Decompose every operation of `OPS` in place, and make the shapes of reshapes constant where `shapes` allows it.

    `outputs` are the fetched nodes or tensors, whose names and values stay. `shapes` gives what is known of tensors'
    shapes by tensor name (`node:0`), -1 for unknown sizes; without it constants' shapes are known only. Returns notes
    for the user.
    """
    view = GraphView(graph, outputs)
    done: dict[str, int] = {}
    for functions in _PASSES:
        for node in list(view.nodes.values()):
            op = node.op
            if op not in functions or view.nodes.get(node.name) is not node:
                continue
            value = functions[op](Emit(view, node, shapes or {}))
            if value is not None:
                _replace(view, node, value)
                done[op] = done.get(op, 0) + 1
    notes = static_shapes.simplify(view, shapes)
    view.commit()
    return notes + [f"Wrote {count} {op} with operations that TensorFlow.js has." for op, count in sorted(done.items())]


def wants_shapes(graph: graph_pb2.GraphDef) -> bool:
    """Whether `decompose` would do better with shapes: whether it is worth inferring them for this graph."""
    constants = {node.name for node in graph.node if node.op == "Const"}
    return any(
        node.op in _USES_SHAPES or (node.op == "Reshape" and parse(node.input[1])[0] not in constants)
        for node in graph.node
    )


def _replace(view: GraphView, node: object, value: Value) -> None:
    """Let `node` give `value`."""
    source = view.producer(value.tensor)
    if source is not None and not view.consumers(source.name) and not view.is_output(source.name):
        view.take_over(node, source)
        return
    kept = [t for t in node.input if t.startswith("^")]
    old = view.data_inputs(node)
    node.op = "Identity"
    node.attr.clear()
    node.attr["T"].type = value.dtype
    view.set_inputs(node, [value.tensor, *kept])
    for tensor in old:
        view.prune(tensor.partition(":")[0])


__all__ = ["LAYOUTS", "OPS", "decompose", "wants_shapes"]
