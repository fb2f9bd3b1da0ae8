"""What a rule sees of the layer it rewrites, and the means to build others in its place."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable, Sequence

import numpy as np

from tfjs_convert.layers.model import Call, Layer, Ref, Shape
from tfjs_convert.layers.refuse import UnsupportedLayerError, refuse
from tfjs_convert.weights.weight import Weight

Wiring = Callable[[list[Ref]], list[Ref]]
"""Given the tensors of one call, adds the calls of the new layers and returns the results."""


class Names:
    """Hands out layer names that are unique in one model."""

    def __init__(self, taken: Sequence[str]) -> None:
        self._taken = set(taken)

    def new(self, wish: str) -> str:
        """`wish`, with a number after it if that name is taken."""
        name, number = wish, 1
        while name in self._taken:
            name, number = f"{wish}_{number}", number + 1
        self._taken.add(name)
        return name


class Rewrite:
    """One layer to be rewritten.

    Attributes:
      layer: as Keras wrote it.
      generation: whose definitions hold, Keras 2's or 3's.
      calls: the layer's calls, for rules that need their arguments.
      masked: whether a mask reaches any of its calls.
    """

    def __init__(
        self,
        layer: Layer,
        *,
        generation: int,
        names: Names,
        shapes: list[list[Shape]] | None,
        notes: list[str],
        masked: bool = False,
        part: Callable[[Layer, Shape | None], Layer] | None = None,
    ) -> None:
        self.layer = layer
        self.generation = generation
        self.masked = masked
        self.part = part
        self._names, self._shapes, self._notes = names, shapes, notes
        self._kept = False

    @property
    def config(self) -> dict:
        """The layer's arguments."""
        return self.layer.config

    @property
    def calls(self) -> list[Call]:
        """The layer's calls, as Keras wrote them."""
        return self.layer.calls

    @property
    def kwargs(self) -> dict[str, object]:
        """Keyword arguments, which must be the same in all calls."""
        found = [call.kwargs for call in self.layer.calls] or [{}]
        if any(kwargs != found[0] for kwargs in found):
            raise self.refuse("it is shared between calls with different keyword arguments")
        return found[0]

    def refuse(self, why: str) -> UnsupportedLayerError:
        """The error to raise; `why` says what TensorFlow.js lacks."""
        return refuse(self.layer.name, self.layer.class_name, why)

    def note(self, text: str) -> None:
        """Tells the user, in the info file, what became of the layer."""
        self._notes.append(f"Layer `{self.layer.name}` ({self.layer.class_name}): {text}.")

    def shapes(self) -> list[Shape]:
        """The shapes of the inputs, the batch left open; the same in all calls.

        Raises:
          UnsupportedLayerError: they are not known, or differ.
        """
        if not self._shapes:
            raise self.refuse("the shape of its input is not known, which its translation needs")
        found = [[tuple([None, *shape[1:]]) for shape in call] for call in self._shapes]
        if any(shapes != found[0] for shapes in found):
            raise self.refuse("it is shared between inputs of different shapes, which its translation does not allow")
        return found[0]

    def shape(self) -> Shape:
        """The shape of the only input."""
        return self.shapes()[0]

    def rank(self) -> int | None:
        """The rank of the first input, None if it is not known."""
        return len(self._shapes[0][0]) if self._shapes and self._shapes[0] else None

    def known(self, *axes: int) -> list[int]:
        """Sizes of the input along `axes`.

        Raises:
          UnsupportedLayerError: one of them is open.
        """
        shape = self.shape()
        for axis in axes:
            if shape[axis] is None:
                raise self.refuse(
                    f"its translation needs a fixed size of axis {axis % len(shape)} of its input {list(shape)}"
                )
        return [shape[axis] for axis in axes]

    def with_channels_last(self) -> Rewrite:
        """The same rewrite as it is of a layer that takes channels last."""
        turned = copy.copy(self)
        turned.layer = dataclasses.replace(self.layer, config={**self.config, "data_format": "channels_last"})
        turned._shapes = [[(s[0], *s[2:], s[1]) for s in shapes] for shapes in self._shapes]
        return turned

    def make(
        self,
        class_name: str,
        config: dict | None = None,
        variables: dict[str, Weight] | None = None,
        *,
        role: str | None = None,
        **parts: object,
    ) -> Layer:
        """A new layer: with the old layer's name if `role` is None, else with a name made of it and `role`."""
        if role is None:
            name, self._kept = self.layer.name, True
        else:
            name = self._names.new(f"{self.layer.name}_{role}")
        config = dict(config or {})
        if variables:
            config.setdefault("trainable", self.layer.trainable)
            variables = {key: _renamed(weight, f"{name}/{key}") for key, weight in variables.items()}
        return Layer(name, class_name, config, variables or {}, **parts)

    def keep(self, layer: Layer) -> Layer:
        """Takes a layer that was made elsewhere for one of this rewrite's own."""
        return layer

    def reshape(self, target: Sequence[int | None], role: str = "reshape") -> Layer:
        """A Reshape to `target` (without the batch), at most one size of which is open."""
        if sum(size is None for size in target) > 1:
            raise self.refuse("its translation needs more of its input's sizes to be fixed")
        return self.make("Reshape", {"target_shape": [-1 if size is None else size for size in target]}, role=role)


def call(layer: Layer, *inputs: Ref) -> Ref:
    """Calls `layer` on `inputs`; its first output."""
    layer.calls.append(Call(list(inputs)))
    return Ref(layer, len(layer.calls) - 1)


def chain(*layers: Layer) -> Wiring:
    """Layers one after the other."""

    def wire(inputs: list[Ref]) -> list[Ref]:
        refs = inputs
        for layer in layers:
            refs = [call(layer, *refs)]
        return refs

    return wire


def nothing(inputs: list[Ref]) -> list[Ref]:
    """No layer at all."""
    return inputs


def then(*wirings: Wiring) -> Wiring:
    """Wirings one after the other."""

    def wire(inputs: list[Ref]) -> list[Ref]:
        for wiring in wirings:
            inputs = wiring(inputs)
        return inputs

    return wire


def channels_last(rule: Callable[[Rewrite], Wiring]) -> Callable[[Rewrite], Wiring]:
    """A rule that knows channels last only, for both orders: with a Permute before and after it."""

    def either(r: Rewrite) -> Wiring:
        if r.config.get("data_format") != "channels_first":
            return rule(r)
        rank = len(r.shape())
        before = r.make("Permute", {"dims": [*range(2, rank), 1]}, role="last")
        middle = rule(r.with_channels_last())
        after = r.make("Permute", {"dims": [rank - 1, *range(1, rank - 1)]}, role="first")
        r.note("channels_first is expressed with a Permute before and after it")
        return then(chain(before), middle, chain(after))

    return either


def derive(weight: Weight, shape: Sequence[int], change: Callable[[np.ndarray], np.ndarray]) -> Weight:
    """A weight computed from another when it is written."""
    return Weight(
        weight.name,
        tuple(shape),
        weight.dtype,
        lambda: np.ascontiguousarray(change(weight.load())).reshape(shape),
        weight.is_variable,
    )


def constant(values: np.ndarray | Sequence) -> Weight:
    """A weight of the translation's own, which is no trained variable."""
    return Weight.of("constant", np.asarray(values, dtype=np.float32), is_variable=False)


def _renamed(weight: Weight, name: str) -> Weight:
    return Weight(name, weight.shape, weight.dtype, weight.load, weight.is_variable)


VALID_NAME = re.compile(r"^[A-Za-z0-9][-A-Za-z0-9._/]*$")
"""What TensorFlow.js accepts as part of a weight's name."""
