"""Which variables each Keras layer has, in the order in which Keras makes and stores them.

Keras files know weights by their place only: by order in the old HDF5 layout, by number in the new one. This is the
list that turns places into roles. From the `build` methods of Keras 2 and 3.
"""

from __future__ import annotations

import dataclasses

from tfjs_convert.layers.model import Layer


@dataclasses.dataclass(frozen=True)
class Slot:
    """A variable: its role, other names that files use for it, and whether training changes it."""

    role: str
    aliases: tuple[str, ...] = ()
    trainable: bool = True
    optional: bool = False


KERNEL = Slot("kernel", ("W",))
DEPTHWISE = Slot("depthwise_kernel", ("kernel",))
RECURRENT = (KERNEL, Slot("recurrent_kernel", ("U",)))

_KERNEL_BIAS = (
    "Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "Convolution1D",
    "Convolution2D", "Convolution3D", "Convolution2DTranspose", "Convolution3DTranspose",
)  # fmt: skip
_RECURRENT = ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell", "ConvLSTM2DCell")

HIDDEN_CELL = _RECURRENT
"""Layers whose variables the new layout keeps one folder deeper, under `cell`."""

WEIGHTLESS_STATE = ("seed_generator", "_random_generator")
"""Parts of random layers that are state and no weights."""


def slots(layer: Layer) -> list[Slot] | None:
    """The layer's own variables; None if this table does not know its class.

    A layer that has none, or a class without weights, gives an empty list.
    """
    config, name = layer.config, layer.class_name
    if name in _KERNEL_BIAS:
        return _optional([KERNEL, Slot("bias", ("b",))], config.get("use_bias", True))
    if name in _RECURRENT or name in _CELLS:
        return _optional([*RECURRENT, Slot("bias", ("b",))], config.get("use_bias", True))
    if name in ("DepthwiseConv1D", "DepthwiseConv2D"):
        return _optional([DEPTHWISE, Slot("bias")], config.get("use_bias", True))
    if name in ("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D"):
        return _optional([DEPTHWISE, Slot("pointwise_kernel"), Slot("bias")], config.get("use_bias", True))
    if name == "EinsumDense":
        return _optional([KERNEL, Slot("bias")], config.get("bias_axes") is not None)
    if name == "BatchNormalization":
        moving = [
            Slot("moving_mean", ("running_mean",), False),
            Slot("moving_variance", ("running_std", "moving_var"), False),
        ]
        if config.get("renorm"):
            moving += [Slot(role, (), False) for role in ("moving_stddev", "renorm_mean", "renorm_stddev")]
        return [*_scale_and_center(config), *moving]
    if name in ("LayerNormalization", "GroupNormalization"):
        found = _scale_and_center(config)
        return found[:1] if config.get("rms_scaling") else found
    if name == "RMSNormalization":
        return [Slot("scale", ("gamma",))]
    if name == "LayerScale":
        return [Slot("gamma", ("variable",))]
    if name == "PReLU":
        return [Slot("alpha")]
    if name == "Embedding":
        return [Slot("embeddings", ("W",))]
    if name == "Normalization":
        if config.get("mean") is not None:
            return []
        return [Slot("mean", (), False), Slot("variance", (), False), Slot("count", (), False, optional=True)]
    if name in ("Attention", "AdditiveAttention"):
        found = [Slot("scale")] if config.get("use_scale", name == "AdditiveAttention") else []
        return found + ([Slot("concat_score_weight")] if config.get("score_mode") == "concat" else [])
    if name == "SpectralNormalization":
        return [Slot("vector_u", ("sn_u",), False)]
    return []


def _scale_and_center(config: dict) -> list[Slot]:
    found = [Slot("gamma")] if config.get("scale", True) else []
    return found + ([Slot("beta")] if config.get("center", True) else [])


def _optional(found: list[Slot], use_bias: object) -> list[Slot]:
    return found if use_bias else found[:-1]
