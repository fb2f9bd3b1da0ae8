"""Rules for convolutions: what TensorFlow.js has in two dimensions only, or without groups, dilation or causal
padding.
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Layer, plain
from tfjs_convert.layers.rewrite import activations
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, chain, constant, derive, nothing, then
from tfjs_convert.layers.rewrite.core import with_activation
from tfjs_convert.layers.rewrite.sparse_windows import padding_of
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
    if rank == 3 and all(n == 1 for n in as_list(config.get("dilation_rate", 1), 3)):
        config["padding"] = padding_of(r, config["kernel_size"], config.get("strides", 1))
    if groups > 1 and _is_depthwise(r, config):
        return _as_depthwise(r, config)
    if groups > 1:
        config, variables = _ungrouped(r, config, groups)
        layer, post, last = _main(r, r.layer.class_name, config, variables, rank == 1)
    else:
        layer, post, last = _main(r, r.layer.class_name, config, r.layer.variables, rank == 1)
    return then(chain(*before, layer), post, chain(*after), last)


def _main(
    r: Rewrite, class_name: str, config: dict, variables: dict[str, Weight], turned: bool = True
) -> tuple[Layer, Wiring, Wiring]:
    """The layer, what follows it, and what follows when channels are where they were; `turned` if they are last."""
    config, last = dict(config), nothing
    if turned:
        config["activation"], post, last = activations.by_channels(r, config.get("activation"))
    else:
        config["activation"], post = activations.split(r, config.get("activation"))
    return r.make(class_name, config, variables), post, last


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
    layer, post, _ = _main(r, "DepthwiseConv2D", plain(config, "filters"), variables, turned=False)
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


def depthwise(r: Rewrite) -> Wiring:
    """DepthwiseConv2D; with dilation, which TensorFlow.js ignores there, as SeparableConv2D with an identity."""
    config = plain(r.config, "groups")
    if all(n == 1 for n in as_list(config.get("dilation_rate", 1), 2)):
        return with_activation(r, config=config)
    return _around_channels(r, "SeparableConv2D", *_as_separable(r, config, r.layer.variables))


def _as_separable(r: Rewrite, config: dict, given: dict[str, Weight]) -> tuple[dict, dict[str, Weight]]:
    kernel = given["depthwise_kernel"]
    size = kernel.shape[2] * kernel.shape[3]
    r.note("dilation is expressed with SeparableConv2D, whose pointwise kernel is the identity")
    config = {**config, "filters": size, "pointwise_initializer": {"class_name": "Zeros", "config": {}}}
    identity = constant(np.eye(size).reshape(1, 1, size, size))
    return config, {**given, "pointwise_kernel": identity}


def separable2d(r: Rewrite) -> Wiring:
    """SeparableConv2D."""
    return _around_channels(r, "SeparableConv2D", dict(r.config), r.layer.variables)


def _around_channels(r: Rewrite, class_name: str, config: dict, variables: dict[str, Weight]) -> Wiring:
    """TensorFlow.js adds the bias of SeparableConv2D along the wrong axis where channels come first."""
    if config.get("data_format") != "channels_first":
        layer, post, _ = _main(r, class_name, config, variables)
        return then(chain(layer), post)
    r.note("channels_first is expressed with a Permute before and after it")
    layer, post, final = _main(r, class_name, {**config, "data_format": "channels_last"}, variables)
    before, after = (
        r.make("Permute", {"dims": [2, 3, 1]}, role="last"),
        r.make("Permute", {"dims": [3, 1, 2]}, role="first"),
    )
    return then(chain(before, layer), post, chain(after), final)


def lifted(class_name: str) -> object:
    """A rule that runs a one-dimensional layer as its two-dimensional sibling `class_name`, on an image of width
    one.
    """

    def rule(r: Rewrite) -> Wiring:
        config = plain(r.config, "groups")
        first = config.get("data_format") == "channels_first"
        shape = r.shape()
        time, channels = (shape[2], shape[1]) if first else (shape[1], shape[2])
        (target,) = output_shapes(Layer(r.layer.name, r.layer.class_name, config), [shape])
        result = (target[2], target[1]) if first else (target[1], target[2])
        stride, dilation = as_list(config.get("strides", 1), 1)[0], as_list(config.get("dilation_rate", 1), 1)[0]
        causal = as_list(config["kernel_size"], 1)[0] * dilation - dilation if config.get("padding") == "causal" else 0
        config |= {
            "kernel_size": [as_list(config["kernel_size"], 1)[0], 1],
            "strides": [stride, stride],
            "data_format": "channels_last",
        }
        config["dilation_rate"] = [dilation, dilation]
        steps = [r.make("Permute", {"dims": [2, 1]}, role="last")] if first else []
        steps.append(r.reshape([time, 1, channels], "lift"))
        if causal:
            config["padding"] = "valid"
            steps.append(r.make("ZeroPadding2D", {"padding": [[causal, 0], [0, 0]]}, role="pad"))
        variables = {key: _widened(weight) for key, weight in r.layer.variables.items()}
        target_class = class_name
        if class_name == "DepthwiseConv2D" and dilation != 1:
            target_class = "SeparableConv2D"
            config, variables = _as_separable(r, config, variables)
        layer, post, final = _main(r, target_class, config, variables)
        after = [r.reshape([*result], "lower")]
        if first:
            after.append(r.make("Permute", {"dims": [2, 1]}, role="first"))
        r.note(f"expressed with {class_name}")
        return then(chain(*steps, layer), post, chain(*after), final)

    return rule


def _widened(weight: Weight) -> Weight:
    if len(weight.shape) < 3:
        return weight
    return derive(weight, (weight.shape[0], 1, *weight.shape[1:]), lambda array: array)
