"""Cuts a group's bytes into shard files, written as they come.

A shard's name holds the number of shards, or the digest of its content, so files are written under a temporary name and
take their own when the group ends.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from tfjs_convert.weights.options import WeightOptions

SHARD_NAME = r"group\d+-shard\d+of\d+\.bin|weights-[0-9a-f]{16}\.bin"
"""Regular expression of the names that shards take."""

_COPY_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class ShardFile:
    """A file that was written: its path relative to the model, its size, and its sha256 in hexadecimal."""

    path: str
    bytes: int
    sha256: str


class ShardWriter:
    """Writes one group's bytes as shards; cuts every `limit` bytes, or never if that is None."""

    def __init__(self, directory: Path, group: int, limit: int | None) -> None:
        """Writes into `directory`; `group` counts from 1."""
        self.directory = directory
        self.group = group
        self.limit = limit
        self._done: list[tuple[Path, int, str]] = []
        self._file: BinaryIO | None = None
        self._size = 0
        self._hash = hashlib.sha256()

    def begin_weight(self, name: str, nbytes: int) -> None:
        """Announces the weight that comes next. Shards of exact size do not care."""

    def write(self, data: bytes | memoryview) -> None:
        """Appends bytes, cutting where a shard is full."""
        view = memoryview(data)
        while len(view):
            room = len(view) if self.limit is None else min(len(view), self.limit - self._size)
            if self._file is None:
                self._file = self._temporary(len(self._done)).open("xb")
            self._file.write(view[:room])
            self._hash.update(view[:room])
            self._size += room
            view = view[room:]
            if self._size == self.limit:
                self.cut()

    def cut(self) -> None:
        """Ends the shard that is being written, if there is one."""
        if self._file is None:
            return
        self._file.close()
        self._done.append((self._temporary(len(self._done)), self._size, self._hash.hexdigest()))
        self._file, self._size, self._hash = None, 0, hashlib.sha256()

    def finish(self) -> list[ShardFile]:
        """Ends the group and gives its files their names."""
        self.cut()
        files = []
        for i, (temporary, size, digest) in enumerate(self._done):
            name = self.name(i, len(self._done), digest)
            os.replace(temporary, self.directory / name)
            files.append(ShardFile(name, size, digest))
        return files

    def name(self, index: int, count: int, digest: str) -> str:
        """The name of shard `index` (from 0) of `count`."""
        return f"group{self.group}-shard{index + 1}of{count}.bin"

    def abandon(self) -> None:
        """Removes what was written under a temporary name."""
        if self._file is not None:
            self._file.close()
        for i in range(len(self._done) + 1):
            self._temporary(i).unlink(missing_ok=True)

    def _temporary(self, index: int) -> Path:
        return self.directory / f".group{self.group}-shard{index + 1}.part"


class CountedShards(ShardWriter):
    """Cuts a group into a given number of shards whose sizes differ by one byte at most.

    The group's size is known only at its end, so its bytes go to one file first and are cut from there. Fewer bytes
    than shards make as many shards as bytes.
    """

    def __init__(self, directory: Path, group: int, count: int) -> None:
        """Writes into `directory`; `group` counts from 1."""
        super().__init__(directory, group, None)
        self.count = count

    def finish(self) -> list[ShardFile]:
        """Ends the group, cuts it, and gives its files their names."""
        self.cut()
        if not self._done:
            return []
        whole, total, _ = self._done.pop()
        joined = whole.with_name(f".group{self.group}.part")
        os.replace(whole, joined)
        try:
            size, longer = divmod(total, self.count)
            with joined.open("rb") as source:
                for i in range(self.count):
                    left = size + (i < longer)
                    while left:
                        block = source.read(min(left, _COPY_BYTES))
                        self.write(block)
                        left -= len(block)
                    self.cut()
        finally:
            joined.unlink()
        return super().finish()


class ContentShards(ShardWriter):
    """Cuts between weights, and names each shard by its content, so that a change reaches few shards.

    Consecutive weights share a shard up to the limit; one that is larger has shards of its own. A shard that is at
    least a quarter full also ends after a weight whose name's digest says so (one name in four): such cuts do not
    depend on what came before, so when a weight changes its size, the shards after it soon are the old ones again.
    """

    _ends_here = False

    def begin_weight(self, name: str, nbytes: int) -> None:
        """Cuts before the weight if the shard cannot take it."""
        assert self.limit is not None
        if self._ends_here or (self._size and self._size + nbytes > self.limit):
            self.cut()
        chance = hashlib.sha256(name.encode("utf-8")).digest()[0] < 64
        self._ends_here = nbytes > self.limit or (chance and self._size + nbytes >= self.limit // 4)

    def name(self, index: int, count: int, digest: str) -> str:
        """The first 16 digits of the content's sha256; equal shards are one file."""
        return f"weights-{digest[:16]}.bin"


def shard_writer(directory: Path, group: int, options: WeightOptions) -> ShardWriter:
    """The writer that the options ask for."""
    if options.shards == "single":
        return ShardWriter(directory, group, None)
    if options.shards is not None:
        return CountedShards(directory, group, options.shards)
    kind = ContentShards if options.content_hashed_names else ShardWriter
    return kind(directory, group, options.shard_size_bytes)
