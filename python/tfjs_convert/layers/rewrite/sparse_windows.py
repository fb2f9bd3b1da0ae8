"""Windows of three dimensions that are shorter than their strides: TensorFlow.js pads by less than nothing there.

(tfjs-core `ops/conv_util.ts`, `get3DPadAndOutInfo`.)
"""

from __future__ import annotations

from tfjs_convert.layers.rewrite.context import Rewrite
from tfjs_convert.layers.shapes import as_list, spatial


def padding_of(r: Rewrite, windows: object, strides: object) -> str:
    """The padding to write for a three-dimensional convolution or pooling.

    Raises:
      UnsupportedLayerError: TensorFlow.js would pad wrongly, and no other padding gives the same.
    """
    padding = r.config.get("padding", "valid")
    windows, strides = as_list(windows, 3), as_list(strides or windows, 3)
    if padding != "same" or all(stride <= window for window, stride in zip(windows, strides, strict=True)):
        return padding
    sizes = r.known(*spatial(r.layer, r.shape()))
    missing = [
        (-(-size // stride) - 1) * stride + window - size
        for size, window, stride in zip(sizes, windows, strides, strict=True)
    ]
    if min(missing) >= 0:
        return padding
    if max(missing) <= 0:
        r.note('padding="same" is written as "valid", which is the same on this size')
        return "valid"
    raise r.refuse("TensorFlow.js pads wrongly where a three-dimensional window is shorter than its stride")
