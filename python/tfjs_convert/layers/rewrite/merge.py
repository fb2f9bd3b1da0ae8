"""Rules for layers that merge several tensors, and for bare operations."""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import plain
from tfjs_convert.layers.operations import ACTIVATIONS, operation_name
from tfjs_convert.layers.rewrite import activations
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, nothing, then
from tfjs_convert.layers.rewrite.core import activation_layer
from tfjs_convert.layers.rewrite.norm import affine


def merge(r: Rewrite) -> Wiring:
    """Add, Multiply, Average, Maximum, Minimum, Concatenate; on one tensor they do nothing."""
    counts = {len(c.inputs) for c in r.calls}
    if counts == {1}:
        r.note("left out: it is called on one tensor")
        return nothing
    if len(counts) > 1:
        raise r.refuse("it is shared between calls on different numbers of tensors")
    axis = r.config.get("axis", -1)
    if r.layer.class_name != "Concatenate" or axis >= -1:
        return chain(r.make(r.layer.class_name, r.config))
    # TensorFlow.js counts other axes from the front only.
    return chain(r.make("Concatenate", {**r.config, "axis": axis % len(r.shape())}))


def subtract(r: Rewrite) -> Wiring:
    """a - b as a + (-1) b."""
    minus, total = r.make("Rescaling", {"scale": -1.0, "offset": 0.0}, role="negate"), r.make("Add")
    r.note("expressed as the sum of the first tensor and the negated second")
    return lambda inputs: [call(total, inputs[0], call(minus, inputs[1]))]


def dot(r: Rewrite) -> Wiring:
    """Dot, with its axes counted from the front."""
    shapes = r.shapes()
    if any(len(shape) > 3 for shape in shapes):
        raise r.refuse("TensorFlow.js multiplies tensors of at most three axes")
    axes = r.config["axes"]
    axes = list(axes) if isinstance(axes, (list, tuple)) else [axes, axes]
    axes = [axis % len(shape) for axis, shape in zip(axes, shapes, strict=True)]
    return chain(r.make("Dot", {**r.config, "axes": axes}))


def operation(r: Rewrite) -> Wiring:
    """An operation written in Python on a tensor (`x * 2.0`, `keras.ops.relu(x)`), as the layer that computes it."""
    name = operation_name(r.layer)
    kwargs = {**plain(r.config, "function", "name", "trainable", "dtype"), **r.kwargs}
    operands = list(kwargs.pop("operands", []))
    if "y" in kwargs:
        operands.append(kwargs.pop("y"))
    count = len(r.calls[0].inputs)
    constants = [value for value in operands if value is not None]
    wiring = None
    if name in ACTIVATIONS and count == 1 and not constants:
        wiring = _activation(r, name, kwargs)
    elif name in ("add", "multiply", "subtract", "truedivide"):
        wiring = _arithmetic(r, name, operands, constants, count)
    elif name in ("maximum", "minimum") and count == 2 and _aligned(r):
        wiring = chain(r.make(name.capitalize()))
    elif name == "negative" and count == 1:
        wiring = chain(r.make("Rescaling", {"scale": -1.0, "offset": 0.0}))
    elif name == "square" and count == 1:
        product = r.make("Multiply")
        wiring = lambda inputs: [call(product, inputs[0], inputs[0])]  # noqa: E731
    elif name == "absolute" and count == 1:
        wiring = _absolute(r)
    elif name == "concatenate" and count > 1 and kwargs.get("axis", 0) not in (0, None):
        axis = kwargs["axis"]
        wiring = chain(r.make("Concatenate", {"axis": axis if axis >= -1 else axis % len(r.shape())}))
    elif name == "reshape" and count == 1:
        wiring = _reshape(r, kwargs, constants)
    elif name == "transpose" and count == 1:
        wiring = _transpose(r, kwargs, constants)
    if wiring is None:
        raise r.refuse(f"the operation `{name}` on these operands has no layer in TensorFlow.js")
    r.note("an operation, expressed with layers")
    return wiring


def _activation(r: Rewrite, name: str, kwargs: dict) -> Wiring:
    if name in ("softmax", "log_softmax") and r.generation == 3 and kwargs.get("axis", -1) is None:
        raise r.refuse("TensorFlow.js has no softmax over all axes at once")
    kwargs = {key: value for key, value in kwargs.items() if value is not None}
    if name == "leaky_relu":
        return activation_layer(r, "LeakyReLU", {"alpha": kwargs.get("negative_slope", kwargs.get("alpha", 0.2))}, None)
    if name == "gelu" and kwargs.get("approximate", r.layer.class_name != "TFOpLambda"):
        raise r.refuse("TensorFlow.js has no approximate gelu; use the exact one")
    if name == "soft_shrink" and kwargs.get("threshold", 0.5) != 0.5:
        raise r.refuse("only soft_shrink with the threshold 0.5 has a translation")
    if name == "log_softmax" and kwargs.get("axis", -1) != -1:
        raise r.refuse("TensorFlow.js has log_softmax along the last axis only")
    if name == "softmax" and kwargs.get("axis", -1) != -1:
        return activation_layer(r, "Softmax", {"axis": kwargs["axis"]}, None)
    if name == "elu" and kwargs.get("alpha", 1.0) != 1.0:
        return activation_layer(r, "ELU", {"alpha": kwargs["alpha"]}, None)
    direct, post = activations.split(r, name)
    return then(chain(r.make("Activation", {"activation": direct})), post) if post is nothing else post


def _arithmetic(r: Rewrite, name: str, operands: list, constants: list, count: int) -> Wiring | None:
    if count == 2 and not constants:
        if not _aligned(r) or name == "truedivide":
            return None
        return subtract(r) if name == "subtract" else chain(r.make(name.capitalize()))
    if count != 1 or len(constants) != 1:
        return None
    try:
        value = np.asarray(constants[0], np.float64)
    except (TypeError, ValueError):
        return None
    reverse = operands[0] is not None
    if name == "truedivide" and reverse:
        return None
    scale, offset = np.ones_like(value), np.zeros_like(value)
    if name == "add":
        offset = value
    elif name == "multiply":
        scale = value
    elif name == "truedivide":
        scale = 1 / value
    else:
        scale, offset = (-scale, value) if reverse else (scale, -value)
    if value.size == 1:
        return chain(r.make("Rescaling", {"scale": float(scale.ravel()[0]), "offset": float(offset.ravel()[0])}))
    if max(value.shape) != value.size or value.shape[-1] != r.known(-1)[0]:
        return None
    return affine(r, scale.ravel(), offset.ravel(), role=None)


def _aligned(r: Rewrite) -> bool:
    """Whether broadcasting layers and broadcasting operations agree: they fill up unlike ranks differently."""
    return len({len(shape) for shape in r.shapes()}) == 1


def _absolute(r: Rewrite) -> Wiring:
    """|x| = relu(x) + relu(-x)."""
    positive, minus = (
        r.make("ReLU", role="positive"),
        r.make("Rescaling", {"scale": -1.0, "offset": 0.0}, role="negate"),
    )
    negative, total = r.make("ReLU", role="negative"), r.make("Add")
    return lambda inputs: [call(total, call(positive, inputs[0]), call(negative, call(minus, inputs[0])))]


def _reshape(r: Rewrite, kwargs: dict, constants: list) -> Wiring | None:
    target = kwargs.get("newshape", kwargs.get("shape", constants[0] if constants else None))
    if (
        not isinstance(target, list)
        or not target
        or target[0] not in (-1, None)
        or not all(isinstance(n, int) for n in target[1:])
    ):
        return None
    if -1 in target[1:]:
        return None
    return chain(r.make("Reshape", {"target_shape": target[1:]}))


def _transpose(r: Rewrite, kwargs: dict, constants: list) -> Wiring | None:
    axes = kwargs.get("axes", kwargs.get("perm", constants[0] if constants else None))
    if not isinstance(axes, list) or not axes or axes[0] != 0:
        return None
    return chain(r.make("Permute", {"dims": axes[1:]}))
