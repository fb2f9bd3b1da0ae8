"""Images that are turned, sheared or seen in perspective."""

from collections.abc import Callable

import numpy as np

from tfjs_convert.graph.attributes import ONE_IMAGE, attr
from tfjs_convert.graph.rewrites.decompose.emit import FLOAT, INT32, Emit, Value, copied


def projective_transform(e: Emit) -> Value | None:
    """Several images, one at a time: the runtime's CPU backend transforms the first of a batch and no other.

    Inputs images, transforms (float32, one row for all images or one for each), output shape, fill value. Where the
    number of images is not known, one transform for all of them takes them as the channels of a single image.
    """
    shape, rows = e.static(e.x[0]), e.static(Value(e.x[1].tensor, FLOAT))
    count = shape[0] if shape else -1
    if count == 1:
        e.node.attr[ONE_IMAGE].b = True
        return None
    kind = attr(e.node, "dtype").type
    image, transforms = Value(e.x[0].tensor, kind), Value(e.x[1].tensor, FLOAT)
    rest = [Value(e.x[2].tensor, INT32), *(Value(v.tensor, FLOAT) for v in e.x[3:])]
    attrs = {key: value for key, value in copied(e.node).items() if key != "dtype"}

    def transformed(x: Value, by: Value) -> Value:
        made = e.op(e.node.op, [x, by, *rest], kind, **attrs, **{ONE_IMAGE: True})
        e.view.nodes[made.tensor].attr["dtype"].type = kind
        return made

    if rows and rows[0] == 1:
        return _as_channels(e, image, lambda x: transformed(x, transforms))
    if count < 1:
        return None
    if not rows or rows[0] < 0:
        transforms = e.add(transforms, e.const(np.zeros([count, 8]), FLOAT))
    pairs = zip(e.split(image, count, 0), e.split(transforms, count, 0), strict=True)
    return e.concat([transformed(x, by) for x, by in pairs], 0)


def _as_channels(e: Emit, images: Value, work: Callable[[Value], Value]) -> Value:
    """What `work` makes of a batch of images as one image that has all their channels, as a batch again."""
    sizes = [e.size(images, axis) for axis in range(4)]
    joined = e.transpose(images, [1, 2, 0, 3])
    done = work(e.reshape(joined, e.pack([e.int(1), sizes[1], sizes[2], e.mul(sizes[0], sizes[3])])))
    split = e.reshape(done, e.pack([e.size(done, 1), e.size(done, 2), sizes[0], sizes[3]]))
    return e.transpose(split, [2, 0, 1, 3])


OPS = {"ImageProjectiveTransformV3": projective_transform}
