"""Opens layers models: model.json and its shards, from a converter or saved by TensorFlow.js."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_h5 import parse_json
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight

MAX_JSON = 1024**3


@dataclasses.dataclass(frozen=True)
class LayersModelFile:
    """A layers model as it lies on disk.

    Attributes:
      path: the file model.json.
      fields: its content.
      weights: weights of the layers, one list for each group, in the manifest's order.
      optimizer: weights of the optimizer, which TensorFlow.js writes if it is asked to.
    """

    path: Path
    fields: dict[str, object]
    weights: list[list[Weight]]
    optimizer: list[Weight]

    @property
    def model_config(self) -> dict | None:
        """The topology, `{"class_name": …, "config": …}`; None if there are weights only."""
        topology = self.fields.get("modelTopology")
        if isinstance(topology, dict) and isinstance(topology.get("model_config"), dict):
            return topology["model_config"]
        return topology if isinstance(topology, dict) else None


def open_layers_model(path: Path) -> LayersModelFile:
    """Opens a layers model: model.json, or the directory that holds one.

    Raises:
      InputError: it is missing, no layers model, damaged, or its shards do not fit its manifest.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "model.json"
    what = f"`{path.name}`"
    try:
        if path.stat().st_size > MAX_JSON:
            raise InputError(f"{what} is larger than {MAX_JSON:,} bytes; it is not read.")
        fields = parse_json(path.read_bytes(), what)
    except OSError as error:
        raise InputError(
            f"{what} cannot be opened ({error.strerror}); give the model.json of a layers model."
        ) from None
    if not isinstance(fields, dict) or "weightsManifest" not in fields:
        raise InputError(f"{what} has no `weightsManifest`; give the model.json of a layers model.")
    if fields.get("format") == "graph-model":
        raise InputError(
            f"{what} is a graph model; a layers model is needed, and a graph model cannot be turned into one."
        )
    manifest = fields["weightsManifest"]
    groups = read_weights(manifest, path.parent)
    marks = [
        [isinstance(entry, dict) and entry.get("group") == "optimizer" for entry in group["weights"]]
        for group in manifest
    ]
    weights, optimizer = [], []
    for group, marked in zip(groups, marks, strict=True):
        weights.append([weight for weight, is_optimizer in zip(group, marked, strict=True) if not is_optimizer])
        optimizer += [_state(weight) for weight, is_optimizer in zip(group, marked, strict=True) if is_optimizer]
    return LayersModelFile(path, fields, weights, optimizer)


def _state(weight: Weight) -> Weight:
    """A weight of the optimizer: no variable of the model's, so that no wildcard quantizes it."""
    return dataclasses.replace(weight, is_variable=False, group="optimizer")
