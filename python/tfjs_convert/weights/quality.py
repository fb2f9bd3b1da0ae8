"""What became of one weight: its range, and how far its stored values are from the given ones."""

from __future__ import annotations

import numpy as np

from tfjs_convert.weights.channels import reduce_channels

LISTED_CHANNELS = 1024
"""Errors are listed channel by channel up to this many channels; beyond, only the worst are."""
_WORST = 8


class Range:
    """Smallest and largest value of a weight, and each channel's largest magnitude, part by part."""

    def __init__(self, channels: int | None) -> None:
        """Starts with no values; `channels` is from `channel_count`."""
        self.lo = np.inf
        self.hi = -np.inf
        self.largest = None if channels is None else np.zeros(channels)

    def add(self, values: np.ndarray) -> None:
        """Takes in a flat part (float32 or int32) that holds whole rows of channels."""
        if self.largest is None:
            low, high = values.min(), values.max()
        else:
            lows = reduce_channels(values, self.largest.size, np.minimum).astype(np.float64)
            highs = reduce_channels(values, self.largest.size, np.maximum).astype(np.float64)
            np.maximum(self.largest, np.maximum(-lows, highs), out=self.largest)
            low, high = lows.min(), highs.max()
        # np.minimum keeps a NaN, so that a weight with one has a NaN range.
        self.lo = float(np.minimum(self.lo, np.float64(low)))
        self.hi = float(np.maximum(self.hi, np.float64(high)))

    @property
    def magnitude(self) -> float:
        """The largest magnitude of any value."""
        return max(-self.lo, self.hi, 0.0)


class Error:
    """Distance of stored values from given ones, part by part: maximum, root mean square, and maximum by channel."""

    def __init__(self, channels: int | None) -> None:
        """Starts with no values; `channels` is from `channel_count`."""
        self.maximum = 0.0
        self.count = 0
        self.by_channel = None if channels is None else np.zeros(channels)
        self._squares = 0.0

    def add(self, given: np.ndarray, stored: np.ndarray, scratch: np.ndarray | None = None) -> None:
        """Takes in a flat part of given values and what they are read back as.

        Args:
          given: flat float32 or int32.
          stored: the same, of the same size.
          scratch: a flat float64 array to work in, with at least as many elements.
        """
        distance = np.empty(given.size) if scratch is None else scratch[: given.size]
        np.subtract(given, stored, out=distance, dtype=np.float64)
        np.abs(distance, out=distance)
        if self.by_channel is None:
            self.maximum = max(self.maximum, float(distance.max(initial=0.0)))
        else:
            worst = reduce_channels(distance, self.by_channel.size, np.maximum)
            np.maximum(self.by_channel, worst, out=self.by_channel)
            self.maximum = max(self.maximum, float(worst.max()))
        np.multiply(distance, distance, out=distance)
        self._squares += float(distance.sum())
        self.count += given.size

    @property
    def root_mean_square(self) -> float:
        """Rounded to six digits: the order in which a processor sums shows only beyond."""
        return shorten((self._squares / self.count) ** 0.5, 6) if self.count else 0.0

    def channel_report(self, largest: np.ndarray) -> dict[str, object]:
        """The errors by channel for the info file.

        Args:
          largest: float [channels], each channel's largest magnitude.
        """
        assert self.by_channel is not None
        relative = self.by_channel / np.where(largest > 0, largest, 1.0)
        order = np.argsort(-relative, kind="stable")[:_WORST]
        report: dict[str, object] = {
            "count": self.by_channel.size,
            "worst": [
                {
                    "channel": int(i),
                    "max_error": shorten(float(self.by_channel[i]), 4),
                    "max_magnitude": shorten(float(largest[i]), 4),
                }
                for i in order
            ],
        }
        if self.by_channel.size <= LISTED_CHANNELS:
            report["max_error"] = [shorten(float(e), 4) for e in self.by_channel]
        return report


def shorten(value: float, digits: int) -> float:
    """A number at so many significant decimal digits."""
    return float(f"{value:.{digits}g}")
