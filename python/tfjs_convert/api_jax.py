"""JAX functions, Flax modules among them, into graph models: `convert_jax`. Needs JAX and TensorFlow's Python API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert import jax_function
from tfjs_convert.api_functions import convert_concrete_function
from tfjs_convert.result import ConversionResult
from tfjs_convert.weights.options import WeightOptions


def convert_jax(
    apply_fn: Callable[..., Any],
    params: Any,
    *,
    input_signatures: Sequence[Any],
    model_dir: Path | str,
    polymorphic_shapes: Sequence[str | None] | None = None,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a JAX function and its parameters into a TensorFlow.js graph model.

        convert_jax(module.apply, variables, input_signatures=[tf.TensorSpec([None, 28, 28, 1])], model_dir="web_model")

    Inputs have the names of their `tf.TensorSpec`s, else of the function's arguments; outputs the keys of the
    dictionary that the function returns, else `output_0`, `output_1`, …, in order. Checks of shapes that JAX writes for
    open sizes are left out, since a browser has nothing to do with them.

    Args:
      apply_fn: takes the parameters and then one argument for each of `input_signatures`, as a Flax module's `apply`.
      params: the parameters: arrays in any structure of lists, tuples and dictionaries.
      input_signatures: `tf.TensorSpec` of each argument, or structures of them; open sizes are None.
      model_dir: where to write; made if absent.
      polymorphic_shapes: each argument's shape in JAX's notation, as `(b, 28, 28)`, where open sizes depend on each
        other; None for an argument whose sizes are all known.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `model_dir`.
    """
    function, module = jax_function.lower(apply_fn, params, input_signatures, polymorphic_shapes)
    return convert_concrete_function(
        function, model_dir, trackable=module, weight_options=weight_options, **{"strip_debug_ops": True, **options}
    )
