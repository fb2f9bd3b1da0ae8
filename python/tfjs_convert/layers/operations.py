"""Bare operations in Keras models: `x * 2.0`, `keras.ops.relu(x)`, `tf.nn.relu(x)`."""

from __future__ import annotations

from tfjs_convert.layers.model import Layer

# Names of operations: Keras 3's classes, and TensorFlow's functions as Keras 2 wrote them.
_ALIASES = {
    "math.add": "add", "__operators__.add": "add", "math.multiply": "multiply", "math.subtract": "subtract",
    "math.truediv": "truedivide", "math.divide": "truedivide", "divide": "truedivide", "nn.relu": "relu",
    "nn.relu6": "relu6",
    "math.sigmoid": "sigmoid", "nn.sigmoid": "sigmoid", "math.tanh": "tanh", "nn.tanh": "tanh", "nn.softmax": "softmax",
    "nn.silu": "silu", "nn.swish": "silu", "nn.elu": "elu", "nn.selu": "selu", "math.softplus": "softplus",
    "math.maximum": "maximum", "math.minimum": "minimum", "math.negative": "negative", "math.square": "square",
    "concat": "concatenate",
    "leakyrelu": "leaky_relu", "nn.leaky_relu": "leaky_relu", "nn.gelu": "gelu",
    "nn.log_softmax": "log_softmax", "logsoftmax": "log_softmax",
    "hardtanh": "hard_tanh", "tanhshrink": "tanh_shrink", "softshrink": "soft_shrink",
    "compat.v1.transpose": "transpose",
    "hardsigmoid": "hard_sigmoid", "hardsilu": "hard_silu", "logsigmoid": "log_sigmoid",
    "transpose": "transpose", "reshape": "reshape", "math.abs": "absolute", "abs": "absolute",
}  # fmt: skip

ACTIVATIONS = (
    "relu", "relu6", "sigmoid", "tanh", "softmax", "silu", "elu", "selu", "softplus", "softsign", "hard_sigmoid",
    "hard_silu",
    "log_sigmoid", "leaky_relu", "gelu", "mish", "log_softmax", "hard_tanh", "tanh_shrink", "soft_shrink",
)  # fmt: skip

ELEMENTWISE = (
    *ACTIVATIONS, "add", "multiply", "subtract", "truedivide", "maximum", "minimum", "negative", "square", "absolute",
)  # fmt: skip
"""Operations whose result has the shape of their broadcast operands."""


def operation_name(layer: Layer) -> str:
    """The operation that a bare operation's layer does, under one name for both generations."""
    name = layer.config.get("function") if layer.class_name == "TFOpLambda" else layer.class_name
    return _ALIASES.get(str(name).lower(), str(name).lower())
