"""Numbers into codes and back: the arithmetic of TensorFlow.js's quantized weights.

Affine codes (uint8, uint16) follow the upstream converter's formula, evaluated in float64 throughout, so that they are
the same under every NumPy version and on every processor: each step is one correctly rounded IEEE operation.

    scale = (hi - lo) / Q            with Q = 255 or 65535
    zero  = round(-lo / scale), minimum = -zero * scale        if lo <= 0 <= hi, so that zero is exact
    code  = round((clip(x, minimum, maximum) - minimum) / scale)    rounding half to even
    value = code * scale + minimum

Every value comes back within half a step, plus the rounding of the stored dtype.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tfjs_convert.weights.dtypes import LITTLE_ENDIAN

_FLOAT16_OVERFLOW = 65520.0  # the midpoint between the largest float16 and the next step; it rounds to infinity


@dataclasses.dataclass(frozen=True)
class Affine:
    """The line on which a weight's codes lie.

    Attributes:
      dtype: `uint8` or `uint16`.
      minimum: the value of code 0.
      scale: the step from one code to the next.
      clip_needed: whether some value rounds to a code beyond either end.
    """

    dtype: str
    minimum: float
    scale: float
    clip_needed: bool = False

    @property
    def codes(self) -> int:
        """The largest code."""
        return 255 if self.dtype == "uint8" else 65535

    def encode(self, values: np.ndarray, scratch: np.ndarray | None = None) -> np.ndarray:
        """Codes of float32 or int32 values, as a new array of the same shape.

        Args:
          values: any shape.
          scratch: a float64 array to work in, of `values`' shape.
        """
        steps = np.empty(values.shape) if scratch is None else scratch
        np.copyto(steps, values)
        np.subtract(steps, self.minimum, out=steps)
        np.divide(steps, self.scale, out=steps)
        np.rint(steps, out=steps)
        if self.clip_needed:
            # Rounding is monotonic: clipping codes is the same as clipping values before.
            np.clip(steps, 0, self.codes, out=steps)
        return steps.astype(LITTLE_ENDIAN[self.dtype])

    def decode(self, codes: np.ndarray, dtype: str = "float32") -> np.ndarray:
        """Values of codes as TensorFlow.js computes them; int32 is rounded, half up, as `Math.round` does.

        The product and the sum are rounded one after the other, as in JavaScript.
        """
        steps = codes.astype(np.float64)
        steps *= self.scale
        steps += self.minimum
        if dtype == "int32":
            # Beyond its ends int32 wraps, as JavaScript's typed arrays do.
            return np.floor(steps + 0.5).astype(np.int64).astype("<i4")
        with np.errstate(over="ignore"):
            return steps.astype("<f4")

    def manifest(self) -> dict[str, object]:
        """The `quantization` entry, but for `original_dtype`."""
        return {"dtype": self.dtype, "min": self.minimum, "scale": self.scale}


def affine(lo: float, hi: float, dtype: str) -> Affine:
    """The codes for data from `lo` to `hi` (both finite), as `uint8` or `uint16`."""
    # Adding 0.0 turns a negative zero into a plain one: which of them a minimum yields depends on the processor.
    lo, hi = np.float64(lo) + 0.0, np.float64(hi) + 0.0
    if lo == hi:
        return Affine(dtype, float(lo), 1.0)
    codes = 255 if dtype == "uint8" else 65535
    scale = (hi - lo) / codes
    minimum = lo
    if lo <= 0 <= hi:
        minimum = -np.rint(-lo / scale) * scale + 0.0
    first, last = np.rint((lo - minimum) / scale), np.rint((hi - minimum) / scale)
    return Affine(dtype, float(minimum), float(scale), bool(first < 0 or last > codes))


def overflows_float16(lo: float, hi: float) -> bool:
    """Whether a value from `lo` to `hi` becomes infinite as float16."""
    return max(-lo, hi) >= _FLOAT16_OVERFLOW
