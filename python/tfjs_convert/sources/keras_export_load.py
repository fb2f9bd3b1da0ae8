"""Loads a Keras file with the Keras of its generation, after a look at what it would make Keras do."""

from __future__ import annotations

import dataclasses
import os
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import h5py

from tfjs_convert.errors import ConversionError, InputError, UnsupportedError
from tfjs_convert.sources.keras_export_safety import WAY_OUT, check_config, check_links
from tfjs_convert.sources.keras_file import KerasFile, open_keras_file
from tfjs_convert.sources.keras_h5 import H5File

MAX_ASSETS = 1024**3
"""Bytes of the vocabularies that a `.keras` file may hold unpacked."""


@dataclasses.dataclass(frozen=True)
class Loaded:
    """A Keras model.

    Attributes:
      model: it.
      keras: the module `tf_keras` (Keras 2) or `keras` (Keras 3).
      saved_by: the version of the Keras that wrote the file; None where the file does not say.
    """

    model: Any
    keras: ModuleType
    saved_by: str | None


def load(path: Path, scratch: Path, *, repeatable: bool = True) -> Loaded:
    """Loads the model of a `.h5` or `.keras` file.

    Args:
      path: the file.
      scratch: a folder for what Keras wants on disk meanwhile.
      repeatable: put Keras's counters and random numbers back to their start before, so that what is then written has
        the same bytes each time; False leaves them alone, for a model that is given to a user's program.

    Raises:
      ConversionError: the file is damaged, has no topology, or needs code that is not Keras's.
    """
    what = f"`{path.name}`"
    opened = open_keras_file(path)
    try:
        if opened.config is None:
            raise InputError(
                f"{what} holds weights without a topology, which do not say what to compute; "
                "save the whole model, as `model.save` does."
            )
        _check(path, opened, what)
    finally:
        opened.close()
    keras = _keras(opened.generation)
    if repeatable:
        _start_afresh(keras)
    # By a name with the suffix that Keras goes by; it also unpacks beside the file that it is given.
    link = scratch / ("model.keras" if opened.kind == "keras" else "model.h5")
    link.symlink_to(path.resolve())
    return Loaded(_load(keras, link, opened, what), keras, opened.keras_version)


def first_line(error: Exception) -> str:
    """The beginning of what Keras says, for the middle of a sentence."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300].rstrip(".") if lines else type(error).__name__


def _check(path: Path, opened: KerasFile, what: str) -> None:
    check_config(opened.config, what)
    if opened.store is not None:
        check_links(opened.store)
        with zipfile.ZipFile(path) as archive:
            assets = sum(each.file_size for each in archive.infolist() if each.filename.startswith("assets/"))
        if assets > MAX_ASSETS:
            raise InputError(f"{what}: its assets would take {assets:,} bytes; at most {MAX_ASSETS:,} are unpacked.")
    else:
        with h5py.File(path, "r") as raw:
            check_links(H5File(raw, what))


def _keras(generation: int) -> ModuleType:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import tensorflow  # noqa: F401 - before either Keras, which would import parts of it in another order

    if generation == 2:
        import tf_keras as keras
    else:
        import keras

        if keras.backend.backend() != "tensorflow":
            raise ConversionError(
                f"Keras runs on {keras.backend.backend()} here; set KERAS_BACKEND=tensorflow to convert a model."
            )
    return keras


def _start_afresh(keras: ModuleType) -> None:
    # Names that a file leaves out are then numbered from the start, whatever else this process did.
    keras.backend.clear_session()
    # Layers that may draw random numbers keep a state, which is written with the others.
    keras.utils.set_random_seed(0)


def _load(keras: ModuleType, path: Path, opened: KerasFile, what: str) -> Any:
    try:
        with keras.utils.custom_object_scope(_operations(keras, opened)):
            return keras.models.load_model(str(path), compile=False, safe_mode=True)
    except Exception as error:  # whatever a configuration may make Keras say
        unknown = _unknown_layer(keras, opened.config)
        if unknown:
            raise UnsupportedError(f"{what}: {unknown}, which is none of Keras's layers; {WAY_OUT}.") from error
        raise InputError(
            f"{what} cannot be opened by {keras.__name__} {keras.__version__} ({first_line(error)}); save it again "
            f"with a newer Keras of its generation, or {WAY_OUT}."
        ) from error


def _operations(keras: ModuleType, opened: KerasFile) -> dict[str, type]:
    """Keras 3's operations, which it writes into `.h5` files as layers (`NotEqual`, for a mask) and then misses."""
    if opened.generation == 2 or opened.kind == "keras":
        return {}
    from keras.src.ops import core, math, nn, numpy
    from keras.src.ops.operation import Operation

    found = {name: value for part in (core, math, nn, numpy) for name, value in vars(part).items()}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type) and issubclass(value, Operation) and not hasattr(keras.layers, name)
    }


def _unknown_layer(keras: ModuleType, config: object) -> str | None:
    """The first layer whose class Keras does not have, without the module that would say so."""
    if isinstance(config, list):
        return next((found for item in config if (found := _unknown_layer(keras, item))), None)
    if not isinstance(config, dict):
        return None
    name = config.get("class_name")
    inner = config.get("config")
    if isinstance(name, str) and not config.get("module") and isinstance(inner, dict) and "trainable" in inner:
        known = any(hasattr(part, name) for part in (keras.layers, keras.models, keras))
        if not known and name not in ("Functional", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"):
            return f"the layer `{inner.get('name', name)}` is of class {name}"
    return next((found for item in config.values() if (found := _unknown_layer(keras, item))), None)
