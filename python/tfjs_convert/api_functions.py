"""Functions held in memory into graph models: `convert_concrete_function`. Needs TensorFlow's Python API."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfjs_convert import api
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.result import ConversionResult
from tfjs_convert.weights.options import WeightOptions

_ONLY = "serving_default"


def convert_concrete_function(
    function: Any,
    output_dir: Path | str,
    *,
    trackable: Any = None,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a `tf.function`'s concrete function into a TensorFlow.js graph model.

    Inputs have the names of the function's arguments; outputs the keys of the dictionary that it returns, else
    `output_0`, `output_1`, …, in the function's order.

    Args:
      function: from `get_concrete_function`, or a `tf.function` with an input signature.
      output_dir: where to write; made if absent.
      trackable: the module or object that holds what the function captures, where that is more than variables (tables).
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    results = convert_concrete_functions(
        {_ONLY: function}, {_ONLY: output_dir}, trackable=trackable, weight_options=weight_options, **options
    )
    return results[_ONLY]


def convert_concrete_functions(
    functions: Mapping[str, Any],
    output_dirs: Mapping[str, Path | str],
    *,
    trackable: Any = None,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> dict[str, ConversionResult]:
    """Converts several concrete functions, each to a directory of its own; what they share is saved once.

    Args:
      functions: a name to each function, as for `convert_concrete_function`.
      output_dirs: the same names to the directories.
      trackable: as for `convert_concrete_function`.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user.
    """
    import tensorflow as tf

    if set(functions) != set(output_dirs):
        raise OptionError(
            f"The functions are named {sorted(functions)} and the directories {sorted(output_dirs)}; name one for each."
        )
    concrete = {name: _concrete(name, function) for name, function in functions.items()}
    module = tf.Module()
    module.trackable = trackable
    # Saved by their graphs alone, functions would lose what they capture.
    module.captured = [variable for each in concrete.values() for variable in each.graph.variables]
    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        saved = Path(temporary) / "saved_model"
        try:
            tf.saved_model.save(module, str(saved), signatures=concrete)
        except (AssertionError, ValueError, TypeError) as error:
            reason = " ".join(str(error).split())[:300]
            raise InputError(
                f"The functions {sorted(functions)} cannot be saved as signatures ({reason}); a function takes tensors "
                "by name and returns a tensor, a list, or a dictionary of tensors, and what it captures beside "
                "variables is held by `trackable`."
            ) from error
        return api.convert_saved_model_signatures(saved, output_dirs, weight_options=weight_options, **options)


def _concrete(name: str, function: Any) -> Any:
    if hasattr(function, "structured_input_signature"):
        return function
    if getattr(function, "input_signature", None) is None:
        raise InputError(
            f"{name!r} is {type(function).__name__}, not a concrete function; give "
            "function.get_concrete_function(tf.TensorSpec(…)), or a tf.function with an input_signature."
        )
    return function.get_concrete_function()
