"""The public names of the tensorflowjs package, with its signatures, so that a program changes only its import:

    import tfjs_convert.compat as tfjs

    tfjs.converters.save_keras_model(model, "web_model")

Modules lie where they lie there (`tfjs_convert.compat.converters.keras_h5_conversion`). Errors are both a
`ConversionError` and a `ValueError`. Conversions return a `ConversionResult`.
"""

from __future__ import annotations

import importlib

__all__ = ["__version__", "converters", "quantization", "read_weights", "version", "write_weights"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        return importlib.import_module(f"{__name__}.version").version
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
