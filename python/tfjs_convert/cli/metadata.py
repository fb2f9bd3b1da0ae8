"""The files of `--metadata`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tfjs_convert.cli.errors import UsageError
from tfjs_convert.errors import InputError

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def read_metadata(text: str | None) -> dict[str, object]:
    """Reads the JSON value of each file of `metadata_paths`, by key.

    Raises:
      UsageError: a part has no key or no path.
      InputError: a file is not there, or is not JSON.
    """
    return {key: _json(key, path) for key, path in metadata_paths(text).items()}


def metadata_paths(text: str | None) -> dict[str, str]:
    """The paths in `key:path[,key:path…]`, by key.

    A key ends at its first colon, so that a path may hold further ones (`labels:C:\\data\\labels.json`); a part without
    a colon belongs to the path before it, so that a path may hold commas.

    Raises:
      UsageError: a part has no key or no path.
    """
    parts: list[str] = []
    for part in text.split(",") if text else []:
        if parts and ":" not in part:
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    paths: dict[str, str] = {}
    for part in parts:
        key, colon, path = part.partition(":")
        if not colon or not key or not path:
            raise UsageError(f"The --metadata flag has the part {part!r}; write key:path[,key:path].")
        if key in paths:
            raise UsageError(f"The --metadata flag names the key {key!r} twice; write each key once.")
        paths[key] = path
    return paths


def _json(key: str, path: str) -> object:
    if _URL.match(path):
        raise InputError(f"The metadata of {key!r} is at {path}; nothing is downloaded here: fetch the file first.")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"The metadata file {path!r} cannot be opened ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise InputError(f"The metadata file {path!r}: cannot read valid JSON, for it is no UTF-8 text.") from None
    try:
        return json.loads(text)
    except ValueError as error:
        raise InputError(f"The metadata file {path!r}: cannot read valid JSON ({error}).") from None
