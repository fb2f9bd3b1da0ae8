"""The state of Keras's optimizers as TensorFlow.js keeps it, so that training goes on where it was.

Keras lists a state's variables after the step's number (and, from Keras 3 on, the learning rate), by place only: all
slots of one variable and then those of the next, or one slot of every variable and then the next slot (`build` of each
class in Keras 2's and 3's `optimizers`). TensorFlow.js takes them by place, too, one slot after the other, in the order
in which it collects a model's trainable variables (`setWeights` in tfjs-core's `optimizers`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.layers.model import Layer, Model
from tfjs_convert.layers.names import layer_variables
from tfjs_convert.layers.variables import slots
from tfjs_convert.weights.weight import Weight

GROUP = "optimizer"

_SLOTS = {
    "SGD": (),
    "Momentum": ("momentum",),
    "Adam": ("m", "v"),
    "Adagrad": ("accumulator",),
    "Adadelta": ("accum_grad", "accum_var"),
}


@dataclasses.dataclass(frozen=True)
class _Kind:
    """What an optimizer keeps for each variable, in Keras's order and under TensorFlow.js's names.

    Attributes:
      names: the slots that TensorFlow.js takes.
      kept: those of them that Keras keeps, in its order.
      together: whether Keras keeps all slots of one variable together.
    """

    names: tuple[str, ...]
    kept: tuple[str, ...]
    together: bool = True


def trainable_weights(model: Model) -> Iterator[tuple[str, Weight]]:
    """Name and value of each variable that training changes, in the order in which both Keras and TensorFlow.js
    collect them.

    Names are those in TensorFlow.js.
    """
    for layer in model.layers if model.trainable else ():
        if not layer.trainable:
            continue
        for owner, role, name in layer_variables(layer):
            if owner.trainable and _slot_is_trainable(owner, role):
                yield name, owner.variables[role]


def _slot_is_trainable(layer: Layer, role: str) -> bool:
    return next(slot.trainable for slot in slots(layer) or [] if slot.role == role)


def convert_state(
    stored: Sequence[Weight],
    optimizer: Mapping[str, object],
    before: Sequence[Weight],
    after: Sequence[tuple[str, Weight]],
    what: str,
) -> list[Weight]:
    """The state as weights of TensorFlow.js's optimizer.

    Args:
      stored: the state in Keras's order; its first entry is the number of steps.
      optimizer: `optimizer_config` of TensorFlow.js's training configuration.
      before: Keras's trainable variables, as in the file, in Keras's order.
      after: names and values of the model's trainable variables in TensorFlow.js, in its order.
      what: the model, for messages.

    Raises:
      InputError: the state does not fit the variables.
      UnsupportedError: TensorFlow.js cannot be given the state, or a layer was replaced by others.
    """
    name, config = str(optimizer["class_name"]), optimizer["config"]
    kind = _kind(name, config, what)
    # A variable that is passed on as it is keeps its `load`, whatever it is called.
    places = {weight.load: place for place, weight in enumerate(before)}
    for js_name, weight in after:
        if weight.load not in places:
            raise UnsupportedError(
                f"{what}: keep_optimizer is set, and the variable `{js_name}` is not one of Keras's as it is, but "
                "computed from them, so that its state is not known; drop keep_optimizer."
            )
    entries = _by_slot(stored, kind, before, what)
    result = [Weight.of("iter", np.asarray(stored[0].load(), np.int32), False)]
    for slot in kind.names:
        for js_name, weight in after:
            result.append(_slot(entries, slot, places[weight.load], weight, f"{js_name}/{slot}", name, config))
    return [dataclasses.replace(weight, is_variable=False, group=GROUP) for weight in result]


def _kind(name: str, config: Mapping[str, object], what: str) -> _Kind:
    if name in _SLOTS:
        return _Kind(_SLOTS[name], _SLOTS[name])
    if name == "RMSProp":
        mean = ("mg",) if config.get("centered") else ()
        momentum = ("momentum",) if config.get("momentum") else ()
        return _Kind(("rms", "momentum", *mean), ("rms", *momentum, *mean), together=False)
    raise UnsupportedError(
        f"{what}: keep_optimizer is set, and TensorFlow.js cannot be given the state of the optimizer {name}; drop "
        "keep_optimizer, and training starts afresh."
    )


def _by_slot(
    stored: Sequence[Weight], kind: _Kind, before: Sequence[Weight], what: str
) -> dict[tuple[str, int], Weight]:
    """The state of each slot and place of a variable."""
    steps, rest, count, names = stored[0], list(stored[1:]), len(before), kind.kept
    if not names:
        # Keras 2 keeps slots for plain descent, too, and never fills them.
        return {}
    if len(rest) == count * len(names) + 1 and rest[0].shape == ():
        # Keras 3's learning rate, which the configuration has, too.
        rest = rest[1:]
    if steps.shape != () or len(rest) != count * len(names):
        raise InputError(
            f"{what}: its optimizer's state has {len(stored)} entries, which do not fit {count} trainable variables; "
            "save the model again after training, or drop keep_optimizer."
        )
    # The former optimizers of Keras 2 (`optimizers.legacy`) keep one slot after the other always.
    together = kind.together and steps.name.rpartition("/")[2] != "iter"
    found = {}
    for index, weight in enumerate(rest):
        place, slot = divmod(index, len(names)) if together else reversed(divmod(index, count))
        if weight.shape != before[place].shape:
            raise InputError(
                f"{what}: its optimizer's state for `{before[place].name}` has shape {list(weight.shape)}, and the "
                f"variable {list(before[place].shape)}; save the model again after training, or drop keep_optimizer."
            )
        found[names[slot], place] = weight
    return found


def _slot(
    entries: Mapping[tuple[str, int], Weight],
    slot: str,
    place: int,
    variable: Weight,
    js_name: str,
    optimizer: str,
    config: Mapping[str, object],
) -> Weight:
    entry = entries.get((slot, place))
    if entry is None:
        return Weight.of(js_name, np.zeros(variable.shape, np.float32))
    if optimizer == "Momentum":
        # Keras's velocity holds the step itself, TensorFlow.js's the gradient: v = m v - rate g, and a = m a + g.
        rate = float(config["learning_rate"])
        return dataclasses.replace(
            entry, name=js_name, load=lambda: (entry.load() / np.float32(-rate)).astype(np.float32)
        )
    return dataclasses.replace(entry, name=js_name)
