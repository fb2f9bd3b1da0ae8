"""Writes Keras files, without Keras: the old HDF5 layout (`.h5`) and the zip archive (`.keras`)."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import h5py
import numpy as np

from tfjs_convert.layers.bind import snake_case, unique
from tfjs_convert.layers.model import Layer, Model
from tfjs_convert.layers.names import layer_variables
from tfjs_convert.layers.variables import HIDDEN_CELL, slots

KERAS_VERSIONS = {2: "2.15.0", 3: "3.0.0"}
"""What the files say wrote them: versions whose form they have, which every later one reads."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of each entry of an archive: always the same, so that bytes are."""

DATE_SAVED = "1980-01-01@00:00:00"
"""The same, as Keras writes it into the archive."""

ATTRIBUTE_LIMIT = 64000
"""Bytes that an HDF5 attribute may hold; Keras splits longer lists."""


def write_h5(path: Path, model: Model, config: dict, training_config: dict | None, generation: int) -> None:
    """Writes a whole model in the old layout."""

    def fill(file: h5py.File) -> None:
        file.attrs["keras_version"] = KERAS_VERSIONS[generation]
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config, sort_keys=True).encode()
        if training_config is not None:
            file.attrs["training_config"] = json.dumps(training_config, sort_keys=True).encode()
        group = file.create_group("model_weights")
        group.attrs["backend"] = "tensorflow"
        group.attrs["keras_version"] = KERAS_VERSIONS[generation]
        _put_names(group, "layer_names", [layer.name for layer in model.layers])
        for layer in model.layers:
            _legacy_layer(group.create_group(layer.name), layer)

    _replace(path, lambda stream: _hdf5(stream, fill))


def _legacy_layer(group: h5py.Group, layer: Layer) -> None:
    """Trainable weights first, then the others, as Keras lists them."""
    trainable, fixed = [], []
    for owner, role, name in layer_variables(layer):
        slot = next(slot for slot in slots(owner) if slot.role == role)
        (trainable if slot.trainable and _trained(layer, owner) else fixed).append((owner, role, name))
    names = []
    for owner, role, name in [*trainable, *fixed]:
        names.append(f"{name}:0")
        group.create_dataset(names[-1], data=owner.variables[role].load(), track_times=False)
    _put_names(group, "weight_names", names)


def _trained(top: Layer, owner: Layer) -> bool:
    """Whether everything on the way from `top` to `owner` is trainable."""

    def search(layer: Layer, so_far: bool) -> bool | None:
        so_far = so_far and layer.trainable and (layer.model is None or bool(layer.model.trainable))
        if layer is owner:
            return so_far
        inner = [*layer.children.values(), *(layer.model.layers if layer.model else [])]
        return next((found for part in inner if (found := search(part, so_far)) is not None), None)

    return bool(search(top, True))


def _put_names(group: h5py.Group, key: str, names: list[str]) -> None:
    data = [name.encode() for name in names]
    parts = 1
    while any(np.array(part).nbytes > ATTRIBUTE_LIMIT for part in np.array_split(np.array(data or [b""]), parts)):
        parts += 1
    if parts == 1:
        group.attrs[key] = np.array(data) if data else np.array([], dtype="S1")
    else:
        for number, part in enumerate(np.array_split(np.array(data), parts)):
            group.attrs[f"{key}{number}"] = part


def write_keras(path: Path, model: Model, config: dict, generation: int) -> None:
    """Writes a whole model as a `.keras` archive."""

    def fill(file: h5py.File) -> None:
        _store_model(file, model)

    def archive(stream: io.IOBase) -> None:
        metadata = {"keras_version": KERAS_VERSIONS[generation], "date_saved": DATE_SAVED}
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target, tempfile.TemporaryFile() as weights:
            for name, content in (("metadata.json", metadata), ("config.json", config)):
                target.writestr(_entry(name), json.dumps(content, sort_keys=True))
            _hdf5(weights, fill)
            size = weights.seek(0, io.SEEK_END)
            weights.seek(0)
            _add(target, "model.weights.h5", weights, size)

    _replace(path, archive)


def settle(path: Path) -> None:
    """Writes a `.keras` archive of Keras 3 anew without what differs from one saving to the next."""

    def archive(stream: io.IOBase) -> None:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as target:
            for entry in source.infolist():
                name = entry.filename
                if name == "metadata.json":
                    metadata = json.loads(source.read(entry)) | {"date_saved": DATE_SAVED}
                    target.writestr(_entry(name), json.dumps(metadata, sort_keys=True))
                elif name == "config.json":
                    target.writestr(_entry(name), _number_shared_objects(source.read(entry).decode()))
                else:
                    with source.open(entry) as content:
                        _add(target, name, content, entry.file_size)

    _replace(path, archive)


def _number_shared_objects(config: str) -> str:
    """Replaces addresses in memory, by which Keras marks what is the same object, by numbers in their order."""
    numbers: dict[str, int] = {}
    pattern = r'(?<="shared_object_id": )\d+'
    return re.sub(pattern, lambda match: str(numbers.setdefault(match[0], len(numbers))), config)


def _add(archive: zipfile.ZipFile, name: str, content: IO[bytes], size: int) -> None:
    entry = _entry(name)
    entry.file_size = size
    with archive.open(entry, "w") as out:
        shutil.copyfileobj(content, out, 1 << 20)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = 0o644 << 16
    return entry


def _store_model(group: h5py.Group, model: Model) -> None:
    group.require_group("vars")
    container = group.require_group("layers")
    names: dict[str, int] = {}
    for layer in model.layers:
        _store(container.require_group(unique(snake_case(_class(layer)), names)), layer)


def _class(layer: Layer) -> str:
    if layer.model is None:
        return layer.class_name
    return "Sequential" if layer.model.kind == "sequential" else "Functional"


def _store(group: h5py.Group, layer: Layer) -> None:
    if layer.model is not None:
        _store_model(group, layer.model)
        return
    own = group.require_group("cell") if layer.class_name in HIDDEN_CELL else group
    group.require_group("vars")
    stored = own.require_group("vars")
    for number, slot in enumerate(slot for slot in slots(layer) or [] if slot.role in layer.variables):
        stored.create_dataset(str(number), data=layer.variables[slot.role].load(), track_times=False)
    names: dict[str, int] = {}
    for role, child in layer.children.items():
        folder = {"layer": "forward_layer"}.get(role, role) if layer.class_name == "Bidirectional" else role
        if role.startswith("cells/"):
            folder = f"cells/{unique(snake_case(child.class_name), names)}"
        _store(group.require_group(folder), child)


def _hdf5(stream: io.IOBase, fill: Callable[[h5py.File], None]) -> None:
    with h5py.File(stream, "w", track_order=False) as file:
        fill(file)


def _replace(path: Path, write: Callable[[io.IOBase], None]) -> None:
    """Writes beside `path` and renames, so that nothing half-written is left."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=".tfjs-", dir=path.parent)
    try:
        with os.fdopen(handle, "w+b") as stream:
            write(stream)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
