"""Training that began in Keras goes on in TensorFlow.js as it would in Keras: `keep_optimizer`."""

import json
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
import tf_keras
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import InputError, OptionError, UnsupportedError

from tests.support.node import node, node_modules

KERAS = {2: tf_keras, 3: keras}
BEFORE, AFTER = 4, 4
OPTIMIZERS = {
    "adadelta": lambda module: module.Adadelta(1.0),
    "adagrad": lambda module: module.Adagrad(0.1),
    "adam": lambda module: module.Adam(0.05),
    "momentum": lambda module: module.SGD(0.05, momentum=0.9),
    "nesterov": lambda module: module.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": lambda module: module.RMSprop(0.01, epsilon=1e-3),
    "rmsprop_momentum": lambda module: module.RMSprop(0.01, momentum=0.5, epsilon=1e-3),
    "sgd": lambda module: module.SGD(0.1),
}


def make(module, optimizer):
    """Branches, a shared layer, a recurrent one, one that is frozen, and moving averages."""
    layers = module.layers
    x = layers.Input((6, 3))
    shared = layers.Dense(4, activation="tanh", name="shared")
    left = layers.Bidirectional(layers.LSTM(3), name="memory")(shared(x))
    right = layers.Conv1D(3, 2, name="conv")(x)
    right = layers.BatchNormalization(name="norm")(right)
    right = layers.GlobalAveragePooling1D()(shared(right))
    frozen = layers.Dense(5, name="frozen", trainable=False)(right)
    y = layers.Dense(3, activation="softmax", name="head")(layers.Concatenate()([frozen, left]))
    model = module.Model(x, y)
    model.compile(optimizer, "categorical_crossentropy")
    return model


def some_data():
    random = np.random.default_rng(0)
    x = random.normal(size=(8, 6, 3)).astype(np.float32)
    return x, np.eye(3, dtype=np.float32)[random.integers(0, 3, 8)]


def trained(generation, optimizer, path):
    """A model that was trained for some steps and saved; and its losses in the steps after that."""
    module = KERAS[generation]
    module.utils.set_random_seed(3)
    model = make(module, optimizer)
    x, y = some_data()
    for _ in range(BEFORE):
        model.train_on_batch(x, y)
    model.save(path)
    model.reset_metrics()
    losses = []
    for _ in range(AFTER):
        losses.append(float(np.ravel(model.train_on_batch(x, y))[0]))
        model.reset_metrics()
    return losses


def losses_in_js(model, folder):
    x, y = some_data()
    data = {"inputs": [x.ravel().tolist(), x.shape], "targets": [y.ravel().tolist(), y.shape], "steps": AFTER}
    (folder / "data.json").write_text(json.dumps(data))
    program = Path(__file__).with_name("train_and_save.mjs")
    command = [node(), program, node_modules(), model, folder / "saved", folder / "data.json"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])["losses"]


# Every arrangement of slots in every kind of file, and every optimizer in one of each generation.
CASES = [(name, file) for name in OPTIMIZERS for file in ("2.h5", "3.keras")]
CASES += [(name, file) for name in ("adam", "momentum", "rmsprop_momentum") for file in ("2.keras", "3.h5")]


@pytest.mark.parametrize(("name", "file"), CASES)
def test_training_goes_on(name, file, tmp_path):
    generation = int(file[0])
    path = tmp_path / f"model{file[1:]}"
    wanted = trained(generation, OPTIMIZERS[name](KERAS[generation].optimizers), path)
    result = convert_keras_file(path, tmp_path / "kept", keep_optimizer=True)
    assert result.info["notes"] == []
    # TensorFlow.js's Adadelta divides by the mean of the step before.
    tolerance = 2e-3 if name == "adadelta" else 2e-4
    assert losses_in_js(tmp_path / "kept", tmp_path) == pytest.approx(wanted, rel=tolerance)
    if name != "sgd":
        convert_keras_file(path, tmp_path / "dropped")
        afresh = losses_in_js(tmp_path / "dropped", tmp_path)
        assert afresh[0] == pytest.approx(wanted[0], rel=1e-4)
        assert afresh != pytest.approx(wanted, rel=5 * tolerance)


def test_former_optimizers_of_keras_2(tmp_path):
    path = tmp_path / "model.h5"
    wanted = trained(2, tf_keras.optimizers.legacy.Adam(0.05), path)
    convert_keras_file(path, tmp_path / "kept", keep_optimizer=True, split_weights_by_layer=True)
    assert losses_in_js(tmp_path / "kept", tmp_path) == pytest.approx(wanted, rel=2e-4)


def test_without_a_state(tmp_path):
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    model.save(tmp_path / "plain.keras")
    with pytest.raises(OptionError, match=r"plain\.keras holds no optimizer's state"):
        convert_keras_file(tmp_path / "plain.keras", tmp_path / "out", keep_optimizer=True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("optimizer", "error", "sentence"),
    [
        (lambda: keras.optimizers.Adamax(0.1), UnsupportedError, "cannot be given the state of the optimizer Adamax"),
        (lambda: keras.optimizers.Lion(0.1), OptionError, "it has no optimizer `Lion`"),
        (lambda: keras.optimizers.Adam(clipnorm=1.0), OptionError, "its optimizer's `clipnorm` cannot be said there"),
    ],
)
def test_optimizers_that_are_not_there(optimizer, error, sentence, tmp_path):
    trained(3, optimizer(), tmp_path / "model.keras")
    with pytest.raises(error, match=sentence):
        convert_keras_file(tmp_path / "model.keras", tmp_path / "out", keep_optimizer=True)
    assert not (tmp_path / "out").exists()


def test_a_layer_that_is_expressed_by_others(tmp_path):
    x = keras.layers.Input((4, 4, 2))
    model = keras.Model(x, keras.layers.GroupNormalization(1, name="groups")(x))
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((1, 4, 4, 2)), np.ones((1, 4, 4, 2)))
    model.save(tmp_path / "model.keras")
    with pytest.raises(UnsupportedError, match="computed from them, so that its state is not known"):
        convert_keras_file(tmp_path / "model.keras", tmp_path / "out", keep_optimizer=True)


def test_a_state_of_another_model(tmp_path):
    import h5py

    trained(3, keras.optimizers.Adam(0.05), tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        names = list(file["optimizer_weights"].attrs["weight_names"])
        file["optimizer_weights"].attrs["weight_names"] = names[:-2]
    with pytest.raises(InputError, match="do not fit"):
        convert_keras_file(tmp_path / "model.h5", tmp_path / "out", keep_optimizer=True)
