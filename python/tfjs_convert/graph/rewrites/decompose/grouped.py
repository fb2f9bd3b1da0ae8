"""Convolutions in groups, which the runtime refuses.

A kernel [h, w, I, O] on an input with G * I channels: the output's O channels are G groups of O / G, and group g sees
the input's channels g * I to (g + 1) * I only. With I = 1 that is a depthwise convolution; otherwise G convolutions
side by side. The input's channels must be known.
"""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.decompose.emit import Emit, Value, copied
from tfjs_convert.graph.rewrites.extents import last_axis


def grouped_convolution(e: Emit) -> Value | None:
    """`Conv2D` with groups; others, and channels first, are left."""
    x, kernel = e.x
    shape, given = e.static(kernel), e.static(x)
    if shape is None or min(shape) < 1 or attr(e.node, "data_format").s not in (b"", b"NHWC"):
        return None
    channels = given[3] if given and given[3] > 0 else last_axis(e.view, x.tensor)
    if channels is None or channels == shape[2] or channels % shape[2] or shape[3] % (channels // shape[2]):
        return None
    groups = channels // shape[2]
    strides = list(attr(e.node, "strides").list.i)
    # TensorFlow's depthwise operation wants equal strides.
    if shape[2] == 1 and strides[1] == strides[2]:
        return _depthwise(e, x, kernel, [*shape[:2], channels, shape[3] // groups])
    parts = zip(e.split(x, groups, 3), e.split(kernel, groups, 3), strict=True)
    return e.concat([e.op("Conv2D", [a, k], x.dtype, **copied(e.node)) for a, k in parts], 3)


def _depthwise(e: Emit, x: Value, kernel: Value, shape: list[int]) -> Value:
    attrs = {k: v for k, v in copied(e.node).items() if k != "use_cudnn_on_gpu"}
    return e.op("DepthwiseConv2dNative", [x, e.reshape(kernel, e.ints(*shape))], x.dtype, **attrs)


OPS = {"Conv2D": grouped_convolution}
