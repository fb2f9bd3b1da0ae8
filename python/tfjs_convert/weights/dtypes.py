"""Which dtypes a manifest stores, and the casts that bring others to them without changing a value unseen.

TensorFlow.js reads float32, int32, bool, complex64 and string. Narrow floats and integers widen exactly. Wide ones are
narrowed as the upstream converter does (float64 to float32, int64 to int32, complex128 to complex64), but a value that
does not fit is an error here and not a wrapped number.
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.errors import InputError, UnsupportedError

STORED_DTYPES = ("float32", "int32", "bool", "complex64", "string")

_STORED_AS = {
    "float32": "float32",
    "float16": "float32",
    "bfloat16": "float32",
    "float64": "float32",
    "int32": "int32",
    "int8": "int32",
    "int16": "int32",
    "uint8": "int32",
    "uint16": "int32",
    "int64": "int32",
    "bool": "bool",
    "complex64": "complex64",
    "complex128": "complex64",
}

LITTLE_ENDIAN = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int32": np.dtype("<i4"),
    "bool": np.dtype("?"),
    "complex64": np.dtype("<c8"),
    "uint8": np.dtype("u1"),
    "uint16": np.dtype("<u2"),
}

_INT32 = np.iinfo(np.int32)


def stored_dtype(name: str, dtype: np.dtype) -> str:
    """The manifest dtype for an array of `dtype`.

    Raises:
      UnsupportedError: TensorFlow.js has no type that holds these values.
    """
    if dtype.kind in "OSUT":
        return "string"
    stored = _STORED_AS.get(dtype.name)
    if stored is None:
        raise UnsupportedError(
            f"Weight {name!r} has dtype {dtype.name}, which TensorFlow.js cannot hold; "
            "cast it in the model to float32, int32, bool, complex64 or string."
        )
    return stored


def cast(name: str, chunk: np.ndarray, stored: str) -> np.ndarray:
    """Casts a part of a weight to its stored dtype, little-endian.

    Raises:
      InputError: a value does not fit; the text names the weight and the value.
    """
    target = LITTLE_ENDIAN[stored]
    if chunk.dtype == target:
        return chunk
    source = chunk.dtype.name
    if source == "int64" and chunk.size:
        for value in (int(chunk.min()), int(chunk.max())):
            if not _INT32.min <= value <= _INT32.max:
                raise InputError(
                    f"Weight {name!r} is int64 and holds {value}, which does not fit the int32 that TensorFlow.js has; "
                    "cast it to int32 or float32 in the model, where you can say what becomes of large values."
                )
    with np.errstate(over="ignore"):
        result = chunk.astype(target)
    if source in ("float64", "complex128"):
        grown = np.isinf(result) & ~np.isinf(chunk)
        if grown.any():
            value = chunk[grown].flat[0]
            raise InputError(
                f"Weight {name!r} is {source} and holds {value}, which is beyond the largest float32 (3.4e38) that "
                "TensorFlow.js has; scale it down in the model."
            )
    return result
