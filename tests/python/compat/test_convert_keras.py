"""The upstream package's conversions of Keras models by its command line, called as a function: what comes of each."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import json

import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras
import tfjs_convert.compat as tfjs

from tests.support.node import Job, run_model, run_models

layers = keras.layers
X = np.linspace(-1, 2, 8, dtype=np.float32).reshape(2, 4)


def dense():
    return keras.Sequential([keras.Input((4,)), layers.Dense(6, activation="tanh"), layers.Dense(2, use_bias=False)])


def compiled():
    model = dense()
    model.compile("adam", "mse", metrics=["mae"])
    model.train_on_batch(X, np.ones((2, 2)))
    return model


def nested():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dense(3)])
    return keras.Sequential([keras.Input((4,)), inner, layers.Dense(2)])


def functional():
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(2)(layers.Add()([layers.Dense(4)(x), x])))


MODELS = {model.__name__: model for model in (dense, compiled, nested, functional)}


def convert(*words):
    return tfjs.converters.convert([str(word) for word in words])


def fields(directory):
    return json.loads((directory / "model.json").read_text())


def sizes(directory):
    return [
        (directory / path).stat().st_size for group in fields(directory)["weightsManifest"] for path in group["paths"]
    ]


@pytest.fixture
def web(tmp_path):
    """A layers model and the Keras model that it was."""
    model = dense()
    model.save(tmp_path / "m.h5")
    convert("--input_format=keras", tmp_path / "m.h5", tmp_path / "web")
    return tmp_path / "web" / "model.json", model


@pytest.mark.parametrize("kind", MODELS)
def test_from_a_keras_saved_model(kind, tmp_path):
    model = MODELS[kind]()
    model.save(tmp_path / "saved", save_format="tf")
    convert(
        "--input_format=keras_saved_model", "--output_format=tfjs_layers_model", tmp_path / "saved", tmp_path / "web"
    )
    assert sum(sizes(tmp_path / "web")) == 4 * model.count_params()
    loaded = tfjs.converters.load_keras_model(str(tmp_path / "web" / "model.json"))
    assert loaded.to_json() == model.to_json()
    for one, other in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    name = fields(tmp_path / "web")["modelTopology"]["model_config"]["config"]["layers"][0]["config"]["name"]
    (found,) = run_model(tmp_path / "web", {name: X}).values()
    np.testing.assert_allclose(found, model(X), atol=1e-5)


def test_a_keras_saved_model_of_half_the_size(tmp_path):
    model = dense()
    model.save(tmp_path / "saved", save_format="tf")
    convert("--input_format=keras_saved_model", "--quantize_uint16=*", tmp_path / "saved", tmp_path / "web")
    assert sizes(tmp_path / "web") == [2 * model.count_params()]


def test_a_saved_model_without_keras(tmp_path):
    module = tf.Module()
    module.run = tf.function(lambda x: x * 2.0, input_signature=[tf.TensorSpec([None, 4])])
    tf.saved_model.save(module, str(tmp_path / "saved"))
    with pytest.raises(ValueError, match=r"tfjs_graph_model"):
        convert("--input_format=keras_saved_model", tmp_path / "saved", tmp_path / "web")
    assert not (tmp_path / "web").exists()


def test_a_saved_model_given_as_an_h5_file(tmp_path):
    dense().save(tmp_path / "saved", save_format="tf")
    with pytest.raises(ValueError, match="keras_saved_model"):
        convert("--input_format=keras", tmp_path / "saved", tmp_path / "web")
    assert not (tmp_path / "web").exists()


def test_to_a_graph_model(tmp_path):
    model = keras.Sequential([keras.Input((4,), name="x"), layers.Dense(20, activation="tanh"), layers.Dense(3)])
    model.save(tmp_path / "m.h5")
    (tmp_path / "labels.json").write_text('["a", "b", "c"]')
    words = [
        "--input_format=keras",
        "--output_format=tfjs_graph_model",
        f"--metadata=labels:{tmp_path / 'labels.json'}",
    ]
    convert(*words, tmp_path / "m.h5", tmp_path / "whole")
    assert len(sizes(tmp_path / "whole")) == 1
    size = int(sum(sizes(tmp_path / "whole")) * 0.3)
    convert(*words, f"--weight_shard_size_bytes={size}", tmp_path / "m.h5", tmp_path / "shards")
    found = sizes(tmp_path / "shards")
    assert len(found) == 4 and found[:3] == [size] * 3 and found[3] < size
    for run in run_models([Job(tmp_path / name, {"x": X}) for name in ("whole", "shards")]):
        assert run.error is None, run.error
        np.testing.assert_allclose(next(iter(run.outputs.values())), model(X), atol=1e-5)
    written = fields(tmp_path / "shards")
    assert written["format"] == "graph-model" and written["userDefinedMetadata"] == {"labels": ["a", "b", "c"]}
    assert written["signature"]["inputs"] and written["signature"]["outputs"] and written["modelTopology"]["versions"]


def test_back_to_keras(web, tmp_path):
    file, model = web
    convert("--input_format=tfjs_layers_model", "--output_format=keras", file, tmp_path / "again.h5")
    again = keras.models.load_model(tmp_path / "again.h5")
    assert again.to_json() == model.to_json()
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_back_to_a_saved_model(web, tmp_path):
    file, model = web
    convert("--input_format=tfjs_layers_model", "--output_format=keras_saved_model", file, tmp_path / "saved")
    assert (tmp_path / "saved" / "saved_model.pb").is_file()
    assert all((tmp_path / "saved" / name).is_dir() for name in ("variables", "assets"))
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "saved")(X), model(X), atol=1e-6)


AGAIN = {
    "thirty percent": (["--weight_shard_size_bytes={}"], 4, 1, 1e-6),
    "more than there is": (["--weight_shard_size_bytes=100000"], 1, 1, 1e-6),
    "uint16": (["--quantize_uint16=*"], 1, 2, 1e-3),
    "uint8": (["--quantize_uint8=*"], 1, 4, 1e-1),
    "two bytes, as it was said once": (["--quantization_bytes=2"], 1, 2, 1e-3),
}


@pytest.mark.parametrize("case", AGAIN)
def test_a_layers_model_anew(case, web, tmp_path):
    words, shards, part, error = AGAIN[case]
    file, model = web
    total = 4 * model.count_params()
    words = [word.format(int(total * 0.3)) for word in words]
    convert("--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model", *words, file, tmp_path / "new")
    found = sizes(tmp_path / "new")
    assert len(found) == shards and sum(found) == total // part
    if shards == 4:
        assert found[0] == found[1] == found[2] > found[3]
    again = tfjs.converters.load_keras_model(str(tmp_path / "new" / "model.json"))
    np.testing.assert_allclose(again(X), model(X), atol=error)


def test_a_layers_model_as_a_graph_model(web, tmp_path):
    file, model = web
    convert("--input_format=tfjs_layers_model", "--output_format=tfjs_graph_model", file, tmp_path / "graph")
    assert len(sizes(tmp_path / "graph")) == 1
    (name,) = fields(tmp_path / "graph")["signature"]["inputs"]
    (found,) = run_model(tmp_path / "graph", {name: X}).values()
    np.testing.assert_allclose(found, model(X), atol=1e-5)


def test_a_layers_model_where_a_file_is(web, tmp_path):
    file, _ = web
    (tmp_path / "new").write_text("mine")
    with pytest.raises(ValueError, match="already exists as a file"):
        convert("--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model", file, tmp_path / "new")
    assert (tmp_path / "new").read_text() == "mine"
