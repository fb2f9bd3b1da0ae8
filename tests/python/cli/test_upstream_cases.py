"""What the upstream package's tests of its converter and of its installed command hold, on the same kinds of models.

Sizes and numbers are compared; what is refused is in test_flags.py, each pair of formats in test_pairs.py.
"""

import json
import math
import os
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras

from tests.support import node
from tests.support.command import converted, refused
from tests.support.saved_models import ops

v1 = tf.compat.v1
X = np.linspace(-1, 2, 16, dtype=np.float32).reshape(2, 8)
BACK = ["--input_format=tfjs_layers_model", "--output_format=keras"]
AGAIN = ["--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model"]


def dense(units, name, **options):
    return keras.layers.Dense(units, name=name, bias_initializer="ones", **options)


def simple():
    x = keras.Input((8,), name="x")
    return keras.Model(x, dense(4, "MyDense20", use_bias=False)(dense(10, "MyDense10")(x)))


def sequential():
    return keras.Sequential([dense(6, "first", input_shape=(8,), activation="relu"), dense(3, "second")])


def nested():
    inner = keras.Sequential([dense(10, "inner1", input_shape=(8,), activation="relu"), dense(10, "inner2")])
    return keras.Sequential([inner, dense(1, "last")])


MODELS = {"simple": simple, "sequential": sequential, "nested": nested}


@pytest.fixture(scope="module", params=list(MODELS))
def case(request, tmp_path_factory):
    """A model, compiled where it is sequential, as an HDF5 file and as a SavedModel."""
    model = MODELS[request.param]()
    if request.param == "sequential":
        model.compile("sgd", "mse")
    root = tmp_path_factory.mktemp(request.param)
    model.save(root / "model.h5")
    model.save(root / "saved", save_format="tf")
    return model, root


def read(directory):
    return json.loads((directory / "model.json").read_text())


def groups(directory):
    return [[each["name"] for each in group["weights"]] for group in read(directory)["weightsManifest"]]


def shard_sizes(directory):
    return [
        (directory / path).stat().st_size for group in read(directory)["weightsManifest"] for path in group["paths"]
    ]


def run(directory, x=X):
    fields = read(directory)
    signature = fields.get("signature")
    if signature:
        (name,) = signature["inputs"]
    else:
        name = fields["modelTopology"]["model_config"]["config"]["layers"][0]["config"]["name"]
    (got,) = node.run_model(directory, {name: x}).values()
    return got


def topology(model):
    """What `to_json` says; the shape of the input is told by the input layer, and not by the next one again."""

    def without(config):
        for each in config["config"].get("layers", []):
            if each["class_name"] != "InputLayer":
                each["config"].pop("batch_input_shape", None)
            without(each)
        return config

    return without(json.loads(model.to_json()))


def close(got, wanted, tolerance=1e-5):
    np.testing.assert_allclose(got, np.asarray(wanted), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("source", ["model.h5", "saved"])
def test_there_and_back_the_model_is_the_same(case, tmp_path, source):
    """Topology and weights; the weight file has 4 bytes for each parameter."""
    model, root = case
    words = ["--input_format=keras" if source == "model.h5" else "--input_format=keras_saved_model"]
    converted(*words, root / source, tmp_path / "web")
    assert sum(shard_sizes(tmp_path / "web")) == 4 * model.count_params()
    (group,) = groups(tmp_path / "web")
    assert len(group) == len(model.weights)
    converted(*BACK, tmp_path / "web" / "model.json", tmp_path / "back.h5")
    back = keras.models.load_model(tmp_path / "back.h5")
    assert topology(back) == topology(model)
    for one, other in zip(back.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    close(run(tmp_path / "web"), model(X))


def test_split_by_layer(case, tmp_path):
    model, root = case
    converted("--input_format=keras", "--split_weights_by_layer", root / "model.h5", tmp_path / "web")
    # What is nested is a layer with all that is in it.
    assert [len(group) for group in groups(tmp_path / "web")] == [
        len(each.weights) for each in model.layers if each.weights
    ]


@pytest.mark.parametrize(
    ("dtype", "width", "tolerance"), [("uint16", 2, 1e-3), ("uint8", 1, 0.2), ("float16", 2, 1e-2)]
)
def test_quantized_sizes(case, tmp_path, dtype, width, tolerance):
    model, root = case
    words = [f"--quantize_{dtype}=*/kernel,*/bias"]
    converted("--input_format=keras_saved_model", *words, root / "saved", tmp_path / "web")
    converted("--input_format=keras", root / "model.h5", tmp_path / "plain")
    converted(*AGAIN, *words, tmp_path / "plain" / "model.json", tmp_path / "again")
    for folder in (tmp_path / "web", tmp_path / "again"):
        entries = [each for group in read(folder)["weightsManifest"] for each in group["weights"]]
        stored = {"uint8": 1, "uint16": 2, "float16": 2}
        assert sum(shard_sizes(folder)) == sum(
            math.prod(each["shape"]) * stored[each["quantization"]["dtype"]] for each in entries
        )
        # A weight that 8 bits would spoil has 16.
        assert {stored[each["quantization"]["dtype"]] for each in entries} <= {width, 2}
        close(run(folder), model(X), tolerance)


def test_shards_of_30_percent_are_four(case, tmp_path):
    model, root = case
    total = 4 * model.count_params()
    size = math.ceil(0.3 * total)
    flag = f"--weight_shard_size_bytes={size}"
    converted("--input_format=keras", flag, root / "model.h5", tmp_path / "layers")
    converted("--input_format=keras", root / "model.h5", tmp_path / "one")
    converted(*AGAIN, flag, tmp_path / "one" / "model.json", tmp_path / "again")
    for folder in (tmp_path / "layers", tmp_path / "again"):
        assert shard_sizes(folder) == [size, size, size, total - 3 * size]
        close(run(folder), model(X))
    assert shard_sizes(tmp_path / "one") == [total]
    graph = ["--input_format=keras", "--output_format=tfjs_graph_model"]
    converted(*graph, root / "model.h5", tmp_path / "graph")
    (whole,) = shard_sizes(tmp_path / "graph")
    size = math.ceil(0.3 * whole)
    converted(*graph, f"--weight_shard_size_bytes={size}", root / "model.h5", tmp_path / "graphs")
    assert shard_sizes(tmp_path / "graphs") == [size, size, size, whole - 3 * size]
    close(run(tmp_path / "graphs"), model(X))


def test_metadata_of_a_graph_from_keras(case, tmp_path):
    _, root = case
    (tmp_path / "m.json").write_text('{"labels": ["a", "b"]}')
    words = ["--input_format=keras", "--output_format=tfjs_graph_model", f"--metadata=key:{tmp_path / 'm.json'}"]
    converted(*words, root / "model.h5", tmp_path / "graph")
    fields = read(tmp_path / "graph")
    assert fields["userDefinedMetadata"] == {"key": {"labels": ["a", "b"]}}
    assert fields["format"] == "graph-model" and fields["convertedBy"] and fields["generatedBy"]


def test_files_of_what_is_written_back(case, tmp_path):
    _, root = case
    converted("--input_format=keras", root / "model.h5", tmp_path / "web")
    file = tmp_path / "web" / "model.json"
    converted(BACK[0], "--output_format=keras_saved_model", file, tmp_path / "saved")
    assert {"saved_model.pb", "variables", "assets"} <= {each.name for each in (tmp_path / "saved").iterdir()}
    converted(BACK[0], "--output_format=keras_keras", file, tmp_path / "back.keras")
    with zipfile.ZipFile(tmp_path / "back.keras") as archive:
        config = json.loads(archive.read("config.json"))
    classes = {each["class_name"]: each["module"] for each in config["config"]["layers"]}
    assert classes["Dense"] == "keras.layers"


def test_weights_of_a_sequential_model(tmp_path):
    """A file without a topology, from `save_weights`."""
    model = sequential()
    model.save_weights(tmp_path / "weights.h5")
    with h5py.File(tmp_path / "weights.h5") as file:
        assert "layer_names" in file.attrs
    converted("--input_format=keras", tmp_path / "weights.h5", tmp_path / "web")
    assert read(tmp_path / "web")["modelTopology"] is None
    assert groups(tmp_path / "web") == [["first/kernel", "first/bias", "second/kernel", "second/bias"]]
    (file,) = read(tmp_path / "web")["weightsManifest"][0]["paths"]
    values = np.frombuffer((tmp_path / "web" / file).read_bytes(), np.float32)
    np.testing.assert_array_equal(values, np.concatenate([each.ravel() for each in model.get_weights()]))
    converted("--input_format=keras", "--split_weights_by_layer", tmp_path / "weights.h5", tmp_path / "split")
    assert groups(tmp_path / "split") == [["first/kernel", "first/bias"], ["second/kernel", "second/bias"]]


def test_a_saved_model_of_tensorflow_1(tmp_path):
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 2, 2], "x")
        w = v1.get_variable("w", initializer=np.array([[2, 3], [4, 5]], np.float32))
        output = tf.matmul(x, tf.broadcast_to(w, tf.shape(x)), name="output")
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, str(tmp_path / "one"), {"x": x}, {"output": output})
        feed = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
        wanted = session.run(output, {x: feed})
    converted("--output_format=tfjs_graph_model", tmp_path / "one", tmp_path / "web")
    (entries,) = [group["weights"] for group in read(tmp_path / "web")["weightsManifest"]]
    assert {"name": "w", "shape": [2, 2], "dtype": "float32"} in entries
    close(node.run_model(tmp_path / "web", {"x": feed})["output"], wanted)


def test_a_saved_model_of_tensorflow_2(tmp_path):
    """Two variables that are multiplied with each other are one weight."""
    root = tf.Module()
    root.v1, root.v2 = tf.Variable(3.0), tf.Variable(2.0)
    root.f = tf.function(lambda x: {"y": root.v1 * root.v2 * x}, input_signature=[tf.TensorSpec([1], tf.float32, "x")])
    tf.saved_model.save(root, str(tmp_path / "two"), signatures=root.f)
    words = ["--input_format=tf_saved_model", "--signature_name=serving_default"]
    converted(*words, tmp_path / "two", tmp_path / "web")
    (entries,) = [group["weights"] for group in read(tmp_path / "web")["weightsManifest"]]
    assert [(each["shape"], each["dtype"]) for each in entries] in ([([], "float32")], [([1], "float32")])
    assert ops(read(tmp_path / "web")).count("Mul") == 1
    assert node.run_model(tmp_path / "web", {"x": np.array([5], np.float32)})["y"].tolist() == [30]


def test_a_graph_in_two_shards(tmp_path):
    root = tf.Module()
    root.w = tf.Variable(np.arange(100, dtype=np.float32).reshape(10, 10))
    root.f = tf.function(lambda x: {"y": x @ root.w}, input_signature=[tf.TensorSpec([None, 10], tf.float32, "x")])
    tf.saved_model.save(root, str(tmp_path / "saved"), signatures=root.f)
    converted("--weight_shard_size_bytes=320", tmp_path / "saved", tmp_path / "web")
    assert shard_sizes(tmp_path / "web") == [320, 80]
    x = np.eye(10, dtype=np.float32)
    np.testing.assert_array_equal(node.run_model(tmp_path / "web", {"x": x})["y"], root.w.numpy())


def test_an_hdf5_file_is_no_saved_model_and_the_other_way_round(case, tmp_path):
    _, root = case
    assert "points to a directory" in refused(1, "--input_format=keras", root / "saved", tmp_path / "web")
    assert "model.h5" in refused(1, "--input_format=keras_saved_model", root / "model.h5", tmp_path / "web")
    (tmp_path / "file").write_text("")
    converted("--input_format=keras", root / "model.h5", tmp_path / "web")
    assert "exists as a file" in refused(1, *AGAIN, tmp_path / "web" / "model.json", tmp_path / "file")


def test_mobilenet_has_four_shards(tmp_path):
    """The nightly tests: a network as people have it, whose weights are 14 MB."""
    model = keras.applications.MobileNetV2((96, 96, 3), weights=None)
    model.save(tmp_path / "model.h5", include_optimizer=False)
    model.save(tmp_path / "saved", include_optimizer=False)
    converted("--input_format=keras", tmp_path / "model.h5", tmp_path / "layers")
    converted("--input_format=tf_saved_model", tmp_path / "saved", tmp_path / "graph")
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 96, 96, 3)).astype(np.float32)
    wanted = np.asarray(model(picture))
    for folder in (tmp_path / "layers", tmp_path / "graph"):
        assert len(shard_sizes(folder)) == 4
        close(run(folder, picture), wanted)
