"""Recorded inputs of a model, all in one file: `.npz` with an array for each input, or JSON with nested lists."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tfjs_convert.errors import InputError, OptionError

_DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_, "complex64": np.complex64, "string": object}
# Which kinds of arrays an input takes without a change of meaning.
_KINDS = {"float32": "fiu", "int32": "iu", "bool": "b", "complex64": "cfiu", "string": "OSU"}


def recorded_inputs(file: Path, ports: Sequence[Mapping]) -> dict[str, np.ndarray]:
    """Reads one array for each input, in the inputs' order, as the inputs' dtypes.

    Args:
      file: the `.npz` or `.json` file.
      ports: the `inputs` of an info file.

    Raises:
      InputError: the file cannot be read.
      OptionError: an input has no array or one that does not fit, or an array no input.
    """
    arrays = _read_json(file) if file.suffix == ".json" else _read_npz(file)
    names = [port["name"] for port in ports]
    if set(arrays) != set(names):
        raise OptionError(f'"{file.name}" holds inputs for {sorted(arrays)}, but the model\'s are {sorted(names)}.')
    return {port["name"]: _fitted(arrays[port["name"]], port, file) for port in ports}


def _read_npz(file: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, EOFError, ValueError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise InputError(f'"{file.name}" cannot be read as .npz ({error}); write it with numpy.savez.') from error


def _read_json(file: Path) -> dict[str, np.ndarray]:
    form = '{"INPUT": nested lists of numbers, booleans or strings}'
    try:
        content = json.loads(file.read_bytes())
        return {name: np.asarray(values) for name, values in content.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(f'"{file.name}" cannot be read as {form}: {error}.') from error


def _fitted(array: np.ndarray, port: Mapping, file: Path) -> np.ndarray:
    name, dtype, shape = port["name"], port["dtype"], port["shape"]
    if array.dtype.kind not in _KINDS[dtype]:
        raise OptionError(f'"{file.name}" holds {array.dtype} for the input "{name}", which takes {dtype}.')
    fits = shape is None or (
        len(shape) == array.ndim
        and all(want is None or want < 0 or want == size for want, size in zip(shape, array.shape, strict=True))
    )
    if not fits:
        raise OptionError(
            f'"{file.name}" holds the shape {list(array.shape)} for the input "{name}", which takes {shape}.'
        )
    if dtype == "string":
        array = np.array([_bytes(value) for value in array.reshape(-1).tolist()], object).reshape(array.shape)
    return array.astype(_DTYPES[dtype])


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
