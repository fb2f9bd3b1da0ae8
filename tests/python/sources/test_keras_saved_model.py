"""SavedModels of Keras 2 become layers models: by configuration and checkpoint, without running what they hold."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert.api_keras_saved_model import convert_keras_saved_model
from tfjs_convert.errors import ConversionError, InputError, UnsupportedError
from tfjs_convert.weights.options import WeightOptions

from tests.support.layer_zoo import ZOO
from tests.support.node import Job, run_layers_model, run_models
from tests.support.zoo_runs import TOLERANCE, build, inputs_for, run_keras

L = tf_keras.layers


def wired():
    x = L.Input((6, 3), name="x")
    y = L.Bidirectional(L.LSTM(4, return_sequences=True))(x)
    y = L.Conv1D(5, 2, activation="relu")(y)
    y = L.BatchNormalization()(y)
    inner = tf_keras.Sequential([L.Dense(7, input_shape=(5,), name="di"), L.BatchNormalization()], name="inner")
    y = L.TimeDistributed(inner)(y)
    shared = L.Dense(7, name="shared")
    y = L.Add()([shared(y), shared(shared(y))])
    pooled = L.GlobalAveragePooling1D()(y)
    model = tf_keras.Model(x, [L.Dense(3, activation="softmax", name="first")(pooled), pooled])
    model.compile("adam", "mse")
    return model


def plain():
    return tf_keras.Sequential(
        [
            L.Input((4, 4, 2), name="x"),
            L.RandomFlip(),
            L.SeparableConv2D(3, 2),
            L.BatchNormalization(trainable=False),
            L.Flatten(),
            L.Dropout(0.5),
            L.Dense(2),
        ]
    )


def randomized(model, seed=0):
    random = np.random.default_rng(seed)
    for variable in model.weights:
        if "float" in variable.dtype.name:
            variable.assign(random.uniform(0.1, 1, variable.shape))
    return model


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    models = {make.__name__: randomized(make()) for make in (wired, plain)}
    for name, model in models.items():
        model.save(folder / name, save_format="tf")
    return folder, models


@pytest.mark.parametrize("name", ["wired", "plain"])
def test_it_computes_what_keras_does(saved, name, tmp_path):
    folder, models = saved
    result = convert_keras_saved_model(folder / name, tmp_path / "out")
    x = np.random.default_rng(1).normal(size=(2, *models[name].input_shape[1:])).astype(np.float32)
    expected = models[name](x, training=False)
    found = run_layers_model(tmp_path / "out", {"x": x}).values()
    assert [each.name for each in result.inputs] == ["x"]
    for ours, theirs in zip(found, expected if isinstance(expected, list) else [expected], strict=True):
        assert np.abs(ours - theirs.numpy()).max() <= 1e-5 * max(1.0, np.ptp(theirs))


def test_training_configuration_options_and_equal_bytes(saved, tmp_path):
    folder, _ = saved
    results = [
        convert_keras_saved_model(
            folder / "wired",
            tmp_path / name,
            split_weights_by_layer=True,
            metadata={"labels": ["a"]},
            weight_options=WeightOptions(quantize={"uint16": ["shared/*"]}),
        )
        for name in "ab"
    ]
    assert results[0].info == results[1].info
    files = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()}
    assert b'"trainingConfig"' in files["model.json"] and b'"labels"' in files["model.json"]
    assert len(files) == 7


def test_it_may_be_an_archive(saved, tmp_path):
    folder, _ = saved
    archive = shutil.make_archive(tmp_path / "plain", "zip", folder, "plain")
    convert_keras_saved_model(archive, tmp_path / "out")
    convert_keras_saved_model(folder / "plain", tmp_path / "straight")
    for path in (tmp_path / "straight").iterdir():
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


class Subclassed(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = L.Dense(2)

    def call(self, x):
        return self.dense(x)


def refusal(folder, tmp_path, error=InputError):
    with pytest.raises(error) as caught:
        convert_keras_saved_model(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return str(caught.value)


def test_a_subclassed_model_has_no_topology(tmp_path):
    model = Subclassed()
    model(np.zeros((1, 3), np.float32))
    model.save(tmp_path / "m", save_format="tf")
    said = refusal(tmp_path / "m", tmp_path)
    assert "`m` is the SavedModel of a subclassed Keras model" in said and "tfjs_graph_model" in said


def test_functions_alone_have_no_layers(tmp_path):
    module = tf.Module()
    module.f = tf.function(lambda x: x + 1, input_signature=[tf.TensorSpec([2])])
    tf.saved_model.save(module, str(tmp_path / "m"))
    said = refusal(tmp_path / "m", tmp_path)
    assert "`m` is a SavedModel without keras_metadata.pb" in said and "tfjs_graph_model" in said


def test_a_lambda_is_not_run(tmp_path):
    model = tf_keras.Sequential([L.Input((3,)), L.Lambda(lambda x: x * 2, name="twice")])
    model.save(tmp_path / "m", save_format="tf")
    said = refusal(tmp_path / "m", tmp_path, UnsupportedError)
    assert "`twice`" in said and 'tfjs_graph_model(name = "m", model = …) with the same tf_saved_model' in said


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("keras_metadata.pb", "keras_metadata.pb is damaged or cut short"),
        ("saved_model.pb", "saved_model.pb"),
        ("variables/variables.index", "variables.index"),
        ("variables/variables.data-00000-of-00001", "is cut off"),
    ],
)
def test_files_that_are_cut_off(saved, file, says, tmp_path):
    folder, _ = saved
    shutil.copytree(folder / "plain", tmp_path / "m")
    data = (tmp_path / "m" / file).read_bytes()
    (tmp_path / "m" / file).write_bytes(data[: len(data) // 2])
    assert says in refusal(tmp_path / "m", tmp_path, ConversionError)


def test_metadata_of_another_model(saved, tmp_path):
    folder, _ = saved
    shutil.copytree(folder / "plain", tmp_path / "m")
    shutil.copyfile(folder / "wired/keras_metadata.pb", tmp_path / "m/keras_metadata.pb")
    assert "`m`" in refusal(tmp_path / "m", tmp_path, ConversionError)


SHOWN = ("Normalization, adapted", "MultiHeadAttention", "Bidirectional LSTM", "Nested model", "Shared layer")
"""Entries of the zoo whose weights lie in ways of their own."""


def test_the_same_numbers_as_in_keras(tmp_path):
    entries = [entry for entry in ZOO if entry.name in SHOWN]
    assert len(entries) == len(SHOWN)
    jobs, wanted = [], []
    for number, entry in enumerate(entries):
        model = build(entry, tf_keras)
        inputs = inputs_for(entry, model)
        model.save(tmp_path / f"saved{number}", save_format="tf")
        result = convert_keras_saved_model(tmp_path / f"saved{number}", tmp_path / f"out{number}")
        names = [tensor.name for tensor in result.inputs]
        jobs.append(Job(result.directory, dict(zip(names, inputs, strict=True))))
        wanted.append((entry.name, run_keras(model, inputs)))
    for (name, expected), done in zip(wanted, run_models(jobs), strict=True):
        assert done.error is None, name
        for ours, theirs in zip(done.outputs.values(), expected, strict=True):
            assert np.abs(ours - theirs).max() <= TOLERANCE * np.ptp(theirs), name


def test_what_keras_3_exports_has_no_layers(tmp_path):
    keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)]).export(tmp_path / "m", verbose=False)
    said = refusal(tmp_path / "m", tmp_path)
    assert "no layers" in said and "tfjs_graph_model" in said
