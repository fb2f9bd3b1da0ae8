"""Checks a model that a user's own program wrote. Needs no TensorFlow."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_write import settle

FORMATS = ("saved_model", "keras", "h5")

_HOW = {
    "saved_model": (
        "no SavedModel",
        'save it with tf.saved_model.save(model, "{output}", signatures=...), where the path is the argument that '
        'holds {output}, or write format = "keras" or "h5"',
    ),
    "keras": (
        "no Keras file",
        'save it with model.save, where the path is the argument that holds {output}, or write format = "saved_model"',
    ),
    "h5": (
        "no HDF5 file",
        'save it with model.save, where the path is the argument that holds {output}, or write format = "keras" for an '
        'archive, "saved_model" for a folder',
    ),
}


def check(path: Path, format: str) -> None:
    """Checks that a model is what it should be, and deletes what differs from one saving to the next.

    Args:
      path: the folder (`saved_model`) or file (`keras`, which may hold HDF5, too, or `h5`) that the program was told to
        write.
      format: one of `FORMATS`.

    Raises:
      InputError: nothing is there, or something else.
    """
    if format == "saved_model":
        if not (path / "saved_model.pb").is_file():
            raise _refused(path, format)
        # A random number, which no reader needs.
        (path / "fingerprint.pb").unlink(missing_ok=True)
    elif path.is_file() and h5py.is_hdf5(path):
        return
    elif format == "keras" and path.is_file() and _is_keras_zip(path):
        settle(path)
    else:
        raise _refused(path, format)


def _refused(path: Path, format: str) -> InputError:
    what, instead = _HOW[format]
    return InputError(f"The program wrote {what}: {_found(path)}; {instead}.")


def _is_keras_zip(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return "config.json" in archive.namelist()


def _found(path: Path) -> str:
    if path.is_dir():
        held = ", ".join(sorted(each.name for each in path.iterdir())[:8])
        return f"the folder {path.name} holds {held or 'nothing'}"
    if path.is_file():
        return f"{path.name} is {'a Keras archive' if _is_keras_zip(path) else 'another kind of file'}"
    return f"there is no {path.name}"
