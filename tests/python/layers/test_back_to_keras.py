"""Keras to TensorFlow.js and back: both generations of Keras load what is written, and weights keep their bytes."""

import json
import zipfile

import h5py
import keras
import numpy as np
import pytest
import tf_keras
from tfjs_convert import artifact
from tfjs_convert.api_layers import convert_keras_file, export_keras
from tfjs_convert.errors import InputError, OptionError, UnsupportedError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight

from tests.support.keras_h5_files import array, input_layer, layer, sequential
from tests.support.layer_zoo import ZOO
from tests.support.zoo_runs import TOLERANCE, build, inputs_for, run_keras

KERAS = {2: tf_keras, 3: keras}
ENTRIES = {entry.name: entry for entry in ZOO}
NAMES = [
    "Dense", "Dense with regularizers and constraints", "Activation gelu", "PReLU with shared axes", "LeakyReLU",
    "Reshape", "Masking",
    "Embedding", "SpatialDropout1D", "Conv1D causal", "Conv2D", "Conv2DTranspose", "Conv3D", "DepthwiseConv2D",
    "SeparableConv2D",
    "MaxPooling2D", "GlobalAveragePooling2D", "BatchNormalization of images", "LayerNormalization", "Rescaling",
    "Add of three, with broadcasting", "Concatenate of an inner axis", "Dot", "MultiHeadAttention",
    "SimpleRNN backwards", "LSTM",
    "LSTM with states", "LSTM with an initial state", "GRU with reset_after=False", "RNN around StackedRNNCells",
    "ConvLSTM2D",
    "Bidirectional LSTM", "TimeDistributed", "TimeDistributed, expressed inside", "Shared layer",
    "Shared layer called late first",
    "Nested model", "Nested model with two outputs", "Nested models with the same names inside",
    "Nested model, frozen in part",
    "Several inputs and outputs",
]  # fmt: skip


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Each model once: its inputs, Keras's results and the layers model."""
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for number, name in enumerate(NAMES):
        model = build(ENTRIES[name], keras)
        inputs = inputs_for(ENTRIES[name], model)
        model.save(folder / "m.keras")
        convert_keras_file(folder / "m.keras", folder / str(number))
        found[name] = (inputs, run_keras(model, inputs), folder / str(number))
    return found


def weights(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.bin")}


@pytest.mark.parametrize("file_format", ["h5", "keras"])
@pytest.mark.parametrize("generation", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_there_and_back_again(converted, name, generation, file_format, tmp_path):
    inputs, expected, folder = converted[name]
    output = tmp_path / f"back.{file_format}"
    export_keras(folder, output, keras=generation)
    model = KERAS[generation].models.load_model(output, compile=False)
    for ours, theirs in zip(run_keras(model, inputs), expected, strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() <= TOLERANCE * np.ptp(theirs)
    convert_keras_file(output, tmp_path / "again")
    assert weights(tmp_path / "again") == weights(folder)


def write_layers_model(folder, config, arrays):
    fields = {"format": "layers-model", "generatedBy": "TensorFlow.js tfjs-layers v4.22.0", "modelTopology": config}
    artifact.write_model(
        folder, fields, [[Weight.of(name, values) for name, values in arrays.items()]], WeightOptions()
    )
    return folder


LSTM = {"l/kernel": array(3, 8), "l/recurrent_kernel": array(2, 8), "l/bias": array(8)}


@pytest.mark.parametrize("generation", [2, 3])
def test_the_runtimes_own_hard_sigmoid(tmp_path, generation):
    """TensorFlow.js's default gate, which a configuration may leave out, is not Keras 3's function of that name."""
    config = sequential(input_layer("x", [4, 3]), layer("LSTM", "l", units=2, activation="tanh"))
    write_layers_model(tmp_path / "m", config, LSTM)
    export_keras(tmp_path / "m", tmp_path / "m.h5", keras=generation)
    x = array(2, 4, 3, seed=1) * 3
    h = c = np.zeros((2, 2), np.float32)
    for step in range(4):
        z = x[:, step] @ LSTM["l/kernel"] + h @ LSTM["l/recurrent_kernel"] + LSTM["l/bias"]
        i, f, g, o = np.split(z, 4, axis=-1)
        i, f, o = (np.clip(0.2 * gate + 0.5, 0, 1) for gate in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    model = KERAS[generation].models.load_model(tmp_path / "m.h5", compile=False)
    assert np.abs(np.asarray(model(x)) - h).max() < 1e-5


def test_weights_named_with_their_cell(tmp_path):
    config = sequential(
        input_layer("x", [4, 3]), layer("LSTM", "l", units=2, activation="tanh", recurrent_activation="sigmoid")
    )
    arrays = {name.replace("l/", "l/lstm_cell/"): values for name, values in LSTM.items()}
    write_layers_model(tmp_path / "m", config, arrays)
    export_keras(tmp_path / "m", tmp_path / "m.keras", keras=3)
    assert keras.models.load_model(tmp_path / "m.keras").count_params() == 48


@pytest.mark.parametrize(
    ("entry", "arrays", "says"),
    [
        (layer("ThresholdedReLU", "t", theta=0.5), {}, "Keras 3 has no such layer"),
        (
            layer("Dense", "d", units=2, activation="hard_sigmoid"),
            {"d/kernel": array(3, 2), "d/bias": array(2)},
            "hard_sigmoid",
        ),
    ],
)
def test_what_keras_3_has_not(tmp_path, entry, arrays, says):
    write_layers_model(tmp_path / "m", sequential(input_layer("x", [3]), entry), arrays)
    with pytest.raises(UnsupportedError, match=says):
        export_keras(tmp_path / "m", tmp_path / "m.keras", keras=3)
    assert not (tmp_path / "m.keras").exists()
    export_keras(tmp_path / "m", tmp_path / "m.h5", keras=2)


def test_bilinear_upsampling_is_another_in_keras(tmp_path):
    config = sequential(input_layer("x", [2, 2, 1]), layer("UpSampling2D", "u", size=[2, 2], interpolation="bilinear"))
    write_layers_model(tmp_path / "m", config, {})
    with pytest.raises(UnsupportedError, match="bilinear"):
        export_keras(tmp_path / "m", tmp_path / "m.h5")


DENSE = sequential(input_layer("x", [3]), layer("Dense", "d", units=2, use_bias=False, activation="linear"))


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, "lacks the weight `d/kernel`"),
        ({"d/kernel": array(3, 2), "e/kernel": array(1)}, "a weight `e/kernel` that none"),
    ],
)
def test_weights_that_do_not_fit_the_topology(tmp_path, arrays, says):
    write_layers_model(tmp_path / "m", DENSE, arrays)
    with pytest.raises(InputError, match=says):
        export_keras(tmp_path / "m", tmp_path / "m.h5")
    assert not (tmp_path / "m.h5").exists()


@pytest.mark.parametrize(
    "content", ["not json", "[]", "{}", json.dumps({"format": "graph-model", "weightsManifest": []})]
)
def test_files_that_are_no_layers_model(tmp_path, content):
    (tmp_path / "model.json").write_text(content)
    with pytest.raises(InputError, match=r"model\.json"):
        export_keras(tmp_path, tmp_path / "m.h5")


def test_names_of_the_output(tmp_path):
    write_layers_model(tmp_path / "m", DENSE, {"d/kernel": array(3, 2)})
    with pytest.raises(OptionError, match="neither"):
        export_keras(tmp_path / "m", tmp_path / "m.bin")
    with pytest.raises(OptionError, match="is a directory"):
        export_keras(tmp_path / "m", tmp_path / "m", file_format="h5")
    with pytest.raises(OptionError, match="write 2"):
        export_keras(tmp_path / "m", tmp_path / "m.h5", keras=4)
    assert export_keras(tmp_path / "m", tmp_path / "m.bin", file_format="keras").format == "keras-keras"


def test_equal_bytes_each_time(tmp_path):
    write_layers_model(tmp_path / "m", DENSE, {"d/kernel": array(3, 2)})
    for file_format in ("h5", "keras"):
        for name in ("a", "b"):
            export_keras(tmp_path / "m", tmp_path / f"{name}.{file_format}")
        assert (tmp_path / f"a.{file_format}").read_bytes() == (tmp_path / f"b.{file_format}").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_more_layers_than_one_attribute_can_list(tmp_path):
    layers = [layer("Activation", f"{'a' * 60}{number}", activation="linear") for number in range(1100)]
    write_layers_model(tmp_path / "m", sequential(input_layer("x", [3]), *layers), {})
    export_keras(tmp_path / "m", tmp_path / "m.h5", keras=2)
    with h5py.File(tmp_path / "m.h5") as file:
        attributes = file["model_weights"].attrs
        assert (
            "layer_names" not in attributes
            and len(attributes["layer_names0"]) + len(attributes["layer_names1"]) == 1101
        )
