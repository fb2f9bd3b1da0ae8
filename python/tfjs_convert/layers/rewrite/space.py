"""Rules for pooling, padding, cropping, upsampling and resizing."""

from __future__ import annotations

import math

import numpy as np

from tfjs_convert.layers.model import Layer, Shape, plain
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, chain, channels_last, constant, nothing, then
from tfjs_convert.layers.rewrite.core import same
from tfjs_convert.layers.rewrite.sparse_windows import padding_of
from tfjs_convert.layers.shapes import as_list, output_shapes, pairs


def pool1d(r: Rewrite) -> Wiring:
    """MaxPooling1D and AveragePooling1D."""
    layer = r.make(r.layer.class_name, plain(r.config, "data_format"))
    if r.config.get("data_format") != "channels_first":
        return chain(layer)
    r.note("channels_first is expressed with a Permute before and after it")
    swap = {"dims": [2, 1]}
    return chain(r.make("Permute", swap, role="last"), layer, r.make("Permute", swap, role="first"))


def pool3d(r: Rewrite) -> Wiring:
    """MaxPooling3D and AveragePooling3D."""
    padding = padding_of(r, r.config.get("pool_size", 2), r.config.get("strides"))
    return chain(r.make(r.layer.class_name, {**r.config, "padding": padding}))


def global_pool(r: Rewrite) -> Wiring:
    """GlobalAveragePooling and GlobalMaxPooling in one to three dimensions, with or without kept dimensions."""
    if r.masked and r.layer.class_name == "GlobalAveragePooling1D":
        raise r.refuse("a mask reaches it, which TensorFlow.js ignores there: the average would count masked steps")
    kind, dims = r.layer.class_name[:-2], int(r.layer.class_name[-2])
    first = r.config.get("data_format") == "channels_first"
    steps: list[Layer] = []
    config = plain(r.config, "keepdims", "data_format")
    if dims == 2:
        steps.append(
            r.make(r.layer.class_name, {**config, "data_format": "channels_first" if first else "channels_last"})
        )
    else:
        if dims == 3:
            shape = r.shape()
            places = shape[2:] if first else shape[1:-1]
            size = None if None in places else math.prod(places)
            channels = shape[1] if first else shape[-1]
            steps.append(r.reshape([channels, size] if first else [size, channels], "places"))
            r.note(f"expressed with Reshape and {kind}1D")
        if first:
            steps.append(r.make("Permute", {"dims": [2, 1]}, role="last"))
        steps.append(r.make(f"{kind}1D", config))
    if r.config.get("keepdims"):
        (target,) = output_shapes(r.layer, [r.shape()])
        r.note("keepdims is expressed with a Reshape")
        steps.append(r.reshape(target[1:], "keepdims"))
    return chain(*steps)


def cropping2d(r: Rewrite) -> Wiring:
    """Cropping2D."""
    return chain(
        r.make("Cropping2D", {**r.config, "cropping": [list(p) for p in pairs(r.config.get("cropping", 0), 2)]})
    )


def by_planes(class_name: str, key: str) -> object:
    """A rule for one- and three-dimensional padding, cropping and repetition, through the two-dimensional layer.

    One dimension is an image of width one. Three are done as two and one: first depth and height of an image whose
    channels are width times channels, then width of an image whose height is depth times height.
    """

    def rule(r: Rewrite) -> Wiring:
        dims = int(r.layer.class_name[-2])
        amounts = _amounts(r.config.get(key, 2 if key == "size" else 1), dims, key)
        shape = r.shape()
        if not any(_changes(amount, key) for amount in amounts):
            return nothing
        (target,) = output_shapes(Layer(r.layer.name, r.layer.class_name, r.config), [shape])
        r.note(f"expressed with Reshape and {class_name}")
        if dims == 1:
            time, channels = shape[1:]
            main = r.make(class_name, {key: _plane(amounts[0], None, key)})
            return chain(r.reshape([time, 1, channels], "lift"), main, r.reshape(target[1:], "lower"))
        return chain(*_three(r, class_name, key, amounts, shape[1:], target[1:]))

    return channels_last(rule)


def _three(r: Rewrite, class_name: str, key: str, amounts: list, shape: Shape, target: Shape) -> list[Layer]:
    depth, height, width, channels = r.known(1, 2, 3, 4)
    new_depth, new_height, _, _ = target
    steps = []
    if _changes(amounts[0], key) or _changes(amounts[1], key):
        steps.append(r.reshape([depth, height, width * channels], "first"))
        steps.append(r.make(class_name, {key: _plane(amounts[0], amounts[1], key)}, role="depth_height"))
    if _changes(amounts[2], key):
        steps.append(r.reshape([new_depth * new_height, width, channels], "second"))
        steps.append(r.make(class_name, {key: _plane(None, amounts[2], key)}, role="width"))
    return [*steps, r.make("Reshape", {"target_shape": list(target)})]


def _amounts(value: object, dims: int, key: str) -> list:
    return as_list(value, dims) if key == "size" else pairs(value, dims)


def _changes(amount: object, key: str) -> bool:
    return amount != 1 if key == "size" else any(amount)


def _plane(first: object, second: object, key: str) -> list:
    if key == "size":
        return [first or 1, second or 1]
    return [list(first or (0, 0)), list(second or (0, 0))]


def upsampling2d(r: Rewrite) -> Wiring:
    """UpSampling2D: the nearest pixel as TensorFlow.js has it, other interpolations as matrix products."""
    size = as_list(r.config.get("size", 2), 2)
    method = r.config.get("interpolation", "nearest")
    if method == "nearest":
        return chain(r.make("UpSampling2D", {**r.config, "size": size}))
    if r.generation == 2 and method not in ("bilinear",):
        raise r.refuse(f"interpolation `{method}` has no translation")
    return _scaled(r)


@channels_last
def _scaled(r: Rewrite) -> Wiring:
    size = as_list(r.config.get("size", 2), 2)
    height, width = r.known(1, 2)
    return _resize(r, r.config["interpolation"], height * size[0], width * size[1])


@channels_last
def resizing(r: Rewrite) -> Wiring:
    """Resizing."""
    if r.config.get("crop_to_aspect_ratio") or r.config.get("pad_to_aspect_ratio"):
        raise r.refuse("cropping or padding to the aspect ratio has no translation")
    if r.config.get("antialias"):
        raise r.refuse("antialiasing has no translation")
    r.known(1, 2)
    return _resize(r, r.config.get("interpolation", "bilinear"), r.config["height"], r.config["width"])


def _resize(r: Rewrite, method: str, rows: int, columns: int) -> Wiring:
    """Interpolation along each axis is a fixed matrix: Dense without bias, on that axis moved to the end."""
    if method not in ("bilinear", "nearest"):
        raise r.refuse(f"interpolation `{method}` has no translation")
    height, width = r.known(1, 2)
    if len(r.shape()) != 4:
        raise r.refuse("its translation needs a batch of images")
    if (height, width) == (rows, columns):
        return nothing
    r.note(
        f"{method} interpolation is expressed as matrix products, since TensorFlow.js places pixels differently; "
        f"the matrices are fixed weights"
    )
    fixed = {"use_bias": False, "activation": "linear", "trainable": False}
    across = r.make(
        "Dense", {"units": columns, **fixed}, {"kernel": constant(_matrix(width, columns, method))}, role="columns"
    )
    down = r.make("Dense", {"units": rows, **fixed}, {"kernel": constant(_matrix(height, rows, method))}, role="rows")
    return chain(
        r.make("Permute", {"dims": [1, 3, 2]}, role="columns_last"),  # height, channels, width
        across,
        r.make("Permute", {"dims": [3, 2, 1]}, role="rows_last"),  # width, channels, height
        down,
        r.make("Permute", {"dims": [3, 1, 2]}),  # height, width, channels
    )


def _matrix(size: int, target: int, method: str) -> np.ndarray:
    """(size, target): weights of input places in output places, with half-pixel centres as `tf.image.resize` has
    them.
    """
    centres = (np.arange(target) + 0.5) * (size / target)
    matrix = np.zeros((size, target), np.float32)
    columns = np.arange(target)
    if method == "nearest":
        matrix[np.minimum(np.floor(centres).astype(int), size - 1), columns] = 1
        return matrix
    places = centres - 0.5
    low = np.floor(places).astype(int)
    share = (places - low).astype(np.float32)
    np.add.at(matrix, (np.clip(low, 0, size - 1), columns), 1 - share)
    np.add.at(matrix, (np.clip(low + 1, 0, size - 1), columns), share)
    return matrix


@channels_last
def center_crop(r: Rewrite) -> Wiring:
    """CenterCrop of an image that is large enough, as Cropping2D."""
    height, width = r.known(1, 2)
    rows, columns = r.config["height"], r.config["width"]
    if height < rows or width < columns:
        raise r.refuse("it enlarges its input first, which has no translation")
    top, left = (height - rows) // 2, (width - columns) // 2
    r.note("expressed with Cropping2D")
    cropping = [[top, height - rows - top], [left, width - columns - left]]
    return chain(r.make("Cropping2D", {"cropping": cropping}))


def category_encoding(r: Rewrite) -> Wiring:
    """CategoryEncoding."""
    if any(call.kwargs for call in r.calls) or any(len(call.inputs) != 1 for call in r.calls):
        raise r.refuse("count weights have no place in a layers model")
    if r.config.get("sparse"):
        raise r.refuse("TensorFlow.js has no sparse tensors")
    mode, tokens = r.config.get("output_mode", "multi_hot"), r.config["num_tokens"]
    if mode == "int":
        return nothing
    shape = r.shape()
    if mode == "one_hot" and (len(shape) < 2 or shape[-1] != 1):
        r.note("expressed as an Embedding whose weights are the identity")
        config = {"input_dim": tokens, "output_dim": tokens, "mask_zero": False, "trainable": False}
        return chain(r.make("Embedding", config, {"embeddings": constant(np.eye(tokens))}))
    if len(shape) != 2 or mode not in ("one_hot", "multi_hot", "count"):
        raise r.refuse(f"output_mode {mode} of an input with {len(shape)} axes has no place in TensorFlow.js")
    # The layer overwrites the shape that it is given; the Reshape hands it one of its own.
    guard = r.make("Reshape", {"target_shape": [-1 if shape[1] is None else shape[1]]}, role="input")
    return then(chain(guard), same(r))
