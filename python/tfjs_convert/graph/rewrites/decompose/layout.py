"""Channels first: the runtime ignores `data_format` on most operations, and WASM refuses it on the others.

    op(x, NCHW) = to_first(op(to_last(x), NHWC))

The transposes between neighbours cancel when the graph is optimised. Attributes with one number for each axis
(strides, dilations, ksize, explicit_paddings) are turned too; kernels have one layout in both.
"""

from __future__ import annotations

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.decompose.emit import INT32, Emit, Value, copied
from tfjs_convert.graph.rewrites.extents import exact_rank

_IMAGE = {
    "AvgPool": 0,
    "MaxPool": 0,
    "Conv2D": 0,
    "DepthwiseConv2dNative": 0,
    "FusedBatchNorm": 0,
    "FusedBatchNormV2": 0,
    "FusedBatchNormV3": 0,
    "BiasAdd": 0,
    "DepthToSpace": 0,
    "SpaceToDepth": 0,
    "AvgPool3D": 0,
    "MaxPool3D": 0,
    "Conv3D": 0,
    "Conv2DBackpropInput": 2,
}
_PER_AXIS = ("strides", "dilations", "ksize")


def channels_last(e: Emit) -> Value | None:
    """`e.node` with channels last between two transposes; None if it has them last already."""
    layout = attr(e.node, "data_format").s
    if layout not in (b"NCHW", b"NCDHW") or not e.view.uses_only_first_output(e.node.name):
        return None
    index = _IMAGE[e.node.op]
    # Only a bias goes on any rank.
    rank = e.rank(e.x[index]) if e.node.op == "BiasAdd" else None
    rank = rank or exact_rank(e.view, e.x[index].tensor) or len(layout)
    to_last = [0, *range(2, rank), 1]
    to_first = [0, rank - 1, *range(1, rank - 1)]
    attrs = copied(e.node)
    attrs["data_format"] = b"NHWC" if layout == b"NCHW" else b"NDHWC"
    for key in _PER_AXIS:
        if key in attrs:
            attrs[key] = [attrs[key][i] for i in to_last]
    if attrs.get("explicit_paddings"):
        pairs = attrs["explicit_paddings"]
        attrs["explicit_paddings"] = [n for i in to_last for n in pairs[2 * i : 2 * i + 2]]
    x = list(e.x)
    x[index] = e.transpose(x[index], to_last)
    if e.node.op == "Conv2DBackpropInput":
        x[0] = e.gather(Value(x[0].tensor, INT32), e.ints(*to_last), 0)
    made = e.op(e.node.op, x, e.x[index].dtype, **attrs)
    return e.transpose(made, to_first)


OPS = dict.fromkeys(_IMAGE, channels_last)
