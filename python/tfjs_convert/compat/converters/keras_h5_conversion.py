"""`tensorflowjs.converters.keras_h5_conversion`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfjs_convert.api_keras_any import convert_keras
from tfjs_convert.compat.errors import value_errors
from tfjs_convert.compat.options import QuantizationMap, weight_options
from tfjs_convert.result import ConversionResult


@value_errors
def save_keras_model(
    model: Any,
    artifacts_dir: str,
    quantization_dtype_map: QuantizationMap = None,
    weight_shard_size_bytes: int = 1024 * 1024 * 4,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Writes a Keras model that is in memory, of `keras` or `tf_keras`, as a layers model.

    Args:
      model: the model.
      artifacts_dir: the folder to write.
      quantization_dtype_map: types to patterns of names.
      weight_shard_size_bytes: largest size of one weight file.
      metadata: what goes to `userDefinedMetadata`.

    Raises:
      ValueError: the model cannot be written, or `artifacts_dir` is a file.
    """
    return convert_keras(
        model,
        artifacts_dir,
        weight_options=weight_options(quantization_dtype_map, weight_shard_size_bytes),
        metadata=metadata,
    )
