"""How far a variant's outputs are from the float32 model's, on the same inputs.

Running the models is TensorFlow.js's part. This module makes the inputs, compares the outputs, and defines the JSON
file that the report reads:

    {"seed": 0,
     "inputs": {"x": "float32 [1, 224, 224, 3]"},
     "variants": {"uint8": {"scores": {"max_error": 0.01, "rms_error": 0.002, "max_magnitude": 0.9,
                                       "same_argmax": 1.0}}}}

An output that is not numeric, or a variant that did not run, has `{"error": "why"}` in the place of its numbers. If
nothing could be measured, the file is `{"skipped": "why"}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.weights.quality import shorten

_FREE = 1
"""The size of an axis that the model leaves open."""


def seeded_inputs(inputs: Sequence[Mapping[str, object]], seed: int = 0) -> dict[str, np.ndarray]:
    """Inputs for a model from its info file's `inputs`: the same for the same seed, on any machine.

    Floats are uniform from -1 to 1, int32 from 0 to 9 (small enough to index most tables), booleans even; axes that are
    open have size 1.

    Raises:
      InputError: an input is of a type for which random values mean nothing, or of unknown rank.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    made = {}
    for tensor in inputs:
        name, dtype, shape = tensor["name"], tensor["dtype"], tensor["shape"]
        if shape is None or dtype not in ("float32", "int32", "bool"):
            raise InputError(
                f"Input {name!r} is {dtype} with shape {shape}; give values for it, random ones mean nothing."
            )
        sizes = [_FREE if size is None or size < 0 else size for size in shape]
        if dtype == "float32":
            made[name] = random.uniform(-1, 1, sizes).astype(np.float32)
        else:
            made[name] = random.integers(0, 10 if dtype == "int32" else 2, sizes).astype(dtype)
    return made


def compare(reference: Mapping[str, np.ndarray], outputs: Mapping[str, np.ndarray]) -> dict[str, dict[str, object]]:
    """One variant's entry in the file: errors of its outputs by name.

    `same_argmax` is the share of rows (along the last axis) whose largest value is at the same place, and is given for
    outputs whose last axis has at least two values.
    """
    report = {}
    for name, expected in reference.items():
        got = outputs.get(name)
        if got is None or got.shape != expected.shape:
            report[name] = {"error": "the output is missing" if got is None else f"the shape is {list(got.shape)}"}
        elif expected.dtype.kind not in "fiub" or not np.isfinite(got).all() or not np.isfinite(expected).all():
            report[name] = {"error": "the values are not numbers that can be compared"}
        else:
            report[name] = _numbers(expected.astype(np.float64), got.astype(np.float64))
    return report


def _numbers(expected: np.ndarray, got: np.ndarray) -> dict[str, object]:
    error = np.abs(got - expected)
    numbers: dict[str, object] = {
        "max_error": shorten(float(error.max(initial=0.0)), 6),
        "rms_error": shorten(float(np.sqrt(np.square(error).mean())) if error.size else 0.0, 6),
        "max_magnitude": shorten(float(np.abs(expected).max(initial=0.0)), 6),
    }
    if expected.ndim and expected.shape[-1] > 1 and expected.size:
        numbers["same_argmax"] = shorten(float((expected.argmax(-1) == got.argmax(-1)).mean()), 6)
    return numbers
