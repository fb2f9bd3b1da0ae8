"""`tensorflowjs.quantization`: arrays into fewer bits and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from tfjs_convert import api_weights
from tfjs_convert.compat.errors import CompatError, value_errors
from tfjs_convert.compat.options import QuantizationMap
from tfjs_convert.weights.patterns import resolve
from tfjs_convert.weights.quantize import Affine
from tfjs_convert.weights.weight import Weight

QUANTIZATION_DTYPE_FLOAT16 = "float16"
QUANTIZATION_DTYPE_UINT8 = "uint8"
QUANTIZATION_DTYPE_UINT16 = "uint16"


@value_errors
def quantize_weights(data: np.ndarray, quantization_dtype: str | type) -> tuple[np.ndarray, dict[str, Any]]:
    """Quantizes float32 (or int32) values.

    Args:
      data: any shape.
      quantization_dtype: float16, uint8 or uint16, as a string or NumPy type.

    Returns:
      The codes, and for uint8 and uint16 `min` and `scale` (nothing for float16).

    Raises:
      ValueError: the types do not go together.
    """
    done = api_weights.quantize(data, _name(quantization_dtype))
    return done.codes, {} if done.scale is None else {"min": done.minimum, "scale": done.scale}


@value_errors
def dequantize_weights(
    data: np.ndarray, metadata: dict[str, Any], original_dtype: str | type = np.float32
) -> np.ndarray:
    """The values that codes stand for, as TensorFlow.js computes them.

    Args:
      data: float16, uint8 or uint16, any shape.
      metadata: `min` and `scale`, unless `data` is float16.
      original_dtype: float32, or int32 for uint8 and uint16.

    Raises:
      ValueError: the types do not go together, or `metadata` lacks something.
    """
    data, dtype = np.asarray(data), _name(original_dtype)
    if str(data.dtype) == "float16" and dtype == "float32":
        return data.astype(np.float32)
    if str(data.dtype) not in ("uint8", "uint16") or dtype not in ("float32", "int32"):
        raise CompatError(f"Codes of {data.dtype} do not stand for {dtype}.")
    if not {"min", "scale"} <= set(metadata):
        raise CompatError(f"The metadata {metadata!r} has no min and scale, which {data.dtype} codes need.")
    return Affine(str(data.dtype), float(metadata["min"]), float(metadata["scale"])).decode(data, dtype)


@value_errors
def map_layers_to_quantization_dtype(names: Iterable[str], quantization_dtype_map: QuantizationMap) -> dict[str, str]:
    """Which quantized type each name gets; names that stay as they are, are left out.

    Raises:
      ValueError: two types claim one name, or two take all that is left, or a pattern matches nothing.
    """
    weights = [Weight(name, (), np.dtype(np.float32), lambda: np.zeros((), np.float32)) for name in names]
    return resolve(weights, dict(quantization_dtype_map or {}))


def _name(dtype: str | type) -> str:
    return str(np.dtype(dtype))
