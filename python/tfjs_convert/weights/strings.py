"""String tensors as TensorFlow.js stores them: each element's length as uint32 (little-endian), then its bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from tfjs_convert.errors import InputError

_LENGTH = struct.Struct("<I")
_ELEMENTS = 4096


def encode(name: str, array: np.ndarray) -> Iterator[bytes]:
    """Yields the bytes of a string array, some thousand elements at a time; `str` becomes UTF-8, `bytes` stays."""
    part = bytearray()
    for i, element in enumerate(array.flat):
        value = _as_bytes(name, element)
        part += _LENGTH.pack(len(value)) + value
        if (i + 1) % _ELEMENTS == 0:
            yield bytes(part)
            part = bytearray()
    if part:
        yield bytes(part)


def encoded_size(name: str, array: np.ndarray) -> int:
    """The bytes that `encode` yields in all."""
    return sum(_LENGTH.size + len(_as_bytes(name, element)) for element in array.flat)


def _as_bytes(name: str, element: object) -> bytes:
    if isinstance(element, bytes):
        return element
    if isinstance(element, str):
        return element.encode("utf-8")
    raise InputError(
        f"Weight {name!r} holds a {type(element).__name__} among its strings; every element must be str or bytes."
    )
