"""Gives each layer its weights, from either layout of Keras's HDF5 files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator, Sequence

import h5py

from tfjs_convert.errors import InputError
from tfjs_convert.layers.model import Layer, Model, walk_layer
from tfjs_convert.layers.refuse import refuse
from tfjs_convert.layers.variables import HIDDEN_CELL, WEIGHTLESS_STATE, Slot, slots
from tfjs_convert.weights.weight import Weight


@dataclasses.dataclass(frozen=True)
class _Place:
    layer: Layer
    slot: Slot
    trainable: bool


def bind_groups(model: Model, groups: Sequence[tuple[str, list[Weight]]], what: str) -> None:
    """Binds weights of the old layout: by top layer, and within it in the order trainable, then not.

    Raises:
      InputError: weights are missing, too many, or of other names than the layer's.
    """
    found = {name: weights for name, weights in groups if weights}
    for layer in model.layers:
        weights = [w for w in found.pop(layer.name, []) if not _is_state(w.name)]
        _bind_layer(layer, weights, what)
    left = [name for name in found if name != "top_level_model_weights"]
    if left:
        raise InputError(f"{what} holds weights of a layer `{left[0]}` that its configuration does not have.")


def _bind_layer(layer: Layer, weights: list[Weight], what: str) -> None:
    places = list(_places(layer, True))
    unknown = [part for part in walk_layer(layer) if slots(part) is None]
    if unknown:
        raise _unknown_weights(unknown[0])
    ordered = [p for p in places if p.trainable] + [p for p in places if not p.trainable]
    if len(weights) < len(ordered):
        # Counters and the like are not in every file.
        ordered = [p for p in ordered if not p.slot.optional]
    matched = _by_order(ordered, weights) or _by_name(ordered, weights)
    if matched is None and not ordered and weights:
        raise _unknown_weights(layer)
    if matched is None:
        have = ", ".join(f"`{w.name}`" for w in weights[:4]) or "none"
        need = ", ".join(f"`{p.layer.name}/{p.slot.role}`" for p in ordered[:4]) or "none"
        raise InputError(
            f"{what}: layer `{layer.name}` ({layer.class_name}) needs {len(ordered)} weights ({need}), the file has "
            f"{len(weights)} for it ({have})."
        )
    for place, weight in matched:
        _put(place.layer, place.slot.role, weight)


def _places(layer: Layer, trainable: bool) -> Iterator[_Place]:
    trainable = trainable and layer.trainable
    for slot in slots(layer) or []:
        yield _Place(layer, slot, trainable and slot.trainable)
    for child in layer.children.values():
        yield from _places(child, trainable)
    if layer.class_name == "Bidirectional" and "backward_layer" not in layer.children:
        yield from _places(backward(layer), trainable)
    if layer.model is not None:
        for inner in layer.model.layers:
            yield from _places(inner, trainable and bool(layer.model.trainable))


def backward(layer: Layer) -> Layer:
    """The backward half of a Bidirectional, which Keras 2 writes only where it is not the forward half turned round."""
    forward = layer.children["layer"]
    config = {**forward.config, "go_backwards": not forward.config.get("go_backwards", False)}
    layer.children["backward_layer"] = _unbound(forward, config)
    return layer.children["backward_layer"]


def _unbound(layer: Layer, config: dict) -> Layer:
    """A layer of the same kind, cells included, without weights."""
    cells = {role: _unbound(cell, cell.config) for role, cell in layer.children.items()}
    return Layer(layer.name, layer.class_name, config, children=cells)


def _by_order(places: list[_Place], weights: list[Weight]) -> list[tuple[_Place, Weight]] | None:
    if len(places) != len(weights):
        return None
    if all(_fits(place, weight) for place, weight in zip(places, weights, strict=True)):
        return list(zip(places, weights, strict=True))
    return None


def _by_name(places: list[_Place], weights: list[Weight]) -> list[tuple[_Place, Weight]] | None:
    """Where the order is not Keras's: by the last two parts of the name, if that is unique."""
    matched = []
    for place in places:
        fitting = [w for w in weights if _fits(place, w) and place.layer.name in w.name.split("/")[:-1]]
        if len(fitting) != 1:
            return None
        matched.append((place, fitting[0]))
    return matched if len({id(w) for _, w in matched}) == len(weights) else None


def _fits(place: _Place, weight: Weight) -> bool:
    leaf = re.sub(r"(_\d+)?(:\d+)?$", "", weight.name.rsplit("/", 1)[-1])
    known = (place.slot.role, *place.slot.aliases)
    # Keras 1 wrote `convolution2d_1_W`.
    return (
        leaf in known or any(leaf.endswith(f"_{name}") for name in known) or leaf.startswith(("variable", "Variable"))
    )


def bind_store(model: Model, root: h5py.Group, child: Callable, weight: Callable, what: str) -> None:
    """Binds weights of the new layout, whose folders follow the model's structure and are named after classes.

    Args:
      model: gets its layers' `variables`.
      root: the store's top folder.
      child: `(group, path) -> group | dataset | None`, safe.
      weight: `(dataset, name) -> Weight`.
      what: the file, for messages.

    Raises:
      InputError: a layer's weights are missing.
    """
    _Store(child, weight, what).bind_model(model, root)


class _Store:
    def __init__(self, child: Callable, weight: Callable, what: str) -> None:
        self._child, self._weight, self._what = child, weight, what

    def bind_model(self, model: Model, folder: h5py.Group) -> None:
        container = self._child(folder, "layers")
        if container is None:
            container = self._child(folder, "_layer_checkpoint_dependencies")
        names: dict[str, int] = {}
        for layer in model.layers:
            self.bind(layer, container and self._child(container, unique(snake_case(layer.class_name), names)))

    def bind(self, layer: Layer, folder: h5py.Group | None) -> None:
        if layer.model is not None:
            self.bind_model(layer.model, self._required(layer, folder))
            return
        own = slots(layer)
        if own is None:
            raise _unknown_weights(layer)
        if own:
            base = self._child(folder, "cell") if folder is not None and layer.class_name in HIDDEN_CELL else folder
            self._bind_own(layer, own, self._required(layer, base))
        if layer.class_name == "Bidirectional":
            if "backward_layer" not in layer.children:
                backward(layer)
            self.bind(layer.children["layer"], folder and self._child(folder, "forward_layer"))
            self.bind(layer.children["backward_layer"], folder and self._child(folder, "backward_layer"))
            return
        names: dict[str, int] = {}
        for role, part in layer.children.items():
            path = f"cells/{unique(snake_case(part.class_name), names)}" if role.startswith("cells/") else role
            # Keras 2 has `_query_dense` where Keras 3 has `query_dense`.
            inner = folder and (self._child(folder, path) or self._child(folder, f"_{path}"))
            self.bind(part, inner)

    def _bind_own(self, layer: Layer, own: list[Slot], folder: h5py.Group) -> None:
        stored = self._child(folder, "vars")
        datasets = {} if stored is None else {key: self._child(stored, key) for key in stored}
        present = [slot for slot in own if not slot.optional] if len(datasets) < len(own) else own
        for index, slot in enumerate(present):
            dataset = datasets.get(str(index), datasets.get(slot.role))
            if not isinstance(dataset, h5py.Dataset):
                raise InputError(
                    f"{self._what}: the weight `{slot.role}` of layer `{layer.name}` ({layer.class_name}) is "
                    "not in the file."
                )
            _put(layer, slot.role, self._weight(dataset, f"{layer.name}/{slot.role}"))

    def _required(self, layer: Layer, folder: h5py.Group | None) -> h5py.Group:
        if folder is None:
            raise InputError(
                f"{self._what}: the weights of layer `{layer.name}` ({layer.class_name}) are not in the file."
            )
        return folder


def snake_case(name: str) -> str:
    """A class's folder name, as Keras makes it: `Conv2DTranspose` is `conv2d_transpose`, `LSTMCell` is `lstm_cell`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def unique(name: str, used: dict[str, int]) -> str:
    """`name`, numbered from the second on, as Keras numbers the folders of layers of one class."""
    count = used.get(name)
    used[name] = 0 if count is None else count + 1
    return name if count is None else f"{name}_{used[name]}"


def _put(layer: Layer, role: str, weight: Weight) -> None:
    layer.variables[role] = dataclasses.replace(weight, name=f"{layer.name}/{role}")


def _is_state(name: str) -> bool:
    return any(part in name for part in WEIGHTLESS_STATE)


def _unknown_weights(layer: Layer) -> Exception:
    return refuse(layer.name, layer.class_name, "TensorFlow.js has no such layer")
