"""Operations that the runtime gets wrong for some dtypes, on the WASM backend above all, whose kernels take elements
of four bytes.

There `Select` and `Concat` of booleans write beyond their memory, `Reverse` of booleans and casts from floats to
booleans give wrong values. And a mean of integers is a float on every backend.
"""

from __future__ import annotations

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.decompose.emit import BOOL, FLOAT, INT32, Emit, Value, copied, dtype_attr


def select(e: Emit) -> Value | None:
    """A choice: of booleans by logic; by rows (`Select` with a vector of conditions) with the conditions in columns."""
    condition = Value(e.x[0].tensor, BOOL)
    rows = e.node.op == "Select" and e.rank(e.x[0]) == 1 and (e.rank(e.x[1]) or 0) > 1
    if rows:
        for _ in range(e.rank(e.x[1]) - 1):
            condition = e.expand(condition, -1)
    if e.x[1].dtype != BOOL:
        return e.select(condition, e.x[1], e.x[2]) if rows else None
    return chosen(e, condition, e.x[1], e.x[2])


def chosen(e: Emit, condition: Value, a: Value, b: Value) -> Value:
    """a where the condition holds, else b, for booleans."""
    other = e.op("LogicalNot", [condition], BOOL)
    return e.op("LogicalOr", [e.op("LogicalAnd", [condition, a], BOOL), e.op("LogicalAnd", [other, b], BOOL)], BOOL)


def _as_integers(e: Emit) -> Value | None:
    """The operation on 0 and 1. All inputs of dtype T are cast."""
    if attr(e.node, "T").type != BOOL:
        return None
    count = attr(e.node, "N").i if "N" in e.node.attr else 1
    x = [e.cast(v, INT32) for v in e.x[:count]] + e.x[count:]
    made = e.op(e.node.op, x, INT32, **{**copied(e.node), "T": dtype_attr(INT32)})
    return e.cast(made, BOOL)


def cast(e: Emit) -> Value | None:
    """From floats to booleans: whether x is not 0."""
    source = numpy_dtype(attr(e.node, "SrcT").type)
    if attr(e.node, "DstT").type != BOOL or source is None or source.kind != "f":
        return None
    return e.compare("NotEqual", e.typed(0, "SrcT"), 0.0)


def mean(e: Emit) -> Value | None:
    """Of integers: the quotient without its fraction."""
    kind = numpy_dtype(e.x[0].dtype)
    if kind is None or kind.kind != "i":
        return None
    attrs = {**copied(e.node), "T": dtype_attr(FLOAT)}
    made = e.op("Mean", [e.cast(e.x[0], FLOAT), e.x[1]], FLOAT, **attrs)
    return e.cast(made, e.x[0].dtype)


OPS = {
    "Select": select,
    "SelectV2": select,
    "ConcatV2": _as_integers,
    "ReverseV2": _as_integers,
    "Cast": cast,
    "Mean": mean,
}
