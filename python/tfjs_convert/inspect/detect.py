"""Tells what a file or folder is, from its content."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_file import HDF5_MAGIC, ZIP_MAGIC

SAVED_MODEL = "tf_saved_model"
KERAS_SAVED_MODEL = "keras_saved_model"
HUB = "tf_hub"
FROZEN = "tf_frozen_model"
KERAS_H5 = "keras"
KERAS = "keras_keras"
LAYERS = "tfjs_layers_model"
GRAPH = "tfjs_graph_model"
MANIFEST = "weights_manifest"

SAVED_MODELS = (SAVED_MODEL, KERAS_SAVED_MODEL, HUB)

NAMES = {
    SAVED_MODEL: "SavedModel",
    KERAS_SAVED_MODEL: "SavedModel that Keras wrote",
    HUB: "TensorFlow Hub module",
    FROZEN: "frozen graph",
    KERAS_H5: "Keras HDF5 file",
    KERAS: "Keras archive",
    LAYERS: "TensorFlow.js layers model",
    GRAPH: "TensorFlow.js graph model",
    MANIFEST: "TensorFlow.js weights manifest",
}

ACCEPTED = (
    "a SavedModel or hub module (its folder, or a .zip or .tar.gz of it), a frozen graph (.pb, .pbtxt), a Keras file "
    "(.h5, .keras), or a TensorFlow.js model (its folder, or model.json)"
)

_KERAS_MARKS = ("tf.keras", "tf_keras")


@dataclasses.dataclass(frozen=True)
class Found:
    """What a path holds: its kind, a key of `NAMES`, and the folder or file that conversions take."""

    kind: str
    path: Path


def detect(path: Path) -> Found:
    """Tells what a file or folder is.

    Raises:
      InputError: it is no model of any known kind.
    """
    if path.is_dir():
        return _folder(path)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(HDF5_MAGIC):
        return Found(KERAS_H5, path)
    if head.startswith(ZIP_MAGIC):
        return Found(KERAS, path)
    if path.name == "saved_model.pb":
        return _folder(path.parent)
    if head.lstrip().startswith((b"{", b"[")) and path.suffix not in (".pbtxt", ".pb"):
        return _json(path)
    if path.suffix in (".pb", ".pbtxt"):
        return Found(FROZEN, path)
    raise InputError(f"{path.name} is no model that is known here{_looks_like(head)}; give {ACCEPTED}.")


def _folder(path: Path) -> Found:
    if (path / "tfhub_module.pb").is_file():
        return Found(HUB, path)
    if (path / "saved_model.pb").is_file():
        return Found(KERAS_SAVED_MODEL if _by_keras(path) else SAVED_MODEL, path)
    if (path / "model.json").is_file():
        return _json(path / "model.json")
    if (path / "weights_manifest.json").is_file():
        return _json(path / "weights_manifest.json")
    found = ", ".join(sorted(each.name for each in path.iterdir())[:6]) or "nothing"
    raise InputError(f"The folder {path.name!r} holds no model that is known here (found: {found}); give {ACCEPTED}.")


def _by_keras(path: Path) -> bool:
    if (path / "keras_metadata.pb").is_file() or (path / "assets" / "saved_model.json").is_file():
        return True
    from tfjs_convert.sources.saved_model import parse_saved_model

    nodes = parse_saved_model(path).meta_graphs[0].object_graph_def.nodes
    return bool(nodes) and any(mark in nodes[0].user_object.identifier for mark in _KERAS_MARKS)


def _json(path: Path) -> Found:
    try:
        fields = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is not valid JSON ({error}); give {ACCEPTED}.") from None
    if isinstance(fields, list) and all(isinstance(group, dict) and "weights" in group for group in fields):
        return Found(MANIFEST, path)
    if not isinstance(fields, dict) or not ("modelTopology" in fields or "weightsManifest" in fields):
        raise InputError(f"{path.name} has neither modelTopology nor weightsManifest; give {ACCEPTED}.")
    topology = fields.get("modelTopology")
    is_graph = fields.get("format") == "graph-model" or (isinstance(topology, dict) and "node" in topology)
    return Found(GRAPH if is_graph else LAYERS, path)


def _looks_like(head: bytes) -> str:
    if not head:
        return " (it is empty)"
    if head.startswith(b"version https://git-lfs"):
        return " (it is a Git LFS pointer: run `git lfs pull`)"
    return " (it looks like a web page: the download failed)" if head.lstrip()[:1] == b"<" else ""
