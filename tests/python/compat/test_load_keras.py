"""Layers models into memory as the upstream package loads them: from files, buffers and open files."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import io
import json

import numpy as np
import pytest
import tf_keras as keras
import tfjs_convert.compat as tfjs

save, load = tfjs.converters.save_keras_model, tfjs.converters.load_keras_model
deserialize = tfjs.converters.deserialize_keras_model


def dense():
    layers = keras.layers
    return keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="tanh", name="a"), layers.Dense(2)])


def recurrent():
    layers = keras.layers
    return keras.Sequential([keras.Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.SimpleRNN(2)])


def functional():
    layers = keras.layers
    a, b = keras.Input((4,)), keras.Input((4,))
    shared = layers.Dense(3, activation="relu")
    return keras.Model([a, b], [layers.Add()([shared(a), shared(b)]), layers.Concatenate()([a, b])])


def nested():
    layers = keras.layers
    x = keras.Input((4,))
    inner = keras.Model(x, layers.BatchNormalization()(layers.Dense(3)(x)))
    outer = keras.Sequential([keras.Input((3,)), layers.Dense(3), keras.Sequential([layers.Dense(2, name="deep")])])
    return keras.Sequential([keras.Input((4,)), inner, outer])


MODELS = {model.__name__: model for model in (dense, recurrent, functional, nested)}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


def predictions(model):
    random = np.random.default_rng(0)
    inputs = [random.normal(size=(2, *each.shape[1:])).astype(np.float32) for each in model.inputs]
    outputs = model(inputs if len(inputs) > 1 else inputs[0])
    return [np.asarray(each) for each in (outputs if isinstance(outputs, list) else [outputs])]


def check_equal(loaded, model):
    assert isinstance(loaded, keras.Model)
    assert loaded.to_json() == model.to_json()
    for one, other in zip(loaded.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(predictions(loaded), predictions(model), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def check_fresh(loaded, model):
    assert loaded.to_json() == model.to_json()
    mine, others = loaded.get_weights(), model.get_weights()
    assert [each.shape for each in mine] == [each.shape for each in others]
    assert any(not np.allclose(one, other) for one, other in zip(mine, others, strict=True))


def test_from_a_path(model, tmp_path):
    save(model, str(tmp_path))
    check_equal(load(str(tmp_path / "model.json")), model)


def test_from_the_current_folder(model, tmp_path, monkeypatch):
    save(model, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    check_equal(load("model.json"), model)


def test_without_weights(model, tmp_path):
    save(model, str(tmp_path))
    for path in tmp_path.glob("*.bin"):
        path.unlink()
    check_fresh(load(str(tmp_path / "model.json"), load_weights=False), model)


def test_topology_alone_from_memory(model, tmp_path):
    save(model, str(tmp_path))
    text = (tmp_path / "model.json").read_bytes()
    topology = json.loads(text)["modelTopology"]
    for given in (json.loads(text), text, text.decode(), io.BytesIO(text), topology, io.StringIO(json.dumps(topology))):
        check_fresh(deserialize(given), model)


def moved(model, tmp_path):
    """The model in small shards, which lie in another folder than model.json."""
    save(model, str(tmp_path / "web"), weight_shard_size_bytes=50)
    (tmp_path / "weights").mkdir()
    for path in sorted((tmp_path / "web").glob("*.bin")):
        path.rename(tmp_path / "weights" / path.name)
    return tmp_path / "web" / "model.json", tmp_path / "weights"


def buffers(file, weights):
    manifest = json.loads(file.read_text())["weightsManifest"]
    return [b"".join((weights / path).read_bytes() for path in group["paths"]) for group in manifest]


def test_weights_in_another_folder(model, tmp_path):
    file, weights = moved(model, tmp_path)
    with pytest.raises(ValueError, match="weights_path_prefix"):
        load(str(file))
    check_equal(load(str(file), weights_path_prefix=str(weights)), model)
    check_equal(load(str(file), weights_path_prefix=f"{weights}/"), model)


def test_weights_from_buffers(model, tmp_path):
    file, weights = moved(model, tmp_path)
    data = buffers(file, weights)
    check_equal(load(str(file), weights_data_buffers=data), model)
    check_equal(deserialize(json.loads(file.read_text()), data), model)
    check_equal(deserialize(file.read_text(), data), model)
    check_equal(deserialize(file.read_bytes(), data), model)


def test_weights_from_open_files(model, tmp_path):
    file, weights = moved(model, tmp_path)
    data = buffers(file, weights)
    check_equal(load(str(file), weights_data_buffers=[io.BytesIO(each) for each in data]), model)
    with file.open("rb") as text:
        check_equal(deserialize(text, [io.BytesIO(each) for each in data]), model)


def test_two_models_in_one_program(tmp_path):
    """Upstream needs a name scope of its own for that."""
    model = dense()
    save(model, str(tmp_path))
    models = [load(str(tmp_path / "model.json"), use_unique_name_scope=flag) for flag in (False, True, True)]
    for loaded in models:
        check_equal(loaded, model)
    models[0].set_weights([each * 0 for each in model.get_weights()])
    check_equal(models[1], model)
    data = buffers(tmp_path / "model.json", tmp_path)
    check_equal(deserialize((tmp_path / "model.json").read_text(), data, use_unique_name_scope=True), model)


def test_a_folder_of_weights_that_is_not_there(tmp_path):
    save(dense(), str(tmp_path))
    with pytest.raises(ValueError, match="nowhere"):
        load(str(tmp_path / "model.json"), weights_path_prefix=str(tmp_path / "nowhere"))


def test_buffers_and_a_folder(tmp_path):
    save(dense(), str(tmp_path))
    file = tmp_path / "model.json"
    with pytest.raises(ValueError, match="two sources"):
        load(str(file), weights_path_prefix=str(tmp_path), weights_data_buffers=buffers(file, tmp_path))


@pytest.mark.parametrize("text", ["[1, 2", "", "{'a': 1}", "not json"])
def test_json_that_is_none(text, tmp_path):
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(ValueError, match="not valid JSON"):
        load(str(tmp_path / "model.json"))
    with pytest.raises(ValueError, match="not valid JSON"):
        deserialize(text, [b""])
    with pytest.raises(ValueError, match="not valid JSON"):
        deserialize(io.BytesIO(text.encode()))


def test_buffers_that_do_not_fit(tmp_path):
    save(dense(), str(tmp_path))
    file = tmp_path / "model.json"
    (data,) = buffers(file, tmp_path)
    for given in ([data[:-4]], [data + b"more"], [data, data], [b""]):
        with pytest.raises(ValueError):
            deserialize(file.read_text(), given)


@pytest.mark.parametrize("field", ["modelTopology", "weightsManifest"])
def test_a_model_without_a_part(field, tmp_path):
    save(dense(), str(tmp_path))
    file = tmp_path / "model.json"
    content = json.loads(file.read_text())
    del content[field]
    file.write_text(json.dumps(content))
    with pytest.raises((ValueError, KeyError)):
        load(str(file))
