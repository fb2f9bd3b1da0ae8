"""What the input and output paths are, before a conversion opens them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tfjs_convert.cli import formats
from tfjs_convert.cli.request import Request
from tfjs_convert.errors import InputError, OptionError

# Two letters at least: one is a drive of Windows. Paths have one slash where an address has two.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_FOLDERS = (formats.LAYERS, formats.GRAPH, formats.KERAS_SAVED_MODEL)


def check_paths(request: Request) -> None:
    """Checks that the paths are of the kinds that the formats need.

    Raises:
      InputError: the input is an address, missing, or a folder where a file is needed.
      OptionError: the output is a file where a folder is needed, or the other way round.
    """
    path, source = request.input_path, request.input_format
    if _ADDRESS.match(str(path)):
        raise InputError(
            f"The input {_address(path)} is an address, and nothing is downloaded here: download and unpack it first "
            "(curl -L ADDRESS?tf-hub-format=compressed for a module of TensorFlow Hub), or pin it in a build with the "
            "rule tfhub_module."
        )
    if source in (formats.KERAS, formats.KERAS_FILE):
        _check_keras_file(path, source)
    elif source == formats.LAYERS:
        _check_layers_model(path)
    elif not path.exists():
        raise InputError(f"Nonexistent path {str(path)!r}; {source} is {formats.INPUTS[source]}.")
    _check_output(request.output_path, request.output_format)


def _check_keras_file(path: Path, source: str) -> None:
    kind = "an HDF5 file" if source == formats.KERAS else "a .keras file"
    if path.is_dir():
        hint = ""
        if (path / "saved_model.pb").is_file():
            hint = "; it holds a SavedModel: write --input_format=keras_saved_model or tf_saved_model"
        raise InputError(f"Expected path to point to {kind}, but it points to a directory: {str(path)!r}{hint}.")
    if not path.exists():
        raise InputError(f"Nonexistent path to {kind}: {str(path)!r}.")


def _check_layers_model(path: Path) -> None:
    if path.is_dir():
        raise InputError(
            f"The input path should be a model.json file, but {str(path)!r} is a directory; write "
            f"{path / 'model.json'}."
        )
    if not path.exists():
        raise InputError(f"Nonexistent path to model.json: {str(path)!r}.")
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"The command cannot read valid JSON content from {str(path)!r} ({error}).") from None


def _check_output(path: Path, target: str) -> None:
    if target in _FOLDERS:
        if path.is_file():
            raise OptionError(f"The output path {str(path)!r} already exists as a file; name a directory.")
    elif path.is_dir():
        raise OptionError(f"The output path should be a file, but received an existing directory: {str(path)!r}.")


def _address(path: Path) -> str:
    """As it was typed; a path has lost a slash."""
    return re.sub(r":/+", "://", str(path), count=1)
