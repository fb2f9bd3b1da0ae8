"""TensorProto to NumPy and back, and small makers of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes
from tfjs_convert.tf_core import DT, NodeDef, TensorProto

# The repeated field that holds a dtype's values where `tensor_content` is not used.
_FIELDS = {
    DT.DT_FLOAT: "float_val",
    DT.DT_DOUBLE: "double_val",
    DT.DT_INT64: "int64_val",
    DT.DT_UINT32: "uint32_val",
    DT.DT_UINT64: "uint64_val",
    DT.DT_BOOL: "bool_val",
    DT.DT_INT32: "int_val",
    DT.DT_INT16: "int_val",
    DT.DT_INT8: "int_val",
    DT.DT_UINT16: "int_val",
    DT.DT_UINT8: "int_val",
}
_BIT_FIELDS = {DT.DT_HALF: "half_val", DT.DT_BFLOAT16: "half_val"}
_COMPLEX_FIELDS = {DT.DT_COMPLEX64: "scomplex_val", DT.DT_COMPLEX128: "dcomplex_val"}


def shape_of(proto: Any) -> tuple[int, ...]:
    """The dimensions of a TensorShapeProto of known rank; -1 for unknown ones."""
    return tuple(dim.size for dim in proto.dim)


def to_array(proto: Any) -> np.ndarray:
    """The values of a TensorProto; strings as an object array of bytes, bfloat16 as float32."""
    if proto.dtype in dtypes.AS_FLOAT32:
        bits = stored(proto, np.dtype("<u2"))
        return dtypes.decode(bits.ravel(), proto.dtype).reshape(bits.shape)
    return stored(proto, dtypes.to_numpy(proto.dtype))


def stored(proto: Any, dtype: np.dtype) -> np.ndarray:
    """The values of a TensorProto in a NumPy dtype of its dtype's size, which takes its bits; may be read-only."""
    shape, number = shape_of(proto.tensor_shape), proto.dtype
    count = int(np.prod(shape, dtype=np.int64))
    if number == DT.DT_STRING:
        return _spread(np.array([*proto.string_val, None], object)[:-1], count, b"").reshape(shape)
    if proto.tensor_content:
        return np.frombuffer(proto.tensor_content, dtype).reshape(shape)
    if number in _BIT_FIELDS:
        values = np.fromiter(proto.half_val, np.uint16, len(proto.half_val)).view(dtype)
    elif number in _COMPLEX_FIELDS:
        parts = np.array(getattr(proto, _COMPLEX_FIELDS[number]), dtype.type(0).real.dtype)
        values = parts.view(dtype)
    else:
        values = np.array(getattr(proto, _FIELDS[number])).astype(dtype)
    return _spread(values, count, 0).reshape(shape)


def _spread(values: np.ndarray, count: int, default: object) -> np.ndarray:
    """A TensorProto may hold fewer values than elements: the last one then stands for all the rest."""
    if len(values) >= count:
        return values[:count]
    last = values[-1] if len(values) else default
    result = np.empty(count, values.dtype)
    result[: len(values)] = values
    result[len(values) :] = last
    return result


def from_array(array: np.ndarray) -> Any:
    """A TensorProto of an array; object arrays hold strings as bytes."""
    proto = TensorProto()
    fill(proto, array)
    return proto


def fill(proto: Any, array: np.ndarray) -> None:
    """Puts an array into a TensorProto; object arrays hold strings as bytes."""
    array = np.asarray(array)
    proto.Clear()
    proto.dtype = dtypes.from_numpy(array.dtype)
    set_shape(proto.tensor_shape, array.shape)
    if array.dtype == object:
        proto.string_val.extend(array.ravel().tolist())
    else:
        proto.tensor_content = array.tobytes()


def const(name: str, array: np.ndarray) -> Any:
    """A Const node."""
    node = NodeDef(name=name, op="Const")
    fill(node.attr["value"].tensor, array)
    node.attr["dtype"].type = node.attr["value"].tensor.dtype
    return node


def node(name: str, op: str, inputs: Sequence[str] = (), **attrs: object) -> Any:
    """A node; dtypes are passed as `Type`, shapes as `Shape`, the rest as plain ints, bools and strings."""
    result = NodeDef(name=name, op=op, input=inputs)
    for key, value in attrs.items():
        attr = result.attr[key]
        if isinstance(value, Type):
            attr.type = value
        elif isinstance(value, bool):
            attr.b = value
        elif isinstance(value, int):
            attr.i = value
        elif isinstance(value, str):
            attr.s = value.encode()
        elif isinstance(value, Shape):
            set_shape(attr.shape, value.dims)
        else:
            raise TypeError(f"attribute {key}: {value!r}")
    return result


class Type(int):
    """A dtype number, as a node attribute."""


class Shape:
    """A shape, as a node attribute; None is an unknown rank."""

    def __init__(self, dims: Sequence[int] | None) -> None:
        self.dims = dims


def set_shape(proto: Any, dims: Sequence[int] | None) -> None:
    """Fills a TensorShapeProto; -1 is an unknown dimension, None an unknown rank."""
    proto.Clear()
    if dims is None:
        proto.unknown_rank = True
        return
    # An empty repeated field and no field look the same; a scalar's shape must still be present.
    proto.SetInParent()
    for size in dims:
        proto.dim.add(size=size)
