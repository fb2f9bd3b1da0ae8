"""Keras 2 `.h5` files written by hand, for tests that need no Keras."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

Config = dict[str, object]


def layer(class_name: str, name: str, inbound: list | None = None, **config: object) -> Config:
    """One layer's entry; `inbound` lists, for each call, the names or [name, node, tensor] it reads."""
    entry: Config = {"class_name": class_name, "config": {"name": name, **config}}
    if inbound is not None:
        entry["name"] = name
        entry["inbound_nodes"] = [[[r, 0, 0, {}] if isinstance(r, str) else [*r, {}] for r in call] for call in inbound]
    return entry


def input_layer(name: str, shape: list, functional: bool = False) -> Config:
    """An input layer, `shape` without the batch."""
    config = {"batch_input_shape": [None, *shape], "dtype": "float32"}
    return layer("InputLayer", name, [] if functional else None, **config)


def sequential(*layers: Config, name: str = "sequential") -> Config:
    """A Sequential model's configuration."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def functional(layers: list[Config], inputs: list[str], outputs: list, name: str = "model") -> Config:
    """A functional model's configuration."""
    config = {
        "name": name,
        "layers": layers,
        "input_layers": [[i, 0, 0] for i in inputs],
        "output_layers": [[o, 0, 0] if isinstance(o, str) else o for o in outputs],
    }
    return {"class_name": "Functional", "config": config}


def write_h5(
    path: Path,
    config: Config,
    weights: Mapping[str, Mapping[str, np.ndarray]] | None = None,
    training: Config | None = None,
) -> Path:
    """Writes the file: `weights` by top layer, then by full name."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        group = file.create_group("model_weights")
        for name, arrays in (weights or {}).items():
            folder = group.create_group(name)
            folder.attrs["weight_names"] = [f"{key}:0".encode() for key in arrays]
            for key, array in arrays.items():
                folder.create_dataset(f"{key}:0", data=array)
    return path


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """Random float32 numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)
