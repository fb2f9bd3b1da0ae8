"""`tensorflowjs.converters.jax_conversion`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfjs_convert import api_jax
from tfjs_convert.compat.errors import value_errors
from tfjs_convert.compat.options import QuantizationMap, weight_options
from tfjs_convert.result import ConversionResult


@value_errors
def convert_jax(
    apply_fn: Callable[..., Any],
    params: Any,
    *,
    input_signatures: Sequence[Any],
    model_dir: str,
    polymorphic_shapes: Sequence[str] | None = None,
    quantization_dtype_map: QuantizationMap = None,
    skip_op_check: bool = False,
    strip_debug_ops: bool = True,
    weight_shard_size_bytes: int = 1024 * 1024 * 4,
    control_flow_v2: bool = False,
    experiments: bool = False,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Converts a JAX function; `experiments` changes nothing. See `tfjs_convert.convert_jax`.

    Shape checks of open sizes are left out by default: the upstream function cannot convert with them.

    Raises:
      ValueError: it cannot be traced or converted.
    """
    return api_jax.convert_jax(
        apply_fn,
        params,
        input_signatures=input_signatures,
        model_dir=model_dir,
        polymorphic_shapes=polymorphic_shapes,
        weight_options=weight_options(quantization_dtype_map, weight_shard_size_bytes),
        skip_op_check=skip_op_check,
        strip_debug_ops=strip_debug_ops,
        control_flow_v2=control_flow_v2,
        metadata=metadata,
    )
