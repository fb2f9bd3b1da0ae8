"""Fuse bias and activation into convolutions, depthwise convolutions and matrix products.

    act(linear(x, K) + bias)  ->  _FusedConv2D, FusedDepthwiseConv2dNative or _FusedMatMul with fused_ops [BiasAdd, act]

Without a bias `fused_ops` begins with NoOp. The result bears the last node's name. Conditions: floating point; each
node but the last is read by the next alone and not fetched; no control inputs, which the runtime would take for
arguments. The runtime adds its own:

- a product with PReLU needs a bias: the first extra argument is read as one;
- the WASM backend adds a bias right only in products of two matrices, neither transposed: a constant kernel is
  transposed here, and batches get activations only;
- a fused depthwise convolution has no slope for LeakyRelu.

`_FusedConv2D` and `_FusedMatMul` that Grappler made, with a bias only, take up an activation too.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.activations import FUSED, leaky_alpha
from tfjs_convert.graph.rewrites.affine import FLOATS
from tfjs_convert.graph.view import GraphView, NodeDef

_OPS = {
    "Conv2D": "_FusedConv2D",
    "DepthwiseConv2dNative": "FusedDepthwiseConv2dNative",
    "MatMul": "_FusedMatMul",
    "BatchMatMul": "_FusedMatMul",
    "BatchMatMulV2": "_FusedMatMul",
}
_FUSED_OPS = ("_FusedConv2D", "_FusedMatMul", "FusedDepthwiseConv2dNative")


def fuse(view: GraphView) -> list[str]:
    """Fuse all that can be fused; returns notes."""
    fused = 0
    for node in list(view.nodes.values()):
        if view.nodes.get(node.name) is node and (node.op in _OPS or node.op in _FUSED_OPS) and _fuse(view, node):
            fused += 1
    return [f"Fused biases and activations into {fused} convolutions and matrix products."] if fused else []


def _fuse(view: GraphView, node: NodeDef) -> bool:
    if attr(node, "T").type not in FLOATS or not _plain(node):
        return False
    bias = None
    if node.op in _FUSED_OPS:
        if list(attr(node, "fused_ops").list.s) != [b"BiasAdd"]:
            return False
        last, has_bias = node, True
    else:
        bias = _next(view, node)
        if bias is not None and not (_is_bias(view, node, bias) and may_have_bias(view, node)):
            bias = None
        last, has_bias = (bias, True) if bias is not None else (node, False)
    activation = _next(view, last)
    if activation is not None and not _is_activation(view, node, activation, has_bias):
        activation = None
    if activation is None and bias is None:
        return False
    _rewrite(view, node, bias, activation, has_bias)
    return True


def _plain(node: NodeDef) -> bool:
    return not any(t.startswith("^") for t in node.input)


def _next(view: GraphView, node: NodeDef) -> NodeDef | None:
    """The node that alone reads `node`, as its first operand."""
    user = view.sole_consumer(node.name)
    if user is None or not _plain(user) or view.producer(user.input[0]) is not node:
        return None
    return user


def _is_bias(view: GraphView, node: NodeDef, user: NodeDef) -> bool:
    if user.op != "BiasAdd":
        return False
    shape = view.constant_shape(user.input[1])
    first = attr(user, "data_format").s == b"NCHW"
    return first == (attr(node, "data_format").s == b"NCHW") and (shape is None or len(shape) == 1)


def may_have_bias(view: GraphView, node: NodeDef) -> bool:
    """Whether the runtime's fused kernels add a bias right; a constant transposed kernel is turned so that they do."""
    if node.op in ("BatchMatMul", "BatchMatMulV2") or attr(node, "transpose_a").b:
        return False
    if attr(node, "transpose_b").b:
        kernel = view.constant(node.input[1])
        if kernel is None or kernel.ndim != 2:
            return False
        view.set_constant_input(node, 1, np.ascontiguousarray(kernel.T), "kernel")
        node.attr["transpose_b"].b = False
    return True


def _is_activation(view: GraphView, node: NodeDef, user: NodeDef, has_bias: bool) -> bool:
    if user.op not in FUSED:
        return False
    if user.op == "Prelu":
        alpha = view.constant_shape(user.input[1])
        if alpha is None or attr(node, "data_format").s == b"NCHW":
            return False
        product = _OPS.get(node.op, node.op) == "_FusedMatMul"
        return (has_bias and len(alpha) <= 1) if product else (len(alpha) in (0, 1, 3))
    depthwise = node.op in ("DepthwiseConv2dNative", "FusedDepthwiseConv2dNative")
    return not (depthwise and user.op == "LeakyRelu")


def _rewrite(view: GraphView, node: NodeDef, bias: NodeDef | None, activation: NodeDef | None, has_bias: bool) -> None:
    names = [b"BiasAdd" if has_bias else b"NoOp"]
    extra = list(bias.input[1:]) if bias is not None else []
    alpha = 0.0
    if activation is not None:
        names.append(activation.op.encode())
        extra += activation.input[1:]
        if activation.op == "LeakyRelu":
            alpha = leaky_alpha(activation)
    if node.op in ("BatchMatMul", "BatchMatMulV2"):
        for old, new in (("adj_x", "transpose_a"), ("adj_y", "transpose_b")):
            node.attr[new].b = attr(node, old).b
            node.attr.pop(old, None)
    node.op = _OPS.get(node.op, node.op)
    node.attr["fused_ops"].list.s[:] = names
    node.attr["leakyrelu_alpha"].f = alpha
    node.attr["epsilon"].f = 0.0
    view.set_inputs(node, [*node.input, *extra])
    node.attr["num_args"].i = len(node.input) - 2
    node.attr.pop("_output_shapes", None)
    chain = [n for n in (bias, activation) if n is not None]
    current = node
    for following in chain:
        view.take_over(following, current)
        current = following
