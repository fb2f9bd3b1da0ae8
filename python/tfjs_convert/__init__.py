"""Converts TensorFlow, Keras and JAX models into TensorFlow.js models.

    import tfjs_convert

    result = tfjs_convert.convert_saved_model("saved_model", "web_model", signature_name="predict")
    print(result.inputs, result.outputs, result.bytes, result.warnings)

Every error on purpose is a `ConversionError`. Importing this package imports nothing else: each name is loaded when it
is first used, and TensorFlow by those alone that need it. `tfjs_convert.compat` has the names of the tensorflowjs
package.

A model flows one way: source -> graph or topology -> weights -> artifact.
Nothing later in that line imports something earlier.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfjs_convert.api import (
        convert_frozen_graph,
        convert_hub_module,
        convert_saved_model,
        convert_saved_model_signatures,
    )
    from tfjs_convert.api_functions import convert_concrete_function, convert_concrete_functions
    from tfjs_convert.api_jax import convert_jax
    from tfjs_convert.api_keras_any import convert_keras, load_layers_model
    from tfjs_convert.api_keras_back import export_keras_saved_model
    from tfjs_convert.api_keras_saved_model import convert_keras_saved_model
    from tfjs_convert.api_layers import convert_layers_model, export_keras
    from tfjs_convert.api_old_graph_model import convert_old_graph_model
    from tfjs_convert.api_weights import Quantized, quantize, read_weights, write_weights
    from tfjs_convert.errors import ConversionError, InputError, OptionError, UnsupportedError
    from tfjs_convert.graph.options import GraphOptions
    from tfjs_convert.result import ConversionResult, TensorInfo
    from tfjs_convert.version import VERSION as __version__
    from tfjs_convert.weights.options import WeightOptions
    from tfjs_convert.weights.writer import WeightsResult

_HOMES = {
    "api": ["convert_frozen_graph", "convert_hub_module", "convert_saved_model", "convert_saved_model_signatures"],
    "api_functions": ["convert_concrete_function", "convert_concrete_functions"],
    "api_jax": ["convert_jax"],
    "api_keras_any": ["convert_keras", "load_layers_model"],
    "api_keras_back": ["export_keras_saved_model"],
    "api_keras_saved_model": ["convert_keras_saved_model"],
    "api_layers": ["convert_layers_model", "export_keras"],
    "api_old_graph_model": ["convert_old_graph_model"],
    "api_weights": ["Quantized", "quantize", "read_weights", "write_weights"],
    "errors": ["ConversionError", "InputError", "OptionError", "UnsupportedError"],
    "graph.options": ["GraphOptions"],
    "result": ["ConversionResult", "TensorInfo"],
    "weights.options": ["WeightOptions"],
    "weights.writer": ["WeightsResult"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ConversionError",
    "ConversionResult",
    "GraphOptions",
    "InputError",
    "OptionError",
    "Quantized",
    "TensorInfo",
    "UnsupportedError",
    "WeightOptions",
    "WeightsResult",
    "__version__",
    "convert_concrete_function",
    "convert_concrete_functions",
    "convert_frozen_graph",
    "convert_hub_module",
    "convert_jax",
    "convert_keras",
    "convert_keras_saved_model",
    "convert_layers_model",
    "convert_old_graph_model",
    "convert_saved_model",
    "convert_saved_model_signatures",
    "export_keras",
    "export_keras_saved_model",
    "load_layers_model",
    "quantize",
    "read_weights",
    "write_weights",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        return importlib.import_module("tfjs_convert.version").VERSION
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
