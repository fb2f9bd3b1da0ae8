"""Unpacks a model from a `.tar`, `.tar.gz` or `.zip` file, and refuses whatever would reach outside its folder."""

from __future__ import annotations

import contextlib
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from tfjs_convert.errors import InputError

SUFFIXES = (".tar", ".tar.gz", ".tgz", ".zip")
MAX_BYTES = 16 * 2**30
_CHUNK = 1 << 20
_MARKS = ("saved_model.pb", "tfhub_module.pb")


def is_archive(path: Path | str) -> bool:
    """Whether a path is a file with an archive's name."""
    path = Path(path)
    return path.name.lower().endswith(SUFFIXES) and path.is_file()


@contextlib.contextmanager
def opened_folder(path: Path | str) -> Iterator[Path]:
    """The folder of a model, unpacked for the while if it is an archive.

    Raises:
      InputError: see `unpack`.
    """
    if not is_archive(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        yield unpack(path, Path(temporary))


def unpack(archive: Path | str, directory: Path, max_bytes: int = MAX_BYTES) -> Path:
    """Unpacks an archive into an empty folder; returns the folder of the model inside it.

    Args:
      archive: the file.
      directory: where to.
      max_bytes: the most that may come out of it.

    Raises:
      InputError: the file is no archive or is cut off; an entry climbs out, is a link or a device; too much comes
      out of it;
        or it holds no model, or several.
    """
    archive = Path(archive)
    left = max_bytes
    try:
        for name, open_entry in _entries(archive):
            target = directory.joinpath(*_safe_parts(archive, name))
            target.parent.mkdir(parents=True, exist_ok=True)
            with open_entry() as source, target.open("wb") as sink:
                while chunk := source.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise InputError(f"{archive.name} unpacks to more than {max_bytes} bytes, which is refused.")
                    sink.write(chunk)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, RuntimeError) as error:
        raise InputError(f"{archive.name} is no archive that can be read, or is cut off ({error}).") from error
    return _model_in(archive, directory)


def _entries(archive: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """The files of an archive: name, and a function that opens it."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as file:
            for info in file.infolist():
                kind = stat.S_IFMT(info.external_attr >> 16)
                if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise InputError(f"{archive.name} holds {info.filename!r}, which is a link or a device.")
                if not info.is_dir():
                    yield info.filename, lambda info=info: file.open(info)
        return
    with tarfile.open(archive) as file:
        for member in file:
            if member.isdir():
                continue
            if not member.isreg():
                raise InputError(f"{archive.name} holds {member.name!r}, which is a link or a device.")
            yield member.name, lambda member=member: file.extractfile(member)


def _safe_parts(archive: Path, name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts:
        raise InputError(f"{archive.name} holds the entry {name!r}, which lies outside its folder.")
    return path.parts


def _model_in(archive: Path, directory: Path) -> Path:
    found = sorted({path.parent for mark in _MARKS for path in directory.rglob(mark)})
    # A hub module's variables or assets may hold anything; the outermost model is meant.
    outermost = [path for path in found if not any(other in path.parents for other in found)]
    if len(outermost) != 1:
        listed = ", ".join(str(path.relative_to(directory)) for path in outermost[:5]) or "none"
        raise InputError(f"{archive.name} must hold exactly one SavedModel or hub module; it holds: {listed}.")
    return outermost[0]
