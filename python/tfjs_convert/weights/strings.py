"""String tensors as TensorFlow.js stores them: each element's length as uint32 (little-endian), then its bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from tfjs_convert.errors import InputError

_LENGTH = struct.Struct("<I")
_ELEMENTS = 4096
_WINDOW = 1 << 16


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


class Bytes(Protocol):
    """A range of bytes that is read in parts."""

    total: int

    def read(self, offset: int, count: int) -> bytearray:
        """The bytes from `offset` to `offset + count`."""
        ...

    def describe(self) -> str:
        """Where the bytes come from, for messages."""
        ...


def scan(source: Bytes, offset: int, count: int, name: str) -> int:
    """The number of bytes that `count` strings from `offset` on occupy; none for no strings.

    Raises:
      InputError: the strings go on beyond the end.
    """
    window, window_start = bytearray(), offset
    position = offset
    for i in range(count):
        if position + _LENGTH.size > window_start + len(window):
            window_start = position
            window = source.read(position, max(0, min(_WINDOW, source.total - position)))
        if len(window) - (position - window_start) < _LENGTH.size:
            _refuse_end(source, name, i, count)
        (length,) = _LENGTH.unpack_from(window, position - window_start)
        position += _LENGTH.size + length
        if position > source.total:
            _refuse_end(source, name, i, count)
    return position - offset


def decode(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """The strings in `data`, which `scan` has measured, as `bytes` in an object array."""
    result = np.empty(shape, object)
    flat = result.reshape(-1)
    position = 0
    for i in range(flat.size):
        (length,) = _LENGTH.unpack_from(data, position)
        position += _LENGTH.size
        flat[i] = data[position : position + length]
        position += length
    return result


def _refuse_end(source: Bytes, name: str, index: int, count: int) -> None:
    raise InputError(
        f"Weight {name!r} ends inside its string {index + 1} of {count}: the shards hold {source.total} bytes "
        f"({source.describe()}); copy all files of one conversion together."
    )


def _as_bytes(name: str, element: object) -> bytes:
    if isinstance(element, bytes):
        return element
    if isinstance(element, str):
        return element.encode("utf-8")
    raise InputError(
        f"Weight {name!r} holds a {type(element).__name__} among its strings; every element must be str or bytes."
    )
