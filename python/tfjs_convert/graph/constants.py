"""Tensors inside `Const` nodes, as NumPy arrays, without TensorFlow's Python API.

A `TensorProto` holds its elements either in `tensor_content` (raw little-endian bytes) or in one typed list, where a
list shorter than the tensor stands for its last element repeated, and an empty one for zeros.
"""

import ml_dtypes
import numpy as np

from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph.attributes import attr
from tfjs_convert.tf_core import node_def_pb2, types_pb2

_DTYPES: dict[int, tuple[np.dtype, str]] = {
    types_pb2.DT_FLOAT: (np.dtype(np.float32), "float_val"),
    types_pb2.DT_DOUBLE: (np.dtype(np.float64), "double_val"),
    types_pb2.DT_HALF: (np.dtype(np.float16), "half_val"),
    types_pb2.DT_BFLOAT16: (np.dtype(ml_dtypes.bfloat16), "half_val"),
    types_pb2.DT_INT32: (np.dtype(np.int32), "int_val"),
    types_pb2.DT_INT16: (np.dtype(np.int16), "int_val"),
    types_pb2.DT_INT8: (np.dtype(np.int8), "int_val"),
    types_pb2.DT_UINT8: (np.dtype(np.uint8), "int_val"),
    types_pb2.DT_UINT16: (np.dtype(np.uint16), "int_val"),
    types_pb2.DT_INT64: (np.dtype(np.int64), "int64_val"),
    types_pb2.DT_UINT32: (np.dtype(np.uint32), "uint32_val"),
    types_pb2.DT_UINT64: (np.dtype(np.uint64), "uint64_val"),
    types_pb2.DT_BOOL: (np.dtype(np.bool_), "bool_val"),
    types_pb2.DT_COMPLEX64: (np.dtype(np.complex64), "scomplex_val"),
    types_pb2.DT_COMPLEX128: (np.dtype(np.complex128), "dcomplex_val"),
    types_pb2.DT_STRING: (np.dtype(object), "string_val"),
}
_ENUMS = {dtype: enum for enum, (dtype, _) in _DTYPES.items()}


def numpy_dtype(enum: int) -> np.dtype | None:
    """The NumPy dtype of a `DataType` number (strings: object), or None if it has none (resources)."""
    known = _DTYPES.get(enum)
    return known[0] if known else None


def dtype_enum(dtype: np.dtype | type) -> int:
    """The `DataType` number of a NumPy dtype; any string or object dtype is DT_STRING."""
    dtype = np.dtype(dtype)
    return types_pb2.DT_STRING if dtype.kind in "OSU" else _ENUMS[dtype]


def shape(node: node_def_pb2.NodeDef) -> tuple[int, ...]:
    """The shape of a `Const` node's tensor."""
    return tuple(d.size for d in attr(node, "value").tensor.tensor_shape.dim)


def get(node: node_def_pb2.NodeDef) -> np.ndarray:
    """The tensor of a `Const` node; strings come as an object array of bytes. The array may be read-only.

    Raises UnsupportedError for element types NumPy cannot hold.
    """
    tensor = attr(node, "value").tensor
    if tensor.dtype not in _DTYPES:
        name = types_pb2.DataType.Name(tensor.dtype)
        raise UnsupportedError(f"Constant '{node.name}' has element type {name}, which has no array form.")
    dtype, field = _DTYPES[tensor.dtype]
    dims = shape(node)
    count = int(np.prod(dims, dtype=np.int64))
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, dtype).reshape(dims)
    values = getattr(tensor, field)
    if field == "half_val":
        flat = np.array(values, np.uint16).view(dtype)
    elif field == "scomplex_val":
        flat = np.array(values, np.float32).view(dtype)
    elif field == "dcomplex_val":
        flat = np.array(values, np.float64).view(dtype)
    elif field == "string_val":
        flat = np.empty(len(values), object)
        flat[:] = list(values)
    else:
        flat = np.array(values, dtype)
    if flat.size == count:
        return flat.reshape(dims)
    if flat.size == 0:
        fill = b"" if dtype.kind == "O" else dtype.type(0)
    else:
        fill = flat[-1]
    out = np.empty(count, dtype)
    out[: flat.size] = flat[:count]
    out[flat.size :] = fill
    return out.reshape(dims)


def set(node: node_def_pb2.NodeDef, array: np.ndarray) -> None:
    """Put `array` into a `Const` node, with its dtype and shape."""
    array = np.asarray(array)
    enum = dtype_enum(array.dtype)
    node.attr["dtype"].type = enum
    node.attr["value"].Clear()
    tensor = attr(node, "value").tensor
    tensor.dtype = enum
    tensor.tensor_shape.SetInParent()
    for size in array.shape:
        tensor.tensor_shape.dim.add().size = size
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
