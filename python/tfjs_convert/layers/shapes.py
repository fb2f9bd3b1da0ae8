"""Output shapes of layers, from their configuration, without running them.

Shapes are tuples with the batch first, None where any size goes. Formulas: Keras's `compute_output_shape`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tfjs_convert.layers.model import Layer, Model, Ref, Shape, schedule
from tfjs_convert.layers.operations import ELEMENTWISE, operation_name
from tfjs_convert.layers.random_images import RANDOM


class UnknownShapeError(Exception):
    """The shape of a layer's output cannot be told; the text says why."""


def model_shapes(model: Model, inputs: Sequence[Shape] | None = None) -> dict[Ref, Shape]:
    """The shape of every tensor of `model`; nested models are entered. `inputs` overrides the input layers' shapes.

    Raises:
      UnknownShapeError: a layer's output shape is not known here.
    """
    shapes: dict[Ref, Shape] = {}
    given = dict(zip((ref.layer for ref in model.inputs), inputs, strict=True)) if inputs is not None else {}
    for layer, index in schedule(model):
        if layer.class_name == "InputLayer":
            shapes[Ref(layer)] = tuple(given.get(layer, layer.config.get("batch_input_shape")))
            continue
        for number, shape in enumerate(output_shapes(layer, [shapes[ref] for ref in layer.calls[index].inputs])):
            shapes[Ref(layer, index, number)] = shape
    return shapes


def output_shapes(layer: Layer, inputs: list[Shape]) -> list[Shape]:
    """The shapes of all outputs of one call.

    Raises:
      UnknownShapeError: as above.
    """
    if layer.model is not None:
        inner = model_shapes(layer.model, inputs)
        return [inner[ref] for ref in layer.model.outputs]
    if layer.op:
        if operation_name(layer) in ELEMENTWISE:
            return [_merge(layer, inputs)]
        raise UnknownShapeError(f"the output shape of the operation {operation_name(layer)} is not known")
    rule = _RULES.get(layer.class_name)
    if rule is None:
        raise UnknownShapeError(f"the output shape of {layer.class_name} is not known")
    found = rule(layer, inputs)
    return found if isinstance(found, list) else [found]


def spatial(layer: Layer, shape: Shape) -> tuple[int, ...]:
    """The axes of `shape` that are places, not batch or channels."""
    first = layer.config.get("data_format") == "channels_first"
    return tuple(range(2, len(shape))) if first else tuple(range(1, len(shape) - 1))


def channel_axis(layer: Layer, shape: Shape) -> int:
    """The axis of channels."""
    return 1 if layer.config.get("data_format") == "channels_first" else len(shape) - 1


def as_list(value: object, rank: int) -> list:
    """A number repeated, or a list as it is."""
    return list(value) if isinstance(value, (list, tuple)) else [value] * rank


def pairs(value: object, rank: int) -> list[tuple[int, int]]:
    """Padding or cropping as (before, after) for each of `rank` axes."""
    if not isinstance(value, (list, tuple)):
        return [(value, value)] * rank
    if rank == 1 and len(value) == 2 and not isinstance(value[0], (list, tuple)):
        return [(value[0], value[1])]
    return [tuple(item) if isinstance(item, (list, tuple)) else (item, item) for item in value]


def conv_length(size: int | None, kernel: int, padding: str, stride: int, dilation: int = 1) -> int | None:
    """Output length of a convolution or pooling along one axis."""
    if size is None:
        return None
    reach = (kernel - 1) * dilation + 1
    if padding in ("same", "causal"):
        return -(-size // stride)
    return (size - reach + stride) // stride


def deconv_length(size: int | None, kernel: int, padding: str, stride: int, extra: int | None = None) -> int | None:
    """Output length of a transposed convolution along one axis; `extra` is output_padding, None if not given."""
    if size is None:
        return None
    if extra is not None:
        return (size - 1) * stride + kernel - (2 * (kernel // 2) if padding == "same" else 0) + extra
    return size * stride if padding == "same" else size * stride + max(kernel - stride, 0)


def _same(layer: Layer, inputs: list[Shape]) -> Shape:
    return inputs[0]


def _last(key: str) -> Callable:
    return lambda layer, inputs: (*inputs[0][:-1], layer.config[key])


def _conv(layer: Layer, inputs: list[Shape]) -> Shape:
    shape, config = list(inputs[0]), layer.config
    axes = spatial(layer, inputs[0])
    strides, dilation = as_list(config.get("strides", 1), len(axes)), as_list(config.get("dilation_rate", 1), len(axes))
    for axis, kernel, stride, spread in zip(
        axes, as_list(config["kernel_size"], len(axes)), strides, dilation, strict=True
    ):
        shape[axis] = conv_length(shape[axis], kernel, config.get("padding", "valid"), stride, spread)
    channels = channel_axis(layer, inputs[0])
    if layer.class_name.startswith("Depthwise"):
        shape[channels] = _known(shape[channels], layer) * config.get("depth_multiplier", 1)
    else:
        shape[channels] = config["filters"]
    return tuple(shape)


def _deconv(layer: Layer, inputs: list[Shape]) -> Shape:
    shape, config = list(inputs[0]), layer.config
    axes = spatial(layer, inputs[0])
    strides, dilation = as_list(config.get("strides", 1), len(axes)), as_list(config.get("dilation_rate", 1), len(axes))
    extra = as_list(config.get("output_padding"), len(axes))
    kernels = as_list(config["kernel_size"], len(axes))
    for axis, kernel, stride, spread, more in zip(axes, kernels, strides, dilation, extra, strict=True):
        reach = (kernel - 1) * spread + 1
        shape[axis] = deconv_length(shape[axis], reach, config.get("padding", "valid"), stride, more)
    shape[channel_axis(layer, inputs[0])] = config["filters"]
    return tuple(shape)


def _pool(layer: Layer, inputs: list[Shape]) -> Shape:
    shape, config = list(inputs[0]), layer.config
    axes = spatial(layer, inputs[0])
    sizes = as_list(config.get("pool_size", 2), len(axes))
    strides = as_list(config.get("strides") or sizes, len(axes))
    for axis, size, stride in zip(axes, sizes, strides, strict=True):
        shape[axis] = conv_length(shape[axis], size, config.get("padding", "valid"), stride)
    return tuple(shape)


def _global_pool(layer: Layer, inputs: list[Shape]) -> Shape:
    axes = spatial(layer, inputs[0])
    if layer.config.get("keepdims"):
        return tuple(1 if axis in axes else size for axis, size in enumerate(inputs[0]))
    return tuple(size for axis, size in enumerate(inputs[0]) if axis not in axes)


def _pad(sign: int, key: str) -> Callable:
    def rule(layer: Layer, inputs: list[Shape]) -> Shape:
        shape = list(inputs[0])
        axes = spatial(layer, inputs[0])
        for axis, (before, after) in zip(axes, pairs(layer.config.get(key, 1), len(axes)), strict=True):
            if shape[axis] is not None:
                shape[axis] += sign * (before + after)
        return tuple(shape)

    return rule


def _upsample(layer: Layer, inputs: list[Shape]) -> Shape:
    shape = list(inputs[0])
    axes = spatial(layer, inputs[0])
    for axis, factor in zip(axes, as_list(layer.config.get("size", 2), len(axes)), strict=True):
        shape[axis] = None if shape[axis] is None else shape[axis] * factor
    return tuple(shape)


def _flatten(layer: Layer, inputs: list[Shape]) -> Shape:
    rest = inputs[0][1:]
    return (inputs[0][0], None if None in rest else math.prod(rest))


def _reshape(layer: Layer, inputs: list[Shape]) -> Shape:
    target = [None if n is None or n < 0 else n for n in layer.config["target_shape"]]
    rest = inputs[0][1:]
    if None in target and None not in rest:
        known = math.prod(n for n in target if n is not None)
        target = [math.prod(rest) // known if n is None and known else n for n in target]
    return (inputs[0][0], *target)


def _permute(layer: Layer, inputs: list[Shape]) -> Shape:
    return (inputs[0][0], *(inputs[0][axis] for axis in layer.config["dims"]))


def _merge(layer: Layer, inputs: list[Shape]) -> Shape:
    """Broadcasting; a smaller rank is filled up after the batch."""
    rank = max(len(shape) for shape in inputs)
    filled = [(shape[0], *([1] * (rank - len(shape))), *shape[1:]) for shape in inputs]
    result = []
    for sizes in zip(*filled, strict=True):
        known = {n for n in sizes if n not in (None, 1)}
        result.append(known.pop() if known else (None if None in sizes else 1))
    return tuple(result)


def _concatenate(layer: Layer, inputs: list[Shape]) -> Shape:
    axis = layer.config.get("axis", -1) % len(inputs[0])
    shape = list(inputs[0])
    sizes = [other[axis] for other in inputs]
    shape[axis] = None if None in sizes else sum(sizes)
    return tuple(shape)


def _dot(layer: Layer, inputs: list[Shape]) -> Shape:
    axes = as_list(layer.config["axes"], 2)
    first, second = list(inputs[0]), list(inputs[1])
    del first[axes[0] % len(inputs[0])], second[axes[1] % len(inputs[1])]
    shape = (*first, *second[1:])
    return shape if len(shape) > 1 else (*shape, 1)


def _recurrent(layer: Layer, inputs: list[Shape]) -> list[Shape] | Shape:
    units = _units(layer)
    batch, time = inputs[0][:2]
    output = (batch, time, units[-1]) if layer.config.get("return_sequences") else (batch, units[-1])
    if not layer.config.get("return_state"):
        return output
    return [output, *((batch, size) for size in _states(layer))]


def _units(layer: Layer) -> list[int]:
    if layer.class_name == "RNN":
        return _units(layer.children["cell"])
    if layer.class_name == "StackedRNNCells":
        return [_units(cell)[0] for cell in layer.children.values()]
    return [layer.config["units"]]


def _states(layer: Layer) -> list[int]:
    if layer.class_name == "RNN":
        return _states(layer.children["cell"])
    if layer.class_name == "StackedRNNCells":
        return [size for cell in layer.children.values() for size in _states(cell)]
    return _units(layer) * (2 if layer.class_name.startswith("LSTM") else 1)


def _conv_lstm(layer: Layer, inputs: list[Shape]) -> list[Shape] | Shape:
    shape = inputs[0]
    frame = _conv(Layer(layer.name, "Conv2D", layer.config), [(shape[0], *shape[2:])])
    output = (shape[0], shape[1], *frame[1:]) if layer.config.get("return_sequences") else frame
    return [output, frame, frame] if layer.config.get("return_state") else output


def _bidirectional(layer: Layer, inputs: list[Shape]) -> list[Shape]:
    found = output_shapes(layer.children["layer"], inputs)
    output, states = found[0], found[1:]
    mode = layer.config.get("merge_mode", "concat")
    if mode is None:
        return [output, output, *states, *states]
    if mode == "concat":
        output = (*output[:-1], output[-1] * 2)
    return [output, *states, *states]


def _time_distributed(layer: Layer, inputs: list[Shape]) -> Shape:
    shape = inputs[0]
    inner = output_shapes(layer.children["layer"], [(shape[0], *shape[2:])])[0]
    return (inner[0], shape[1], *inner[1:])


def _category(layer: Layer, inputs: list[Shape]) -> Shape:
    shape, config = inputs[0], layer.config
    if config.get("output_mode", "multi_hot") == "one_hot" and not (len(shape) > 1 and shape[-1] == 1):
        return (*shape, config["num_tokens"])
    return (*shape[:-1], config["num_tokens"])


def _image(layer: Layer, inputs: list[Shape]) -> Shape:
    shape = list(inputs[0])
    first, second = spatial(layer, inputs[0])[-2:]
    shape[first], shape[second] = layer.config["height"], layer.config["width"]
    return tuple(shape)


def _einsum(layer: Layer, inputs: list[Shape]) -> Shape:
    target = as_list(layer.config["output_shape"], 1)
    equation = layer.config["equation"]
    given, kept = equation.split(",")[0], equation.split("->")[1]
    rank = len(kept.replace("...", ""))
    if "..." in equation:
        rank += len(inputs[0]) - len(given.replace("...", ""))
    head = inputs[0][: max(rank - len(target), 1)]
    return (*head, *target[len(target) - (rank - len(head)) :])


def _heads(layer: Layer, inputs: list[Shape]) -> Shape:
    last = layer.config.get("output_shape")
    return inputs[0] if last is None else (*inputs[0][:-1], *as_list(last, 1))


def _known(size: int | None, layer: Layer) -> int:
    if size is None:
        raise UnknownShapeError(f"the number of channels that `{layer.name}` takes is not known")
    return size


_RULES: dict[str, Callable] = {
    **dict.fromkeys(
        (
            "Activation", "ActivityRegularization", "AlphaDropout", "BatchNormalization", "Dropout", "ELU",
            "GaussianDropout",
            "GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "LayerScale", "LeakyReLU",
            "Masking", "StochasticDepth", "Normalization",
            "PReLU", "ReLU", "Rescaling", "RMSNormalization", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
            "SpatialDropout3D", "ThresholdedReLU", "UnitNormalization", *RANDOM,
        ),
        _same,
    ),
    **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), _merge),
    **dict.fromkeys(
        (f"{kind}Conv{n}D" for kind in ("Depthwise", "Separable") for n in (1, 2)), _conv
    ),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), _conv),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _deconv),
    **dict.fromkeys((f"{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)), _pool),
    **dict.fromkeys((f"Global{kind}Pooling{n}D" for kind in ("Max", "Average") for n in (1, 2, 3)), _global_pool),
    **dict.fromkeys((f"ZeroPadding{n}D" for n in (1, 2, 3)), _pad(1, "padding")),
    **dict.fromkeys((f"Cropping{n}D" for n in (1, 2, 3)), _pad(-1, "cropping")),
    **dict.fromkeys((f"UpSampling{n}D" for n in (1, 2, 3)), _upsample),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "RNN"), _recurrent),
    **dict.fromkeys(("Resizing", "CenterCrop"), _image),
    "Dense": _last("units"),
    "Embedding": lambda layer, inputs: (*inputs[0], layer.config["output_dim"]),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Permute": _permute,
    "RepeatVector": lambda layer, inputs: (inputs[0][0], layer.config["n"], inputs[0][1]),
    "Concatenate": _concatenate,
    "Dot": _dot,
    "ConvLSTM2D": _conv_lstm,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _time_distributed,
    "CategoryEncoding": _category,
    "EinsumDense": _einsum,
    "MultiHeadAttention": _heads,
    "GroupedQueryAttention": _heads,
    **dict.fromkeys(("AdditiveAttention", "Attention"), lambda layer, inputs: (*inputs[0][:-1], inputs[1][-1])),
    "SpectralNormalization": lambda layer, inputs: output_shapes(layer.children["layer"], inputs)[0],
}  # fmt: skip
