"""One weight into bytes: loaded once, checked, quantized as decided, and yielded in parts."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights import strings
from tfjs_convert.weights.channels import channel_count, lost_channels
from tfjs_convert.weights.chunks import CHUNK_ELEMENTS, chunks
from tfjs_convert.weights.dtypes import LITTLE_ENDIAN, cast, stored_dtype
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.quality import Error, Range
from tfjs_convert.weights.quantize import Affine, affine, overflows_float16
from tfjs_convert.weights.weight import Weight


class EncodedWeight:
    """A loaded weight with its manifest entry, its size in bytes, its parts, and afterwards its quality.

    Raises:
      ConversionError: the data cannot be stored as asked; the text names the weight.
    """

    def __init__(self, weight: Weight, quantized: str | None, options: WeightOptions) -> None:
        """Loads the weight and settles its type.

        Args:
          weight: the weight.
          quantized: `float16`, `uint8`, `uint16`, `"auto"`, or None to store it as it is.
          options: limits that hold for all weights.
        """
        self.weight = weight
        self.stored = stored_dtype(weight.name, weight.dtype)
        self.data = _load(weight)
        self.channels = channel_count(weight.name, weight.shape)
        self.note: str | None = None
        self.affine: Affine | None = None
        self.quantized = quantized if self.data.size else None
        self._options = options
        self._error = Error(self.channels)
        self._range = self._measure_range() if self.stored in ("float32", "int32") and self.data.size else None
        self._refuse_nonfinite()
        if self.quantized == "auto":
            self.quantized = self._smallest_inside()
        self._refuse_overflow()
        if self.quantized == "uint8":
            self._widen_for_channels()
        if self.quantized in ("uint8", "uint16"):
            self.affine = self._affine(self.quantized)
        self.nbytes = self._count_bytes()

    @property
    def entry(self) -> dict[str, object]:
        """The weight's entry in the manifest."""
        entry: dict[str, object] = {
            "name": self.weight.name,
            "shape": [int(n) for n in self.weight.shape],
            "dtype": self.stored,
        }
        if self.affine:
            entry["quantization"] = {**self.affine.manifest(), "original_dtype": self.stored}
        elif self.quantized == "float16":
            entry["quantization"] = {"dtype": "float16", "original_dtype": self.stored}
        if self.weight.group is not None:
            entry["group"] = self.weight.group
        return entry

    def parts(self) -> Iterator[bytes | memoryview]:
        """The weight's bytes in parts; to be walked once, and wholly before `quality`."""
        if self.stored == "string":
            yield from strings.encode(self.weight.name, self.data)
            return
        scratch = np.empty(max(CHUNK_ELEMENTS, self.channels or 1))
        for values in self._values():
            if self.affine:
                codes = self.affine.encode(values, scratch)
                self._error.add(values, self.affine.decode(codes, self.stored, scratch), scratch)
            elif self.quantized == "float16":
                codes = values.astype(LITTLE_ENDIAN["float16"])
                self._error.add(values, codes.astype(np.float32), scratch)
            else:
                codes = values
            yield memoryview(codes).cast("B") if codes.size else b""

    def quality(self) -> dict[str, object]:
        """The weight's range, and its error and savings if it is quantized; for the info file."""
        report: dict[str, object] = {
            "name": self.weight.name,
            "shape": [int(n) for n in self.weight.shape],
            "dtype": self.stored,
            "variable": self.weight.is_variable,
            "bytes": self.nbytes,
        }
        if self._range and math.isfinite(self._range.lo) and math.isfinite(self._range.hi):
            report["min"], report["max"] = self._range.lo + 0.0, self._range.hi + 0.0
        if self.quantized and self._range:
            magnitude = self._range.magnitude
            report["quantization"] = self.quantized
            report["bytes_saved"] = self.data.size * LITTLE_ENDIAN[self.stored].itemsize - self.nbytes
            report["max_error"] = self._error.maximum
            report["rms_error"] = self._error.root_mean_square
            report["relative_error"] = self._error.maximum / magnitude if magnitude else 0.0
            if self._range.largest is not None:
                report["channels"] = self._error.channel_report(self._range.largest)
        if self.note:
            report["note"] = self.note
        return report

    def _values(self) -> Iterator[np.ndarray]:
        for part in chunks(self.data, self.channels or 1):
            yield cast(self.weight.name, part, self.stored)

    def _measure_range(self) -> Range:
        found = Range(self.channels)
        for values in self._values():
            found.add(values)
        return found

    def _affine(self, dtype: str) -> Affine:
        assert self._range is not None
        line = affine(self._range.lo, self._range.hi, dtype)
        ends = np.array([self._range.lo, self._range.hi], LITTLE_ENDIAN[self.stored])
        back = line.decode(line.encode(ends), self.stored).astype(np.float64)
        if not (np.abs(back - ends) <= line.scale).all():
            raise OptionError(
                f"Weight {self.weight.name!r} reaches from {self._range.lo:.9g} to {self._range.hi:.9g}, so near the "
                f"ends of {self.stored} that {dtype} codes go beyond them; leave it out of quantize."
            )
        return line

    def _refuse_nonfinite(self) -> None:
        found = self._range
        if found is None or (math.isfinite(found.lo) and math.isfinite(found.hi)):
            return
        what = "NaN" if math.isnan(found.lo) or math.isnan(found.hi) else "infinity"
        if self.quantized and not (self.quantized == "auto" and self._options.allow_nonfinite):
            raise InputError(
                f"Weight {self.weight.name!r} holds {what}, which {self.quantized} quantization cannot store; "
                "repair the weight in the model, or leave it out of quantize."
            )
        self.quantized = None
        if self.weight.is_variable and not self._options.allow_nonfinite:
            raise InputError(
                f"Weight {self.weight.name!r} holds {what}, which the model would pass on to its outputs; "
                "repair the weight in the model, or set allow_nonfinite if it is meant."
            )

    def _refuse_overflow(self) -> None:
        if self.quantized == "float16" and self._range and overflows_float16(self._range.lo, self._range.hi):
            worst = self._range.hi if self._range.hi > -self._range.lo else self._range.lo
            raise InputError(
                f"Weight {self.weight.name!r} holds {worst:.9g}, beyond float16's largest value 65504; "
                "write uint16 for it, or leave it out of quantize."
            )

    @property
    def channel_magnitudes(self) -> np.ndarray | None:
        """Float [channels], each channel's largest magnitude; None for a weight without channels or numbers."""
        return self._range.largest if self._range else None

    def lost_channels(self) -> np.ndarray:
        """Indices of the channels that uint8 codes would be too coarse for."""
        if self._range is None or self._range.largest is None:
            return np.empty(0, int)
        return lost_channels(self._range.largest, affine(self._range.lo, self._range.hi, "uint8").scale)

    def _widen_for_channels(self) -> None:
        if self._options.channel_spread == "allow":
            return
        lost = self.lost_channels()
        if not lost.size:
            return
        assert self._range is not None and self._range.largest is not None
        count = f"{lost.size} of {self.channels} channels"
        if self._options.channel_spread == "refuse":
            least = lost[np.argmin(self._range.largest[lost])]
            raise OptionError(
                f"Weight {self.weight.name!r} spreads too widely for uint8: {count} would be left with fewer than "
                f"16 codes (channel {least} stays within ±{self._range.largest[least]:.3g}, the weight reaches "
                f'{self._range.magnitude:.3g}); write uint16 or float16 for it, or channel_spread = "raise".'
            )
        self.quantized = "uint16"
        self.note = f"raised from uint8 to uint16: {count} would be left with fewer than 16 codes"

    def _smallest_inside(self) -> str | None:
        assert self._range is not None and self._options.max_error is not None
        allowed = self._options.max_error * self._range.magnitude
        if (self._options.channel_spread == "allow" or not self.lost_channels().size) and (
            self._trial_error("uint8") <= allowed
        ):
            return "uint8"
        # Both take two bytes: the closer one is the better.
        errors = {"uint16": self._trial_error("uint16")}
        if not overflows_float16(self._range.lo, self._range.hi):
            errors["float16"] = self._trial_error("float16")
        best = min(errors, key=lambda dtype: (errors[dtype], dtype))
        return best if errors[best] <= allowed else None

    def _trial_error(self, dtype: str) -> float:
        error = Error(None)
        line = None if dtype == "float16" else affine(self._range.lo, self._range.hi, dtype)
        scratch = np.empty(max(CHUNK_ELEMENTS, self.channels or 1))
        for values in self._values():
            if line:
                stored = line.decode(line.encode(values, scratch), scratch=scratch)
            else:
                stored = values.astype(np.float16).astype(np.float32)
            error.add(values, stored, scratch)
        return error.maximum

    def _count_bytes(self) -> int:
        if self.stored == "string":
            return strings.encoded_size(self.weight.name, self.data)
        dtype = self.quantized or self.stored
        return self.data.size * LITTLE_ENDIAN[dtype].itemsize


def _load(weight: Weight) -> np.ndarray:
    data = np.asarray(weight.load())
    if tuple(data.shape) != tuple(weight.shape) or data.dtype.kind != weight.dtype.kind:
        raise InputError(
            f"Weight {weight.name!r} was announced as {weight.dtype} {list(weight.shape)} and loaded as "
            f"{data.dtype} {list(data.shape)}; the file that holds it contradicts itself."
        )
    return data
