"""Rules for normalization and rescaling."""

from __future__ import annotations

import math

import numpy as np

from tfjs_convert.layers.model import Layer, plain
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, chain, constant, derive, then
from tfjs_convert.weights.weight import Weight

FAR = 16.0
"""Above this many deviations of mean from zero, the mean is subtracted by a layer of its own, lest digits be lost."""


def batch_normalization(r: Rewrite) -> Wiring:
    """BatchNormalization; in five axes, which TensorFlow.js lacks, between two Reshapes."""
    axis = r.config.get("axis", -1)
    axes = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if len(axes) != 1:
        raise r.refuse("TensorFlow.js normalizes over one axis only")
    if r.config.get("virtual_batch_size"):
        raise r.refuse("virtual batches have no place in TensorFlow.js")
    if r.config.get("renorm"):
        r.note("renorm is left out: it matters in training only, where TensorFlow.js does without")
    config = {**plain(r.config, "renorm", "renorm_clipping", "renorm_momentum"), "axis": -1}
    rank = r.rank()
    if rank is None or axes[0] % rank == rank - 1:
        if rank is None and axes[0] != -1:
            raise r.refuse("the shape of its input is not known")
        inner = (
            _folded if rank == 5 else lambda r, config: chain(r.make("BatchNormalization", config, r.layer.variables))
        )
        return inner(r, config)
    # TensorFlow.js's kernels take the last axis for the normalized one, whatever it is.
    if rank == 5:
        raise r.refuse("TensorFlow.js has no batch normalization of five axes with channels first")
    r.note("another axis than the last is expressed with a Permute before and after it")
    axis = axes[0] % rank
    dims = [n for n in range(1, rank) if n != axis] + [axis]
    back = [dims.index(n) + 1 for n in range(1, rank)]
    return chain(
        r.make("Permute", {"dims": dims}, role="last"),
        r.make("BatchNormalization", config, r.layer.variables),
        r.make("Permute", {"dims": back}, role="back"),
    )


def _folded(r: Rewrite, config: dict) -> Wiring:
    depth, height, width, channels = r.shape()[1:]
    r.note("five axes are folded into four around it")
    folded = None if height is None or width is None else height * width
    first = r.reshape([depth, folded, channels], "fold")
    return chain(
        first,
        r.make("BatchNormalization", config, r.layer.variables),
        r.reshape([depth, height, width, channels], "unfold"),
    )


def layer_normalization(r: Rewrite) -> Wiring:
    """LayerNormalization."""
    if r.config.get("rms_scaling"):
        raise r.refuse("TensorFlow.js has no RMS scaling")
    axis = r.config.get("axis", -1)
    axes = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if r.rank() == 5:
        return _rows_normalized(r, axes)
    return chain(
        r.make("LayerNormalization", {**r.config, "axis": axes if len(axes) > 1 else axes[0]}, r.layer.variables)
    )


def _rows_normalized(r: Rewrite, axes: list[int]) -> Wiring:
    """In five axes, of which TensorFlow.js normalizes four at most, as rows of what is normalized together."""
    shape = r.shape()
    split = len(shape) - len(axes)
    if sorted(axis % len(shape) for axis in axes) != list(range(split, len(shape))):
        raise r.refuse("TensorFlow.js normalizes tensors of four axes at most, and these are not the last ones")
    size = math.prod(r.known(*range(split, len(shape))))
    rows = None if None in shape[1:split] else math.prod(shape[1:split])
    variables = {key: derive(weight, (size,), lambda array: array) for key, weight in r.layer.variables.items()}
    r.note("five axes are folded into three around it")
    return chain(
        r.reshape([rows, size], "fold"),
        r.make("LayerNormalization", {**r.config, "axis": -1}, variables),
        r.reshape(list(shape[1:]), "unfold"),
    )


def rescaling(r: Rewrite) -> Wiring:
    """Rescaling; by one number as TensorFlow.js has it, by one for each channel as a depthwise convolution."""
    scale, offset = _array(r.config.get("scale", 1.0)), _array(r.config.get("offset", 0.0))
    if scale.size == 1 and offset.size == 1:
        return chain(r.make("Rescaling", {"scale": float(scale.ravel()[0]), "offset": float(offset.ravel()[0])}))
    channels = r.known(-1)[0]
    try:
        scale, offset = np.broadcast_to(scale.ravel(), (channels,)), np.broadcast_to(offset.ravel(), (channels,))
    except ValueError:
        raise r.refuse("its scale and offset are not one number for each channel") from None
    r.note("a number for each channel is expressed with DepthwiseConv2D")
    return affine(r, scale, offset, role=None)


def normalization(r: Rewrite) -> Wiring:
    """Normalization: (x - mean) / max(sqrt(variance), 1e-7), with fixed mean and variance."""
    if r.config.get("mean") is not None:
        mean, variance = _array(r.config["mean"]), _array(r.config["variance"])
    elif "mean" in r.layer.variables:
        mean, variance = r.layer.variables["mean"].load(), r.layer.variables["variance"].load()
    else:
        raise r.refuse("it was never adapted and has neither mean nor variance")
    mean = np.asarray(mean, np.float64)
    deviation = np.maximum(np.sqrt(np.asarray(variance, np.float64)), 1e-7)
    r.note("its fixed mean and variance became a scale and an offset")
    if mean.size == 1 and deviation.size == 1:
        scale, offset = float(1 / deviation.ravel()[0]), float(-mean.ravel()[0] / deviation.ravel()[0])
        if r.config.get("invert"):
            scale, offset = float(deviation.ravel()[0]), float(mean.ravel()[0])
        return chain(r.make("Rescaling", {"scale": scale, "offset": offset}))
    shape = r.shape()
    axis = r.config.get("axis", -1)
    axes = sorted(n % len(shape) for n in (axis if isinstance(axis, (list, tuple)) else [axis]))
    if axes == [len(shape) - 1]:
        return _standardize(r, mean.ravel(), deviation.ravel())
    # Any other axes: a number for each element of the input.
    sizes = r.known(*range(1, len(shape)))
    kept = [size if n + 1 in axes else 1 for n, size in enumerate(sizes)]
    mean = np.broadcast_to(mean.reshape(kept), sizes).ravel()
    deviation = np.broadcast_to(deviation.reshape(kept), sizes).ravel()
    total = math.prod(sizes)
    inner = _standardize(r, mean, deviation, shape=(None, total))
    return then(chain(r.reshape([total], "flat")), inner, chain(r.reshape(sizes, "unflat")))


def _standardize(r: Rewrite, mean: np.ndarray, deviation: np.ndarray, shape: tuple | None = None) -> Wiring:
    if r.config.get("invert"):
        return affine(r, deviation, mean, role=None, shape=shape)
    if np.max(np.abs(mean) / deviation, initial=0.0) <= FAR:
        return affine(r, 1 / deviation, -mean / deviation, role=None, shape=shape)
    centre = affine(r, np.ones_like(mean), -mean, role="centre", shape=shape)
    return then(centre, affine(r, 1 / deviation, None, role=None, shape=shape))


def affine(
    r: Rewrite,
    scale: np.ndarray | Weight,
    offset: np.ndarray | Weight | None,
    *,
    role: str | None,
    shape: tuple | None = None,
    trainable: bool = False,
) -> Wiring:
    """x * scale + offset along the last axis, as a depthwise convolution of size one."""
    shape = r.shape() if shape is None else shape
    channels = shape[-1]

    def weight(values: np.ndarray | Weight, target: tuple[int, ...]) -> Weight:
        if isinstance(values, Weight):
            return derive(values, target, lambda array: array)
        return constant(np.asarray(values).reshape(target))

    variables = {"depthwise_kernel": weight(scale, (1, 1, channels, 1))}
    if offset is not None:
        variables["bias"] = weight(offset, (channels,))
    config = {
        "kernel_size": [1, 1],
        "strides": [1, 1],
        "padding": "valid",
        "depth_multiplier": 1,
        "activation": "linear",
        "use_bias": offset is not None,
        "trainable": trainable,
    }
    layer = r.make("DepthwiseConv2D", config, variables, role=role)
    if len(shape) == 4:
        return chain(layer)
    prefix = role or "affine"
    lead = list(shape[1:-1])
    size = None if None in lead else math.prod(lead)
    return chain(r.reshape([size, 1, channels], f"{prefix}_in"), layer, r.reshape([*lead, channels], f"{prefix}_out"))


def layer_scale(r: Rewrite) -> Wiring:
    """LayerScale, of Keras's own ConvNeXt: a trained scale for each channel."""
    r.note("expressed with DepthwiseConv2D")
    return affine(r, r.layer.variables["gamma"], None, role=None, trainable=r.layer.trainable)


def group_normalization(r: Rewrite) -> Wiring:
    """GroupNormalization: layer normalization of each group's values in one row, then scale and offset by channel."""
    shape = r.shape()
    axis = r.config.get("axis", -1) % len(shape)
    if axis != len(shape) - 1:
        raise r.refuse("channels anywhere but last have no translation there")
    sizes = r.known(*range(1, len(shape)))
    channels, places = sizes[-1], math.prod(sizes[:-1])
    groups = r.config.get("groups", 32)
    groups = channels if groups == -1 else groups
    per_group = channels // groups
    variables = r.layer.variables
    row = {"axis": -1, "epsilon": r.config.get("epsilon", 1e-3), "center": False, "scale": False, "trainable": False}
    steps: list[Layer] = [
        r.reshape([places, groups, per_group], "split"),
        r.make("Permute", {"dims": [2, 1, 3]}, role="groups_first"),
        r.reshape([groups, places * per_group], "rows"),
        r.make("LayerNormalization", row, role="rows_normalized"),
        r.reshape([groups, places, per_group], "unrows"),
        r.make("Permute", {"dims": [2, 1, 3]}, role="places_first"),
        r.reshape(sizes, "merge"),
    ]
    r.note("expressed with LayerNormalization over rows of one group each")
    if "gamma" not in variables and "beta" not in variables:
        return chain(*steps)
    scale = variables.get("gamma", np.ones(channels))
    return then(chain(*steps), affine(r, scale, variables.get("beta"), role=None, trainable=r.layer.trainable))


def _array(value: object) -> np.ndarray:
    if isinstance(value, dict):
        value = value["config"]["value"] if "config" in value else value["value"]
    return np.asarray(value, np.float64)
