"""Checks a model that a user's own program wrote. Needs no TensorFlow."""

from __future__ import annotations

import zipfile
from pathlib import Path

import h5py

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_write import settle

FORMATS = ("saved_model", "keras")


def check(path: Path, format: str) -> None:
    """Checks that a model is what it should be, and deletes what differs from one saving to the next.

    Args:
      path: the folder (`saved_model`) or file (`keras`) that the program was told to write.
      format: one of `FORMATS`.

    Raises:
      InputError: nothing is there, or something else.
    """
    if format == "saved_model":
        if not (path / "saved_model.pb").is_file():
            raise InputError(
                f"The program wrote no SavedModel: {_found(path)}; save it with "
                'tf.saved_model.save(model, "{output}", signatures=...), where the path is the argument that holds '
                '{output}, or write format = "keras".'
            )
        # A random number, which no reader needs.
        (path / "fingerprint.pb").unlink(missing_ok=True)
    elif path.is_file() and _is_keras_zip(path):
        settle(path)
    elif not path.is_file() or not h5py.is_hdf5(path):
        raise InputError(
            f"The program wrote no Keras file: {_found(path)}; save it with model.save, where the path is the argument "
            'that holds {output}, or write format = "saved_model".'
        )


def _is_keras_zip(path: Path) -> bool:
    return zipfile.is_zipfile(path) and "config.json" in zipfile.ZipFile(path).namelist()


def _found(path: Path) -> str:
    if path.is_dir():
        held = ", ".join(sorted(each.name for each in path.iterdir())[:8])
        return f"the folder {path.name} holds {held or 'nothing'}"
    return f"{path.name} is another kind of file" if path.is_file() else f"there is no {path.name}"
