"""Where a model came from: a hash over the files that it was read from."""

from __future__ import annotations

import hashlib
from pathlib import Path

# Saving the same model twice gives the same files but for this one, which carries a random number.
_NOT_PART = frozenset(["fingerprint.pb"])
_CHUNK = 1 << 20


def hash_of(path: Path | str) -> str:
    """SHA-256 over a file, or over the names and hashes of a folder's files, sorted; hexadecimal."""
    path = Path(path)
    if path.is_file():
        return _file(path)
    total = hashlib.sha256()
    for file in sorted((p for p in path.rglob("*") if p.is_file()), key=lambda p: p.relative_to(path).as_posix()):
        if file.name not in _NOT_PART:
            total.update(f"{_file(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return total.hexdigest()


def _file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
