"""Split fused operations that the runtime refuses back into their parts.

Grappler, or whoever made a frozen graph, may fuse what TensorFlow.js does not take: a bias of another rank than 1 (WASM
refuses it), a bias on a transposed product (WASM adds it wrongly), `FusedBatchNorm` as first fused operation, or an
activation outside `activations.FUSED`. A constant bias with leading axes of size 1 is only reshaped. The parts' last
one bears the fused node's name.
"""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.activations import FUSED
from tfjs_convert.graph.rewrites.fuse_linear import may_have_bias
from tfjs_convert.graph.view import GraphView, NodeDef
from tfjs_convert.tf_core import types_pb2

_PLAIN = {"_FusedConv2D": "Conv2D", "_FusedMatMul": "MatMul"}
# Activations TensorFlow.js has as operations, so that a split leaves nothing unknown.
_UNFUSED = ("Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid", "Tanh")
_FUSED_ATTRS = (
    "fused_ops",
    "num_args",
    "epsilon",
    "leakyrelu_alpha",
    "num_host_args",
    "TArgs",
    "host_args",
    "user_device_id",
)


def unfuse(view: GraphView) -> list[str]:
    """Split all such nodes; returns notes."""
    split = 0
    for node in list(view.nodes.values()):
        if node.op in _PLAIN and _unfuse(view, node):
            split += 1
    return [f"Split {split} fused operations that TensorFlow.js does not accept."] if split else []


def _unfuse(view: GraphView, node: NodeDef) -> bool:
    names = [s.decode() for s in attr(node, "fused_ops").list.s]
    if not names or any(t.startswith("^") for t in node.input):
        return False
    head, tail = names[0], names[1:]
    if len(tail) > 1 or any(t not in _UNFUSED for t in tail):
        return False
    if head == "BiasAdd":
        if _has_vector_bias(view, node) and all(t in FUSED for t in tail) and may_have_bias(view, node):
            return False
    elif head != "FusedBatchNorm":
        return False
    _split(view, node, head, tail)
    return True


def _has_vector_bias(view: GraphView, node: NodeDef) -> bool:
    """Whether the bias is a vector with an element for each channel, after dropping leading axes of size 1."""
    bias, kernel = view.constant(node.input[2]), view.constant_shape(node.input[1])
    if bias is None or kernel is None:
        return view.constant_shape(node.input[2]) is not None and len(view.constant_shape(node.input[2])) == 1
    channels = kernel[0] if attr(node, "transpose_b").b else kernel[-1]
    if bias.ndim == 0 or bias.shape[-1] != bias.size or bias.size != channels:
        return False
    if bias.ndim > 1:
        view.set_constant_input(node, 2, bias.reshape(-1), "bias")
    return True


def _split(view: GraphView, node: NodeDef, head: str, tail: list[str]) -> None:
    kind = attr(node, "T").type
    layout = attr(node, "data_format").s
    inputs = list(node.input)
    alpha, epsilon = attr(node, "leakyrelu_alpha").f, attr(node, "epsilon").f
    inner = view.add_node(f"{node.name}/linear", _PLAIN[node.op], [], node)
    for key in _FUSED_ATTRS:
        inner.attr.pop(key, None)
    view.set_inputs(inner, inputs[:2])
    middle = node
    if tail:
        middle = view.add_node(f"{node.name}/{head}", "NoOp", [])
    middle.attr.clear()
    middle.attr["T"].type = kind
    if head == "BiasAdd":
        # AddV2 takes a bias of any rank; a vector of channels in NCHW needs BiasAdd's own rule.
        middle.op = "BiasAdd" if layout == b"NCHW" else "AddV2"
        if middle.op == "BiasAdd":
            middle.attr["data_format"].s = layout
    else:
        middle.op = "FusedBatchNormV3"
        middle.attr["U"].type = types_pb2.DT_FLOAT
        middle.attr["is_training"].b = False
        middle.attr["epsilon"].f = epsilon
        middle.attr["data_format"].s = layout or b"NHWC"
    view.set_inputs(middle, [inner.name, *inputs[2:]])
    if tail:
        node.op = tail[0]
        node.attr.clear()
        node.attr["T"].type = kind
        if node.op == "LeakyRelu":
            node.attr["alpha"].f = alpha
        view.set_inputs(node, [middle.name])
