"""Each pair of formats by command line: numbers of TensorFlow and Keras against TensorFlow.js, by output name."""

import json
import os
import subprocess
import sys
import tarfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras as keras3
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras2

from tests.support import node
from tests.support.command import converted, refused
from tests.support.saved_models import ops, save

X = np.linspace(-1, 2, 8, dtype=np.float32).reshape(2, 4)


def build(keras):
    return keras.Sequential(
        [
            keras.Input((4,), name="x"),
            keras.layers.Dense(5, activation="relu", name="hidden", bias_initializer="ones"),
            keras.layers.Dense(2, name="y", bias_initializer="ones"),
        ]
    )


def grow(x):
    """A loop whose length depends on the data, a debug operation, and two outputs."""
    x = tf.debugging.check_numerics(x, "no number")
    (total,) = tf.while_loop(lambda t: tf.reduce_sum(t) < 100.0, lambda t: (t * 2.0 + 1.0,), (x,))
    return {"total": total, "half": x / 2.0}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """One model in every input format, and what it computes."""
    root = tmp_path_factory.mktemp("sources of many kinds")
    two, three = build(keras2), build(keras3)
    two.save(root / "two.h5")
    two.save(root / "two_saved", save_format="tf")
    three.save(root / "three.keras")
    three.export(root / "three_saved", verbose=False)
    with tarfile.open(root / "module.tar.gz", "w:gz") as archive:
        archive.add(root / "three_saved", arcname=".")
    # A signature and tags of other names.
    module = tf.Module()
    module.scale = tf.Variable([1.0, 2.0, 3.0, 4.0])
    module.run = tf.function(
        lambda x: {"scaled": x * module.scale}, input_signature=[tf.TensorSpec([None, 4], name="x")]
    )
    tf.saved_model.save(module, str(root / "named"), signatures={"mine": module.run})
    save(root / "loop", grow, {"x": tf.TensorSpec([2, 4], tf.float32)})
    _freeze(root / "frozen.pb", two)
    return root, {2: np.asarray(two(X)), 3: np.asarray(three(X))}


def _freeze(path, model):
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    function = tf.function(lambda x: tf.identity(model(x), name="answer"))
    concrete = function.get_concrete_function(tf.TensorSpec([None, 4], tf.float32, name="x"))
    path.write_bytes(convert_variables_to_constants_v2(concrete).graph.as_graph_def().SerializeToString())


@pytest.fixture(scope="module")
def layers(sources):
    root, _ = sources
    converted("--input_format=keras", root / "two.h5", root / "layers")
    return root / "layers" / "model.json"


def close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


GRAPHS = {
    "keras": ("two.h5", 2, "y", []),
    "keras_keras": ("three.keras", 3, "y", []),
    "keras_saved_model": ("two_saved", 2, "y", []),
    "tf_saved_model": ("three_saved", 3, "output_0", []),
    "tf_hub": ("module.tar.gz", 3, "output_0", ["--signature_name=serving_default"]),
    "tf_frozen_model": ("frozen.pb", 2, "Identity", ["--output_node_names=Identity"]),
    "tfjs_layers_model": ("layers/model.json", 2, "y", []),
}


def test_to_graph_models(sources, layers, tmp_path):
    root, wanted = sources
    jobs = []
    for source, (path, _, _, words) in GRAPHS.items():
        out = tmp_path / source
        converted(f"--input_format={source}", "--output_format=tfjs_graph_model", *words, root / path, out)
        (name,) = json.loads((out / "model.json").read_text()).get("signature", {})["inputs"]
        jobs.append(node.Job(out, {name: X}))
    for (source, (_, keras, name, _)), run in zip(GRAPHS.items(), node.run_models(jobs), strict=True):
        assert run.error is None, f"{source}: {run.error}"
        assert list(run.outputs) == [name], source
        close(run.outputs[name], wanted[keras])


LAYERS = {
    "keras": ("two.h5", 2),
    "keras_keras": ("three.keras", 3),
    "keras_saved_model": ("two_saved", 2),
    "tfjs_layers_model": ("layers/model.json", 2),
}


def test_to_layers_models(sources, layers, tmp_path):
    root, wanted = sources
    jobs = []
    for source, (path, _) in LAYERS.items():
        out = tmp_path / source
        converted(f"--input_format={source}", "--output_format=tfjs_layers_model", root / path, out)
        jobs.append(node.Job(out, {"x": X}))
    for (source, (_, keras)), run in zip(LAYERS.items(), node.run_models(jobs), strict=True):
        assert run.error is None, f"{source}: {run.error}"
        close(run.outputs["y"], wanted[keras])


@pytest.mark.parametrize("source", ["keras", "keras_keras", "keras_saved_model"])
def test_output_is_inferred_from_keras(sources, tmp_path, source):
    root, _ = sources
    converted(f"--input_format={source}", root / LAYERS[source][0], tmp_path / "out")
    assert json.loads((tmp_path / "out" / "model.json").read_text())["format"] == "layers-model"


def test_saved_model_is_the_default(sources, tmp_path):
    root, _ = sources
    converted(root / "three_saved", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "model.json").read_text())["format"] == "graph-model"


def test_back_to_keras(sources, layers, tmp_path):
    _, wanted = sources
    converted("--input_format=tfjs_layers_model", layers, tmp_path / "two.h5")
    close(keras2.models.load_model(tmp_path / "two.h5")(X), wanted[2])
    converted("--input_format=tfjs_layers_model", "--output_format=keras", layers, tmp_path / "again.h5")
    assert (tmp_path / "again.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
    for version, keras in (("3", keras3), ("2", keras2)):
        out = tmp_path / f"{version}.keras"
        words = ["--input_format=tfjs_layers_model", "--output_format=keras_keras", f"--keras_version={version}"]
        converted(*words, layers, out)
        close(keras.models.load_model(out)(X), wanted[2])
    converted("--input_format=tfjs_layers_model", "--output_format=keras_keras", layers, tmp_path / "plain")
    assert (tmp_path / "plain").read_bytes() == (tmp_path / "3.keras").read_bytes()


def test_back_to_saved_models(sources, layers, tmp_path):
    _, wanted = sources
    words = ["--input_format=tfjs_layers_model", "--output_format=keras_saved_model"]
    converted(*words, layers, tmp_path / "two")
    close(keras2.models.load_model(tmp_path / "two")(X), wanted[2])
    converted(*words, "--keras_version=3", layers, tmp_path / "three")
    (got,) = tf.saved_model.load(str(tmp_path / "three")).signatures["serving_default"](x=X).values()
    close(got, wanted[2])
    assert "exists already" in refused(1, *words, layers, tmp_path / "two")


def test_signature_and_tags(sources, tmp_path):
    root, _ = sources
    converted("--signature_name=mine", "--saved_model_tags=serve", root / "named", tmp_path / "out")
    close(node.run_graph_model(tmp_path / "out", {"x": X})["scaled"], X * np.array([1, 2, 3, 4], np.float32))
    said = refused(1, "--signature_name=other", root / "named", tmp_path / "no")
    assert "other" in said and "mine" in said
    said = refused(1, "--saved_model_tags=train", root / "named", tmp_path / "no")
    assert "train" in said and "serve" in said
    assert "no" not in [path.name for path in tmp_path.iterdir()]


def graph(directory):
    return json.loads((directory / "model.json").read_text())


def test_flags_of_graph_models(sources, tmp_path):
    root, _ = sources
    wanted = {key: value.numpy() for key, value in grow(tf.constant(X)).items()}
    cases = {
        "v2": ["--control_flow_v2=True", "--use_structured_outputs_names=True"],
        "v1": ["--control_flow_v2=false", "--quantize_float16", "--experiments=True"],
        "plain": [],
    }
    jobs = []
    for name, words in cases.items():
        converted(*words, root / "loop", tmp_path / name)
        jobs.append(node.Job(tmp_path / name, {"x": X}))
    for run in node.run_models(jobs):
        assert run.error is None, run.error
        for key, value in wanted.items():
            close(run.outputs[key], value)
    assert {"While", "StatelessWhile"} & set(ops(graph(tmp_path / "v2")))
    assert "Switch" in ops(graph(tmp_path / "v1"))
    assert graph(tmp_path / "v2")["userDefinedMetadata"]["structuredOutputKeys"] == ["half", "total"]


def test_strip_debug_ops(sources, tmp_path):
    """`False` is false: the check is then an operation that TensorFlow.js does not have."""
    root, _ = sources
    converted("--strip_debug_ops=True", root / "loop", tmp_path / "with")
    assert "CheckNumerics" not in ops(graph(tmp_path / "with"))
    for words in (["--strip_debug_ops=False"], ["--strip_debug_ops", "False"], ["--nostrip_debug_ops"], ["--strip_d="]):
        assert "CheckNumerics" in refused(1, *words, root / "loop", tmp_path / "without")
    converted("--strip_debug_ops=False", "--skip_op_check", root / "loop", tmp_path / "kept")
    assert "CheckNumerics" in ops(graph(tmp_path / "kept"))


def test_unsupported_operation(tmp_path):
    save(tmp_path / "saved", lambda x: {"y": tf.linalg.det(x)}, {"x": tf.TensorSpec([2, 2], tf.float32)})
    said = refused(1, tmp_path / "saved", tmp_path / "out")
    assert "MatrixDeterminant" in said
    assert not (tmp_path / "out").exists()
    converted("--skip_op_check", tmp_path / "saved", tmp_path / "out")
    assert "MatrixDeterminant" in ops(graph(tmp_path / "out"))


def test_shards_and_quantization_of_a_graph_model(sources, tmp_path):
    root, wanted = sources
    words = ["--weight_shard_size_bytes=64", "--quantize_uint16=*"]
    converted(*words, root / "three_saved", tmp_path / "out")
    (group,) = graph(tmp_path / "out")["weightsManifest"]
    assert len(group["paths"]) > 1
    assert {each["quantization"]["dtype"] for each in group["weights"] if "quantization" in each} == {"uint16"}
    (got,) = node.run_graph_model(tmp_path / "out", {"x": X}).values()
    np.testing.assert_allclose(got, wanted[3], atol=1e-2)


def test_frozen_node_that_is_not_there(sources, tmp_path):
    root, _ = sources
    words = ["--input_format=tf_frozen_model", "--output_node_names=nowhere"]
    said = refused(1, *words, root / "frozen.pb", tmp_path / "out")
    assert "'nowhere'" in said and "'Identity'" in said


def test_keras_3_exports_hold_no_layers(sources, tmp_path):
    root, _ = sources
    refused(1, "--input_format=keras_saved_model", root / "three_saved", tmp_path / "out")
    assert not (tmp_path / "out").exists()


LIGHT = """
import sys
from tfjs_convert.cli import main
assert main(sys.argv[1:]) == 0
assert "tensorflow" not in sys.modules and "keras" not in sys.modules and "tf_keras" not in sys.modules
"""


def test_tensorflow_is_imported_by_those_who_need_it(sources, layers, tmp_path):
    root, _ = sources
    for number, words in enumerate(
        [
            ["--version"],
            ["--help"],
            ["--input_format=keras", root / "two.h5"],
            ["--input_format=keras_keras", root / "three.keras"],
            ["--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model", layers],
            ["--input_format=tfjs_layers_model", "--output_format=keras", layers],
            ["--input_format=tf_saved_model", root / "three_saved"],
        ]
    ):
        last = [tmp_path / f"{number}"] if len(words) > 1 else []
        subprocess.run([sys.executable, "-c", LIGHT, *map(str, [*words, *last])], check=True, capture_output=True)
