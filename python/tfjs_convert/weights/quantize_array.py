"""A whole array into codes, on all of the machine's processors; files are written part by part instead."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.dtypes import LITTLE_ENDIAN
from tfjs_convert.weights.quantize import Affine, affine

# Larger than the parts of files: threads wait for the interpreter's lock between operations, so those are long.
_PART = 1 << 19

_T = TypeVar("_T")


def quantize_array(array: np.ndarray, dtype: str) -> tuple[np.ndarray, Affine]:
    """Quantizes an array to affine codes; threads change the time and never a code.

    Args:
      array: float32 or int32, any shape, at least one element, all finite.
      dtype: `uint8` or `uint16`.

    Returns:
      The codes, of the array's shape, and the line on which they lie, which decodes them.

    Raises:
      ConversionError: the dtype or the array is none of these.
    """
    if dtype not in ("uint8", "uint16"):
        raise OptionError(f"The array is to be quantized to {dtype!r}; write uint8 or uint16.")
    if array.dtype not in (np.float32, np.int32) or not array.size:
        raise InputError(
            f"The array to quantize is {array.dtype} {list(array.shape)}; give float32 or int32 with at least one "
            "element."
        )
    flat = np.ascontiguousarray(array).reshape(-1)
    starts = range(0, flat.size, _PART)
    workers = min(os.cpu_count() or 1, len(starts))
    with ThreadPoolExecutor(workers) as pool:
        lows, highs = zip(*_shared(pool, workers, starts, lambda: lambda at: _ends(flat[at])), strict=True)
        lo, hi = float(np.min(lows)), float(np.max(highs))
        if not np.isfinite([lo, hi]).all():
            raise InputError("The array to quantize holds NaN or infinity, for which there are no codes.")
        line = affine(lo, hi, dtype)
        codes = np.empty(flat.size, LITTLE_ENDIAN[dtype])

        def encoder() -> Callable[[slice], None]:
            scratch = np.empty(min(_PART, flat.size))

            def encode(at: slice) -> None:
                line.encode(flat[at], scratch, codes[at])

            return encode

        _shared(pool, workers, starts, encoder)
    return codes.reshape(array.shape), line


def _ends(values: np.ndarray) -> tuple[np.generic, np.generic]:
    return values.min(), values.max()


def _shared(
    pool: ThreadPoolExecutor, workers: int, starts: range, worker: Callable[[], Callable[[slice], _T]]
) -> list[_T]:
    """Every part's result, in no particular order; `worker` is called once in each thread for what works on parts."""

    def work(first: int) -> list[_T]:
        on_part = worker()
        return [on_part(slice(start, start + _PART)) for start in starts[first::workers]]

    return [result for results in pool.map(work, range(workers)) for result in results]
