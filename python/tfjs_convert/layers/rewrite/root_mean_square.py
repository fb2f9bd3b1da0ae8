"""Rules for layers that divide by a root mean square, which TensorFlow.js has not.

The numbers beside their negatives have the mean zero, so LayerNormalization of both divides by just that.
"""

from __future__ import annotations

import math

from tfjs_convert.layers.model import Ref
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, then
from tfjs_convert.layers.rewrite.norm import affine

TINY = 1e-12
"""Below this, Keras takes the square of a length for this."""


def unit_normalization(r: Rewrite) -> Wiring:
    """UnitNormalization: x / |x|, the root mean square of n numbers being their length over the root of n."""
    axes, size = _trailing_axes(r)
    scale = r.make("Rescaling", {"scale": 1 / math.sqrt(size), "offset": 0.0}, role="length")
    r.note("expressed with LayerNormalization of the numbers beside their negatives, whose mean is zero")
    return _by_root_mean_square(r, axes, size, TINY / size, chain(scale))


def rms_normalization(r: Rewrite) -> Wiring:
    """RMSNormalization: x / sqrt(mean(x²) + epsilon), times a scale."""
    axes, size = _trailing_axes(r)
    shape = (None, None, 1, size)
    scale = affine(r, r.layer.variables["scale"], None, role="scale", shape=shape, trainable=r.layer.trainable)
    r.note("expressed with LayerNormalization of the numbers beside their negatives, whose mean is zero")
    return _by_root_mean_square(r, axes, size, float(r.config.get("epsilon", 1e-6)), scale)


def _trailing_axes(r: Rewrite) -> tuple[int, int]:
    """How many of the last axes are normalized together, and the number of their elements."""
    axis, rank = r.config.get("axis", -1), len(r.shape())
    axes = sorted(n % rank for n in (axis if isinstance(axis, (list, tuple)) else [axis]))
    if axes != list(range(rank - len(axes), rank)) or 0 in axes:
        raise r.refuse("it normalizes over other axes than the last, which has no translation")
    return len(axes), math.prod(r.known(*axes))


def _by_root_mean_square(r: Rewrite, axes: int, size: int, epsilon: float, post: Wiring) -> Wiring:
    """x / sqrt(mean(x²) + epsilon) in rows of `size`, then `post` on images one pixel wide, then the input's shape."""
    shape = r.shape()
    lead = list(shape[1 : len(shape) - axes])
    rows = None if None in lead else math.prod(lead)
    flat, minus = r.reshape([rows, size], "rows"), r.make("Rescaling", {"scale": -1.0, "offset": 0.0}, role="negate")
    both = r.make("Concatenate", {"axis": -1}, role="both")
    config = {"axis": -1, "epsilon": epsilon, "center": False, "scale": False, "trainable": False}
    rest = chain(
        r.make("LayerNormalization", config, role="normalized"),
        r.reshape([rows, 2, size], "halves"),
        r.make("Cropping2D", {"cropping": [[0, 0], [0, 1]]}, role="half"),
    )
    back = r.make("Reshape", {"target_shape": [-1 if n is None else n for n in shape[1:]]})
    if sum(n is None for n in shape[1:]) > 1:
        raise r.refuse("its translation needs more of its input's sizes to be fixed")

    def wire(inputs: list[Ref]) -> list[Ref]:
        row = call(flat, inputs[0])
        return then(rest, post, chain(back))([call(both, row, call(minus, row))])

    return wire
