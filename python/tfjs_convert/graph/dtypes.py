"""TensorFlow's dtype numbers, as NumPy dtypes and as names."""

from __future__ import annotations

import numpy as np

from tfjs_convert.errors import UnsupportedError
from tfjs_convert.tf_core import DT

_NUMPY = {
    DT.DT_FLOAT: np.dtype("<f4"),
    DT.DT_DOUBLE: np.dtype("<f8"),
    DT.DT_HALF: np.dtype("<f2"),
    DT.DT_INT8: np.dtype("i1"),
    DT.DT_INT16: np.dtype("<i2"),
    DT.DT_INT32: np.dtype("<i4"),
    DT.DT_INT64: np.dtype("<i8"),
    DT.DT_UINT8: np.dtype("u1"),
    DT.DT_UINT16: np.dtype("<u2"),
    DT.DT_UINT32: np.dtype("<u4"),
    DT.DT_UINT64: np.dtype("<u8"),
    DT.DT_BOOL: np.dtype("bool"),
    DT.DT_STRING: np.dtype(object),
    DT.DT_COMPLEX64: np.dtype("<c8"),
    DT.DT_COMPLEX128: np.dtype("<c16"),
}
# bfloat16 has no NumPy dtype: its two bytes are the upper half of a float32, which holds every value exactly.
AS_FLOAT32 = {DT.DT_BFLOAT16}
_NUMBER = {dtype: number for number, dtype in _NUMPY.items()}


def to_numpy(number: int) -> np.dtype:
    """The NumPy dtype of a TensorFlow dtype; object for strings, float32 for bfloat16.

    Raises:
      UnsupportedError: resources, variants and quantized types have no array form.
    """
    dtype = _NUMPY.get(DT.DT_FLOAT if base(number) in AS_FLOAT32 else base(number))
    if dtype is None:
        raise UnsupportedError(f"Tensors of type {name(number)} cannot be stored as weights.")
    return dtype


def from_numpy(dtype: np.dtype) -> int:
    """The TensorFlow dtype number of a NumPy dtype."""
    return _NUMBER[np.dtype(dtype)]


def base(number: int) -> int:
    """The value dtype of a reference dtype (TF1's `DT_FLOAT_REF` is 100 above `DT_FLOAT`)."""
    return number - 100 if number > 100 else number


def name(number: int) -> str:
    """The proto's name, `DT_FLOAT`."""
    return DT.DataType.Name(number)


def short_name(number: int) -> str:
    """The name users know: `float32`, `int64`, `string`."""
    text = name(base(number))[3:].lower()
    return {"float": "float32", "double": "float64", "half": "float16", "complex": "complex64"}.get(text, text)


def decode(data: np.ndarray, number: int) -> np.ndarray:
    """Little-endian bytes (a uint8 array) as values of a dtype; bfloat16 becomes float32."""
    if base(number) in AS_FLOAT32:
        return (data.view("<u2").astype("<u4") << 16).view("<f4")
    return data.view(to_numpy(number))


def item_size(number: int) -> int:
    """Bytes of one stored element of a dtype of fixed size."""
    return 2 if base(number) in AS_FLOAT32 else to_numpy(number).itemsize
