"""Numbers into codes and back: the arithmetic of TensorFlow.js's quantized weights.

Affine codes (uint8, uint16) follow the upstream converter's formula, evaluated in float64 throughout, so that they are
the same under every NumPy version and on every processor: each step is one correctly rounded IEEE operation. Where
float32 is sure of the same code, it is asked first, since it is faster.

    scale = (hi - lo) / Q            with Q = 255 or 65535
    zero  = round(-lo / scale), minimum = -zero * scale        if lo <= 0 <= hi, so that zero is exact
    code  = round((clip(x, minimum, maximum) - minimum) / scale)    rounding half to even
    value = code * scale + minimum

Every value comes back within half a step, plus the rounding of the stored dtype.
"""

from __future__ import annotations

import dataclasses
import functools

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

    def encode(
        self, values: np.ndarray, scratch: np.ndarray | None = None, out: np.ndarray | None = None
    ) -> np.ndarray:
        """Codes of float32 or int32 values, as an array of the same shape.

        Args:
          values: any shape.
          scratch: a flat float64 array to work in, with at least as many elements as `values`.
          out: a contiguous array for the codes, of their type and with as many elements; by default a new one.
        """
        flat = np.ascontiguousarray(values).reshape(-1)
        scratch = np.empty(flat.size) if scratch is None else scratch
        codes = np.empty(flat.size, LITTLE_ENDIAN[self.dtype]) if out is None else out.reshape(-1)
        # What float32 encodes is compared eight codes at a time, so it ends with a whole eight.
        whole = flat.size // 8 * 8 if flat.dtype == np.float32 and self._bracket else 0
        if whole:
            self._encode_in_float32(flat[:whole], codes[:whole], self._bracket, scratch)
        self._encode_in_float64(flat[whole:], codes[whole:], scratch)
        return codes.reshape(values.shape)

    def _encode_in_float64(self, values: np.ndarray, codes: np.ndarray, scratch: np.ndarray) -> None:
        steps = scratch[: values.size].reshape(values.shape)
        np.copyto(steps, values)
        np.subtract(steps, self.minimum, out=steps)
        np.divide(steps, self.scale, out=steps)
        np.rint(steps, out=steps)
        if self.clip_needed:
            # Rounding is monotonic: clipping codes is the same as clipping values before.
            np.clip(steps, 0, self.codes, out=steps)
        np.copyto(codes, steps, casting="unsafe")

    @functools.cached_property
    def _bracket(self) -> tuple[np.float32, np.float32, np.float32] | None:
        """Factor, addend and width with which float32 finds nearly all uint8 codes, or None where it cannot.

        With x in [lo, hi], q = (x - minimum) / scale and u = 2**-24, half a step of float32 at 1, float32 computes
        `x * factor + addend` as q + 1/2 - margin with an error of at most

            2u * |x / scale|          the factor's rounding, and the product's
            + u * |minimum / scale + 1|   the addend's
            + u * (codes + 2)         the sum's, and as much again for the sum with `width`

        The margin is twice all that, so the first sum lies below q + 1/2 and the second above it. Where both have
        the same whole part, that is the code; float64's own rounding, 2**-29 of this, lies well within the margin.
        """
        if self.dtype != "uint8" or self.clip_needed or not 2.0**-100 < self.scale < 2.0**100:
            return None
        shift = abs(self.minimum) / self.scale
        margin = 2 * 2.0**-24 * (2 * (shift + self.codes + 1) + shift + 1 + 2 * (self.codes + 2))
        if margin > 2.0**-10:
            return None
        return (
            np.float32(1 / self.scale),
            np.float32(0.5 - margin - self.minimum / self.scale),
            np.float32(2 * margin),
        )

    def _encode_in_float32(
        self,
        values: np.ndarray,
        codes: np.ndarray,
        bracket: tuple[np.float32, np.float32, np.float32],
        scratch: np.ndarray,
    ) -> None:
        """The same codes as in float64, in half the time: float64 decides where float32 leaves two codes."""
        factor, addend, width = bracket
        size = values.size
        sums, high = scratch.view(np.float32)[:size], scratch.view(np.uint8)[4 * size : 5 * size]
        np.multiply(values, factor, out=sums)
        np.add(sums, addend, out=sums)
        np.copyto(codes, sums, casting="unsafe")
        np.add(sums, width, out=sums)
        np.copyto(high, sums, casting="unsafe")
        (unsure,) = (codes.view(np.uint64) != high.view(np.uint64)).nonzero()
        if unsure.size:
            settled = np.empty((unsure.size, 8), np.uint8)
            self._encode_in_float64(values.reshape(-1, 8)[unsure], settled, scratch)
            codes.reshape(-1, 8)[unsure] = settled

    def decode(self, codes: np.ndarray, dtype: str = "float32", scratch: np.ndarray | None = None) -> np.ndarray:
        """Values of codes as TensorFlow.js computes them; int32 is rounded, half up, as `Math.round` does.

        The product and the sum are rounded one after the other, as in JavaScript.

        Args:
          codes: any shape.
          dtype: `float32` or `int32`.
          scratch: as for `encode`.
        """
        steps = np.empty(codes.shape) if scratch is None else scratch[: codes.size].reshape(codes.shape)
        np.multiply(codes, self.scale, out=steps)
        np.add(steps, self.minimum, out=steps)
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
