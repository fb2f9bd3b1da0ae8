"""The models of keras.applications, with random weights that keep every part of them alive."""

import keras
import numpy as np
import pytest
import tf_keras
from tfjs_convert.api_layers import convert_keras_file

from tests.support.node import run_layers_model

KERAS = {2: tf_keras, 3: keras}
SIZES = {"MobileNetV2": 32, "EfficientNetB0": 32, "ResNet50": 32, "DenseNet121": 32, "Xception": 71, "InceptionV3": 75}


def enliven(model):
    """Weights of the usual sizes: with Keras's own, signals die out within these untrained models."""
    random = np.random.default_rng(3)
    values = []
    for variable, array in zip(model.weights, model.get_weights(), strict=True):
        name = getattr(variable, "path", "") + variable.name
        if "variance" in name:
            array = random.uniform(0.7, 1.3, array.shape)
        elif "gamma" in name:
            array = random.uniform(0.8, 1.2, array.shape)
        elif array.ndim >= 2:
            axes = array.shape[:2] if "depthwise" in name else array.shape[:-1]
            array = random.normal(size=array.shape) * np.sqrt(2 / np.prod(axes))
        else:
            array = random.normal(size=array.shape) * 0.1
        values.append(np.asarray(array, np.float32))
    model.set_weights(values)


@pytest.mark.parametrize(("generation", "file_format"), [(2, "h5"), (3, "keras")])
@pytest.mark.parametrize("name", sorted(SIZES))
def test_an_application(name, generation, file_format, tmp_path):
    size = SIZES[name]
    make = getattr(KERAS[generation].applications, name)
    model = make(weights=None, input_shape=(size, size, 3), classes=10, classifier_activation=None)
    enliven(model)
    model.save(tmp_path / f"m.{file_format}")
    x = np.random.default_rng(0).random((1, size, size, 3), np.float32) * 255
    expected = np.asarray(model(x, training=False))
    result = convert_keras_file(tmp_path / f"m.{file_format}", tmp_path / "out")
    assert result.info["parameters"] >= model.count_params() - 10
    (output,) = run_layers_model(tmp_path / "out", {result.inputs[0].name: x}).values()
    spread = float(np.ptp(expected))
    assert spread > 0
    assert np.abs(output - expected).max() <= 1e-4 * spread
