"""One named array on its way into a model's weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Weight:
    """A named array that is loaded only when it is written.

    Attributes:
      name: the full name in the manifest, `layer/kernel` or a graph node's name.
      shape: the array's shape; `()` for a scalar.
      dtype: NumPy dtype of what `load` returns; `object` for strings (elements are `bytes`).
      load: returns the array. It is called at most once per pass, and its result is dropped after use,
        so that memory holds a few weights and not the model.
      is_variable: whether the array was a trained variable. Wildcards quantize variables only;
        a shape, an epsilon or a mask is touched only when a pattern names it in full.
      group: what the weight belongs to, where that is not the model: `optimizer`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    load: Callable[[], np.ndarray]
    is_variable: bool = True
    group: str | None = None

    @classmethod
    def of(cls, name: str, array: np.ndarray, is_variable: bool = True) -> Weight:
        """Wraps an array that is in memory already (or mapped)."""
        array = np.asarray(array)
        return cls(name, tuple(array.shape), array.dtype, lambda: array, is_variable)
