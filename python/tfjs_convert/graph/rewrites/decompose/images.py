"""Colours and contrast of images, channels last, and blocks of pixels."""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.decompose.emit import FLOAT, INT32, Emit, Value, dtype_attr


def _hsv(e: Emit, rgb: Value) -> list[Value]:
    """Hue, saturation, value; each keeps the last axis, of size 1. All in 0 to 1, as in `tf.image.rgb_to_hsv`."""
    r, g, b = e.split(rgb, 3, -1)
    value = e.binary("Maximum", e.binary("Maximum", r, g), b)
    spread = e.sub(value, e.binary("Minimum", e.binary("Minimum", r, g), b))
    saturation = e.select(e.compare("Greater", value, 0.0), e.div(spread, value), 0.0)
    sixth = e.div(1.0 / 6.0, spread)
    from_blue = e.add(e.mul(sixth, e.sub(r, g)), 4.0 / 6.0)
    from_green = e.add(e.mul(sixth, e.sub(b, r)), 2.0 / 6.0)
    hue = e.select(e.compare("Equal", g, value), from_green, from_blue)
    hue = e.select(e.compare("Equal", r, value), e.mul(sixth, e.sub(g, b)), hue)
    hue = e.select(e.compare("Greater", spread, 0.0), hue, 0.0)
    hue = e.select(e.compare("Less", hue, 0.0), e.add(hue, 1.0), hue)
    return [hue, saturation, value]


def _rgb(e: Emit, hue: Value, saturation: Value, value: Value) -> Value:
    """A channel is ((1 - s) + s d) v, with d a trapezium of the hue, clipped to 0 and 1."""
    around = e.mul(hue, 6.0)

    def channel(centre: float, sign: float, shift: float) -> Value:
        distance = e.unary("Abs", e.sub(around, centre))
        d = e.add(e.mul(distance, sign), shift)
        d = e.binary("Minimum", e.binary("Maximum", d, 0.0), 1.0)
        return e.mul(e.add(e.mul(saturation, e.sub(d, 1.0)), 1.0), value)

    return e.concat([channel(3.0, 1.0, -1.0), channel(2.0, -1.0, 2.0), channel(4.0, -1.0, 2.0)], -1)


def rgb_to_hsv(e: Emit) -> Value:
    """`tf.image.rgb_to_hsv`."""
    return e.concat(_hsv(e, e.x[0]), -1)


def hsv_to_rgb(e: Emit) -> Value:
    """`tf.image.hsv_to_rgb`."""
    return _rgb(e, *e.split(e.x[0], 3, -1))


def adjust_saturation(e: Emit) -> Value:
    """Saturation times a factor, clipped to 0 and 1; inputs images, scale (float32)."""
    hue, saturation, value = _hsv(e, e.x[0])
    factor = e.cast(Value(e.x[1].tensor, FLOAT), e.x[0].dtype)
    saturation = e.binary("Minimum", e.binary("Maximum", e.mul(saturation, factor), 0.0), 1.0)
    return _rgb(e, hue, saturation, value)


def adjust_hue(e: Emit) -> Value:
    """Hue turned by a part of the circle; inputs images, delta (float32)."""
    hue, saturation, value = _hsv(e, e.x[0])
    turned = e.add(hue, e.cast(Value(e.x[1].tensor, FLOAT), e.x[0].dtype))
    return _rgb(e, e.binary("FloorMod", turned, 1.0), saturation, value)


def adjust_contrast(e: Emit) -> Value:
    """(x - m) factor + m, with m the mean of each image's channel; inputs images, factor (float32)."""
    mean = e.reduce("Mean", e.x[0], [-3, -2], keep=True)
    factor = e.cast(Value(e.x[1].tensor, FLOAT), e.x[0].dtype)
    return e.add(e.mul(e.sub(e.x[0], mean), factor), mean)


def space_to_depth(e: Emit) -> Value | None:
    """Blocks of pixels into channels; channels last, with a known number of channels."""
    if attr(e.node, "data_format").s not in (b"", b"NHWC"):
        return None
    block = attr(e.node, "block_size").i
    shape = e.static(e.x[0])
    if shape is None or shape[3] < 0:
        return None
    sizes = [e.size(e.x[0], axis) for axis in range(3)]
    height, width = (e.binary("FloorDiv", s, block) for s in sizes[1:])
    one, depth = e.int(block), e.int(shape[3])
    x = e.reshape(e.x[0], e.pack([sizes[0], height, one, width, one, depth]))
    x = e.transpose(x, [0, 1, 3, 2, 4, 5])
    return e.reshape(x, e.pack([sizes[0], height, width, e.int(block * block * shape[3])]))


def space_to_batch(e: Emit) -> Value:
    """`SpaceToBatchND` over height and width; inputs images, paddings."""
    return _over_height_and_width(e, "SpaceToBatchND", "Tpaddings", "Tpaddings")


def batch_to_space(e: Emit) -> Value:
    """`BatchToSpaceND` over height and width; inputs images, crops."""
    return _over_height_and_width(e, "BatchToSpaceND", "Tidx", "Tcrops")


def _over_height_and_width(e: Emit, op: str, given: str, attribute: str) -> Value:
    block = attr(e.node, "block_size").i
    margins = e.typed(1, given)
    kinds = {"T": e.x[0].dtype, "Tblock_shape": INT32, attribute: margins.dtype}
    attrs = {key: dtype_attr(kind) for key, kind in kinds.items()}
    return e.op(op, [e.x[0], e.ints(block, block), margins], e.x[0].dtype, **attrs)


OPS = {
    "RGBToHSV": rgb_to_hsv,
    "HSVToRGB": hsv_to_rgb,
    "AdjustSaturation": adjust_saturation,
    "AdjustHue": adjust_hue,
    "AdjustContrastv2": adjust_contrast,
    "SpaceToDepth": space_to_depth,
    "SpaceToBatch": space_to_batch,
    "BatchToSpace": batch_to_space,
}
