"""Reports on models that TensorFlow and Keras wrote; figures are compared with what those say."""

import os
import tarfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras as keras3
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras2

from tests.support import old_hub_module
from tests.support.inspected import inspected, refused, shown
from tests.support.saved_models import save


def build(keras):
    model = keras.Sequential(
        [
            keras.Input((4,), name="x"),
            keras.layers.Dense(5, activation="relu", name="hidden"),
            keras.layers.Dense(2, name="y"),
        ]
    )
    model.compile("sgd", "mse")
    return model


def two_signatures(folder):
    module = tf.Module()
    module.scale = tf.Variable(np.ones([3, 2], np.float32))
    module.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
    spec = tf.TensorSpec([None, 3], tf.float32, "rows")
    words = tf.TensorSpec([None], tf.string, "words")
    module.apply = tf.function(lambda rows: {"applied": rows @ module.scale}, input_signature=[spec])
    module.find = tf.function(lambda words: {"places": module.table.lookup(words)}, input_signature=[words])
    tf.saved_model.save(module, str(folder), signatures={"apply": module.apply, "find": module.find})
    return folder


def test_saved_model_with_two_signatures(tmp_path, capsys):
    folder = two_signatures(tmp_path / "two")
    report = inspected(capsys, folder)
    assert report["kind"] == "tf_saved_model"
    (graph,) = report["meta_graphs"]
    assert (graph["tags"], graph["tensorflow_version"]) == (["serve"], tf.__version__)
    apply, find = graph["signatures"]
    assert apply["name"] == "apply" and apply["inputs"] == [{"name": "rows", "dtype": "float32", "shape": [None, 3]}]
    assert apply["conversion"]["possible"] and apply["conversion"]["execution"] == "predict"
    assert apply["conversion"]["operations"]["MatMul"] == 1
    assert find["inputs"] == [{"name": "words", "dtype": "string", "shape": [None]}]
    assert [(each["operation"], each["keys"]) for each in graph["tables"]] == [("HashTableV2", "string")]
    assert [(each["name"], each["dtype"], each["shape"], each["bytes"]) for each in report["weights"]] == [
        ("scale", "float32", [3, 2], 24)
    ]
    assert report["attributes"] == ['signature_name = "apply"', 'signature_name = "find"']
    text = shown(capsys, folder, "--target=//a:web")
    assert "Attributes to paste into //a:web" in text and "signature find" in text


def test_archive(tmp_path, capsys):
    folder = two_signatures(tmp_path / "two")
    with tarfile.open(tmp_path / "two.tar.gz", "w:gz") as archive:
        archive.add(folder, arcname=".")
    one, other = inspected(capsys, folder, "--quick"), inspected(capsys, tmp_path / "two.tar.gz", "--quick")
    assert one["meta_graphs"] == other["meta_graphs"] and one["weights"] == other["weights"]
    assert other["files"] == 1
    assert "conversion" not in one["meta_graphs"][0]["signatures"][0]


def test_operation_that_tensorflow_js_lacks(tmp_path, capsys):
    def inverse(x):
        with tf.name_scope("whiten"):
            return {"inverse": tf.linalg.inv(x), "twice": x * 2.0}

    folder = save(tmp_path / "inverse", inverse, {"x": tf.TensorSpec([None, 3, 3], tf.float32)})
    report = inspected(capsys, folder)
    found = report["meta_graphs"][0]["signatures"][0]["conversion"]
    assert not found["possible"]
    (missing,) = found["missing"]
    assert (missing["operation"], missing["count"], missing["layers"]) == ("MatrixInverse", 1, ["whiten"])
    assert "no: TensorFlow.js lacks MatrixInverse (1×, from whiten)" in shown(capsys, folder)


def test_tensorflow_1_tags(tmp_path, capsys):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], "x")
        y = tf.compat.v1.get_variable("w", initializer=np.ones([2], np.float32)) * x
        session.run(tf.compat.v1.global_variables_initializer())
        info = tf.compat.v1.saved_model.utils.build_tensor_info
        signature = tf.compat.v1.saved_model.build_signature_def({"x": info(x)}, {"y": info(y)})
        builder = tf.compat.v1.saved_model.Builder(str(tmp_path / "one"))
        builder.add_meta_graph_and_variables(session, ["train"], {"run": signature})
        builder.add_meta_graph(["serve", "gpu"], {"run": signature})
        builder.save()
    report = inspected(capsys, tmp_path / "one")
    assert [each["tags"] for each in report["meta_graphs"]] == [["train"], ["gpu", "serve"]]
    assert report["attributes"] == [
        'saved_model_tags = "train"',
        'saved_model_tags = "gpu,serve"',
        'signature_name = "run"',
    ]
    assert [each["name"] for each in report["weights"]] == ["w"]


def test_hub_module_of_tensorflow_1(tmp_path, capsys):
    feeds = {"x": np.ones([1, 2], np.float32)}
    old_hub_module.write(tmp_path / "module", feeds, tag_sets=((), ("train",)))
    report = inspected(capsys, tmp_path / "module")
    assert report["kind"] == "tf_hub"
    assert [each["tags"] for each in report["meta_graphs"]] == [[], ["train"]]
    for graph in report["meta_graphs"]:
        (signature,) = graph["signatures"]
        assert signature["name"] == "default"
        assert signature["inputs"] == [{"name": "x", "dtype": "float32", "shape": [None, 2]}]
        assert [(each["name"], each["shape"]) for each in signature["outputs"]] == [("y", [None, 1]), ("z", [None, 2])]
        assert signature["conversion"]["possible"], signature["conversion"]
        assert [(each["operation"], each["keys"], each["values"]) for each in graph["tables"]] == [
            ("HashTableV2", "int32", "float32")
        ]
    # A variable in two parts is one array.
    assert [(each["name"], each["shape"]) for each in report["weights"]] == [("w", [4, 1])]
    assert report["attributes"] == [
        'saved_model_tags = ""',
        'saved_model_tags = "train"',
        'signature_name = "default"',
    ]
    text = shown(capsys, tmp_path / "module")
    assert text.startswith("module: TensorFlow Hub module, ")
    assert "MetaGraph tagged (nothing)" in text and "MetaGraph tagged train" in text


def test_hub_module_of_tensorflow_1_with_one_graph_needs_no_tags(tmp_path, capsys):
    old_hub_module.write(tmp_path / "module", {"x": np.ones([1, 2], np.float32)})
    report = inspected(capsys, tmp_path / "module", "--quick")
    assert report["attributes"] == ['signature_name = "default"']


@pytest.mark.parametrize("name", ["frozen.pb", "frozen.pbtxt"])
def test_frozen_graph(tmp_path, capsys, name):
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], "x")
        tf.matmul(x, tf.constant([[1.0, 2.0], [3.0, 4.0]]), name="y")
    tf.io.write_graph(graph, str(tmp_path), name, as_text=name.endswith("txt"))
    report = inspected(capsys, tmp_path / name)
    assert report["kind"] == "tf_frozen_model"
    assert report["inputs"] == [{"name": "x", "dtype": "float32", "shape": [None, 2]}]
    assert report["operations"] == {"Const": 1, "MatMul": 1, "Placeholder": 1}
    assert report["attributes"] == ['output_node_names = ["y"]']
    assert report["conversion"]["possible"] and report["weight_bytes"] == 16
    assert "yes, with predict()" in shown(capsys, tmp_path / name)


def test_text_graphs_that_are_none(tmp_path, capsys):
    text = 'node { name: "x" op: "Placeholder" }\n'
    (tmp_path / "renamed.pb").write_text(text)
    assert "looks like the text form, whose name must end in .pbtxt" in refused(capsys, tmp_path / "renamed.pb")
    (tmp_path / "cut.pbtxt").write_text(text[:-3])
    assert "is not a text GraphDef, or is cut off" in refused(capsys, tmp_path / "cut.pbtxt")
    (tmp_path / "empty.pbtxt").write_text("versions { producer: 27 }\n")
    assert "holds a graph without nodes" in refused(capsys, tmp_path / "empty.pbtxt")


@pytest.mark.parametrize(("keras", "name"), [(keras2, "two.h5"), (keras3, "three.keras"), (keras3, "three.h5")])
def test_keras_files(tmp_path, capsys, keras, name):
    model = build(keras)
    model.save(tmp_path / name)
    report = inspected(capsys, tmp_path / name)
    assert report["kind"] == ("keras_keras" if name.endswith(".keras") else "keras")
    assert report["parameters"] == model.count_params()
    assert [(each["name"], each["parameters"]) for each in report["layers"]] == [("x", 0), ("hidden", 25), ("y", 12)]
    assert report["keras_version"] == keras.__version__
    assert "SGD" in report["training"]["optimizer"] and report["training"]["loss"] == "mse"
    assert report["conversion"]["possible"]
    assert report["outputs"][0]["shape"] == [None, 2]


def test_saved_model_of_keras_2(tmp_path, capsys):
    build(keras2).save(tmp_path / "two", save_format="tf")
    report = inspected(capsys, tmp_path / "two", "--quick")
    assert report["kind"] == "keras_saved_model"
    assert [each["class"] for each in report["keras"]["layers"]] == ["InputLayer", "Dense", "Dense"]
    assert report["keras"]["parameters"] == 37


def test_layers_that_layers_models_cannot_express(tmp_path, capsys):
    model = keras3.Sequential([keras3.Input((4,)), keras3.layers.Lambda(lambda x: x + 1, name="code")])
    model.save(tmp_path / "code.keras")
    report = inspected(capsys, tmp_path / "code.keras")
    assert not report["conversion"]["possible"] and "`code` (Lambda)" in report["conversion"]["problem"]
    assert "cannot be converted as it is" in shown(capsys, tmp_path / "code.keras")


def test_damaged_saved_models(tmp_path, capsys):
    folder = two_signatures(tmp_path / "two")
    (folder / "variables" / "variables.index").unlink()
    report = inspected(capsys, folder)
    assert "variables.index is missing" in report["problems"][0]
    assert [each["name"] for each in report["meta_graphs"][0]["signatures"]] == ["apply", "find"]
    (folder / "saved_model.pb").write_bytes((folder / "saved_model.pb").read_bytes()[:100])
    assert "cut off" in refused(capsys, folder)
