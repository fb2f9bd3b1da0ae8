"""Seeded inputs for a model of which only dtypes and shapes are known.

An input's values depend on the seed and its name alone, not on the other inputs, their order, or the NumPy version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from tfjs_convert.errors import OptionError

FIRST_AXIS = 2
"""Size of a free first axis: two examples, so that mixing them up shows."""

OTHER_AXES = 32
"""Size of other free axes, and of the axes of an input whose rank is free."""

WORDS = (b"", b"a", b"alpha", b"Beta", "gr\u00fc\u00df".encode(), b"0", b"two words")


def make_inputs(
    ports: Sequence[Mapping],
    seed: int,
    ranges: Mapping[str, tuple[float, float]] = {},
    shapes: Mapping[str, Sequence[int]] = {},
) -> dict[str, np.ndarray]:
    """Makes one array for each input.

    Args:
      ports: the `inputs` of an info file: `name`, `dtype` (float32, int32, bool, complex64, string), `shape` (None for
        a free axis, or altogether for a free rank).
      seed: any integer.
      ranges: lowest and highest value by input name. Floats fill the half-open range, integers may also be the highest.
        By default floats are in [0, 1), integers 0 or 1 (which index any table and make any mask).
      shapes: whole shapes by input name, where the default for free axes will not do.

    Raises:
      OptionError: a range or shape is for no input, or does not fit its input.
    """
    known = {port["name"]: port for port in ports}
    for what, given in (("range", ranges), ("shape", shapes)):
        for name in given:
            if name not in known:
                raise OptionError(f'A {what} is given for "{name}", but the model\'s inputs are {sorted(known)}.')
    return {name: _make(port, seed, ranges.get(name), _shape(port, shapes.get(name))) for name, port in known.items()}


def _shape(port: Mapping, given: Sequence[int] | None) -> tuple[int, ...]:
    declared = port["shape"]
    if given is None:
        if declared is None:
            return (FIRST_AXIS, OTHER_AXES)
        sizes = [FIRST_AXIS, *[OTHER_AXES] * len(declared)]
        return tuple(sizes[axis] if _is_free(size) else size for axis, size in enumerate(declared))
    fits = declared is None or (
        len(declared) == len(given)
        and all(_is_free(size) or size == wanted for size, wanted in zip(declared, given, strict=True))
    )
    if not fits:
        raise OptionError(f'The shape {list(given)} does not fit the input "{port["name"]}", which has {declared}.')
    return tuple(given)


def _is_free(size: int | None) -> bool:
    return size is None or size < 0


def _make(port: Mapping, seed: int, limits: tuple[float, float] | None, shape: tuple[int, ...]) -> np.ndarray:
    name, dtype = port["name"], port["dtype"]
    if limits is not None and (dtype in ("string", "bool") or limits[0] > limits[1]):
        raise OptionError(f'The range {list(limits)} does not fit the input "{name}" of dtype {dtype}.')
    uniform = _uniform(seed, name, 2 * int(np.prod(shape)))
    first, second = (part.reshape(shape) for part in np.split(uniform, 2))
    if dtype == "string":
        return np.array(WORDS, dtype=object)[(first * len(WORDS)).astype(int)]
    if dtype == "bool":
        return first < 0.5
    low, high = limits or (0, 1)
    if dtype == "int32":
        return (low + np.floor(first * (high - low + 1))).astype(np.int32)
    if dtype == "complex64":
        return (low + (high - low) * (first + 1j * second)).astype(np.complex64)
    if dtype == "float32":
        return (low + (high - low) * first).astype(np.float32)
    raise OptionError(f'The input "{name}" has dtype {dtype}, of which no random values are made.')


def _uniform(seed: int, name: str, count: int) -> np.ndarray:
    """Float64 in [0, 1), from the raw bits of Philox, which are the same in every version."""
    key = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:16], "little")
    return (np.random.Philox(key=key).random_raw(count) >> np.uint64(11)) * 2.0**-53
