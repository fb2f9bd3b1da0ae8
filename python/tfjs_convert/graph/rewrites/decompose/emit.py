"""Writes the operations that stand for another one, with the attributes TensorFlow wants.

A decomposition gets an `Emit` for its node and returns the value that the node gave. Names begin with the node's own;
the last operation takes the node's name in the end, so that readers and fetched names stay.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tfjs_convert.graph import constants
from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.extents import exact_rank, last_axis
from tfjs_convert.graph.view import GraphView, NodeDef, parse
from tfjs_convert.tf_core import types_pb2

FLOAT, INT32, BOOL = types_pb2.DT_FLOAT, types_pb2.DT_INT32, types_pb2.DT_BOOL
Shapes = Mapping[str, "Sequence[int] | None"]


@dataclasses.dataclass(frozen=True)
class Value:
    """A tensor by name, with its `DataType` number."""

    tensor: str
    dtype: int


Operand = Value | float | int


class Emit:
    """Emits nodes in place of `node`.

    Attributes:
      node: the node to replace.
      x: its data inputs; their dtype is attribute `T` of the node unless the decomposition says otherwise.
    """

    def __init__(self, view: GraphView, node: NodeDef, shapes: Shapes) -> None:
        """Prepare to emit for `node`; `shapes` gives static shapes by tensor (`name:0`), -1 for unknown sizes."""
        self.view = view
        self.node = node
        self._shapes = shapes
        dtype = attr(node, "T").type or FLOAT
        self.x = [Value(t, dtype) for t in view.data_inputs(node)]
        self._control = [t for t in node.input if t.startswith("^")]

    def typed(self, index: int, attribute: str) -> Value:
        """Input `index`, whose dtype is in `attribute`."""
        return Value(self.x[index].tensor, attr(self.node, attribute).type)

    def static(self, value: Value) -> list[int] | None:
        """The static shape of a value, -1 for unknown sizes; None if not even the rank is known."""
        known = self.view.constant_shape(value.tensor)
        if known is not None:
            return list(known)
        name, port = parse(value.tensor)
        shape = self._shapes.get(f"{name}:{port}")
        if shape is not None:
            return [size if size >= 0 else -1 for size in shape]
        node = self.view.nodes.get(name)
        if node is not None and node.op == "Placeholder" and "shape" in node.attr:
            given = attr(node, "shape").shape
            return None if given.unknown_rank else [d.size for d in given.dim]
        rank = exact_rank(self.view, value.tensor)
        if rank is None:
            return None
        return [-1] * (rank - 1) + [last_axis(self.view, value.tensor) or -1] if rank else []

    def rank(self, value: Value) -> int | None:
        """The rank, if known."""
        shape = self.static(value)
        return None if shape is None else len(shape)

    def constant(self, value: Value) -> np.ndarray | None:
        """The elements of a value, if constant."""
        return self.view.constant(value.tensor)

    def op(self, op: str, inputs: Sequence[Value], dtype: int, **attrs: object) -> Value:
        """One node with first output of `dtype`. Attributes: ints, bools, bytes, lists of ints, `dtype_attr`."""
        name = self.view.unique(f"{self.node.name}/{op}")
        node = NodeDef(name=name, op=op, input=[v.tensor for v in inputs])
        for key, value in attrs.items():
            _set(node, key, value)
        return Value(self.view.add(node).name, dtype)

    # Constants and the operations used by more than one decomposition.

    def const(self, array: object, dtype: int | None = None) -> Value:
        """A constant; Python numbers need a dtype."""
        array = np.asarray(array, None if dtype is None else constants.numpy_dtype(dtype))
        kind = constants.dtype_enum(array.dtype)
        name = self.view.add_const(f"{self.node.name}/Const", array)
        return Value(name, kind)

    def ints(self, *values: int) -> Value:
        """A vector of int32."""
        return self.const(np.array(values, np.int32))

    def int(self, value: int) -> Value:
        """A scalar of int32."""
        return self.const(np.array(value, np.int32))

    def binary(self, op: str, a: Operand, b: Operand) -> Value:
        """`a op b`, same dtype in and out; a Python number takes the other's dtype."""
        a, b = self._pair(a, b)
        return self.op(op, [a, b], a.dtype, T=_Type(a.dtype))

    def unary(self, op: str, x: Value) -> Value:
        """An elementwise operation that keeps the dtype."""
        return self.op(op, [x], x.dtype, T=_Type(x.dtype))

    def compare(self, op: str, a: Operand, b: Operand) -> Value:
        """A comparison."""
        a, b = self._pair(a, b)
        return self.op(op, [a, b], BOOL, T=_Type(a.dtype))

    def _pair(self, a: Operand, b: Operand) -> tuple[Value, Value]:
        if not isinstance(a, Value):
            a = self.const(a, b.dtype)
        if not isinstance(b, Value):
            b = self.const(b, a.dtype)
        return a, b

    def add(self, a: Operand, b: Operand) -> Value:
        """a + b."""
        return self.binary("AddV2", a, b)

    def sub(self, a: Operand, b: Operand) -> Value:
        """a - b."""
        return self.binary("Sub", a, b)

    def mul(self, a: Operand, b: Operand) -> Value:
        """a * b."""
        return self.binary("Mul", a, b)

    def div(self, a: Operand, b: Operand) -> Value:
        """a / b, floating point."""
        return self.binary("RealDiv", a, b)

    def select(self, condition: Value, a: Operand, b: Operand) -> Value:
        """a where the condition holds, else b, broadcast."""
        a, b = self._pair(a, b)
        return self.op("SelectV2", [condition, a, b], a.dtype, T=_Type(a.dtype))

    def cast(self, x: Value, dtype: int) -> Value:
        """x as `dtype`."""
        if x.dtype == dtype:
            return x
        return self.op("Cast", [x], dtype, SrcT=_Type(x.dtype), DstT=_Type(dtype), Truncate=False)

    def shape(self, x: Value) -> Value:
        """The shape of x, int32."""
        return self.op("Shape", [x], INT32, T=_Type(x.dtype), out_type=_Type(INT32))

    def slice1(self, vector: Value, begin: Value, size: Value) -> Value:
        """A piece of a vector."""
        return self.op("Slice", [vector, begin, size], vector.dtype, T=_Type(vector.dtype), Index=_Type(INT32))

    def element(self, vector: Value, index: int) -> Value:
        """One element of a vector, as a scalar; a negative index counts from the end."""
        stop = index + 1 if index != -1 else 0
        return self.op(
            "StridedSlice",
            [vector, self.ints(index), self.ints(stop), self.ints(1)],
            vector.dtype,
            T=_Type(vector.dtype),
            Index=_Type(INT32),
            begin_mask=0,
            end_mask=0 if index != -1 else 1,
            ellipsis_mask=0,
            new_axis_mask=0,
            shrink_axis_mask=1,
        )

    def size(self, x: Value, axis: int) -> Value:
        """The size of one axis of x, as a scalar of int32: a constant where it is known."""
        shape = self.static(x)
        if shape is not None and shape[axis] >= 0:
            return self.int(shape[axis])
        return self.element(self.shape(x), axis)

    def range(self, count: Value) -> Value:
        """0, 1, …, count - 1."""
        return self.op("Range", [self.int(0), count, self.int(1)], INT32, Tidx=_Type(INT32))

    def expand(self, x: Value, axis: int) -> Value:
        """x with an axis of size 1 inserted."""
        return self.op("ExpandDims", [x, self.int(axis)], x.dtype, T=_Type(x.dtype), Tdim=_Type(INT32))

    def reshape(self, x: Value, shape: Value) -> Value:
        """x in another shape."""
        return self.op("Reshape", [x, shape], x.dtype, T=_Type(x.dtype), Tshape=_Type(shape.dtype))

    def gather(self, x: Value, indices: Value, axis: int) -> Value:
        """Elements of x along an axis."""
        return self.op(
            "GatherV2",
            [x, indices, self.int(axis)],
            x.dtype,
            Tparams=_Type(x.dtype),
            Tindices=_Type(indices.dtype),
            Taxis=_Type(INT32),
            batch_dims=0,
        )

    def reduce(self, op: str, x: Value, axes: Sequence[int], keep: bool = False) -> Value:
        """A reduction over constant axes."""
        axes = self.ints(*axes)
        return self.op(op, [x, axes], x.dtype, T=_Type(x.dtype), Tidx=_Type(INT32), keep_dims=keep)

    def concat(self, parts: Sequence[Value], axis: int) -> Value:
        """Parts joined along an axis."""
        return self.op(
            "ConcatV2",
            [*parts, self.int(axis)],
            parts[0].dtype,
            T=_Type(parts[0].dtype),
            Tidx=_Type(INT32),
            N=len(parts),
        )

    def pack(self, scalars: Sequence[Value]) -> Value:
        """A vector of scalars."""
        return self.op("Pack", scalars, scalars[0].dtype, T=_Type(scalars[0].dtype), N=len(scalars), axis=0)

    def transpose(self, x: Value, permutation: Sequence[int]) -> Value:
        """x with its axes permuted; x itself where nothing moves."""
        if list(permutation) == list(range(len(permutation))):
            return x
        return self.op("Transpose", [x, self.ints(*permutation)], x.dtype, T=_Type(x.dtype), Tperm=_Type(INT32))

    def split(self, x: Value, count: int, axis: int) -> list[Value]:
        """x cut in equal parts along an axis."""
        first = self.op("Split", [self.int(axis), x], x.dtype, T=_Type(x.dtype), num_split=count)
        return [Value(f"{first.tensor}:{i}" if i else first.tensor, x.dtype) for i in range(count)]

    def scatter(self, indices: Value, updates: Value, shape: Value) -> Value:
        """A tensor of `shape` with the sums of the updates at their indices."""
        return self.op(
            "ScatterNd", [indices, updates, shape], updates.dtype, T=_Type(updates.dtype), Tindices=_Type(indices.dtype)
        )


class _Type(int):
    """A `DataType` number as an attribute."""


def dtype_attr(dtype: int) -> int:
    """`dtype` marked as an attribute of kind type."""
    return _Type(dtype)


def copied(node: NodeDef) -> dict[str, object]:
    """The attributes of `node` in the form that `Emit.op` takes, private ones left out."""
    attrs: dict[str, object] = {}
    for key in sorted(node.attr):
        value = node.attr[key]
        kind = value.WhichOneof("value")
        if key.startswith("_") or kind is None:
            continue
        if kind == "type":
            attrs[key] = _Type(value.type)
        elif kind == "list":
            attrs[key] = list(value.list.i)
        else:
            attrs[key] = getattr(value, kind)
    return attrs


def _set(node: NodeDef, key: str, value: object) -> None:
    attr = node.attr[key]
    if isinstance(value, _Type):
        attr.type = int(value)
    elif isinstance(value, bool):
        attr.b = value
    elif isinstance(value, int):
        attr.i = value
    elif isinstance(value, float):
        attr.f = value
    elif isinstance(value, bytes):
        attr.s = value
    else:
        attr.list.i.extend(value)
        attr.list.SetInParent()
