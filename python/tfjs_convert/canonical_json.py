"""JSON whose bytes depend on nothing but its content: sorted keys, plain numbers, ASCII.

Keys are sorted everywhere except in mappings of the type `Ordered`, whose order carries meaning.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np

from tfjs_convert.errors import InputError


class Ordered(dict):
    """A mapping whose keys keep their order; what its values hold is sorted as elsewhere."""


def dumps(value: object, *, what: str, indent: int | None = None) -> bytes:
    """Serialises a value, ending in a newline.

    Args:
      value: mappings with string keys, sequences, strings, numbers (NumPy's too), booleans, None.
      what: what is being written, for messages ("model.json").
      indent: spaces a level, for files that people read; compact without.

    Raises:
      InputError: the value holds NaN or infinity, a key that is no string, or a type that JSON lacks.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    try:
        plain = _plain(value)
    except _Refused as refused:
        place = ".".join(reversed(refused.path)) or "the whole"
        raise InputError(f"{what} would hold {refused.problem} (at {place}).") from None
    text = json.dumps(plain, ensure_ascii=True, allow_nan=False, indent=indent, separators=separators)
    return (text + "\n").encode("ascii")


class _Refused(Exception):
    """A value that JSON cannot hold; collects the way to it, from the inside out."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path: list[str] = []


def _plain(value: object) -> object:
    """The same value in Python's own types, keys in their final order."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _Refused(f"{value}, for which JSON has no word; write a finite number in the model")
        return value
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, list | tuple):
        return [_inside(str(i), item) for i, item in enumerate(value)]
    raise _Refused(f"a {type(value).__name__}; JSON holds strings, numbers, booleans, null, lists and mappings")


def _plain_mapping(value: Mapping) -> dict[str, object]:
    for key in value:
        if not isinstance(key, str):
            raise _Refused(f"the key {key!r}; keys in JSON are strings")
    keys = value if isinstance(value, Ordered) else sorted(value)
    return {key: _inside(key, value[key]) for key in keys}


def _inside(step: str, value: object) -> object:
    try:
        return _plain(value)
    except _Refused as refused:
        refused.path.append(step)
        raise
