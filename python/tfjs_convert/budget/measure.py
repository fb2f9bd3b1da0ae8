"""What a model in a directory weighs and holds."""

from __future__ import annotations

import dataclasses
import json
import math
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.errors import InputError

_BLOCK = 1 << 20
_GZIP_WINDOW = 31  # the window that makes zlib write a gzip file
_GZIP_LEVEL = 9
_NOT_COMPUTED = ("Const", "InputLayer", "Placeholder")


@dataclasses.dataclass(frozen=True)
class Figures:
    """Sizes and counts of a model.

    Attributes:
      total_bytes: all files of the directory.
      gzip_bytes: the same, each file compressed by itself, as a server would.
      shards: number of weight files.
      parameters: number of values in the model's variables.
      operations: how often each operation (graph model) or layer class (layers model) occurs, but for constants and
        inputs, which compute nothing.
    """

    total_bytes: int
    gzip_bytes: int
    shards: int
    parameters: int
    operations: dict[str, int]


def measure(model_dir: Path, info: Mapping[str, object]) -> Figures:
    """Measures a model, or a runtime bundle (its JavaScript, and its kernels as operations).

    Args:
      model_dir: the folder with model.json.
      info: the model's info file; what it lacks (`parameters`, `ops`) is counted in model.json.

    Raises:
      InputError: the folder holds no readable model.json.
    """
    if is_runtime_bundle(info):
        kernels = Counter(kernel for names in info["kernels"].values() for kernel in names)
        return Figures(info["bytes"], info["gzip_bytes"], 0, 0, dict(sorted(kernels.items())))
    model = read_model_json(model_dir)
    files = sorted(path for path in Path(model_dir).rglob("*") if path.is_file())
    manifest = model.get("weightsManifest") or []
    operations = info.get("ops") or count_operations(model)
    parameters = info.get("parameters")
    if parameters is None:
        parameters = sum(math.prod(entry["shape"]) for group in manifest for entry in group["weights"])
    return Figures(
        total_bytes=sum(path.stat().st_size for path in files),
        gzip_bytes=sum(gzip_size(path) for path in files),
        shards=len({path for group in manifest for path in group["paths"]}),
        parameters=int(parameters),
        operations={op: count for op, count in sorted(operations.items()) if op not in _NOT_COMPUTED},
    )


def is_runtime_bundle(info: Mapping[str, object]) -> bool:
    """Whether an info file is not a model's, but that of the TensorFlow.js that runs it."""
    return info.get("format") == "runtime-bundle"


def read_model_json(model_dir: Path) -> dict[str, object]:
    """Reads a model's model.json.

    Raises:
      InputError: it is missing, or is no JSON object.
    """
    try:
        model = json.loads((Path(model_dir) / "model.json").read_bytes())
    except OSError:
        raise InputError(f"The folder {Path(model_dir).name!r} has no model.json; name a converted model.") from None
    except ValueError as error:
        raise InputError(f"The model.json in {Path(model_dir).name!r} is not valid JSON: {error}.") from None
    if not isinstance(model, dict):
        raise InputError(f"The model.json in {Path(model_dir).name!r} holds a {type(model).__name__}, not an object.")
    return model


def gzip_compressor() -> zlib._Compress:
    """Compresses as gzip does at its best level, as servers do ahead of time."""
    return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)


def gzip_size(path: Path) -> int:
    """The size of a file compressed with gzip at its best level."""
    compressor = gzip_compressor()
    size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size += len(compressor.compress(block))
    return size + len(compressor.flush())


def count_operations(model: Mapping[str, object]) -> Counter[str]:
    """Operations of a graph model, its functions included; layer classes of a layers model, nested ones included."""
    topology = model.get("modelTopology")
    if not isinstance(topology, Mapping):
        return Counter()
    if "node" in topology:
        functions = (topology.get("library") or {}).get("function", [])
        bodies = [topology["node"], *(function.get("nodeDef", []) for function in functions)]
        return Counter(node["op"] for nodes in bodies for node in nodes)
    return Counter(_layer_classes(topology.get("model_config", topology)))


def _layer_classes(config: object) -> list[str]:
    inner = config.get("config") if isinstance(config, Mapping) else None
    layers = inner if isinstance(inner, list) else inner.get("layers", []) if isinstance(inner, Mapping) else []
    classes = []
    for layer in layers:
        classes.append(layer["class_name"])
        classes += _layer_classes(layer)
    return classes
