"""Reports on Keras's models: layers, parameters, training, and what layers models cannot express."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tfjs_convert import tables
from tfjs_convert.errors import InputError
from tfjs_convert.inspect.values import Values, totals, weight
from tfjs_convert.layers.bind import bind_groups, bind_store
from tfjs_convert.layers.emit import emit
from tfjs_convert.layers.keras_config import parse_model
from tfjs_convert.layers.model import Layer, Model
from tfjs_convert.layers.refuse import UnsupportedLayerError
from tfjs_convert.layers.rewrite import RULES, rewrite
from tfjs_convert.layers_conversion import plain_tensor, tensors, way_out
from tfjs_convert.sources.keras_file import KerasFile, open_keras_file


def report(path: Path) -> Values:
    """The report on a Keras file.

    Raises:
      InputError: it is damaged, unsafe, or none of Keras's.
    """
    source = open_keras_file(path)
    try:
        return of_keras(source, path.name)
    finally:
        source.close()


def of_saved_model(path: Path) -> Values:
    """The layers in a SavedModel that Keras 2 saved; `problem` if there are none in it."""
    # SavedModels need TensorFlow's messages, which files do not.
    from tfjs_convert.sources.keras_saved_model import open_keras_saved_model

    try:
        return of_keras(open_keras_saved_model(path), path.name)
    except InputError as error:
        return {"problem": str(error)}


def of_keras(source: KerasFile, name: str) -> Values:
    """The report on an open file, with one entry for each layer."""
    found: Values = {
        "keras_version": source.keras_version,
        "generation": source.generation,
        "training": _training(source),
    }
    if source.config is None:
        weights = [_weight(each) for _, group in source.groups for each in group]
        return {**found, "layers": [], "weights": weights, **totals(weights), "problem": "It holds weights only."}
    try:
        model = parse_model(source.config, f"`{name}`")
        if source.store is not None:
            bind_store(model, source.store.root, source.store.child, source.store.weight, f"`{name}`")
        else:
            bind_groups(model, source.groups, f"`{name}`")
    except UnsupportedLayerError as error:
        return {
            **found,
            "layers": list(_from_config(source.config)),
            "conversion": {"possible": False, "problem": f"{error} {way_out(name, source.kind)}"},
        }
    layers = [_layer(layer) for layer in model.walk()]
    weights = [_weight(each, f"{layer.name}/") for layer in model.walk() for each in layer.variables.values()]
    operations = dict(sorted(Counter(layer["class"] for layer in layers).items()))
    return {
        **found,
        "model": {"name": model.name, "form": model.kind},
        "layers": layers,
        "operations": operations,
        "weights": weights,
        **totals(weights),
        **_conversion(model, source, name),
    }


def _conversion(model: Model, source: KerasFile, name: str) -> Values:
    """What `tfjs_layers_model` makes of it, and its inputs and outputs."""
    lacking = sorted({layer.class_name for layer in model.walk() if not _is_known(layer)})
    notes: list[str] = []
    try:
        rewritten, notes = rewrite(model, source.generation)
        emit(rewritten, tables.load(), notes)
        inputs, outputs = tensors(rewritten)
    except UnsupportedLayerError as error:
        problem = f"{error} {way_out(name, source.kind)}"
        return {"conversion": {"possible": False, "problem": problem, "lacking": lacking}}
    return {
        "inputs": [plain_tensor(each) for each in inputs],
        "outputs": [plain_tensor(each) for each in outputs],
        "conversion": {"possible": True, "lacking": [], "notes": list(dict.fromkeys(notes))},
    }


def _is_known(layer: Layer) -> bool:
    return layer.model is not None or layer.op or layer.class_name in RULES or layer.class_name in tables.load().classes


def _layer(layer: Layer) -> Values:
    return {
        "name": layer.name,
        "class": layer.class_name,
        "trainable": layer.trainable,
        "parameters": sum(math.prod(each.shape) for each in layer.variables.values()),
        "shape": layer.config.get("batch_input_shape"),
    }


def _weight(each: object, prefix: str = "") -> Values:
    name = each.name if not prefix or each.name.startswith(prefix) else prefix + each.name
    return weight(name, each.dtype, each.shape)


def _from_config(config: object) -> Iterator[Values]:
    """Layers of a configuration that is no model of layers as a whole."""
    inner = config.get("config") if isinstance(config, dict) else None
    entries = inner.get("layers", []) if isinstance(inner, dict) else inner if isinstance(inner, list) else []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            options = entry.get("config") if isinstance(entry.get("config"), dict) else {}
            yield {"name": str(options.get("name") or entry.get("name")), "class": str(entry.get("class_name"))}
            yield from _from_config(entry)


def _training(source: KerasFile) -> Values | None:
    """Optimizer, loss and metrics as the file tells them."""
    config = source.training_config or source.compile_config
    if not config:
        return None
    optimizer = config.get("optimizer_config") or config.get("optimizer")
    name = optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer
    return {"optimizer": name, "loss": config.get("loss"), "metrics": config.get("metrics")}
