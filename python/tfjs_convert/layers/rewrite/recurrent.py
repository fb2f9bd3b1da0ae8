"""Rules for recurrent layers, their cells, and wrappers."""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Call, Layer, Model, Ref, plain
from tfjs_convert.layers.rewrite.activations import DIRECT, read
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, derive
from tfjs_convert.layers.shapes import UnknownShapeError, output_shapes
from tfjs_convert.weights.weight import Weight

GATES = {"LSTM": (True, True, False, True), "GRU": (True, True, False), "ConvLSTM2D": (True, True, False, True)}
"""Which blocks of a layer's kernels feed gates (`recurrent_activation`) and not the candidate, in Keras's order: i
f c o; z r h.
"""

OURS = 0.2
THEIRS = 1 / 6
"""Slopes of hard_sigmoid: TensorFlow.js and Keras 2 have clip(0.2 x + 0.5), Keras 3 has clip(x / 6 + 0.5)."""

LAYER_OF_CELL = {"LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN", "ConvLSTM2DCell": "ConvLSTM2D"}


def recurrent(r: Rewrite) -> Wiring:
    """SimpleRNN, LSTM, GRU, ConvLSTM2D and RNN around cells, with or without an initial state."""
    _check_calls(r)
    return _wire_all(_translate(r, r.layer, r.layer.name), r)


def _check_calls(r: Rewrite) -> None:
    if r.masked and r.layer.class_name == "ConvLSTM2D":
        raise r.refuse("a mask reaches it, which TensorFlow.js cannot apply there")
    if r.masked and r.config.get("zero_output_for_mask") and r.config.get("return_sequences"):
        raise r.refuse("it gives zeros for masked steps, where TensorFlow.js repeats the last output")


def _wire_all(layer: Layer, r: Rewrite) -> Wiring:
    try:
        count = len(output_shapes(layer, r.shapes()[:1])) if r.rank() is not None else 8
    except UnknownShapeError:
        count = 8

    def wire(inputs: list[Ref]) -> list[Ref]:
        first = call(layer, *inputs)
        return [Ref(layer, first.call, n) for n in range(count)]

    return wire


def _translate(r: Rewrite, layer: Layer, name: str) -> Layer:
    """A recurrent layer or a cell, with activations that TensorFlow.js has and the weights that go with them."""
    config = dict(layer.config)
    kind = LAYER_OF_CELL.get(layer.class_name, layer.class_name)
    if config.get("time_major"):
        raise r.refuse("TensorFlow.js has no time_major")
    if kind == "GRU" and config.get("reset_after", r.generation == 3):
        raise r.refuse(
            "reset_after=True, Keras's default, applies the reset gate after the matrix product, and "
            "TensorFlow.js only before it"
        )
    if kind in ("StackedRNNCells", "RNN"):
        if kind == "RNN" and _states_differ(layer, r):
            raise r.refuse("TensorFlow.js orders the states of stacked cells in reverse")
        children = {role: _translate(r, child, child.name) for role, child in layer.children.items()}
        return _new(r, layer, name, config, {}, children)
    if kind not in ("SimpleRNN", "LSTM", "GRU", "ConvLSTM2D"):
        raise r.refuse(f"TensorFlow.js has no recurrent layer or cell {layer.class_name}")
    if kind == "ConvLSTM2D" and config.get("data_format") == "channels_first":
        raise r.refuse("channels_first has no translation there")
    config["activation"] = _direct(
        r, config.get("activation"), "activation", ("tanh" if "activation" not in config else None)
    )
    variables = dict(layer.variables)
    if kind != "SimpleRNN":
        gate, scaled = _gate(r, config.get("recurrent_activation"))
        config["recurrent_activation"] = gate
        if scaled:
            r.note("its weights for gates are scaled by 5/6, which turns TensorFlow.js's hard_sigmoid into Keras 3's")
            variables = {key: _scaled(weight, GATES[kind]) for key, weight in variables.items()}
    return _new(r, layer, name, config, variables, {})


def _new(
    r: Rewrite, old: Layer, name: str, config: dict, variables: dict[str, Weight], children: dict[str, Layer]
) -> Layer:
    made = r.make(old.class_name, plain(config, "reset_after", "time_major", "zero_output_for_mask"), variables)
    made.name, made.children = name, children
    return made


def _states_differ(layer: Layer, r: Rewrite) -> bool:
    cell = layer.children.get("cell")
    if cell is None or cell.class_name != "StackedRNNCells" or len(cell.children) < 2:
        return False
    return bool(layer.config.get("return_state")) or any(len(c.inputs) > 1 for c in r.calls)


def _direct(r: Rewrite, value: object, what: str, default: str | None) -> str:
    if default is not None:
        return default
    name, _ = read(r, value)
    if name in DIRECT and name not in ("softmax", "log_softmax"):
        return DIRECT[name]
    if name in ("softmax", "log_softmax") or (name == "hard_sigmoid" and r.generation == 2):
        return name
    raise r.refuse(f"TensorFlow.js has no {what} `{name}` for the inside of a recurrent layer")


def _gate(r: Rewrite, value: object) -> tuple[str, bool]:
    name, _ = read(r, value)
    if name == "hard_sigmoid" and r.generation == 3:
        return "hard_sigmoid", True
    return _direct(r, value, "recurrent_activation", None), False


def _scaled(weight: Weight, gates: tuple[bool, ...]) -> Weight:
    def scale(array: np.ndarray) -> np.ndarray:
        size = array.shape[-1] // len(gates)
        factors = np.repeat(np.where(gates, THEIRS / OURS, 1.0), size)
        return (array * factors).astype(array.dtype)

    return derive(weight, weight.shape, scale)


def bidirectional(r: Rewrite) -> Wiring:
    """Bidirectional, whose backward half must be the forward half turned round: TensorFlow.js makes it so itself."""
    forward, backward = r.layer.children["layer"], r.layer.children.get("backward_layer")
    if forward.class_name == "RNN":
        # TensorFlow.js cannot load RNN in there, but the layer that is RNN around one cell.
        forward, backward = _of_one_cell(r, forward), backward and _of_one_cell(r, backward)
    if forward.class_name not in ("SimpleRNN", "LSTM", "GRU"):
        raise r.refuse(f"TensorFlow.js has no bidirectional {forward.class_name}")
    if backward is not None and not _mirrored(forward, backward):
        raise r.refuse(
            "its backward layer is not its forward layer turned round, which is all that TensorFlow.js can make"
        )
    if r.masked and forward.config.get("return_sequences") and forward.config.get("zero_output_for_mask"):
        raise r.refuse("it gives zeros for masked steps, where TensorFlow.js repeats the last output")
    inner = forward.name.removeprefix("forward_")
    translated = {"layer": _translate(r, forward, inner)}
    if backward is not None:
        translated["backward_layer"] = _translate(r, backward, inner)
    layer = r.make("Bidirectional", plain(r.config, "backward_layer"))
    layer.children = translated
    layer.config["merge_mode"] = r.config.get("merge_mode", "concat")
    if forward.config.get("stateful"):
        raise r.refuse("TensorFlow.js keeps no state in a bidirectional layer")
    return _wire_all(layer, r)


def _of_one_cell(r: Rewrite, layer: Layer) -> Layer:
    cell = layer.children["cell"]
    if cell.class_name not in LAYER_OF_CELL:
        raise r.refuse(f"TensorFlow.js cannot load a bidirectional RNN around {cell.class_name}")
    r.note(f"RNN around {cell.class_name} is written as {LAYER_OF_CELL[cell.class_name]}")
    config = {**cell.config, **plain(layer.config, "trainable", "dtype")}
    return Layer(layer.name, LAYER_OF_CELL[cell.class_name], config, cell.variables)


def _mirrored(forward: Layer, backward: Layer) -> bool:
    a = plain(forward.config, "go_backwards", "seed", "batch_input_shape")
    b = plain(backward.config, "go_backwards", "seed", "batch_input_shape")
    turned = bool(forward.config.get("go_backwards")) != bool(backward.config.get("go_backwards"))
    return a == b and turned and forward.class_name == backward.class_name


def time_distributed(r: Rewrite) -> Wiring:
    """TimeDistributed around a layer, or around what that layer is translated to."""
    inner = r.layer.children["layer"]
    if r.masked and inner.class_name not in ("Dense", "Activation", "Dropout"):
        raise r.refuse("a mask reaches it, which TensorFlow.js would hand to the inner layer unsliced")
    shape = None
    if r.rank() is not None:
        whole = r.shape()
        shape = (whole[0], *whole[2:])
    child = r.part(inner, shape)
    layer = r.make("TimeDistributed", plain(r.config))
    layer.children = {"layer": child}
    return chain(layer)


def as_one(name: str, layers: list[Layer], inputs: list[Ref], outputs: list[Ref]) -> Layer:
    """Several layers as one nested model."""
    model = Model(name, "functional", layers, inputs, outputs)
    return Layer(name, "Functional", {}, model=model)


def entry(shape: tuple, name: str) -> Layer:
    """An input layer for a nested model."""
    return Layer(name, "InputLayer", {"batch_input_shape": list(shape), "dtype": "float32"}, calls=[Call([])])
