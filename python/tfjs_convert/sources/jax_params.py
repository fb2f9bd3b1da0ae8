"""Reads the parameters of a JAX function from a file, of which nothing is run."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from tfjs_convert.errors import InputError


def read_params(path: Path) -> Any:
    """The parameters in NumPy's `.npz` (keys with slashes become dictionaries in dictionaries) or Flax's `.msgpack`.

    Raises:
      InputError: the file is neither, damaged, or holds Python objects.
    """
    if zipfile.is_zipfile(path):
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return _nested({name: arrays[name] for name in arrays.files})
        except (ValueError, OSError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path.name} cannot be read ({error}); save arrays alone, with np.savez(path, **flat)."
            ) from None
    from flax import serialization

    try:
        return serialization.msgpack_restore(path.read_bytes())
    except Exception:
        # Whatever msgpack makes of another kind of file.
        raise InputError(
            f"{path.name} is neither an .npz file nor Flax's .msgpack; write flax.serialization.to_bytes(params), or "
            "np.savez(path, **flat)."
        ) from None


def _nested(flat: dict[str, np.ndarray]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, array in flat.items():
        *folders, leaf = name.split("/")
        place = found
        for folder in folders:
            place = place.setdefault(folder, {})
            if not isinstance(place, dict):
                raise InputError(f"The parameters have an array `{folder}` and others below it; rename one of them.")
        place[leaf] = array
    return found
