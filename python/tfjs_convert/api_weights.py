"""Weights apart from models: `quantize`, `read_weights`, `write_weights`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights import quantize as arithmetic
from tfjs_convert.weights import reader, writer
from tfjs_convert.weights.options import QUANTIZED_DTYPES, WeightOptions
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import WeightsResult


@dataclasses.dataclass(frozen=True)
class Quantized:
    """An array in fewer bits.

    Attributes:
      codes: what is stored: float16, uint8 or uint16, in the array's shape.
      original_dtype: `float32` or `int32`.
      minimum: the value of code 0; None for float16.
      scale: the step from one code to the next; None for float16.
    """

    codes: np.ndarray
    original_dtype: str
    minimum: float | None = None
    scale: float | None = None

    def values(self) -> np.ndarray:
        """The array as TensorFlow.js reads it, in its original dtype."""
        if self.minimum is None or self.scale is None:
            return self.codes.astype(self.original_dtype)
        return arithmetic.Affine(str(self.codes.dtype), self.minimum, self.scale).decode(
            self.codes, self.original_dtype
        )


def quantize(values: np.ndarray, dtype: Literal["float16", "uint8", "uint16"]) -> Quantized:
    """Quantizes one array as weights are.

    Args:
      values: float32 of any shape, or int32 for uint8 and uint16; every value is finite.
      dtype: what is stored.

    Raises:
      OptionError: the dtypes do not go together.
      InputError: a value is not finite, or too large for float16.
    """
    values = np.asarray(values)
    accepted = {"float32": QUANTIZED_DTYPES, "int32": ("uint8", "uint16")}.get(str(values.dtype), ())
    if dtype not in accepted:
        raise OptionError(
            f"An array of {values.dtype} cannot become {dtype}; float32 can be float16, uint8 or uint16, and int32 can "
            "be uint8 or uint16."
        )
    if not np.isfinite(values).all():
        raise InputError("The array holds NaN or infinity, which codes cannot stand for.")
    lo, hi = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if dtype == "float16":
        if arithmetic.overflows_float16(lo, hi):
            raise InputError(f"The array reaches from {lo:g} to {hi:g}, which float16 does not; use uint16.")
        return Quantized(values.astype("<f2"), "float32")
    line = arithmetic.affine(lo, hi, dtype)
    return Quantized(line.encode(values), str(values.dtype), line.minimum, line.scale)


def read_weights(path: Path | str) -> dict[str, np.ndarray]:
    """Reads all weights of a model by name, dequantized.

    Args:
      path: a model's folder, its model.json, or a weights_manifest.json.

    Returns:
      Arrays by name, in the manifest's order; strings are `bytes` in arrays of objects.

    Raises:
      InputError: the file is missing, malformed, or its shards do not fit it.
    """
    path = Path(path)
    file = path / "model.json" if path.is_dir() else path
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise InputError(f"`{file.name}` cannot be opened ({error.strerror}); give a model.json.") from None
    except ValueError as error:
        raise InputError(f"`{file.name}` is not valid JSON ({error}).") from None
    manifest = content.get("weightsManifest") if isinstance(content, dict) else content
    groups = reader.read_weights(manifest, file.parent)
    return {weight.name: weight.load() for group in groups for weight in group}


def write_weights(
    weights: Mapping[str, np.ndarray] | Sequence[Mapping[str, np.ndarray]],
    directory: Path | str,
    *,
    weight_options: WeightOptions | None = None,
) -> WeightsResult:
    """Writes weights into shard files; the result holds the manifest that describes them.

    Args:
      weights: arrays by name; or a list of groups of them, each with shards of its own. float64 and float16 are stored
        as float32, int64 as int32.
      directory: made if absent.
      weight_options: quantization and sharding.

    Raises:
      ConversionError: an array cannot be stored as asked; nothing is then written.
    """
    groups = [weights] if isinstance(weights, Mapping) else list(weights)
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    return writer.write_weights(
        [[Weight.of(name, array) for name, array in group.items()] for group in groups],
        directory,
        weight_options or WeightOptions(),
    )
