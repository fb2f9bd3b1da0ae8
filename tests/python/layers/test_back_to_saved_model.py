"""Layers models become SavedModels: Keras 2's whole ones, and Keras 3's predictions; with the same bytes each time."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert.api_keras_back import export_keras_saved_model
from tfjs_convert.api_keras_saved_model import convert_keras_saved_model
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import InputError, OptionError


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    layers = keras.layers
    keras.utils.set_random_seed(1)
    x = layers.Input((5, 3), name="x")
    y = layers.LSTM(4, return_sequences=True, dropout=0.3)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Dropout(0.5)(y)
    model = keras.Model(x, [layers.Dense(2, name="scores")(y), layers.GlobalMaxPooling1D(name="peak")(y)])
    model.save(folder / "m.keras")
    convert_keras_file(folder / "m.keras", folder / "layers")
    data = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    return folder, data, [np.asarray(each) for each in model(data)]


def weights(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.bin")}


def test_keras_2_loads_it_with_its_layers(converted, tmp_path):
    folder, data, expected = converted
    result = export_keras_saved_model(folder / "layers", tmp_path / "m", keras=2)
    assert result.format == "keras-saved-model" and [each.name for each in result.inputs] == ["x"]
    model = tf_keras.models.load_model(tmp_path / "m", compile=False)
    assert [layer.name for layer in model.layers if layer.weights] == ["lstm", "batch_normalization", "scores"]
    for ours, theirs in zip(model(data), expected, strict=True):
        assert np.abs(ours.numpy() - theirs).max() < 1e-6
    convert_keras_saved_model(tmp_path / "m", tmp_path / "again")
    assert weights(tmp_path / "again") == weights(folder / "layers")


def test_keras_3s_is_the_prediction(converted, tmp_path):
    folder, data, expected = converted
    assert export_keras_saved_model(folder / "layers", tmp_path / "m").format == "saved-model"
    found = tf.saved_model.load(tmp_path / "m").signatures["serving_default"](x=tf.constant(data))
    for ours, theirs in zip((found["output_0"], found["output_1"]), expected, strict=True):
        assert np.abs(ours.numpy() - theirs).max() < 1e-6


@pytest.mark.parametrize("generation", [2, 3])
def test_equal_bytes_in_other_processes(converted, generation, tmp_path):
    folder, _, _ = converted
    program = (
        "import sys; from tfjs_convert.api_keras_back import export_keras_saved_model; "
        f"export_keras_saved_model(sys.argv[1], sys.argv[2], keras={generation})"
    )
    trees = []
    for seed in ("0", "1"):
        target = tmp_path / f"elsewhere{seed}" / "m"
        command = [sys.executable, "-s", "-P", "-c", program, str(folder / "layers"), str(target)]
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True)
        files = (path for path in target.rglob("*") if path.is_file())
        trees.append({path.relative_to(target).as_posix(): path.read_bytes() for path in files})
    assert trees[0] == trees[1]
    assert "saved_model.pb" in trees[0] and "fingerprint.pb" not in trees[0]


def test_what_is_refused(converted, tmp_path):
    folder, _, _ = converted
    with pytest.raises(OptionError, match="exists already; name a new folder"):
        export_keras_saved_model(folder / "layers", folder)
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(InputError, match=r"model\.json"):
        export_keras_saved_model(tmp_path, tmp_path / "m")
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]
