"""Keras 2's HDF5 files as the upstream package converts them: groups, names, values, fields of the topology, shards."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import json

import h5py
import keras as keras3
import numpy as np
import pytest
import tf_keras as keras2
import tfjs_convert.compat as tfjs
from tfjs_convert.api_layers import convert_keras_file

SHAPES = {"MyDense10/kernel": (8, 10), "MyDense10/bias": (10,), "MyDense20/kernel": (10, 20)}


def simple(keras):
    x = keras.Input((8,), name="x")
    y = keras.layers.Dense(10, activation="relu", bias_initializer="ones", name="MyDense10")(x)
    return keras.Model(x, keras.layers.Dense(20, use_bias=False, name="MyDense20")(y), name="simple")


def sequential(keras):
    dense = [
        keras.layers.Dense(10, activation="relu", bias_initializer="ones", name="MyDense10"),
        keras.layers.Dense(20, use_bias=False, name="MyDense20"),
    ]
    return keras.Sequential([keras.Input((8,), name="x"), *dense])


def nested(keras):
    """Keras 3 takes no slash in a name."""
    slash = "/" if keras is keras2 else "_"
    inner = keras.Sequential([keras.Input((6,)), keras.layers.Dense(5, name=f"in{slash}ner"), keras.layers.Dense(4)])
    x = keras.Input((8,))
    y = inner(keras.layers.Dense(6, name=f"foo{slash}bar{slash}dense")(x))
    return keras.Model(x, keras.layers.Dense(2, name="last")(y))


MODELS = {"simple": simple, "sequential": sequential}


def fields(directory):
    return json.loads((directory / "model.json").read_text())


def groups(directory):
    """Names and values, group by group."""
    manifest = fields(directory)["weightsManifest"]
    return [
        {each["name"]: each["data"] for each in group}
        for group in tfjs.read_weights.read_weights(manifest, str(directory))
    ]


def values(model):
    return {weight.name.removesuffix(":0"): weight.numpy() for weight in model.weights}


def check_groups(directory, model, split):
    found, wanted = groups(directory), values(model)
    names = [["MyDense10/kernel", "MyDense10/bias"], ["MyDense20/kernel"]]
    assert [list(group) for group in found] == (names if split else [names[0] + names[1]])
    for group in found:
        for name, array in group.items():
            assert array.dtype == np.float32 and array.shape == SHAPES[name]
            np.testing.assert_array_equal(array, wanted[name])


@pytest.mark.parametrize("split", [False, True], ids=["one group", "a group for each layer"])
@pytest.mark.parametrize("kind", MODELS)
def test_weights_only(kind, split, tmp_path):
    model = MODELS[kind](keras2)
    model.save_weights(tmp_path / "w.h5")
    convert_keras_file(tmp_path / "w.h5", tmp_path / "out", split_weights_by_layer=split)
    check_groups(tmp_path / "out", model, split)
    assert fields(tmp_path / "out")["modelTopology"] is None


@pytest.mark.parametrize("split", [False, True], ids=["one group", "a group for each layer"])
@pytest.mark.parametrize("kind", MODELS)
def test_whole_model(kind, split, tmp_path):
    """The topology says what Keras's own configuration says: the same classes, names, arguments and wiring."""
    model = MODELS[kind](keras2)
    model.save(tmp_path / "m.h5")
    convert_keras_file(tmp_path / "m.h5", tmp_path / "out", split_weights_by_layer=split)
    check_groups(tmp_path / "out", model, split)
    topology, said = fields(tmp_path / "out")["modelTopology"], json.loads(model.to_json())
    assert topology["keras_version"] == said["keras_version"] == keras2.__version__
    assert topology["backend"] == said["backend"] == "tensorflow"
    ours, theirs = topology["model_config"], said
    assert ours["class_name"] == theirs["class_name"]
    assert ours["config"]["name"] == theirs["config"]["name"]
    for key in ("input_layers", "output_layers"):
        assert ours["config"].get(key) == theirs["config"].get(key)
    for one, other in zip(ours["config"]["layers"], theirs["config"]["layers"], strict=True):
        assert one["class_name"] == other["class_name"]
        assert one.get("inbound_nodes") == other.get("inbound_nodes")
        for key in ("name", "units", "activation", "use_bias", "trainable", "batch_input_shape"):
            assert key not in one["config"] or one["config"][key] == other["config"][key]
    again = tfjs.converters.deserialize_keras_model(fields(tmp_path / "out"))
    assert again.to_json() == model.to_json()


def test_names_with_slashes_in_nested_models(tmp_path):
    model = nested(keras2)
    model.save(tmp_path / "m.h5")
    convert_keras_file(tmp_path / "m.h5", tmp_path / "out")
    (found,) = groups(tmp_path / "out")
    wanted = values(model)
    assert len(found) == 8 and set(found) == set(wanted)
    assert {"foo/bar/dense/kernel", "in/ner/bias"} <= set(found)
    for name, array in found.items():
        np.testing.assert_array_equal(array, wanted[name])


@pytest.mark.parametrize("kind", [*MODELS, "nested"])
@pytest.mark.parametrize("keras", [keras2, keras3], ids=["keras2", "keras3"])
def test_a_model_in_memory(keras, kind, tmp_path):
    build = {**MODELS, "nested": nested}[kind]
    model = build(keras)
    (tmp_path / "out").mkdir()
    tfjs.converters.save_keras_model(model, str(tmp_path / "out"))
    written = fields(tmp_path / "out")
    assert set(written["modelTopology"]) == {"keras_version", "backend", "model_config"}
    (group,) = written["weightsManifest"]
    assert group["paths"] and all((tmp_path / "out" / path).is_file() for path in group["paths"])
    assert len(group["weights"]) == len(model.weights)


@pytest.mark.parametrize("kind", MODELS)
def test_shards_of_thirty_percent(kind, tmp_path):
    model = MODELS[kind](keras2)
    total = sum(array.nbytes for array in model.get_weights())
    tfjs.converters.save_keras_model(model, str(tmp_path / "out"), weight_shard_size_bytes=int(total * 0.3))
    sizes = [(tmp_path / "out" / f"group1-shard{n}of4.bin").stat().st_size for n in (1, 2, 3, 4)]
    assert sizes[0] == sizes[1] == sizes[2] > sizes[3]
    assert sum(sizes) == total
    for name, array in groups(tmp_path / "out")[0].items():
        np.testing.assert_array_equal(array, values(model)[name])


def test_a_size_of_shards_that_is_none(tmp_path):
    for size in (0, -1, 1.5):
        with pytest.raises(ValueError, match="shard"):
            tfjs.converters.save_keras_model(simple(keras2), str(tmp_path / "out"), weight_shard_size_bytes=size)
    assert not (tmp_path / "out").exists()


def test_a_file_where_the_folder_belongs(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ValueError, match="is a file"):
        tfjs.converters.save_keras_model(simple(keras2), str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "mine"


OLD_NAMES = {
    "BatchNormalization": "BatchNormalizationV1",
    "GRU": "UnifiedGRU",
    "LSTM": "UnifiedLSTM",
}


def test_class_names_of_old(tmp_path):
    """Names that Keras had for a while become those that the runtime knows, and nothing else is touched."""
    layers = keras2.layers
    model = keras2.Sequential(
        [
            keras2.Input((5, 3)),
            layers.BatchNormalization(),
            layers.GRU(4, return_sequences=True, reset_after=False),
            layers.LSTM(2),
            layers.Dense(3, name="BatchNormalizationV1"),
        ]
    )
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        text = file.attrs["model_config"]
        for new, old in OLD_NAMES.items():
            text = text.replace(f'"class_name": "{new}"', f'"class_name": "{old}"')
        file.attrs["model_config"] = text
    convert_keras_file(tmp_path / "m.h5", tmp_path / "out")
    written = fields(tmp_path / "out")["modelTopology"]["model_config"]["config"]["layers"]
    assert [layer["class_name"] for layer in written] == ["InputLayer", "BatchNormalization", "GRU", "LSTM", "Dense"]
    assert written[-1]["config"]["name"] == "BatchNormalizationV1"
    again = tfjs.converters.load_keras_model(str(tmp_path / "out" / "model.json"))
    x = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)
    np.testing.assert_allclose(again(x), model(x), atol=1e-6)
