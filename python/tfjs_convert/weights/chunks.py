"""Walks an array in C order in parts of bounded size, whatever its layout in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CHUNK_ELEMENTS = 1 << 17
"""Elements a part: small enough for a processor's cache, large enough that Python's share of the time is small."""


def chunks(array: np.ndarray, multiple: int = 1) -> Iterator[np.ndarray]:
    """Yields the array's elements in C order as 1-D arrays of about `CHUNK_ELEMENTS` elements.

    An array that is not C-contiguous is copied part by part, never as a whole.

    Args:
      array: any array.
      multiple: each part but the last holds a multiple of this many elements; it divides the array's size.
    """
    size = max(1, CHUNK_ELEMENTS // multiple) * multiple
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        for start in range(0, flat.size, size):
            yield flat[start : start + size]
        return
    yield from _regroup(_blocks(array, size), size)


def _blocks(array: np.ndarray, size: int) -> Iterator[np.ndarray]:
    row = array[0].size if array.size else 1
    if row > size and array.ndim > 1:
        for part in array:
            yield from _blocks(part, size)
        return
    rows = max(1, size // max(1, row))
    for start in range(0, array.shape[0], rows):
        yield np.ascontiguousarray(array[start : start + rows]).reshape(-1)


def _regroup(blocks: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    held: list[np.ndarray] = []
    count = 0
    for block in blocks:
        while count + block.size >= size:
            held.append(block[: size - count])
            yield held[0] if len(held) == 1 else np.concatenate(held)
            block = block[size - count :]
            held, count = [], 0
        if block.size:
            held.append(block)
            count += block.size
    if held:
        yield np.concatenate(held)
