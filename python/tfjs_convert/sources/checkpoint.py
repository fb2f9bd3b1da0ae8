"""Reads TensorFlow's V2 checkpoints (`*.index` and `*.data-?????-of-?????`) without TensorFlow.

Format: the index is a sorted-string table (LevelDB's layout: blocks of prefix-compressed entries, an index block, a
footer of 48 bytes); its first entry is a BundleHeaderProto, the others map a tensor's name to a BundleEntryProto:
dtype, shape, shard, offset and size in the data files. A tensor that was saved in slices has an entry listing them,
and one entry for each slice under an order-preserving encoding of name and slice
(tensorflow/core/util/saved_tensor_slice_util.cc, core/lib/strings/ordered_code.cc).
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfjs_convert import tf_core
from tfjs_convert.errors import InputError
from tfjs_convert.graph import dtypes

_MAGIC = 0xDB4775248B80FB57
_FOOTER = 48


@dataclasses.dataclass(frozen=True)
class Slice:
    """A rectangular part of a saved tensor: the start and length on each axis."""

    start: tuple[int, ...]
    shape: tuple[int, ...]


class Checkpoint:
    """A checkpoint's tensors, by name; the data files are read only when a tensor is asked for."""

    def __init__(self, prefix: Path) -> None:
        """Reads the index.

        Args:
          prefix: the path without `.index`.

        Raises:
          InputError: the index is missing, cut off, or of another format.
        """
        self._prefix = prefix
        index = prefix.with_name(prefix.name + ".index")
        if not index.is_file():
            raise InputError(f"{index.name} is missing: a SavedModel keeps its variables in variables/{index.name}.")
        try:
            table = dict(_table_entries(index.read_bytes()))
            header = tf_core.BundleHeader.FromString(table.pop(b"", b""))
            self._entries = table
        except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
            raise InputError(f"{index.name} is not a checkpoint index, or is cut off ({error}).") from error
        if header.endianness != 0:
            raise InputError(f"{index.name} was written on a big-endian machine, which is not supported.")
        self._shards = header.num_shards

    def names(self) -> list[str]:
        """The names of the whole tensors, sorted."""
        return sorted(key.decode() for key in self._entries if not key.startswith(b"\0"))

    def __contains__(self, name: str) -> bool:
        return name.encode() in self._entries

    def info(self, name: str) -> tuple[np.dtype, tuple[int, ...]]:
        """Dtype and shape of a tensor; dtype object for strings."""
        entry = self._entry(name.encode())
        return dtypes.to_numpy(entry.dtype), _shape(entry.shape)

    def read(self, name: str, part: Slice | None = None) -> np.ndarray:
        """A tensor, or the given part of it.

        Raises:
          InputError: no tensor of that name, or its data file is missing or too short.
        """
        entry = self._entry(name.encode())
        if not entry.slices:
            array = self._data(name, entry)
            return array if part is None else array[_indices(part)]
        full = _shape(entry.shape)
        wanted = part or Slice((0,) * len(full), full)
        saved = [_slice(extent, full) for extent in entry.slices]
        for part, spelled in saved:
            if part == wanted:
                return self._saved_slice(name, spelled)
        whole = np.empty(full, dtypes.to_numpy(entry.dtype))
        for part, spelled in saved:
            whole[_indices(part)] = self._saved_slice(name, spelled)
        return whole[_indices(wanted)]

    def _saved_slice(self, name: str, part: Slice) -> np.ndarray:
        return self._data(name, self._entry(_slice_key(name, part), name))

    def _entry(self, key: bytes, name: str | None = None) -> Any:
        found = self._entries.get(key)
        if found is None:
            raise InputError(f"The checkpoint {self._prefix.name} holds no tensor named {name or key.decode()!r}.")
        return tf_core.BundleEntry.FromString(found)

    def _data(self, name: str, entry: Any) -> np.ndarray:
        shape, dtype = _shape(entry.shape), dtypes.to_numpy(entry.dtype)
        file = self._prefix.with_name(f"{self._prefix.name}.data-{entry.shard_id:05d}-of-{self._shards:05d}")
        try:
            with file.open("rb") as stream:
                stream.seek(entry.offset)
                if dtype.kind != "O":
                    data = np.fromfile(stream, np.uint8, entry.size)
                else:
                    data = np.frombuffer(stream.read(entry.size), np.uint8)
        except FileNotFoundError:
            raise InputError(f"variables/{file.name} is missing: it holds the values of {name!r}.") from None
        if data.size != entry.size:
            raise InputError(f"variables/{file.name} is cut off: the values of {name!r} are not all there.")
        if dtype.kind == "O":
            return _strings(data.tobytes(), int(np.prod(shape, dtype=np.int64))).reshape(shape)
        if data.size != dtypes.item_size(entry.dtype) * int(np.prod(shape, dtype=np.int64)):
            raise InputError(f"variables/{file.name} holds {data.size} bytes for {name!r}, not what its shape needs.")
        return dtypes.decode(data, entry.dtype).reshape(shape)


def parse_slice(text: str) -> tuple[tuple[int, ...], Slice] | None:
    """Parses RestoreV2's `shape_and_slice`: `"10 4 0,5:-"` is rows 0 to 4 of a [10, 4] tensor; "" is all of it."""
    if not text:
        return None
    *sizes, extents = text.split(" ")
    full = tuple(int(size) for size in sizes)
    starts, lengths = [], []
    for size, extent in zip(full, extents.split(":"), strict=True):
        start, length = (0, size) if extent == "-" else (int(number) for number in extent.split(","))
        starts.append(start)
        lengths.append(length)
    return full, Slice(tuple(starts), tuple(lengths))


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(dim.size for dim in shape.dim)


def _indices(part: Slice) -> tuple[slice, ...]:
    return tuple(slice(start, start + size) for start, size in zip(part.start, part.shape, strict=True))


_WHOLE_AXIS = -1


def _slice(proto: Any, full: Sequence[int]) -> tuple[Slice, Slice]:
    """A saved part: where it lies, and how it is spelled, where a whole axis has the length -1."""
    starts = tuple(extent.start for extent in proto.extent)
    spelled = tuple(extent.length if extent.HasField("length") else _WHOLE_AXIS for extent in proto.extent)
    lengths = tuple(size if length == _WHOLE_AXIS else length for length, size in zip(spelled, full, strict=True))
    return Slice(starts, lengths), Slice(starts, spelled)


def _strings(data: bytes, count: int) -> np.ndarray:
    """Strings are stored as `count` lengths (varints), a checksum of 4 bytes, and the bytes one after another."""
    lengths, position = [], 0
    for _ in range(count):
        length, position = _varint(data, position)
        lengths.append(length)
    position += 4
    result = np.empty(count, object)
    for i, length in enumerate(lengths):
        result[i] = data[position : position + length]
        position += length
    return result


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def _table_entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if len(data) < _FOOTER or struct.unpack("<Q", data[-8:])[0] != _MAGIC:
        raise ValueError("no table footer")
    position = len(data) - _FOOTER
    for _ in range(2):  # the handle of the meta-index block, which is not needed
        _, position = _varint(data, position)
    index_offset, position = _varint(data, position)
    index_size, _ = _varint(data, position)
    for _, handle in _block(data, index_offset, index_size):
        offset, after = _varint(handle, 0)
        size, _ = _varint(handle, after)
        yield from _block(data, offset, size)


def _block(data: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    if data[offset + size] != 0:
        raise ValueError("compressed blocks are not supported")
    block = data[offset : offset + size]
    (restarts,) = struct.unpack("<I", block[-4:])
    end = len(block) - 4 * (restarts + 1)
    position, key = 0, b""
    while position < end:
        shared, position = _varint(block, position)
        fresh, position = _varint(block, position)
        length, position = _varint(block, position)
        key = key[:shared] + block[position : position + fresh]
        position += fresh
        yield key, block[position : position + length]
        position += length


def _slice_key(name: str, part: Slice) -> bytes:
    key = _ordered_number(0)
    key += name.encode().replace(b"\xff", b"\xff\0").replace(b"\0", b"\0\xff") + b"\0\x01"
    key += _ordered_number(len(part.start))
    for start, length in zip(part.start, part.shape, strict=True):
        key += _ordered_signed(start) + _ordered_signed(length)
    return key


def _ordered_number(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return bytes([size]) + value.to_bytes(size, "big")


def _ordered_signed(value: int) -> bytes:
    """A number of n bytes starts with n one-bits and a zero, the top bit turned over; bytes compare as numbers do.

    Only -1 is ever negative here.
    """
    if value == _WHOLE_AXIS:
        return b"\x7f"
    size = value.bit_length() // 7 + 1
    header = (((1 << size) - 1) << (16 - size)).to_bytes(2, "big")
    encoded = bytearray(value.to_bytes(max(size, 2), "big"))
    if size == 1:
        return bytes([encoded[1] ^ header[0]])
    encoded[0] ^= header[0]
    encoded[1] ^= header[1]
    return bytes(encoded)
