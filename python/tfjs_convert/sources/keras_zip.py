"""Opens `.keras` files: a zip archive with `config.json`, `metadata.json` and `model.weights.h5`.

Nothing is extracted beside the input. Keras stores the weights uncompressed, and they are then read in place.
"""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from tfjs_convert.errors import InputError

MAX_JSON = 256 * 1024 * 1024
MAX_WEIGHTS = 64 * 1024**3
MAX_RATIO = 200
"""Weights and configurations hardly shrink this much; an archive that claims to is made to fill a disk."""


class KerasZip:
    """An open `.keras` archive. `what` names it in messages."""

    def __init__(self, path: Path, what: str) -> None:
        self.what = what
        try:
            self._zip = zipfile.ZipFile(path)
            self._members = self._zip.infolist()
        except (zipfile.BadZipFile, struct.error, EOFError) as error:
            raise InputError(f"{what} begins as a zip archive, but is damaged or cut short ({error}).") from None
        self._path = path
        seen = set()
        for member in self._members:
            parts = PurePosixPath(member.filename.replace("\\", "/")).parts
            if member.filename.startswith("/") or ".." in parts or (parts and parts[0].endswith(":")):
                raise InputError(
                    f"{what} has an entry `{member.filename}` that climbs out of the archive; it is not read."
                )
            if member.filename in seen:
                raise InputError(f"{what} has two entries named `{member.filename}`; save the model again.")
            seen.add(member.filename)

    def __contains__(self, name: str) -> bool:
        return any(member.filename == name for member in self._members)

    def close(self) -> None:
        """Closes the archive."""
        self._zip.close()

    def read(self, name: str) -> bytes:
        """A small member's bytes.

        Raises:
          InputError: it is absent, too large or damaged.
        """
        member = self._member(name, MAX_JSON)
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{self.what}: `{name}` cannot be read ({error}).") from None

    def open(self, name: str) -> BinaryIO:
        """A large member as a file that can be sought: in place if it is stored, through a nameless file if not."""
        member = self._member(name, MAX_WEIGHTS)
        if member.compress_type == zipfile.ZIP_STORED:
            return io.BufferedReader(_Window(self._path, self._data_offset(member), member.file_size), 1 << 16)
        spool = tempfile.TemporaryFile()
        left = member.file_size
        try:
            with self._zip.open(member) as source:
                while block := source.read(1 << 20):
                    left -= len(block)
                    if left < 0:
                        raise InputError(f"{self.what}: `{name}` is larger than its entry says; it is not read.")
                    spool.write(block)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{self.what}: `{name}` cannot be read ({error}).") from None
        spool.seek(0)
        return spool

    def _member(self, name: str, limit: int) -> zipfile.ZipInfo:
        found = next((member for member in self._members if member.filename == name), None)
        if found is None:
            raise InputError(f"{self.what} is a zip archive without `{name}`, and so no Keras model.")
        if found.file_size > limit:
            raise InputError(f"{self.what}: `{name}` would take {found.file_size:,} bytes; at most {limit:,} are read.")
        if found.file_size > (1 << 20) and found.file_size > MAX_RATIO * max(found.compress_size, 1):
            raise InputError(
                f"{self.what}: `{name}` would expand more than {MAX_RATIO} times, to {found.file_size:,} "
                "bytes; it is not read."
            )
        return found

    def _data_offset(self, member: zipfile.ZipInfo) -> int:
        """Where a stored member's data begin: after its local header, whose name and extra field vary in length."""
        with self._path.open("rb") as file:
            file.seek(member.header_offset)
            header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise InputError(f"{self.what}: the archive's directory points to no entry for `{member.filename}`.")
        name, extra = struct.unpack("<HH", header[26:30])
        return member.header_offset + 30 + name + extra


class _Window(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._start, self._size, self._at = start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def readinto(self, buffer: bytearray) -> int:
        view = memoryview(buffer)[: max(0, self._size - self._at)]
        self._file.seek(self._start + self._at)
        count = self._file.readinto(view)
        self._at += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()
