"""Opens a Keras model file of either generation, whatever its name says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import h5py

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_h5 import H5File, legacy_groups, parse_json
from tfjs_convert.sources.keras_h5_optimizer import h5_state, store_state
from tfjs_convert.sources.keras_zip import KerasZip
from tfjs_convert.weights.weight import Weight

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = b"PK\x03\x04"

ACCEPTED = "a Keras `.h5` or `.keras` file, as `model.save` writes it"


@dataclasses.dataclass
class KerasFile:
    """An open Keras file.

    Attributes:
      kind: `h5`, `h5-weights` (no topology), `h5-store` (Keras 3's `.weights.h5`) or `keras` (the zip archive).
      generation: 2 or 3: whose serialization the configuration is in.
      keras_version: as the file tells it, or None.
      config: the model's configuration with `class_name` and `config`, or None.
      training_config: loss, optimizer and metrics in Keras 2's form, or None.
      compile_config: the same in the `.keras` form, or None.
      groups: for the old layout: top layers' names, each with its weights in order.
      store: for the new layout: the HDF5 file whose folders follow the model's structure.
      optimizer: gives the optimizer's state in the file's order, as `optimizer_state` says; empty if there is none.
      close: closes what is open.
    """

    kind: str
    generation: int
    keras_version: str | None
    config: dict | None
    training_config: dict | None = None
    compile_config: dict | None = None
    groups: list[tuple[str, list[Weight]]] = dataclasses.field(default_factory=list)
    store: H5File | None = None
    optimizer: Callable[[], list[Weight]] = list
    close: Callable[[], None] = lambda: None


def open_keras_file(path: Path) -> KerasFile:
    """Opens the file at `path`; the caller closes it.

    Raises:
      InputError: it is missing, a directory, damaged, unsafe, or no Keras file.
    """
    path = Path(path)
    what = f"`{path.name}`"
    if path.is_dir():
        raise InputError(
            f"{what} is a directory; give {ACCEPTED} (a Keras SavedModel directory is converted as a SavedModel)."
        )
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise InputError(f"{what} cannot be opened ({error.strerror}); give {ACCEPTED}.") from None
    if magic == HDF5_MAGIC:
        return _open_h5(path, what)
    if magic[:4] == ZIP_MAGIC:
        return _open_zip(path, what)
    raise InputError(f"{what} is neither an HDF5 file nor a zip archive{_looks_like(path)}; give {ACCEPTED}.")


def _looks_like(path: Path) -> str:
    head = path.open("rb").read(512)
    if not head:
        return " (it is empty)"
    if head.startswith(b"version https://git-lfs"):
        return " (it is a Git LFS pointer: run `git lfs pull`)"
    if head.lstrip()[:1] == b"<":
        return " (it looks like a web page: the download failed)"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return " (it is a text file)"


def _open_h5(path: Path, what: str) -> KerasFile:
    try:
        raw = h5py.File(path, "r")
    except OSError as error:
        reason = str(error).split("(", 1)[-1].rstrip(")")
        raise InputError(f"{what} begins as an HDF5 file, but is damaged or cut short ({reason}).") from None
    try:
        return _read_h5(H5File(raw, what))
    except BaseException:
        raw.close()
        raise


def _read_h5(file: H5File) -> KerasFile:
    version = file.text(file.root, "keras_version")
    config = file.json(file.root, "model_config")
    if config is not None:
        if not isinstance(config, dict):
            raise InputError(f"{file.what}: its `model_config` is no object; save the model again with `model.save`.")
        group = file.child(file.root, "model_weights")
        if not isinstance(group, h5py.Group):
            raise InputError(
                f"{file.what} has a model's configuration, but no weights; save the model again with `model.save`."
            )
        training = file.json(file.root, "training_config")
        return KerasFile(
            "h5",
            _generation(file.text(file.root, "model_config")),
            version,
            config,
            training_config=training if isinstance(training, dict) else None,
            groups=list(legacy_groups(file, group)),
            optimizer=lambda: h5_state(file),
            close=file.close,
        )
    if file.texts(file.root, "layer_names") is not None:
        return KerasFile("h5-weights", 2, version, None, groups=list(legacy_groups(file, file.root)), close=file.close)
    if (
        file.child(file.root, "layers") is not None
        or file.child(file.root, "_layer_checkpoint_dependencies") is not None
    ):
        return KerasFile("h5-store", 3, version, None, store=file, close=file.close)
    raise InputError(
        f"{file.what} is an HDF5 file, but not one of Keras's: it has neither `model_config` nor `layer_names`."
    )


def _open_zip(path: Path, what: str) -> KerasFile:
    archive = KerasZip(path, what)
    closers = [archive.close]

    def close() -> None:
        for closer in reversed(closers):
            closer()

    try:
        text = archive.read("config.json")
        config = parse_json(text, f"{what}, `config.json`")
        metadata = (
            parse_json(archive.read("metadata.json"), f"{what}, `metadata.json`") if "metadata.json" in archive else {}
        )
        if not isinstance(config, dict) or not isinstance(metadata, dict):
            raise InputError(f"{what}: `config.json` is no object; save the model again with `model.save`.")
        if "model.weights.h5" not in archive:
            raise InputError(
                f"{what} has no `model.weights.h5`; weights that Keras sharded over several files are not read: "
                f"save the model with `model.save(path)` and no shard size."
            )
        stream = archive.open("model.weights.h5")
        closers.append(stream.close)
        try:
            raw = h5py.File(stream, "r")
        except OSError:
            raise InputError(f"{what}: its `model.weights.h5` is damaged or cut short.") from None
        closers.append(raw.close)
        store = H5File(raw, what)
        version = metadata.get("keras_version")
        compile_config = config.get("compile_config")
        return KerasFile(
            "keras",
            _generation(text.decode("utf-8", "replace")),
            version if isinstance(version, str) else None,
            config,
            compile_config=compile_config if isinstance(compile_config, dict) else None,
            store=store,
            optimizer=lambda: store_state(store),
            close=close,
        )
    except BaseException:
        close()
        raise


def _generation(text: str) -> int:
    """Whose serialization this is: Keras 3 says `batch_shape`, names tensors, and has policies for dtypes."""
    marks = ('"__keras_tensor__"', '"batch_shape"', '"DTypePolicy"')
    return 3 if any(mark in text for mark in marks) else 2
