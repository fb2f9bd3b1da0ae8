"""Writes a rewritten model as the topology and weights that `tf.loadLayersModel` reads."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from tfjs_convert.layers.check import clean
from tfjs_convert.layers.keras_order import sort_layers
from tfjs_convert.layers.model import Layer, Model, Ref, is_chain
from tfjs_convert.layers.names import layer_variables
from tfjs_convert.layers.rewrite.context import VALID_NAME
from tfjs_convert.tables import Tables
from tfjs_convert.weights.weight import Weight


@dataclasses.dataclass(frozen=True)
class Topology:
    """What goes into model.json: the model's configuration, and its weights, one list for each top layer."""

    model_config: dict[str, object]
    weights: list[list[Weight]]


def emit(model: Model, tables: Tables, notes: list[str]) -> Topology:
    """The topology of `model`, whose layers are TensorFlow.js's.

    Raises:
      UnsupportedLayerError: TensorFlow.js does not know a layer or an argument.
    """
    sort_layers(model)
    _rename(model, notes)
    config = _Emitter(tables, notes).model(model, True, inner=False)
    return Topology(config, [list(_weights(layer)) for layer in model.layers])


def _rename(model: Model, notes: list[str]) -> None:
    """Names that the loader accepts, and that no two layers share: weights of nested models lie side by side."""
    taken: set[str] = set()

    def rename(container: Model) -> None:
        for layer in container.layers:
            name = layer.name
            if not VALID_NAME.match(name):
                name = re.sub(r"[^-A-Za-z0-9._/]", "_", name)
                name = name if VALID_NAME.match(name) else f"layer{name}"
            base, number = name, 1
            while name in taken:
                name, number = f"{base}_{number}", number + 1
            taken.add(name)
            if name != layer.name:
                notes.append(
                    f"Layer `{layer.name}` ({layer.class_name}): is named `{name}`, as TensorFlow.js needs "
                    "names that are plain and unique."
                )
                layer.name = name

    models = [model]
    while models:
        current = models.pop(0)
        rename(current)
        for layer in current.layers:
            found = [layer, *layer.children.values()]
            models.extend(part.model for part in found if part.model is not None)


class _Emitter:
    def __init__(self, tables: Tables, notes: list[str]) -> None:
        self._tables, self._notes = tables, notes

    def model(self, model: Model, trainable: bool, inner: bool) -> dict[str, object]:
        trainable = trainable and bool(model.trainable)
        if model.kind == "sequential" and is_chain(model):
            layers = [self.layer(layer, trainable, inner) for layer in model.layers]
            return {"class_name": "Sequential", "config": {"name": model.name, "layers": layers}}
        numbers = _numbers(model)

        def triple(ref: Ref) -> list[object]:
            return [ref.layer.name, numbers[ref.layer, ref.call], ref.tensor]

        layers = []
        for layer in model.layers:
            calls = sorted(range(len(layer.calls)), key=lambda index, layer=layer: numbers[layer, index])
            inbound = [
                [[*triple(ref), {}] for ref in layer.calls[index].inputs]
                for index in calls
                if layer.calls[index].inputs
            ]
            layers.append({**self.layer(layer, trainable, inner), "name": layer.name, "inbound_nodes": inbound})
        config = {
            "name": model.name,
            "layers": layers,
            "input_layers": [triple(ref) for ref in model.inputs],
            "output_layers": [triple(ref) for ref in model.outputs],
        }
        return {"class_name": "Functional", "config": config}

    def layer(self, layer: Layer, trainable: bool, inner: bool) -> dict[str, object]:
        if layer.model is not None:
            nested = self.model(layer.model, trainable and layer.trainable, inner=True)
            nested["config"]["name"] = layer.name
            return nested
        config = clean(layer, self._tables, self._notes)
        if inner:
            config = _quickly_initialized(config)
        if not trainable and "trainable" in config:
            config["trainable"] = False
        cells = []
        for role, child in layer.children.items():
            if role == "backward_layer":
                continue
            if role.startswith("cells/"):
                cells.append(self.layer(child, trainable and layer.trainable, inner=True))
            else:
                config[role] = self.layer(child, trainable and layer.trainable, inner=True)
        if cells:
            config["cells"] = cells
        return {"class_name": layer.class_name, "config": config}


def _quickly_initialized(config: dict[str, object]) -> dict[str, object]:
    """Layers inside others are initialized even where weights follow; Orthogonal is slow, and fails in lean bundles."""
    stand_in = {"class_name": "GlorotUniform", "config": {"seed": None}}
    return {
        key: stand_in if isinstance(value, dict) and value.get("class_name") == "Orthogonal" else value
        for key, value in config.items()
    }


def _numbers(model: Model) -> dict[tuple[Layer, int], int]:
    """The number that each call has once the loader has made it.

    The loader goes through the layers again and again, and each time makes every call whose inputs exist
    (tfjs-layers `Container.fromConfig`). A nested model has a node 0 of its own from the start.
    """
    numbers: dict[tuple[Layer, int], int] = {}
    made = {layer: int(layer.model is not None) for layer in model.layers}
    waiting = {layer: list(range(len(layer.calls))) for layer in model.layers}
    progress = True
    while progress:
        progress = False
        for layer in model.layers:
            later = []
            for index in waiting[layer]:
                if all((ref.layer, ref.call) in numbers for ref in layer.calls[index].inputs):
                    numbers[layer, index] = made[layer]
                    made[layer] += 1
                    progress = True
                else:
                    later.append(index)
            waiting[layer] = later
    return numbers


def _weights(layer: Layer) -> Iterator[Weight]:
    """The layer's weights under the names that TensorFlow.js gives its variables."""
    for owner, role, name in layer_variables(layer):
        yield dataclasses.replace(owner.variables[role], name=name)
