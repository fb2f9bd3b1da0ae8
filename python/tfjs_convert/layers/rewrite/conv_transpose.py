"""Rules for transposed convolutions: dilation as zeros between a kernel's weights, output_padding as a slice."""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Layer, plain
from tfjs_convert.layers.rewrite import activations
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, chain, derive, then
from tfjs_convert.layers.rewrite.norm import affine
from tfjs_convert.layers.shapes import as_list, deconv_length, output_shapes
from tfjs_convert.weights.weight import Weight


def conv_transpose(r: Rewrite) -> Wiring:
    """Conv1DTranspose, as an image of width one, Conv2DTranspose and Conv3DTranspose."""
    rank = int(r.layer.class_name[4])
    config, variables = _undilated(r, rank)
    padded = r.config.get("output_padding") is not None
    if rank > 1 and not padded:
        config["activation"], post = activations.split(r, config.get("activation"))
        return then(chain(r.make(r.layer.class_name, config, variables)), post)
    if rank == 3:
        raise r.refuse("its output_padding has no translation in three dimensions")
    config["activation"], post, last = activations.by_channels(r, config.get("activation"))
    if rank == 1:
        return then(_lifted(r, config, variables, post, padded), last)
    if config.get("data_format") != "channels_first":
        return _sliced(r, config, variables, post, r.shape()[1:3])
    r.note("channels_first is expressed with a Permute before and after it")
    before = r.make("Permute", {"dims": [2, 3, 1]}, role="last")
    after = r.make("Permute", {"dims": [3, 1, 2]}, role="first")
    middle = _sliced(r, {**config, "data_format": "channels_last"}, variables, post, r.shape()[2:4])
    return then(chain(before), middle, chain(after), last)


def _undilated(r: Rewrite, rank: int) -> tuple[dict, dict[str, Weight]]:
    """Configuration and weights with a dilated kernel spread out."""
    config, variables = plain(r.config, "output_padding", "dilation_rate", "groups"), dict(r.layer.variables)
    config["kernel_size"], config["strides"] = (
        as_list(config["kernel_size"], rank),
        as_list(config.get("strides", 1), rank),
    )
    dilation = as_list(r.config.get("dilation_rate", 1), rank)
    if all(n == 1 for n in dilation):
        return config, variables
    kernel = variables["kernel"]
    window = [(size - 1) * spread + 1 for size, spread in zip(config["kernel_size"], dilation, strict=True)]

    def spread(array: np.ndarray) -> np.ndarray:
        full = np.zeros((*window, *array.shape[rank:]), array.dtype)
        full[tuple(slice(None, None, step) for step in dilation)] = array
        return full

    r.note("dilation is expressed by a larger kernel with zeros; a graph model keeps it small")
    config["kernel_size"] = window
    variables["kernel"] = derive(kernel, (*window, *kernel.shape[rank:]), spread)
    return config, variables


def _lifted(r: Rewrite, config: dict, variables: dict[str, Weight], post: Wiring, padded: bool) -> Wiring:
    first = config.get("data_format") == "channels_first"
    shape = r.shape()
    time, channels = (shape[2], shape[1]) if first else (shape[1], shape[2])
    (target,) = output_shapes(Layer(r.layer.name, r.layer.class_name, r.config), [shape])
    result = (target[2], target[1]) if first else (target[1], target[2])
    config |= {
        "kernel_size": [*config["kernel_size"], 1],
        "strides": [*config["strides"], 1],
        "data_format": "channels_last",
    }
    kernel = variables["kernel"]
    variables["kernel"] = derive(kernel, (kernel.shape[0], 1, *kernel.shape[1:]), lambda array: array)
    before = [r.make("Permute", {"dims": [2, 1]}, role="last")] if first else []
    before.append(r.reshape([time, 1, channels], "lift"))
    after = [r.reshape([*result], "lower")]
    if first:
        after.append(r.make("Permute", {"dims": [2, 1]}, role="first"))
    if padded:
        middle = _sliced(r, config, variables, post, (time, 1))
    else:
        middle = then(chain(r.make("Conv2DTranspose", config, variables)), post)
    r.note("expressed with Conv2DTranspose")
    return then(chain(*before), middle, chain(*after))


def _sliced(r: Rewrite, config: dict, variables: dict[str, Weight], post: Wiring, sizes: tuple) -> Wiring:
    """The whole transposed convolution, then the part of it that output_padding asks for, then bias and activation.

    TensorFlow computes the gradient of a convolution of that output, whose padding it splits as always.
    """
    if None in sizes:
        raise r.refuse("its translation needs an input of fixed size")
    rank = int(r.layer.class_name[4])
    wanted = as_list(r.config["output_padding"], rank) + [0] * (len(sizes) - rank)
    same = config.get("padding") == "same"
    crop, pad = [], []
    for size, kernel, stride, extra in zip(sizes, config["kernel_size"], config["strides"], wanted, strict=True):
        whole = (size - 1) * stride + kernel
        length = deconv_length(size, kernel, config.get("padding", "valid"), stride, extra)
        made = deconv_length(size, kernel, "valid", stride)
        start = max(whole - length, 0) // 2 if same else 0
        crop.append([start, max(made - start - length, 0)])
        pad.append([0, max(start + length - made, 0)])
    bias = variables.pop("bias", None)
    activation = config["activation"]
    config = {**config, "padding": "valid", "use_bias": False, "activation": "linear"}
    steps = [r.make("Conv2DTranspose", config, variables)]
    if any(map(any, crop)):
        steps.append(r.make("Cropping2D", {"cropping": crop}, role="crop"))
    if any(map(any, pad)):
        steps.append(r.make("ZeroPadding2D", {"padding": pad}, role="pad"))
    wirings = [chain(*steps)]
    if bias is not None:
        ones = np.ones(bias.shape)
        shape = (None, None, None, *bias.shape)
        wirings.append(affine(r, ones, bias, role="bias", shape=shape, trainable=False))
    if activation != "linear":
        wirings.append(chain(r.make("Activation", {"activation": activation}, role="activation")))
    r.note("its output_padding is expressed by cropping and padding; its bias is added after that, and fixed")
    return then(*wirings, post)
