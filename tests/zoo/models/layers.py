"""Networks of Keras 2 and 3, exported as they are."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from tests.zoo.model import Family, Source, Written, floats, integers, saved_model

MODELS = family = Family()
FORMS = ({"control_flow_v2": False}, {"control_flow_v2": True})
IMAGES = tuple(floats(n, 16, 16, 3) for n in (2, 1))
STEPS = tuple(floats(n, 5, 3) for n in (2, 1))
Build = Callable[[ModuleType, object], object]


def network(package: str, build: Build, *arrays: np.ndarray, free: int = 0) -> Source:
    """A SavedModel as `package` (`keras` or `tf_keras`) writes it; `build(layers, x)` gives the outputs.

    `arrays` are values of the one input, of which the batch and `free` more axes are free.
    """

    def write(folder: Path) -> Written:
        keras = importlib.import_module(package)
        keras.utils.set_random_seed(0)
        shape = (None,) * free + arrays[0].shape[1 + free :]
        x = keras.Input(shape, dtype=str(arrays[0].dtype), name="x")
        model = keras.Model(x, build(keras.layers, x))
        _unusual_statistics(model)
        if package == "keras":
            model.export(str(folder), verbose=False)
        else:
            model.save(str(folder), save_format="tf")
        return saved_model(folder)

    return Source(tuple({"x": array} for array in arrays), write)


def _unusual_statistics(model: object) -> None:
    """Gives batch norms statistics other than 0 and 1, which would hide mistakes in folding."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        if "moving_" in weight.name:
            weight.assign(random.uniform(0.5, 1.5, weight.shape))


def _perceptron(layers: ModuleType, x: object) -> object:
    x = layers.Dense(6, activation="relu")(x)
    x = layers.Dense(5, activation="selu")(layers.BatchNormalization()(x))
    return layers.Dense(3, activation="softmax")(layers.LayerNormalization()(x))


def _convolutional(layers: ModuleType, x: object) -> object:
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.ZeroPadding2D(1)(x)
    x = layers.DepthwiseConv2D(3, use_bias=False)(x)
    x = layers.LeakyReLU()(layers.BatchNormalization()(x))
    x = layers.SeparableConv2D(8, 3, activation="relu")(layers.MaxPooling2D(2)(x))
    return layers.Dense(4)(layers.GlobalAveragePooling2D()(x))


def _residual(layers: ModuleType, x: object) -> object:
    x = layers.Conv2D(8, 3, padding="same")(x)
    y = layers.PReLU(shared_axes=[1, 2])(layers.Conv2D(8, 3, padding="same")(x))
    squeezed = layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(y))
    x = layers.Add()([x, layers.Multiply()([y, squeezed])])
    x = layers.Conv2DTranspose(4, 3, strides=2, padding="same")(x)
    return layers.Conv2D(2, 1)(layers.UpSampling2D(2, interpolation="bilinear")(layers.Cropping2D(4)(x)))


def _transformer(layers: ModuleType, x: object) -> object:
    attended = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, attended]))
    hidden = layers.Dense(12, activation="gelu")(x)
    x = layers.LayerNormalization()(layers.Add()([x, layers.Dense(3)(hidden)]))
    return layers.Dense(2)(layers.GlobalAveragePooling1D()(x))


def _recurrent(name: str) -> Build:
    def build(layers: ModuleType, x: object) -> object:
        return layers.Dense(2)(getattr(layers, name)(4)(x))

    return build


def _bidirectional(layers: ModuleType, x: object) -> object:
    return layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)


def _embedding(layers: ModuleType, x: object) -> object:
    embedded = layers.Embedding(10, 4, mask_zero=True)(x)
    return layers.Dense(2)(layers.GRU(3)(embedded))


def _cube(layers: ModuleType, x: object) -> object:
    return layers.Flatten()(layers.AveragePooling3D(2)(layers.Conv3D(3, 2, activation="elu")(x)))


def _normalised(layers: ModuleType, x: object) -> object:
    x = layers.UnitNormalization()(layers.GroupNormalization(3)(x))
    return layers.Softmax()(layers.Dropout(0.5)(layers.GaussianNoise(0.1)(x)))


@family()
def perceptron_of_keras_3() -> Source:
    return network("keras", _perceptron, floats(2, 4), floats(5, 4))


@family()
def perceptron_of_keras_2() -> Source:
    return network("tf_keras", _perceptron, floats(2, 4), floats(5, 4))


@family()
def convolutional_of_keras_3() -> Source:
    return network("keras", _convolutional, *IMAGES)


@family()
def convolutional_of_keras_2() -> Source:
    return network("tf_keras", _convolutional, *IMAGES)


@family()
def convolutional_of_any_size() -> Source:
    return network("keras", _convolutional, *IMAGES, floats(1, 20, 18, 3), free=2)


@family()
def residual_of_keras_3() -> Source:
    return network("keras", _residual, *IMAGES)


@family()
def residual_of_keras_2() -> Source:
    return network("tf_keras", _residual, *IMAGES)


@family()
def transformer_of_keras_3() -> Source:
    return network("keras", _transformer, *STEPS)


@family()
def transformer_of_keras_2() -> Source:
    return network("tf_keras", _transformer, *STEPS)


@family(variants=FORMS)
def lstm_of_keras_3() -> Source:
    return network("keras", _recurrent("LSTM"), *STEPS)


@family()
def gru_of_keras_3() -> Source:
    return network("keras", _recurrent("GRU"), *STEPS)


@family()
def lstm_of_keras_2() -> Source:
    return network("tf_keras", _recurrent("LSTM"), *STEPS)


@family(variants=FORMS)
def gru_of_keras_2() -> Source:
    return network("tf_keras", _recurrent("GRU"), *STEPS)


@family()
def bidirectional_of_keras_3() -> Source:
    return network("keras", _bidirectional, *STEPS)


@family()
def embedding_with_a_mask() -> Source:
    return network("keras", _embedding, integers(2, 6, low=0, high=10), integers(1, 6, low=0, high=10))


@family()
def three_dimensions() -> Source:
    return network("keras", _cube, floats(2, 6, 6, 6, 2))


@family()
def normalisation_and_what_only_trains() -> Source:
    return network("keras", _normalised, floats(2, 4, 6))
