"""Operations that are linear in their input, with a constant kernel: how a factor per channel enters the kernel."""

from dataclasses import dataclass

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.affine import FLOATS
from tfjs_convert.graph.view import GraphView, NodeDef

_CONVOLUTIONS = ("Conv2D", "Conv3D", "DepthwiseConv2dNative", "Conv2DBackpropInput")
_PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")


@dataclass(frozen=True)
class Linear:
    """A linear node, its kernel and which way channels run through it.

    `out_shape` and `in_shape` are the shapes into which a vector of output or input channels is cast to multiply the
    kernel; `data` and `weights` are input indices; `rank` is the rank of the result (a lower bound unless
    `exact_rank`).
    """

    node: NodeDef
    kernel_shape: tuple[int, ...]
    data: int
    weights: int
    channels: int
    in_channels: int
    out_shape: tuple[int, ...]
    in_shape: tuple[int, ...]
    rank: int
    exact_rank: bool
    channels_first: bool

    def kernel(self, view: GraphView) -> np.ndarray:
        """The kernel's values."""
        return view.constant(self.node.input[self.weights])

    def set_kernel(self, view: GraphView, kernel: np.ndarray) -> None:
        """Give the node another kernel; a kernel that others read too stays theirs."""
        view.set_constant_input(self.node, self.weights, kernel, "kernel")


def read(view: GraphView, node: NodeDef, constant: bool = True) -> Linear | None:
    """`node` as a linear map by a constant kernel, or None.

    With `constant=False` a kernel that only has a known shape (a constant seen through a loop's `Enter`) is enough.
    """
    convolution = node.op in _CONVOLUTIONS
    if not convolution and node.op not in _PRODUCTS:
        return None
    dtype = attr(node, "T" if "T" in node.attr else "Ta").type
    weights, data = 1, 2 if node.op == "Conv2DBackpropInput" else 0
    if dtype not in FLOATS or len(view.data_inputs(node)) != max(data, weights) + 1:
        return None
    if constant and view.const_node(node.input[weights]) is None:
        return None
    shape = view.constant_shape(node.input[weights])
    if shape is None:
        return None
    if not convolution:
        return _product(node, shape)
    if len(shape) != (5 if node.op == "Conv3D" else 4):
        return None
    channels_first = attr(node, "data_format").s in (b"NCHW", b"NCDHW")
    if node.op == "DepthwiseConv2dNative":
        c, m = shape[2:]
        return Linear(node, shape, 0, 1, c * m, c, (c, m), (c, 1), 4, True, channels_first)
    if node.op == "Conv2DBackpropInput":
        o, i = shape[2:]
        return Linear(node, shape, 2, 1, o, i, (o, 1), (i,), 4, True, channels_first)
    i, o = shape[-2:]
    return Linear(node, shape, 0, 1, o, i, (o,), (i, 1), len(shape), True, channels_first)


def _product(node: NodeDef, shape: tuple[int, ...]) -> Linear | None:
    plain = node.op == "MatMul"
    if len(shape) < 2 or (plain and len(shape) != 2):
        return None
    transpose_a, transpose_b = (
        attr(node, k).b for k in (("transpose_a", "transpose_b") if plain else ("adj_x", "adj_y"))
    )
    i, o = shape[-2:] if not transpose_b else shape[:-3:-1]
    out_shape, in_shape = ((o, 1), (i,)) if transpose_b else ((o,), (i, 1))
    # With a transposed the input's channels are not its last axis: nothing can be pushed in from the front.
    in_channels = -1 if transpose_a else i
    return Linear(node, shape, 0, 1, o, in_channels, out_shape, in_shape, len(shape), plain, False)


def pads_nothing(linear: Linear) -> bool:
    """Whether each output element is a sum over real input elements only, none made up at the border."""
    node = linear.node
    if node.op in _PRODUCTS:
        return True
    if node.op == "Conv2DBackpropInput":
        return False
    padding = attr(node, "padding").s
    if padding == b"VALID":
        return True
    if padding == b"EXPLICIT":
        return not any(attr(node, "explicit_paddings").list.i)
    return padding == b"SAME" and all(s == 1 for s in linear.kernel_shape[:-2])
