"""A compiled Keras model goes on training in TensorFlow.js, is saved there, and comes back to Keras."""

import json
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
import tf_keras
from tfjs_convert.api_layers import convert_keras_file, convert_layers_model, export_keras
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.options import WeightOptions

from tests.support.node import node, node_modules, run_layers_model

KERAS = {2: tf_keras, 3: keras}
STEPS = 5


def train(source, target, data):
    """Trains a layers model for some steps in TensorFlow.js, and saves it with the optimizer's state; what it says."""
    program = Path(__file__).with_name("train_and_save.mjs")
    command = [node(), str(program), node_modules(), str(source), str(target), str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


def make(module):
    layers = module.layers
    x = layers.Input((6, 3))
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    y = layers.Conv1D(5, 2, activation="relu")(y)
    y = layers.BatchNormalization()(y)
    y = layers.Dropout(0.0)(y)
    y = layers.GlobalAveragePooling1D()(y)
    model = module.Model(x, layers.Dense(3, activation="softmax")(y))
    model.compile(module.optimizers.Adam(0.05), "categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module", params=[(2, "h5"), (3, "h5"), (3, "keras")], ids=lambda p: f"keras{p[0]}-{p[1]}")
def trained(request, tmp_path_factory):
    generation, file_format = request.param
    folder = tmp_path_factory.mktemp("trained")
    KERAS[generation].utils.set_random_seed(3)
    make(KERAS[generation]).save(folder / f"m.{file_format}")
    result = convert_keras_file(folder / f"m.{file_format}", folder / "converted")
    assert result.info["notes"] == []
    random = np.random.default_rng(0)
    x = random.normal(size=(8, 6, 3)).astype(np.float32)
    y = np.eye(3, dtype=np.float32)[random.integers(0, 3, 8)]
    data = {"inputs": [x.ravel().tolist(), x.shape], "targets": [y.ravel().tolist(), y.shape], "steps": STEPS}
    (folder / "data.json").write_text(json.dumps(data))
    report = train(folder / "converted", folder / "saved", folder / "data.json")
    return folder, x, report


def test_it_is_compiled_and_learns(trained):
    _, _, report = trained
    assert len(report["losses"]) == STEPS
    assert report["losses"][-1] < report["losses"][0]


@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("file_format", ["h5", "keras"])
def test_it_comes_back_with_equal_predictions(trained, generation, file_format):
    folder, x, report = trained
    output = folder / f"back{generation}.{file_format}"
    export_keras(folder / "saved", output, keras=generation)
    model = KERAS[generation].models.load_model(output, compile=False)
    expected = np.reshape(report["predictions"], report["shape"])
    assert np.abs(np.asarray(model(x, training=False)) - expected).max() < 1e-5


def test_it_is_sharded_anew_without_the_optimizers_state(trained):
    folder, x, report = trained
    result = convert_layers_model(folder / "saved" / "model.json", folder / "again")
    assert "optimizer" in result.info["notes"][0]
    expected = np.reshape(report["predictions"], report["shape"])
    (output,) = run_layers_model(folder / "again", {result.inputs[0].name: x}).values()
    assert np.abs(output - expected).max() < 1e-6


def test_training_goes_on_where_it_was_with_the_optimizers_state(trained, tmp_path):
    """As in the model that TensorFlow.js saved, bit for bit; without the state, training goes elsewhere."""
    folder, _, _ = trained
    wanted = train(folder / "saved", tmp_path / "wanted", folder / "data.json")
    for split in (False, True):
        kept = tmp_path / f"kept{split}"
        plain = convert_layers_model(folder / "saved", kept, keep_optimizer=True, split_weights_by_layer=split)
        assert plain.info["notes"] == []
        assert plain.info["parameters"] == convert_layers_model(folder / "saved", tmp_path / "p").info["parameters"]
        assert train(kept, tmp_path / "again", folder / "data.json")["losses"] == wanted["losses"]
    convert_layers_model(folder / "saved", tmp_path / "dropped")
    afresh = train(tmp_path / "dropped", tmp_path / "again", folder / "data.json")
    assert afresh["losses"][0] == wanted["losses"][0] and afresh["losses"][2:] != wanted["losses"][2:]


def test_a_state_that_is_not_there_cannot_be_kept(trained, tmp_path):
    folder, _, _ = trained
    with pytest.raises(OptionError, match="includeOptimizer"):
        convert_layers_model(folder / "converted", tmp_path / "out", keep_optimizer=True)
    assert not (tmp_path / "out").exists()


def test_wildcards_do_not_quantize_the_state(trained, tmp_path):
    folder, _, _ = trained
    options = WeightOptions(quantize={"uint8": ["*"]})
    convert_layers_model(folder / "saved", tmp_path / "out", keep_optimizer=True, weight_options=options)
    manifest = json.loads((tmp_path / "out" / "model.json").read_text())["weightsManifest"]
    entries = [entry for group in manifest for entry in group["weights"]]
    state = [entry for entry in entries if entry.get("group") == "optimizer"]
    assert state[0]["name"] == "iter" and len(state) > 10
    assert not any("quantization" in entry for entry in state)
    assert all("quantization" in entry for entry in entries if "group" not in entry)
