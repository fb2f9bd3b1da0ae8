"""Activations: which TensorFlow.js has under which name, and how the others are built from layers.

Definitions: `keras.activations` of Keras 2 and 3; tfjs-layers `activations.ts`.
"""

from __future__ import annotations

from tfjs_convert.layers.model import Ref
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, nothing

DIRECT = {
    name: name
    for name in (
        "elu", "selu", "relu", "relu6", "linear", "sigmoid", "softplus", "softsign", "tanh", "softmax", "log_softmax",
        "gelu",
        "mish", "swish",
    )
} | {"silu": "swish"}  # fmt: skip

ACTIVATION_LAYERS = ("LeakyReLU", "ReLU", "ELU", "PReLU", "Softmax", "ThresholdedReLU", "Activation")


def read(r: Rewrite, value: object) -> tuple[str, dict]:
    """An activation's name and arguments, out of the ways Keras writes it.

    Raises:
      UnsupportedLayerError: it is a function of the user's own.
    """
    if value is None:
        return "linear", {}
    if isinstance(value, str):
        return value, {}
    if isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
        if name == "function" and isinstance(config, str):
            registered = value.get("registered_name")
            if value.get("module") in (None, "builtins", "keras.activations") and registered in (
                None,
                config,
                "function",
            ):
                return config, {}
        elif isinstance(name, str) and isinstance(config, dict) and name in ACTIVATION_LAYERS:
            return name, config
        shown = config if isinstance(config, str) else name
        raise r.refuse(f"its activation `{shown}` is a function of your own, for which TensorFlow.js has no code")
    raise r.refuse("its activation cannot be read")


def split(r: Rewrite, value: object, role: str = "activation") -> tuple[str, Wiring]:
    """An activation as what the layer itself can do, and what must follow it.

    Raises:
      UnsupportedLayerError: nothing in TensorFlow.js computes it.
    """
    name, config = read(r, value)
    if name in DIRECT:
        return DIRECT[name], nothing
    if name == "hard_sigmoid" and r.generation == 2:
        return name, nothing
    if name in ACTIVATION_LAYERS:
        from tfjs_convert.layers.rewrite.core import activation_layer

        r.note(f"its activation {name} became a layer after it")
        return "linear", activation_layer(r, name, config, role)
    build = _BUILT.get(name)
    if build is None:
        raise r.refuse(f"TensorFlow.js has no activation `{name}`, and its other layers cannot compute it")
    r.note(f"its activation `{name}` is computed by layers of its own after it")
    return "linear", build(r, role)


def by_channels(r: Rewrite, value: object) -> tuple[str, Wiring, Wiring]:
    """As `split`, and what must follow when channels are first again: softmax takes the last axis, whichever it is."""
    name, _ = read(r, value)
    direct, post = split(r, value)
    if r.config.get("data_format") != "channels_first" or name not in ("softmax", "log_softmax", "Softmax"):
        return direct, post, nothing
    if direct != "linear":
        post = chain(r.make("Activation", {"activation": direct}, role="activation"))
    return "linear", nothing, post


def rescaling(r: Rewrite, scale: float, offset: float, role: str) -> object:
    """A Rescaling layer."""
    return r.make("Rescaling", {"scale": scale, "offset": offset}, role=role)


def clip_top(r: Rewrite, top: float, role: str) -> object:
    """A layer that clips to 0 … `top`."""
    return r.make("ReLU", {"max_value": top}, role=role)


def hard_sigmoid(r: Rewrite, role: str) -> Wiring:
    """Keras 3's: relu6(x + 3) / 6."""
    return chain(rescaling(r, 1 / 6, 0.5, f"{role}_scale"), clip_top(r, 1.0, role))


def _hard_silu(r: Rewrite, role: str) -> Wiring:
    gate, product = hard_sigmoid(r, f"{role}_gate"), r.make("Multiply", role=role)

    def wire(inputs: list[Ref]) -> list[Ref]:
        return [call(product, inputs[0], gate(inputs)[0])]

    return wire


def _log_sigmoid(r: Rewrite, role: str) -> Wiring:
    soft = r.make("Activation", {"activation": "softplus"}, role=f"{role}_softplus")
    return chain(rescaling(r, -1.0, 0.0, f"{role}_negate"), soft, rescaling(r, -1.0, 0.0, role))


def _hard_tanh(r: Rewrite, role: str) -> Wiring:
    return chain(rescaling(r, 1.0, 1.0, f"{role}_up"), clip_top(r, 2.0, f"{role}_clip"), rescaling(r, 1.0, -1.0, role))


def _tanh_shrink(r: Rewrite, role: str) -> Wiring:
    tanh = r.make("Activation", {"activation": "tanh"}, role=f"{role}_tanh")
    minus, total = rescaling(r, -1.0, 0.0, f"{role}_negate"), r.make("Add", role=role)
    return lambda inputs: [call(total, inputs[0], call(minus, call(tanh, inputs[0])))]


def _soft_shrink(r: Rewrite, role: str) -> Wiring:
    """relu(x - 0.5) - relu(-x - 0.5)."""
    up = chain(rescaling(r, 1.0, -0.5, f"{role}_up"), r.make("ReLU", {}, role=f"{role}_positive"))
    down = chain(
        rescaling(r, -1.0, -0.5, f"{role}_down"),
        r.make("ReLU", {}, role=f"{role}_negative"),
        rescaling(r, -1.0, 0.0, f"{role}_negate"),
    )
    total = r.make("Add", role=role)
    return lambda inputs: [call(total, *up(inputs), *down(inputs))]


_BUILT = {
    "hard_sigmoid": hard_sigmoid,
    "leaky_relu": lambda r, role: chain(r.make("LeakyReLU", {"alpha": 0.2}, role=role)),
    "hard_silu": _hard_silu,
    "hard_swish": _hard_silu,
    "log_sigmoid": _log_sigmoid,
    "hard_tanh": _hard_tanh,
    "tanh_shrink": _tanh_shrink,
    "soft_shrink": _soft_shrink,
    "celu": lambda r, role: chain(r.make("Activation", {"activation": "elu"}, role=role)),
}
