"""`tensorflowjs.converters`."""

from __future__ import annotations

import importlib

_HOME_OF = {
    "convert": "converter",
    "convert_jax": "jax_conversion",
    "save_keras_model": "keras_h5_conversion",
    "deserialize_keras_model": "keras_tfjs_loader",
    "load_keras_model": "keras_tfjs_loader",
    "convert_tf_frozen_model": "tf_saved_model_conversion_v2",
    "convert_tf_hub_module": "tf_saved_model_conversion_v2",
    "convert_tf_saved_model": "tf_saved_model_conversion_v2",
    "convert_keras_model_to_graph_model": "tf_saved_model_conversion_v2",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    if name in _HOME_OF.values():
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
