"""Each pair of formats and the function of the Python API that converts it; TensorFlow is imported by those alone that
need it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfjs_convert.cli import formats
from tfjs_convert.cli.errors import UsageError
from tfjs_convert.cli.request import Request
from tfjs_convert.result import ConversionResult

Conversion = Callable[[Request], ConversionResult]

_WEIGHTS = frozenset(["quantize_float16", "quantize_uint8", "quantize_uint16", "quantization_bytes"])
_LAYERS_FLAGS = _WEIGHTS | {"weight_shard_size_bytes", "split_weights_by_layer", "metadata"}
_GRAPH_FLAGS = _WEIGHTS | {
    "weight_shard_size_bytes",
    "skip_op_check",
    "strip_debug_ops",
    "control_flow_v2",
    "use_structured_outputs_names",
    "experiments",
    "metadata",
}
_ALWAYS = frozenset(["input_format", "output_format", "traceback"])


def conversion_of(request: Request) -> tuple[Conversion, list[str]]:
    """The function that converts, and a sentence for each flag that was given and has no effect.

    Raises:
      UsageError: the output format cannot be made from the input format.
    """
    pair = (request.input_format, request.output_format)
    if pair not in _PAIRS:
        targets = [target for source, target in _PAIRS if source == request.input_format]
        raise UsageError(
            f"Unsupported input_format - output_format pair: {pair[0]} - {pair[1]}; from {pair[0]} can be made "
            f"{', '.join(targets)}."
        )
    conversion, read = _PAIRS[pair]
    idle = sorted(request.given - read - _ALWAYS)
    return conversion, [f"The flag --{name} has no effect from {pair[0]} to {pair[1]}." for name in idle]


def _layers_options(request: Request) -> dict[str, Any]:
    return {
        "split_weights_by_layer": request.flags["split_weights_by_layer"],
        "weight_options": request.weights,
        "metadata": request.metadata,
    }


def _graph_options(request: Request) -> dict[str, Any]:
    flow = request.flags["control_flow_v2"]
    return {
        "skip_op_check": request.flags["skip_op_check"],
        "strip_debug_ops": request.flags["strip_debug_ops"],
        "control_flow_v2": "auto" if flow is None else flow,
        "use_structured_outputs_names": request.flags["use_structured_outputs_names"],
        "weight_options": request.weights,
        "metadata": request.metadata,
    }


def _keras_to_layers(request: Request) -> ConversionResult:
    from tfjs_convert.api_layers import convert_keras_file

    return convert_keras_file(request.input_path, request.output_path, **_layers_options(request))


def _keras_saved_model_to_layers(request: Request) -> ConversionResult:
    from tfjs_convert.api_keras_saved_model import convert_keras_saved_model

    return convert_keras_saved_model(request.input_path, request.output_path, **_layers_options(request))


def _keras_to_graph(request: Request) -> ConversionResult:
    from tfjs_convert.api_keras import convert_keras

    return convert_keras(request.input_path, request.output_path, **_graph_options(request))


def _saved_model_to_graph(request: Request) -> ConversionResult:
    from tfjs_convert.api import convert_saved_model

    return convert_saved_model(
        request.input_path,
        request.output_path,
        signature_name=request.flags["signature_name"] or None,
        saved_model_tags=request.flags["saved_model_tags"],
        **_graph_options(request),
    )


def _hub_to_graph(request: Request) -> ConversionResult:
    from tfjs_convert.api import convert_hub_module

    return convert_hub_module(
        request.input_path,
        request.output_path,
        signature_name=request.flags["signature_name"] or None,
        saved_model_tags=request.flags["saved_model_tags"] if "saved_model_tags" in request.given else None,
        **_graph_options(request),
    )


def _frozen_to_graph(request: Request) -> ConversionResult:
    from tfjs_convert.api import convert_frozen_graph

    return convert_frozen_graph(
        request.input_path, request.flags["output_node_names"], request.output_path, **_graph_options(request)
    )


def _layers_to_layers(request: Request) -> ConversionResult:
    from tfjs_convert.api_layers import convert_layers_model

    return convert_layers_model(request.input_path, request.output_path, **_layers_options(request))


def _layers_to_keras(request: Request) -> ConversionResult:
    from tfjs_convert.api_layers import export_keras

    h5 = request.output_format == formats.KERAS
    return export_keras(
        request.input_path,
        request.output_path,
        keras=int(request.flags["keras_version"] or (2 if h5 else 3)),
        file_format="h5" if h5 else "keras",
    )


def _layers_to_keras_saved_model(request: Request) -> ConversionResult:
    from tfjs_convert.api_keras_back import export_keras_saved_model

    return export_keras_saved_model(
        request.input_path, request.output_path, keras=int(request.flags["keras_version"] or 2)
    )


_SIGNATURE = frozenset(["signature_name", "saved_model_tags"])

_PAIRS: dict[tuple[str, str], tuple[Conversion, frozenset[str]]] = {
    (formats.KERAS, formats.LAYERS): (_keras_to_layers, _LAYERS_FLAGS),
    (formats.KERAS, formats.GRAPH): (_keras_to_graph, _GRAPH_FLAGS),
    (formats.KERAS_FILE, formats.LAYERS): (_keras_to_layers, _LAYERS_FLAGS),
    (formats.KERAS_FILE, formats.GRAPH): (_keras_to_graph, _GRAPH_FLAGS),
    (formats.KERAS_SAVED_MODEL, formats.LAYERS): (_keras_saved_model_to_layers, _LAYERS_FLAGS),
    (formats.KERAS_SAVED_MODEL, formats.GRAPH): (_saved_model_to_graph, _GRAPH_FLAGS | _SIGNATURE),
    (formats.SAVED_MODEL, formats.GRAPH): (_saved_model_to_graph, _GRAPH_FLAGS | _SIGNATURE),
    (formats.HUB, formats.GRAPH): (_hub_to_graph, _GRAPH_FLAGS | _SIGNATURE),
    (formats.FROZEN, formats.GRAPH): (_frozen_to_graph, _GRAPH_FLAGS | {"output_node_names"}),
    (formats.LAYERS, formats.LAYERS): (_layers_to_layers, _LAYERS_FLAGS),
    (formats.LAYERS, formats.GRAPH): (_keras_to_graph, _GRAPH_FLAGS),
    (formats.LAYERS, formats.KERAS): (_layers_to_keras, frozenset(["keras_version"])),
    (formats.LAYERS, formats.KERAS_FILE): (_layers_to_keras, frozenset(["keras_version"])),
    (formats.LAYERS, formats.KERAS_SAVED_MODEL): (_layers_to_keras_saved_model, frozenset(["keras_version"])),
}
