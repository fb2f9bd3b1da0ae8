"""The bytes of one group as one range, whatever files they lie in; read where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from tfjs_convert.errors import InputError


class ShardedBytes:
    """Shards of a group, joined. Files are opened for each read and never all at once.

    Raises:
      InputError: a path leads out of the folder, or is no file; the text names the shard.
    """

    def __init__(self, paths: Sequence[object], directory: Path) -> None:
        """Checks the paths, which are relative to `directory`, and takes the files' sizes."""
        self.names: list[str] = []
        self.sizes: list[int] = []
        self._files: list[Path] = []
        roots = _roots(directory)
        for path in paths:
            file = _inside(path, directory, roots)
            self.names.append(str(path))
            self.sizes.append(file.stat().st_size)
            self._files.append(file)
        self.total = sum(self.sizes)

    def read(self, offset: int, count: int) -> bytearray:
        """Bytes `offset` to `offset + count`, which lie inside the range.

        Raises:
          InputError: a shard is shorter than it was when it was checked.
        """
        data = bytearray(count)
        view = memoryview(data)
        start = 0
        for name, size, file in zip(self.names, self.sizes, self._files, strict=True):
            first, last = max(offset, start), min(offset + count, start + size)
            if first < last:
                part = view[first - offset : last - offset]
                with file.open("rb") as source:
                    source.seek(first - start)
                    if source.readinto(part) != len(part):
                        raise InputError(f"Shard {name!r} became shorter while it was read; convert again.")
            start += size
        return data

    def describe(self) -> str:
        """Names and sizes, for messages; the shard that looks truncated is named first."""
        if not self.names:
            return "no shards"
        listed = ", ".join(f"{n!r} has {s}" for n, s in zip(self.names, self.sizes, strict=True))
        short = self._odd_one()
        return f"{short!r} looks truncated: {listed}" if short else listed

    def _odd_one(self) -> str | None:
        # Shards are cut at one size, so that only the last may be shorter.
        for name, size in zip(self.names[:-1], self.sizes[:-1], strict=True):
            if size < max(self.sizes):
                return name
        return None


def _roots(directory: Path) -> list[Path]:
    roots = [directory.resolve()]
    # In a sandbox each file is a link: the model's folder is then where model.json really is.
    model = directory / "model.json"
    if model.is_symlink():
        roots.append(model.resolve().parent)
    return roots


def _inside(path: object, directory: Path, roots: Sequence[Path]) -> Path:
    if not isinstance(path, str) or not path:
        raise InputError(f"The weights manifest names the shard {path!r}; a shard's path is a string.")
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or "\\" in path or ":" in path or "\0" in path:
        raise InputError(
            f"The weights manifest names the shard {path!r}, which leads out of the model's folder; "
            "put the file beside model.json and name it there."
        )
    file = directory / pure
    if not file.is_file():
        raise InputError(f"Shard {path!r}, named by the weights manifest, is missing; copy it beside model.json.")
    real = file.resolve()
    if not any(real.is_relative_to(root) for root in roots):
        raise InputError(
            f"Shard {path!r} is a link that leads out of the model's folder; replace the link by the file itself."
        )
    return file
