"""`tensorflowjs.converters.tf_saved_model_conversion_v2`: graph models."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfjs_convert import api, api_keras
from tfjs_convert.compat.errors import CompatError, value_errors
from tfjs_convert.compat.options import QuantizationMap, weight_options
from tfjs_convert.graph.frozen import freeze
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources.saved_model import SavedModelReader

_SHARD_SIZE = 1024 * 1024 * 4


@value_errors
def convert_tf_saved_model(
    saved_model_dir: str,
    output_dir: str,
    signature_def: str | None = "serving_default",
    saved_model_tags: str = "serve",
    quantization_dtype_map: QuantizationMap = None,
    skip_op_check: bool = False,
    strip_debug_ops: bool = False,
    use_structured_outputs_names: bool = False,
    weight_shard_size_bytes: int = _SHARD_SIZE,
    control_flow_v2: bool = False,
    experiments: bool = False,
    metadata: Mapping[str, object] | None = None,
    frozen_graph_dir: str | None = None,
) -> ConversionResult:
    """Converts a SavedModel; `experiments` changes nothing. See `tfjs_convert.convert_saved_model`.

    With `frozen_graph_dir` the frozen GraphDef goes to `model.json.frozen` in that folder, which is made if absent; the
    model itself goes to `output_dir`, as without.

    Raises:
      ValueError: it cannot be converted.
    """
    result = api.convert_saved_model(
        saved_model_dir,
        output_dir,
        signature_name=signature_def or "serving_default",
        saved_model_tags=saved_model_tags,
        use_structured_outputs_names=use_structured_outputs_names,
        control_flow_v2=control_flow_v2,
        **_options(quantization_dtype_map, skip_op_check, strip_debug_ops, weight_shard_size_bytes, metadata),
    )
    if frozen_graph_dir is not None:
        model = SavedModelReader(saved_model_dir, saved_model_tags).read(signature_def or "serving_default")
        options = GraphOptions(strip_debug_ops=strip_debug_ops, skip_op_check=skip_op_check)
        Path(frozen_graph_dir).mkdir(parents=True, exist_ok=True)
        Path(frozen_graph_dir, "model.json.frozen").write_bytes(freeze(model, options).SerializeToString())
    return result


@value_errors
def convert_tf_hub_module(
    module_handle: str,
    output_dir: str,
    signature: str | None = "default",
    saved_model_tags: str = "serve",
    quantization_dtype_map: QuantizationMap = None,
    skip_op_check: bool = False,
    strip_debug_ops: bool = False,
    weight_shard_size_bytes: int = _SHARD_SIZE,
    control_flow_v2: bool = False,
    experiments: bool = False,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Converts a hub module that lies on this machine; `experiments` changes nothing.

    The defaults of `signature` and `saved_model_tags` mean what the module has. See `tfjs_convert.convert_hub_module`.

    Raises:
      ValueError: it cannot be converted, or `module_handle` is an address: nothing is downloaded.
    """
    if "://" in str(module_handle):
        raise CompatError(f"The module {module_handle} is an address, and nothing is downloaded here: unpack it first.")
    return api.convert_hub_module(
        module_handle,
        output_dir,
        signature_name=None if signature == "default" else signature,
        saved_model_tags=None if saved_model_tags == "serve" else saved_model_tags,
        control_flow_v2=control_flow_v2,
        **_options(quantization_dtype_map, skip_op_check, strip_debug_ops, weight_shard_size_bytes, metadata),
    )


@value_errors
def convert_tf_frozen_model(
    frozen_model_path: str,
    output_node_names: str,
    output_dir: str,
    quantization_dtype_map: QuantizationMap = None,
    skip_op_check: bool = False,
    strip_debug_ops: bool = False,
    weight_shard_size_bytes: int = _SHARD_SIZE,
    experiments: bool = False,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Converts a frozen graph; `experiments` changes nothing. See `tfjs_convert.convert_frozen_graph`.

    Raises:
      ValueError: it cannot be converted.
    """
    return api.convert_frozen_graph(
        frozen_model_path,
        output_node_names,
        output_dir,
        **_options(quantization_dtype_map, skip_op_check, strip_debug_ops, weight_shard_size_bytes, metadata),
    )


@value_errors
def convert_keras_model_to_graph_model(
    keras_model: Any,
    output_dir: str,
    saved_model_tags: str = "serve",
    quantization_dtype_map: QuantizationMap = None,
    skip_op_check: bool = False,
    strip_debug_ops: bool = False,
    use_structured_outputs_names: bool = False,
    weight_shard_size_bytes: int = _SHARD_SIZE,
    control_flow_v2: bool = False,
    experiments: bool = False,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Converts a Keras model that is in memory; `saved_model_tags` and `experiments` change nothing.

    Raises:
      ValueError: it cannot be converted.
    """
    return api_keras.convert_keras_object(
        keras_model,
        output_dir,
        use_structured_outputs_names=use_structured_outputs_names,
        control_flow_v2=control_flow_v2,
        **_options(quantization_dtype_map, skip_op_check, strip_debug_ops, weight_shard_size_bytes, metadata),
    )


def _options(
    quantize: QuantizationMap,
    skip_op_check: bool,
    strip_debug_ops: bool,
    shard_size: int,
    metadata: Mapping[str, object] | None,
) -> dict[str, Any]:
    return {
        "skip_op_check": skip_op_check,
        "strip_debug_ops": strip_debug_ops,
        "metadata": dict(metadata or {}),
        "weight_options": weight_options(quantize, shard_size),
    }
