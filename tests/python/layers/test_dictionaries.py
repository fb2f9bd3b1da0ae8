"""Models called on dictionaries, in both generations: names and order are those of the dictionaries."""

import keras
import numpy as np
import pytest
import tf_keras
from tfjs_convert.api_layers import convert_keras_file

from tests.support.layer_zoo import randomize
from tests.support.node import run_layers_model


@pytest.mark.parametrize("file_format", ["h5", "keras"])
@pytest.mark.parametrize("module", [tf_keras, keras], ids=["keras2", "keras3"])
def test_inputs_and_outputs_in_dictionaries(module, file_format, tmp_path):
    layers = module.layers
    second, first = layers.Input((3,), name="second"), layers.Input((4,), name="first")
    x = layers.Concatenate()([layers.Dense(3)(second), layers.Dense(3)(first)])
    outputs = {"zeta": layers.Dense(2, name="zeta")(x), "alpha": layers.Dense(1, name="alpha")(x)}
    model = module.Model({"second": second, "first": first}, outputs)
    randomize(model)
    model.save(tmp_path / f"m.{file_format}")
    random = np.random.default_rng(0)
    inputs = {"first": random.random((2, 4), np.float32), "second": random.random((2, 3), np.float32)}
    expected = model(inputs)
    result = convert_keras_file(tmp_path / f"m.{file_format}", tmp_path / "out")
    assert [tensor.name for tensor in result.inputs] == ["second", "first"]
    assert [tensor.name for tensor in result.outputs] == ["zeta", "alpha"]
    for name, output in run_layers_model(tmp_path / "out", inputs).items():
        assert np.abs(output - np.asarray(expected[name])).max() < 1e-5


@pytest.mark.parametrize("module", [tf_keras, keras], ids=["keras2", "keras3"])
def test_mixed_precision_is_noted(module, tmp_path):
    layers = module.layers
    model = module.Sequential([layers.Input((8,)), layers.Dense(4, dtype="mixed_float16"), layers.Dense(2)])
    randomize(model)
    model.save(tmp_path / "m.keras")
    result = convert_keras_file(tmp_path / "m.keras", tmp_path / "out")
    assert "mixed_float16" in result.info["notes"][0]
    x = np.random.default_rng(0).random((2, 8), np.float32)
    (output,) = run_layers_model(tmp_path / "out", {result.inputs[0].name: x}).values()
    expected = np.asarray(model(x))
    assert np.abs(output - expected).max() < 1e-2 * np.ptp(expected)
