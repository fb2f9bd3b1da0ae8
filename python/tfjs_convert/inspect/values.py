"""Plain values that reports of several kinds have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

Values = dict[str, object]


def endpoint(name: str, dtype: str, shape: Sequence[int | None] | None) -> Values:
    """An input or output: `shape` has null for an axis of any length, and is null itself for an unknown rank."""
    sizes = None if shape is None else [None if size is None or size < 0 else int(size) for size in shape]
    return {"name": name, "dtype": dtype, "shape": sizes}


def weight(name: str, dtype: np.dtype | str, shape: Sequence[int], stored: int | None = None) -> Values:
    """A weight or variable; `bytes` is what it takes in the file, or else in memory; null for strings."""
    known = None if str(dtype) in ("object", "string") else np.dtype(dtype).itemsize * math.prod(shape)
    return {
        "name": name,
        "dtype": "string" if known is None else str(np.dtype(dtype)),
        "shape": [int(size) for size in shape],
        "bytes": stored if stored is not None else known,
    }


def totals(weights: Iterable[Values]) -> Values:
    """The keys `parameters` and `weight_bytes`."""
    weights = list(weights)
    return {
        "parameters": sum(math.prod(each["shape"]) for each in weights),
        "weight_bytes": sum(each["bytes"] or 0 for each in weights),
    }
