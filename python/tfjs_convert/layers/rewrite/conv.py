"""Rules for convolutions: what TensorFlow.js has in two dimensions only, or without groups, dilation or causal
padding.
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Layer, plain
from tfjs_convert.layers.rewrite import activations
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, chain, constant, derive, then
from tfjs_convert.layers.rewrite.core import with_activation
from tfjs_convert.layers.shapes import as_list, output_shapes
from tfjs_convert.weights.weight import Weight


def conv(r: Rewrite) -> Wiring:
    """Conv1D, Conv2D, Conv3D."""
    groups = r.config.get("groups", 1) or 1
    config = plain(r.config, "groups")
    rank = int(r.layer.class_name[4])
    before: list[Layer] = []
    after: list[Layer] = []
    if rank == 1:
        if config.get("data_format") == "channels_first":
            # TensorFlow.js would return its result with channels last.
            config["data_format"] = "channels_last"
            before, after = _swap(r)
        if config.get("padding") == "causal":
            before += causal_padding(r, config, bool(before))
            config["padding"] = "valid"
    if groups > 1 and _is_depthwise(r, config):
        return _as_depthwise(r, config)
    if groups > 1:
        config, variables = _ungrouped(r, config, groups)
        layer, post = _main(r, r.layer.class_name, config, variables)
    else:
        layer, post = _main(r, r.layer.class_name, config, r.layer.variables)
    return then(chain(*before, layer), post, chain(*after))


def _main(r: Rewrite, class_name: str, config: dict, variables: dict[str, Weight]) -> tuple[Layer, Wiring]:
    config = dict(config)
    config["activation"], post = activations.split(r, config.get("activation"))
    return r.make(class_name, config, variables), post


def _swap(r: Rewrite) -> tuple[list[Layer], list[Layer]]:
    r.note("channels_first is expressed with a Permute before and after it")
    return [r.make("Permute", {"dims": [2, 1]}, role="last")], [r.make("Permute", {"dims": [2, 1]}, role="first")]


def causal_padding(r: Rewrite, config: dict, swapped: bool = False) -> list[Layer]:
    """Zeros before the first step: (kernel - 1) * dilation of them, through ZeroPadding2D."""
    (kernel,), (dilation,) = as_list(config["kernel_size"], 1), as_list(config.get("dilation_rate", 1), 1)
    shape = r.shape()
    time, channels = (shape[2], shape[1]) if swapped else (shape[1], shape[2])
    amount = (kernel - 1) * dilation
    if not amount:
        return []
    r.note("causal padding is expressed as zeros before it")
    return [
        r.reshape([time, 1, channels], "pad_in"),
        r.make("ZeroPadding2D", {"padding": [[amount, 0], [0, 0]]}, role="pad"),
        r.reshape([None if time is None else time + amount, channels], "pad_out"),
    ]


def _is_depthwise(r: Rewrite, config: dict) -> bool:
    """Whether each group is one channel of an image, and nothing dilates, which DepthwiseConv2D would ignore."""
    dilated = any(n != 1 for n in as_list(config.get("dilation_rate", 1), 2))
    return r.layer.class_name == "Conv2D" and r.layer.variables["kernel"].shape[2] == 1 and not dilated


def _as_depthwise(r: Rewrite, config: dict) -> Wiring:
    kernel = r.layer.variables["kernel"]
    multiplier = config["filters"] // r.config["groups"]
    target = (*kernel.shape[:2], r.config["groups"], multiplier)
    variables = {**r.layer.variables, "depthwise_kernel": derive(kernel, target, lambda array: array)}
    del variables["kernel"]
    for part in ("initializer", "regularizer", "constraint"):
        config[f"depthwise_{part}"] = config.pop(f"kernel_{part}", None)
    config["depth_multiplier"] = multiplier
    r.note("one channel for each group is expressed with DepthwiseConv2D")
    layer, post = _main(r, "DepthwiseConv2D", plain(config, "filters"), variables)
    return then(chain(layer), post)


def _ungrouped(r: Rewrite, config: dict, groups: int) -> tuple[dict, dict[str, Weight]]:
    """A grouped kernel as a full one, with zeros between the groups."""
    kernel = r.layer.variables["kernel"]
    *window, inner, filters = kernel.shape
    per_group = filters // groups

    def spread(array: np.ndarray) -> np.ndarray:
        full = np.zeros((*window, inner * groups, filters), array.dtype)
        for group in range(groups):
            columns = slice(group * per_group, (group + 1) * per_group)
            full[..., group * inner : (group + 1) * inner, columns] = array[..., columns]
        return full

    r.note(
        f"groups={groups} is expressed by a full kernel with zeros, {groups} times as large; a graph model "
        "keeps it small"
    )
    return config, {**r.layer.variables, "kernel": derive(kernel, (*window, inner * groups, filters), spread)}


def conv_transpose(r: Rewrite) -> Wiring:
    """Conv2DTranspose, Conv3DTranspose."""
    padding = r.config.get("output_padding")
    if padding is not None and any(as_list(padding, 1)):
        raise r.refuse("TensorFlow.js has no output_padding")
    if any(n != 1 for n in as_list(r.config.get("dilation_rate", 1), 1)):
        raise r.refuse("TensorFlow.js has no dilated transposed convolution")
    return with_activation(r, config=plain(r.config, "output_padding", "dilation_rate", "groups"))


def depthwise(r: Rewrite) -> Wiring:
    """DepthwiseConv2D; with dilation, which TensorFlow.js ignores there, as SeparableConv2D with an identity."""
    config = plain(r.config, "groups")
    if all(n == 1 for n in as_list(config.get("dilation_rate", 1), 2)):
        return with_activation(r, config=config)
    kernel = r.layer.variables["depthwise_kernel"]
    size = kernel.shape[2] * kernel.shape[3]
    r.note("dilation is expressed with SeparableConv2D, whose pointwise kernel is the identity")
    config["filters"] = size
    config["pointwise_initializer"] = {"class_name": "Zeros", "config": {}}
    identity = constant(np.eye(size).reshape(1, 1, size, size))
    variables = {"depthwise_kernel": kernel, "pointwise_kernel": identity}
    if "bias" in r.layer.variables:
        variables["bias"] = r.layer.variables["bias"]
    return _around_channels(r, "SeparableConv2D", config, variables)


def separable2d(r: Rewrite) -> Wiring:
    """SeparableConv2D."""
    return _around_channels(r, "SeparableConv2D", dict(r.config), r.layer.variables)


def _around_channels(r: Rewrite, class_name: str, config: dict, variables: dict[str, Weight]) -> Wiring:
    """TensorFlow.js adds the bias of SeparableConv2D along the wrong axis where channels come first."""
    if config.get("data_format") != "channels_first":
        layer, post = _main(r, class_name, config, variables)
        return then(chain(layer), post)
    r.note("channels_first is expressed with a Permute before and after it")
    layer, post = _main(r, class_name, {**config, "data_format": "channels_last"}, variables)
    before, after = (
        r.make("Permute", {"dims": [2, 3, 1]}, role="last"),
        r.make("Permute", {"dims": [3, 1, 2]}, role="first"),
    )
    return then(chain(before, layer), post, chain(after))


def lifted(class_name: str) -> object:
    """A rule that runs a one-dimensional layer as its two-dimensional sibling `class_name`, on an image of width
    one.
    """

    def rule(r: Rewrite) -> Wiring:
        config = plain(r.config, "groups", "output_padding")
        padding = r.config.get("output_padding")
        if padding is not None and any(as_list(padding, 1)):
            raise r.refuse("TensorFlow.js has no output_padding")
        first = config.get("data_format") == "channels_first"
        shape = r.shape()
        time, channels = (shape[2], shape[1]) if first else (shape[1], shape[2])
        (target,) = output_shapes(Layer(r.layer.name, r.layer.class_name, config), [shape])
        result = (target[2], target[1]) if first else (target[1], target[2])
        stride, dilation = as_list(config.get("strides", 1), 1)[0], as_list(config.get("dilation_rate", 1), 1)[0]
        causal = as_list(config["kernel_size"], 1)[0] * dilation - dilation if config.get("padding") == "causal" else 0
        transpose = class_name.endswith("Transpose")
        if transpose and dilation != 1:
            raise r.refuse("TensorFlow.js has no dilated transposed convolution")
        config |= {
            "kernel_size": [as_list(config["kernel_size"], 1)[0], 1],
            "strides": [stride, 1] if transpose else [stride, stride],
            "data_format": "channels_last",
        }
        if transpose:
            config.pop("dilation_rate", None)
        else:
            config["dilation_rate"] = [dilation, dilation]
        steps = [r.make("Permute", {"dims": [2, 1]}, role="last")] if first else []
        steps.append(r.reshape([time, 1, channels], "lift"))
        if causal:
            config["padding"] = "valid"
            steps.append(r.make("ZeroPadding2D", {"padding": [[causal, 0], [0, 0]]}, role="pad"))
        variables = {key: _widened(weight) for key, weight in r.layer.variables.items()}
        if class_name == "DepthwiseConv2D" and dilation != 1:
            raise r.refuse("TensorFlow.js ignores dilation there")
        layer, post = _main(r, class_name, config, variables)
        steps += [layer, r.reshape([*result], "lower")]
        if first:
            steps.append(r.make("Permute", {"dims": [2, 1]}, role="first"))
        r.note(f"expressed with {class_name}")
        return then(chain(*steps), post)

    return rule


def _widened(weight: Weight) -> Weight:
    if len(weight.shape) < 3:
        return weight
    return derive(weight, (weight.shape[0], 1, *weight.shape[1:]), lambda array: array)
