"""Tensors inside `Const` nodes, as NumPy arrays in their own dtypes, bfloat16 too, for rewrites to compute with."""

import ml_dtypes
import numpy as np

from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.graph.attributes import attr
from tfjs_convert.tf_core import node_def_pb2, types_pb2

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def numpy_dtype(enum: int) -> np.dtype | None:
    """The NumPy dtype of a `DataType` number (strings: object), or None if it has none (resources)."""
    if enum in dtypes.AS_FLOAT32:
        return _BFLOAT16
    try:
        return dtypes.to_numpy(enum)
    except UnsupportedError:
        return None


def dtype_enum(dtype: np.dtype | type) -> int:
    """The `DataType` number of a NumPy dtype; any string or object dtype is DT_STRING."""
    dtype = np.dtype(dtype)
    if dtype.kind in "OSU":
        return types_pb2.DT_STRING
    return types_pb2.DT_BFLOAT16 if dtype == _BFLOAT16 else dtypes.from_numpy(dtype)


def shape(node: node_def_pb2.NodeDef) -> tuple[int, ...]:
    """The shape of a `Const` node's tensor."""
    return tensors.shape_of(attr(node, "value").tensor.tensor_shape)


def get(node: node_def_pb2.NodeDef) -> np.ndarray:
    """The tensor of a `Const` node; strings come as an object array of bytes. The array may be read-only.

    Raises UnsupportedError for element types NumPy cannot hold.
    """
    tensor = attr(node, "value").tensor
    dtype = numpy_dtype(tensor.dtype)
    if dtype is None:
        name = dtypes.name(tensor.dtype)
        raise UnsupportedError(f"Constant '{node.name}' has element type {name}, which has no array form.")
    return tensors.stored(tensor, dtype)


def set(node: node_def_pb2.NodeDef, array: np.ndarray) -> None:
    """Put `array` into a `Const` node, with its dtype and shape."""
    array = np.asarray(array)
    enum = dtype_enum(array.dtype)
    node.attr["dtype"].type = enum
    node.attr["value"].Clear()
    tensor = attr(node, "value").tensor
    tensor.dtype = enum
    tensors.set_shape(tensor.tensor_shape, array.shape)
    if enum == types_pb2.DT_STRING:
        values = array.reshape(-1).tolist()
        tensor.string_val.extend(v if isinstance(v, bytes) else str(v).encode() for v in values)
    else:
        tensor.tensor_content = np.ascontiguousarray(array).tobytes()
    # Shapes inferred for the old value say nothing of the new one.
    node.attr.pop("_output_shapes", None)


def make(name: str, array: np.ndarray) -> node_def_pb2.NodeDef:
    """A new `Const` node that holds `array`."""
    node = node_def_pb2.NodeDef(name=name, op="Const")
    set(node, array)
    return node
