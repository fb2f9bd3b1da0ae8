"""Which values of a weight belong to one channel, and whether a code's step is too coarse for some of them."""

from __future__ import annotations

import math

import numpy as np

LOST_FRACTION = 1 / 16
"""A channel is lost when half a step is more than this of its largest magnitude: it is left with 8 codes a side."""


def channel_count(name: str, shape: tuple[int, ...]) -> int | None:
    """Number of output channels, or None for a weight that has none.

    In C order the value at flat position `i` belongs to channel `i % count`. Kernels keep their output channels in the
    last axis, and depthwise kernels `[height, width, input, multiplier]` in the last two.
    """
    if len(shape) < 2:
        return None
    count = shape[-1]
    if len(shape) == 4 and "depthwise" in name.lower():
        count = shape[-2] * shape[-1]
    elif count == 1 and len(shape) > 2:
        count = shape[-2]
    if count < 2 or math.prod(shape) < 2 * count:
        return None
    return count


def lost_channels(largest: np.ndarray, scale: float) -> np.ndarray:
    """Indices of the channels for which steps of `scale` are too coarse.

    Args:
      largest: float [channels], the largest magnitude of each; a channel of zeros is stored exactly and never lost.
      scale: the step between two codes.
    """
    return np.flatnonzero((largest > 0) & (scale / 2 > LOST_FRACTION * largest))


def reduce_channels(values: np.ndarray, count: int, ufunc: np.ufunc) -> np.ndarray:
    """Reduces a flat part that holds whole rows of `count` channels with `maximum` or `minimum`, to [count]."""
    rows = values.size // count
    # A short last axis would make NumPy's inner loop short: fold several rows into one first.
    fold = max(1, min(rows, 2048 // count))
    even = rows // fold * fold
    result = ufunc.reduce(values[: even * count].reshape(-1, fold * count), axis=0)
    result = ufunc.reduce(result.reshape(fold, count), axis=0)
    if even < rows:
        rest = ufunc.reduce(values[even * count :].reshape(-1, count), axis=0)
        result = ufunc(result, rest)
    return result
