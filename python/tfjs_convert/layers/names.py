"""The names under which TensorFlow.js keeps a model's variables, and finding weights by them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from tfjs_convert.errors import InputError
from tfjs_convert.layers.bind import backward
from tfjs_convert.layers.model import Layer, Model
from tfjs_convert.layers.variables import slots
from tfjs_convert.weights.weight import Weight


def bind_names(model: Model, weights: Mapping[str, Weight], what: str) -> None:
    """Gives each layer of a layers model its weights, as `tf.loadLayersModel` does: by name, with or without the
    cell's name.

    Raises:
      InputError: a weight is missing, or belongs to no layer.
    """
    places = {name: (layer, role) for layer, role, name in variables(model)}
    for name, weight in weights.items():
        place = places.pop(name, None)
        if place is None:
            parts = name.split("/")
            place = places.pop("/".join([*parts[:-2], parts[-1]]), None)
        if place is None:
            raise InputError(f"{what} holds a weight `{name}` that none of its layers has.")
        layer, role = place
        layer.variables[role] = dataclasses.replace(weight, name=f"{layer.name}/{role}")
    if places:
        raise InputError(f"{what} lacks the weight `{next(iter(places))}`.")


def variables(model: Model) -> Iterator[tuple[Layer, str, str]]:
    """Every variable of a model in TensorFlow.js: its layer, role and name."""
    for layer in model.layers:
        yield from layer_variables(layer)


def layer_variables(layer: Layer) -> Iterator[tuple[Layer, str, str]]:
    """The variables of one top layer, likewise."""
    if layer.model is not None:
        yield from variables(layer.model)
    else:
        yield from _scoped(layer, layer.name)


def _scoped(layer: Layer, scope: str) -> Iterator[tuple[Layer, str, str]]:
    """The layer's variables when it is built in `scope`."""
    if layer.model is not None:
        # A nested model is built before it is wrapped, and in no scope.
        yield from variables(layer.model)
        return
    for slot in slots(layer) or []:
        if not slot.optional:
            yield layer, slot.role, f"{scope}/{slot.role}"
    if layer.class_name == "Bidirectional":
        inner = layer.children["layer"].name
        if "backward_layer" not in layer.children:
            backward(layer)
        yield from _scoped(layer.children["layer"], f"{scope}/forward_{inner}")
        yield from _scoped(layer.children["backward_layer"], f"{scope}/backward_{inner}")
        return
    for role, child in layer.children.items():
        # Cells and wrapped layers are built without a scope of their own, stacked cells in numbered ones.
        yield from _scoped(
            child, f"{scope}/RNNCell_{role.removeprefix('cells/')}" if role.startswith("cells/") else scope
        )
