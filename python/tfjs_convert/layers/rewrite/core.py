"""Rules for dense, activation, dropout and reshaping layers."""

from __future__ import annotations

import math

import numpy as np

from tfjs_convert.layers.model import Layer, Ref, plain
from tfjs_convert.layers.rewrite import activations
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, derive, nothing, then


def same(r: Rewrite) -> Wiring:
    """The layer as it is."""
    layer = r.make(r.layer.class_name, r.config, r.layer.variables)

    def wire(inputs: list[Ref]) -> list[Ref]:
        first = call(layer, *inputs)
        return [first, *(Ref(layer, first.call, n) for n in range(1, 8))]

    return wire


def with_activation(r: Rewrite, *, class_name: str | None = None, config: dict | None = None) -> Wiring:
    """The layer with an activation that TensorFlow.js has, and layers for the rest of it."""
    config = dict(r.config if config is None else config)
    config["activation"], post = activations.split(r, config.get("activation"))
    return then(chain(r.make(class_name or r.layer.class_name, config, r.layer.variables)), post)


def dense(r: Rewrite) -> Wiring:
    """Dense."""
    if r.config.get("lora_rank"):
        raise r.refuse("its LoRA weights have no place in TensorFlow.js; merge them before saving")
    return with_activation(r)


def activation(r: Rewrite) -> Wiring:
    """Activation."""
    name, config = activations.read(r, r.config.get("activation"))
    if name in activations.ACTIVATION_LAYERS:
        return activation_layer(r, name, config, None)
    direct, post = activations.split(r, name)
    return chain(r.make("Activation", {"activation": direct})) if post is nothing else post


def leaf(name: str) -> object:
    """A rule for one of the activation layers."""
    return lambda r: activation_layer(r, name, r.config, None)


def activation_layer(r: Rewrite, name: str, config: dict, role: str | None) -> Wiring:
    """One of Keras's activation layers, as a layer or as the activation of another (then `role` is set)."""
    if name == "Activation":
        direct, post = activations.split(r, config.get("activation"), role or "activation")
        return then(chain(r.make("Activation", {"activation": direct}, role=role)), post)
    if name == "LeakyReLU":
        slope = config.get("negative_slope", config.get("alpha", 0.3))
        return chain(r.make("LeakyReLU", {"alpha": _number(slope)}, role=role))
    if name == "ELU":
        return _elu(r, _number(config.get("alpha", 1.0)), role)
    if name == "ThresholdedReLU":
        return chain(r.make("ThresholdedReLU", {"theta": _number(config.get("theta", 1.0))}, role=role))
    if name == "ReLU":
        return _relu(r, config, role)
    if name == "Softmax":
        return _softmax(r, config.get("axis", -1), role)
    if name == "PReLU" and role is None:
        return same(r)
    raise r.refuse(f"an activation of class {name} with weights of its own has no place inside another layer")


def _number(value: object) -> float:
    if isinstance(value, dict):  # {"class_name": "__numpy__", …} and {"type": "ndarray", "value": …}
        value = value["config"]["value"] if "config" in value else value["value"]
    return float(value)


def _elu(r: Rewrite, alpha: float, role: str | None) -> Wiring:
    """elu_a(x) = a elu(x) + (1 - a) relu(x), for TensorFlow.js takes no alpha but 1."""
    if alpha == 1.0:
        return chain(r.make("ELU", {"alpha": 1.0}, role=role))
    prefix = role or "elu"
    one = r.make("ELU", {"alpha": 1.0}, role=f"{prefix}_one")
    scaled = activations.rescaling(r, alpha, 0.0, f"{prefix}_alpha")
    positive = r.make("ReLU", {}, role=f"{prefix}_positive")
    rest = activations.rescaling(r, 1.0 - alpha, 0.0, f"{prefix}_rest")
    total = r.make("Add", role=role)
    r.note(f"alpha={alpha:g} is expressed with ELU, ReLU and Add")
    return lambda inputs: [call(total, call(scaled, call(one, inputs[0])), call(rest, call(positive, inputs[0])))]


def _relu(r: Rewrite, config: dict, role: str | None) -> Wiring:
    """ReLU; a slope, a threshold, or both with a maximum, from the layers that have them."""
    top = config.get("max_value")
    top = None if top is None else _number(top)
    slope, threshold = _number(config.get("negative_slope") or 0.0), _number(config.get("threshold") or 0.0)
    if not slope and not threshold:
        return chain(r.make("ReLU", {} if top is None else {"max_value": top}, role=role))
    prefix = role or "relu"
    last = role if top is None else f"{prefix}_slope"
    if not threshold:
        wiring = chain(r.make("LeakyReLU", {"alpha": slope}, role=last))
    elif not slope and threshold > 0:
        wiring = chain(r.make("ThresholdedReLU", {"theta": threshold}, role=last))
    else:
        raise r.refuse(f"TensorFlow.js has no ReLU with threshold={threshold:g} and negative_slope={slope:g} together")
    r.note("its slope or threshold is expressed with another layer")
    if top is None:
        return wiring
    flip = activations.rescaling(r, -1.0, top, f"{prefix}_flip")
    back = activations.rescaling(r, -1.0, top, role) if role else r.make("Rescaling", {"scale": -1.0, "offset": top})
    return then(wiring, chain(flip, r.make("ReLU", {}, role=f"{prefix}_clip"), back))


def _softmax(r: Rewrite, axis: object, role: str | None) -> Wiring:
    if r.masked:
        raise r.refuse("a mask reaches it, and TensorFlow.js applies masks there differently")
    axes = axis if isinstance(axis, (list, tuple)) else [axis]
    if len(axes) != 1:
        raise r.refuse("TensorFlow.js has no softmax over several axes at once")
    rank = r.rank()
    if axes[0] == -1 or (rank is not None and axes[0] == rank - 1):
        # Not the Softmax layer: that one takes any mask of any earlier layer for its own.
        return chain(r.make("Activation", {"activation": "softmax"}, role=role))
    if rank is None:
        raise r.refuse("the shape of its input is not known, which a softmax over an inner axis needs")
    # TensorFlow.js computes softmax along the last axis only.
    r.note("a softmax over an inner axis is expressed with a Permute before and after it")
    prefix, axis = role or "softmax", axes[0] % rank
    dims = [n for n in range(1, rank) if n != axis] + [axis]
    back = [dims.index(n) + 1 for n in range(1, rank)]
    return chain(
        r.make("Permute", {"dims": dims}, role=f"{prefix}_last"),
        r.make("Activation", {"activation": "softmax"}, role=f"{prefix}_values"),
        r.make("Permute", {"dims": back}, role=role),
    )


def dropped(why: str) -> object:
    """A rule for layers that do nothing when a model is used."""

    def rule(r: Rewrite) -> Wiring:
        r.note(f"left out: {why}")
        return nothing

    return rule


def dropout(r: Rewrite) -> Wiring:
    """Dropout and its relatives that TensorFlow.js has."""
    config = {**plain(r.config, "noise_shape", "seed")}
    noise, seed = r.config.get("noise_shape"), r.config.get("seed")
    if noise is not None:
        # TensorFlow.js takes sizes, and null for the input's own.
        config["noise_shape"] = [None if n in (None, -1) else n for n in noise]
    if isinstance(seed, (int, float)):
        config["seed"] = seed
    return chain(r.make(r.layer.class_name, config))


def spatial_dropout(r: Rewrite) -> Wiring:
    """SpatialDropout2D and 3D, as Dropout with a noise shape."""
    rank = 4 if r.layer.class_name.endswith("2D") else 5
    first = r.config.get("data_format") == "channels_first"
    noise = [None, None, *[1] * (rank - 2)] if first else [None, *[1] * (rank - 2), None]
    r.note("expressed as Dropout with a noise shape")
    return chain(r.make("Dropout", {"rate": r.config["rate"], "noise_shape": noise}))


def flatten(r: Rewrite) -> Wiring:
    """Flatten, which in TensorFlow.js needs three axes and known sizes."""
    shape = r.shape() if r.rank() is not None else None
    if shape is not None and len(shape) == 2:
        r.note("left out: its input is flat already")
        return nothing
    if shape is not None and None in shape[1:]:
        if r.config.get("data_format") == "channels_first":
            last = r.make("Permute", {"dims": [*range(2, len(shape)), 1]}, role="last")
            return chain(last, r.make("Reshape", {"target_shape": [-1]}))
        return chain(r.make("Reshape", {"target_shape": [-1]}))
    if shape is not None and len(shape) == 1:
        return chain(r.make("Reshape", {"target_shape": [1]}))
    config = plain(r.config, "data_format")
    if r.config.get("data_format") == "channels_first":
        config["data_format"] = "channels_first"
    return chain(r.make("Flatten", config))


def reshape(r: Rewrite) -> Wiring:
    """Reshape."""
    target = r.config["target_shape"]
    target = target["items"] if isinstance(target, dict) else target
    return chain(r.make("Reshape", {"target_shape": [-1 if n is None else n for n in target]}))


LEADING = "$"
"""Stands for the axes that an equation does not name."""


def einsum_dense(r: Rewrite) -> Wiring:
    """EinsumDense whose equation is a matrix product over the last axes, as Dense between two Reshapes."""
    left, right = r.config["equation"].replace(" ", "").replace("...", LEADING).split("->")
    given, kernel = left.split(",")
    count = next(
        (n for n in range(1, len(given)) if kernel.startswith(given[-n:]) and given[:-n] + kernel[n:] == right), 0
    )
    if not count or len(set(kernel)) != len(kernel):
        raise r.refuse(f"its equation `{r.config['equation']}` is no matrix product over the last axes")
    weight = r.layer.variables["kernel"]
    inner, outer = weight.shape[:count], weight.shape[count:]
    rows, columns = math.prod(inner), math.prod(outer)
    variables = {"kernel": derive(weight, (rows, columns), lambda array: array)}
    bias = r.layer.variables.get("bias")
    if bias is not None:
        if len(bias.shape) > len(outer):
            raise r.refuse("its bias runs over more axes than its kernel gives")
        variables["bias"] = derive(bias, (columns,), lambda array: np.broadcast_to(array, outer))
    config = {"units": columns, "use_bias": bias is not None}
    config["activation"], post = activations.split(r, r.config.get("activation"))
    if config["activation"] in ("softmax", "log_softmax") and len(outer) > 1:
        soft = r.make("Activation", {"activation": config["activation"]}, role="activation")
        config["activation"], post = "linear", chain(soft)
    shape = r.shape()
    lead = list(shape[1 : len(shape) - count])
    steps: list[Layer] = []
    if count > 1:
        steps.append(r.reshape([*lead, rows], "flat"))
    steps.append(r.make("Dense", config, variables))
    if len(outer) > 1:
        steps.append(r.reshape([*lead, *outer], "unflat"))
    r.note("expressed with Dense")
    return then(chain(*steps), post)


def spectral_normalization(r: Rewrite) -> Wiring:
    """SpectralNormalization: it divides the inner layer's weights in training, and only calls that layer otherwise."""
    inner = r.part(r.layer.children["layer"], r.shape())
    inner.name = r.layer.name
    r.note("is its inner layer alone: it changes weights in training only, where TensorFlow.js leaves them as they are")
    return chain(r.keep(inner))
