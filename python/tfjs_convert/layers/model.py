"""A model of layers, whatever file it came from.

Layers are nodes that may be called several times (shared layers); a `Ref` names one output tensor of one call.
Sequential and functional models have the same form here; `kind` only remembers how a model was written, so that it
can be written so again.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping

from tfjs_convert.weights.weight import Weight

Shape = tuple[int | None, ...]


@dataclasses.dataclass(frozen=True)
class Ref:
    """Output tensor number `tensor` of call number `call` of `layer`."""

    layer: Layer
    call: int = 0
    tensor: int = 0


@dataclasses.dataclass(eq=False)
class Call:
    """One use of a layer: the tensors it takes, in order, keyword arguments that are plain values, and tensors
    given as masks.
    """

    inputs: list[Ref]
    kwargs: dict[str, object] = dataclasses.field(default_factory=dict)
    masks: list[Ref] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(eq=False)
class Layer:
    """A layer with its configuration and weights.

    Attributes:
      name: unique within its model.
      class_name: the class in Keras's (before rewriting) or TensorFlow.js's (after it) vocabulary.
      config: the class's arguments in Python spelling, without `name`.
      variables: own weights by role (`kernel`, `moving_mean`, …), in the order of creation.
      children: layers inside a wrapper by role (`layer`, `forward_layer`, `backward_layer`, `cell`, `cells/0`, …).
      model: for a nested model, its content.
      calls: its uses in the model that holds it.
      op: whether it is a bare operation of Keras's (`keras.ops`, `tf.math`), and not a layer class.
    """

    name: str
    class_name: str
    config: dict[str, object]
    variables: dict[str, Weight] = dataclasses.field(default_factory=dict)
    children: dict[str, Layer] = dataclasses.field(default_factory=dict)
    model: Model | None = None
    calls: list[Call] = dataclasses.field(default_factory=list)
    op: bool = False

    @property
    def trainable(self) -> bool:
        """Whether training changes the layer's weights."""
        return bool(self.config.get("trainable", True))


@dataclasses.dataclass(eq=False)
class Model:
    """Layers and their wiring. `kind` is `sequential` or `functional`."""

    name: str
    kind: str
    layers: list[Layer]
    inputs: list[Ref]
    outputs: list[Ref]
    trainable: bool = True

    def walk(self) -> Iterator[Layer]:
        """Every layer, those of nested models and wrappers included, each before its parts."""
        for layer in self.layers:
            yield from walk_layer(layer)


def walk_layer(layer: Layer) -> Iterator[Layer]:
    """`layer` and everything inside it."""
    yield layer
    for child in layer.children.values():
        yield from walk_layer(child)
    if layer.model is not None:
        yield from layer.model.walk()


def schedule(model: Model) -> list[tuple[Layer, int]]:
    """All calls in an order in which each comes after what it reads.

    Raises:
      ValueError: a call reads something that no call gives (a cycle, or a reference out of the model).
    """
    done: set[tuple[Layer, int]] = set()
    order: list[tuple[Layer, int]] = []
    waiting = [(layer, index) for layer in model.layers for index in range(len(layer.calls))]
    while waiting:
        later = []
        for layer, index in waiting:
            if all((ref.layer, ref.call) in done for ref in layer.calls[index].inputs):
                done.add((layer, index))
                order.append((layer, index))
            else:
                later.append((layer, index))
        if len(later) == len(waiting):
            raise ValueError(f"layer `{waiting[0][0].name}` reads a tensor that no layer gives")
        waiting = later
    return order


def is_chain(model: Model) -> bool:
    """Whether a model is an input layer and layers one after the other, each called once."""
    layers = model.layers
    if (
        len(layers) < 2
        or layers[0].class_name != "InputLayer"
        or model.inputs != [Ref(layers[0])]
        or model.outputs != [Ref(layers[-1])]
    ):
        return False
    return all(
        len(layer.calls) == 1 and layer.calls[0].inputs == [Ref(before)] for before, layer in itertools.pairwise(layers)
    )


def plain(config: Mapping[str, object], *without: str) -> dict[str, object]:
    """`config` without some keys."""
    return {key: value for key, value in config.items() if key not in without}
