"""The upstream functions' arguments as options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfjs_convert.weights.options import DEFAULT_SHARD_SIZE_BYTES, WeightOptions

QuantizationMap = Mapping[str, Any] | None
"""`{"float16" | "uint8" | "uint16": True | pattern | [patterns]}`."""


def weight_options(
    quantization_dtype_map: QuantizationMap, weight_shard_size_bytes: int = DEFAULT_SHARD_SIZE_BYTES
) -> WeightOptions:
    """Quantization and sharding; uint8 is given to every weight that is named, as it is upstream."""
    return WeightOptions(
        shard_size_bytes=weight_shard_size_bytes,
        quantize=dict(quantization_dtype_map or {}),
        channel_spread="allow",
    )
