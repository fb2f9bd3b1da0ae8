# ruff: noqa: E501 (a table: one model a line)
"""The small models that the upstream package was measured with, of which two thirds did not load or had other numbers.

Each is a model of the zoo here, which the results hold in every file format: loaded with equal numbers, or refused by
the layer's name, with the graph model as the way out.
"""

from pathlib import Path

import pytest

from tests.support.layer_zoo import ZOO
from tests.support.zoo_runs import FAMILIES, results

MODELS = {
    **{f"Act_{name}": f"Activation {name}" for name in ("gelu", "leaky_relu", "mish", "swish")},
    "Act_hard_sigmoid": "Activation hard_sigmoid|Activation hard_sigmoid of Keras 3",
    "Activation": "Activation tanh",
    **{name: name for name in ("ActivityRegularization", "Add", "AlphaDropout", "Attention", "Average")},
    **{f"AveragePooling{n}D": f"AveragePooling{n}D" for n in (1, 2, 3)},
    "BatchNormalization": "BatchNormalization",
    "Bidirectional": "Bidirectional LSTM",
    **{name: name for name in ("CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D")},
    **{name: name for name in ("Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM2D", "Cropping1D", "Cropping2D")},
    "Conv2D_groups": "Conv2D grouped",
    **{name: name for name in ("Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Dot", "Dropout", "ELU", "EinsumDense")},
    "Embedding": "Embedding",
    "Embedding_mask": "Embedding with a mask",
    **{name: name for name in ("Flatten", "GRU", "GaussianDropout", "GaussianNoise", "GroupNormalization")},
    "GRU_reset_before": "GRU with reset_after=False",
    **{f"GlobalAveragePooling{n}D": f"GlobalAveragePooling{n}D" for n in (1, 2, 3)},
    "GlobalAveragePooling2D_keepdims": "GlobalAveragePooling2D with kept dimensions",
    **{f"GlobalMaxPooling{n}D": f"GlobalMaxPooling{n}D" for n in (1, 2)},
    "HeNormal": "Dense with every initializer",
    "Identity": "Identity",
    "L2reg": "Dense with regularizers and constraints",
    "LSTM": "LSTM",
    "LSTM_seq": "LSTM",
    **{name: name for name in ("LayerNormalization", "LeakyReLU", "Masking", "Maximum", "Minimum", "MultiHeadAttention")},
    "MaxNorm": "Dense with regularizers and constraints",
    **{f"MaxPooling{n}D": f"MaxPooling{n}D" for n in (1, 2, 3)},
    "MultiOut": "Several inputs and outputs",
    "Multiply": "Multiply",
    "NestedModel": "Nested model",
    "Normalization": "Normalization, adapted",
    "OpLambda": "Operators in Python",
    **{name: name for name in ("PReLU", "Permute", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing")},
    "RNN_LSTMCell": "RNN around LSTMCell",
    "RNN_Stacked": "RNN around StackedRNNCells",
    "RandomFlip": "RandomFlip, RandomRotation, RandomZoom",
    **{name: name for name in ("SeparableConv1D", "SeparableConv2D", "SimpleRNN", "Softmax", "Subtract")},
    "SeqFirstLayerShape": "Sequential without an Input",
    "SharedLayer": "Shared layer",
    **{f"SpatialDropout{n}D": f"SpatialDropout{n}D" for n in (1, 2)},
    "TimeDistributed": "TimeDistributed",
    "TwelveDense": "Twelve layers of one class",
    "UnitNormalization": "UnitNormalization",
    **{f"UpSampling{n}D": f"UpSampling{n}D" for n in (1, 2)},
    "UpSampling2D_bilinear": "UpSampling2D bilinear",
    **{f"ZeroPadding{n}D": f"ZeroPadding{n}D" for n in (1, 2)},
}  # fmt: skip
"""Their names there, and the models here; a model of each generation where one cannot serve both."""

REFUSED = {"GRU"}
"""What TensorFlow.js has no layers for: the others must load."""


def test_they_are_all_here():
    assert len(MODELS) == 97


@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize("name", MODELS)
def test_a_model(name, family):
    generation, _ = FAMILIES[family]
    entries = [entry for entry in ZOO if entry.name in MODELS[name].split("|") and generation in entry.generations]
    assert len(entries) == 1
    found = results(family, Path(__file__).parent)["models"][entries[0].name]
    assert found["failed"] == []
    assert (found["outcome"] == "refused") == (name in REFUSED)
