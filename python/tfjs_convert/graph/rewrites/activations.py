"""The activations that TensorFlow.js fuses into convolutions and matrix products."""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.view import NodeDef

# `fused_ops` names, which the runtime lower-cases: every backend's fused kernels know these.
FUSED = ("Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid", "Prelu")


def leaky_alpha(node: NodeDef) -> float:
    """The slope of a `LeakyRelu` node; TensorFlow's default where it has none."""
    return attr(node, "alpha").f if "alpha" in node.attr else 0.2
