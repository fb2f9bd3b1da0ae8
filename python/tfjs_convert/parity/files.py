"""Arrays in files, as the Node programs read and write them: `.npy`, and JSON for strings.

Strings: `{"dtype": "string", "shape": [...], "values": [...]}`, a value being text, or `{"base64": "..."}`
when its bytes are not UTF-8.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from tfjs_convert.errors import InputError


def write_array(base: Path, array: np.ndarray) -> Path:
    """Writes `base`.npy, or `base`.json for strings (dtype object, S or U); returns the file's path."""
    array = np.asarray(array)
    if array.dtype.kind not in "OSU":
        path = base.with_name(base.name + ".npy")
        # np.save keeps Fortran order, which the Node side does not read; ascontiguousarray alone makes 0-d 1-d.
        np.save(path, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
        return path
    path = base.with_name(base.name + ".json")
    values = [_encode(value) for value in array.reshape(-1).tolist()]
    path.write_text(json.dumps({"dtype": "string", "shape": list(array.shape), "values": values}) + "\n")
    return path


def read_array(path: Path) -> np.ndarray:
    """Reads what `write_array` or the Node side wrote; strings come back as an object array of `bytes`.

    Raises:
      InputError: the file is not there or is not such a file.
    """
    try:
        if path.suffix != ".json":
            return np.load(path, allow_pickle=False)
        content = json.loads(path.read_text())
        array = np.empty(len(content["values"]), dtype=object)
        array[:] = [_decode(value) for value in content["values"]]
        return array.reshape(content["shape"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f'The array file "{path}" cannot be read: {error}.') from error


def _encode(value: bytes | str) -> str | dict[str, str]:
    if isinstance(value, str):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode("ascii")}


def _decode(value: str | dict[str, str]) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"])
