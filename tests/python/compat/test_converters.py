"""The upstream package's conversions by their names, and this package's own on the same models: numbers compared."""

import io
import json
import os
import subprocess
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras as keras3
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras2
import tfjs_convert
import tfjs_convert.compat as tfjs
from tfjs_convert.compat.converters import tf_saved_model_conversion_v2 as graphs
from tfjs_convert.errors import ConversionError, UnsupportedError

from tests.support import node
from tests.support.saved_models import run_tensorflow, save

X = np.linspace(-1, 2, 8, dtype=np.float32).reshape(2, 4)
KERAS = {2: keras2, 3: keras3}


def build(keras):
    x = keras.Input((4,), name="x")
    inner = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5, activation="tanh", name="in")], name="inner")
    y = inner(keras.layers.Dense(5, activation="relu", name="hidden", bias_initializer="ones")(x))
    return keras.Model(x, keras.layers.Dense(2, name="y", bias_initializer="ones")(y))


@pytest.fixture(params=[2, 3], ids=["keras2", "keras3"])
def model(request):
    return build(KERAS[request.param])


def close(got, wanted):
    np.testing.assert_allclose(got, np.asarray(wanted), rtol=1e-5, atol=1e-5)


def fields(directory):
    return json.loads((directory / "model.json").read_text())


def test_save_and_load(model, tmp_path):
    result = tfjs.converters.save_keras_model(model, str(tmp_path / "web"), metadata={"a": 1})
    assert result.paths == [tmp_path / "web" / "model.json", tmp_path / "web" / "group1-shard1of1.bin"]
    assert result.bytes == sum(path.stat().st_size for path in result.paths)
    assert fields(tmp_path / "web")["userDefinedMetadata"] == {"a": 1}
    close(node.run_layers_model(tmp_path / "web", {"x": X})["y"], model(X))
    loaded = tfjs.converters.load_keras_model(str(tmp_path / "web" / "model.json"))
    assert isinstance(loaded, keras2.Model)
    close(loaded(X), model(X))
    for version, keras in KERAS.items():
        again = tfjs_convert.load_layers_model(tmp_path / "web", keras=version)
        assert isinstance(again, keras.Model)
        close(again(X), model(X))


def test_load_from_elsewhere(tmp_path):
    model = build(keras2)
    tfjs.converters.save_keras_model(model, str(tmp_path / "web"), weight_shard_size_bytes=100)
    (tmp_path / "weights").mkdir()
    for path in sorted((tmp_path / "web").glob("*.bin")):
        path.rename(tmp_path / "weights" / path.name)
    file = tmp_path / "web" / "model.json"
    load, read = tfjs.converters.load_keras_model, tfjs.converters.deserialize_keras_model
    close(load(str(file), weights_path_prefix=str(tmp_path / "weights"))(X), model(X))
    (group,) = fields(tmp_path / "web")["weightsManifest"]
    buffer = b"".join((tmp_path / "weights" / name).read_bytes() for name in group["paths"])
    close(load(str(file), weights_data_buffers=[buffer])(X), model(X))
    close(read(file.read_text(), [buffer])(X), model(X))
    close(read(io.BytesIO(file.read_bytes()), [io.BytesIO(buffer)])(X), model(X))
    fresh = [load(str(file), load_weights=False), read(fields(tmp_path / "web"))]
    for other in fresh:
        assert [each.shape for each in other.get_weights()] == [each.shape for each in model.get_weights()]
        assert not np.allclose(other.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ValueError, match="two sources"):
        load(str(file), weights_path_prefix=str(tmp_path), weights_data_buffers=[buffer])
    with pytest.raises(ValueError, match="is not there"):
        load(str(file), weights_path_prefix=str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="not valid JSON"):
        read("{", [buffer])
    with pytest.raises(ValueError, match="0 buffers for 1 groups"):
        read(file.read_text(), [])
    with pytest.raises(TypeError, match="a model is an object"):
        read("[]", [buffer])


def test_file_where_a_folder_belongs(tmp_path):
    (tmp_path / "web").write_text("hello")
    with pytest.raises(ValueError, match="is a file"):
        tfjs.converters.save_keras_model(build(keras2), str(tmp_path / "web"))
    assert (tmp_path / "web").read_text() == "hello"


def test_graph_models(model, tmp_path):
    result = graphs.convert_keras_model_to_graph_model(
        model, str(tmp_path / "object"), quantization_dtype_map={"float16": "*"}, metadata={"m": [2]}
    )
    assert [each.name for each in result.inputs] == ["x"]
    assert fields(tmp_path / "object")["userDefinedMetadata"] == {"m": [2]}
    got = node.run_graph_model(tmp_path / "object", {"x": X})["y"]
    np.testing.assert_allclose(got, np.asarray(model(X)), atol=1e-2)
    assert [path.name for path in tmp_path.iterdir()] == ["object"]


def test_saved_models(tmp_path):
    scale = tf.Variable([1.0, 2.0, 3.0, 4.0])
    saved = save(tmp_path / "saved", lambda x: {"y": x * scale}, {"x": tf.TensorSpec([None, 4])}, scale=scale)
    wanted = run_tensorflow(saved, {"x": X})["y"]
    tfjs.converters.convert_tf_saved_model(str(saved), str(tmp_path / "a"), metadata={"k": {"v": 1}})
    graphs.convert_tf_hub_module(str(saved), str(tmp_path / "b"), signature="serving_default")
    tfjs.converters.convert([str(saved), str(tmp_path / "with a space")])
    tfjs_convert.convert_saved_model(saved, tmp_path / "c", signature_name="serving_default")
    jobs = [node.Job(tmp_path / name, {"x": X}) for name in ("a", "b", "c", "with a space")]
    for run in node.run_models(jobs):
        assert run.error is None, run.error
        close(run.outputs["y"], wanted)
    assert fields(tmp_path / "a")["userDefinedMetadata"] == {"k": {"v": 1}}


@pytest.mark.parametrize("size", [4, 40_000])
def test_the_frozen_graph_is_written_where_it_is_wanted(size, tmp_path):
    scale = tf.Variable(np.linspace(-1, 1, size, dtype=np.float32))

    def f(x):
        return {"y": tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * scale), (0, x))[1]}

    saved = save(tmp_path / "saved", f, {"x": tf.TensorSpec([None, size])}, scale=scale)
    x = np.random.default_rng(0).random((2, size), np.float32)
    wanted = run_tensorflow(saved, {"x": x})["y"]
    graphs.convert_tf_saved_model(str(saved), str(tmp_path / "model"), frozen_graph_dir=str(tmp_path / "frozen"))
    assert [path.name for path in (tmp_path / "frozen").iterdir()] == ["model.json.frozen"]
    close(node.run_graph_model(tmp_path / "model", {"x": x})["y"], wanted)
    definition = tf.compat.v1.GraphDef.FromString((tmp_path / "frozen" / "model.json.frozen").read_bytes())
    assert not {"VarHandleOp", "ReadVariableOp"} & {each.op for each in definition.node}
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        close(session.run("y:0", {"x:0": x}), wanted)


def test_operations_that_are_missing_are_told_in_the_words_that_scripts_look_for(tmp_path):
    saved = save(tmp_path / "saved", lambda x: {"y": tf.linalg.cholesky(x)}, {"x": tf.TensorSpec([2, 2])})
    with pytest.raises(ValueError, match=r"^Unsupported Ops in the model before optimization: Cholesky"):
        graphs.convert_tf_saved_model(str(saved), str(tmp_path / "model"))
    graphs.convert_tf_saved_model(str(saved), str(tmp_path / "model"), skip_op_check=True)
    assert any(each["op"] == "Cholesky" for each in fields(tmp_path / "model")["modelTopology"]["node"])


def test_errors_are_value_errors(tmp_path):
    for call in (
        lambda: tfjs.converters.convert_tf_saved_model(str(tmp_path / "none"), str(tmp_path / "out")),
        lambda: tfjs.converters.convert(["--input_format=keras", str(tmp_path), str(tmp_path / "out")]),
        lambda: tfjs.converters.convert(["--input_format=nonsense", "a", "b"]),
        lambda: graphs.convert_tf_hub_module("https://tfhub.dev/x/1", str(tmp_path / "out")),
        lambda: graphs.convert_tf_frozen_model(str(tmp_path / "none.pb"), "y", str(tmp_path / "out")),
        lambda: tfjs.converters.save_keras_model("none.h5", str(tmp_path / "out")),
    ):
        with pytest.raises(ValueError) as caught:
            call()
        assert isinstance(caught.value, ConversionError)
    assert list(tmp_path.iterdir()) == []


def test_own_layers_of_an_object_become_a_graph(tmp_path):
    """A file with such a layer is refused, since its code would be needed; the object has the code."""

    class Double(keras3.layers.Layer):
        def call(self, x):
            return 2 * x

    x = keras3.Input((4,), name="x")
    model = keras3.Model(x, Double(name="y")(x))
    tfjs_convert.convert_keras(model, tmp_path / "graph", output_format="tfjs_graph_model")
    close(node.run_graph_model(tmp_path / "graph", {"x": X})["y"], 2 * X)
    with pytest.raises(UnsupportedError, match="Double"):
        tfjs_convert.convert_keras(model, tmp_path / "layers")


def test_convert_keras_takes_every_kind(model, tmp_path):
    """Files, layers models and SavedModels, into both formats."""
    model.save(tmp_path / "model.keras")
    tfjs_convert.convert_keras(tmp_path / "model.keras", tmp_path / "layers")
    sources = [tmp_path / "model.keras", tmp_path / "layers", str(tmp_path / "layers" / "model.json")]
    if isinstance(model, keras2.Model):
        model.save(tmp_path / "saved", save_format="tf")
        sources.append(tmp_path / "saved")
    jobs = []
    for number, source in enumerate(sources):
        for output_format in ("tfjs_layers_model", "tfjs_graph_model"):
            out = tmp_path / f"{output_format}{number}"
            tfjs_convert.convert_keras(source, out, output_format=output_format, metadata={"a": 1})
            assert fields(out)["userDefinedMetadata"] == {"a": 1}
            jobs.append(node.Job(out, {"x": X}))
    for run in node.run_models(jobs):
        assert run.error is None, run.error
        close(run.outputs["y"], model(X))
    with pytest.raises(ConversionError, match="output_format"):
        tfjs_convert.convert_keras(model, tmp_path / "none", output_format="graph")


def test_weights_of_a_model(tmp_path):
    model = build(keras2)
    tfjs_convert.convert_keras(model, tmp_path / "web")
    weights = tfjs_convert.read_weights(tmp_path / "web")
    np.testing.assert_array_equal(weights["hidden/kernel"], model.get_layer("hidden").get_weights()[0])
    options = tfjs_convert.WeightOptions(quantize={"float16": ["hidden/*"]})
    written = tfjs_convert.write_weights(weights, tmp_path / "again", weight_options=options)
    (tmp_path / "again" / "weights_manifest.json").write_text(json.dumps(written.manifest))
    again = tfjs_convert.read_weights(tmp_path / "again" / "weights_manifest.json")
    assert list(again) == list(weights)
    expected = tfjs_convert.quantize(weights["hidden/kernel"], "float16").values()
    np.testing.assert_array_equal(again["hidden/kernel"], expected)
    with pytest.raises(tfjs_convert.InputError, match=r"model\.json"):
        tfjs_convert.read_weights(tmp_path / "nowhere")


def test_import_is_light():
    code = """
import sys
import tfjs_convert, tfjs_convert.compat
assert len(tfjs_convert.__version__.split(".")) == 3
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"numpy", "h5py", "tensorflow", "keras", "tf_keras", "google", "absl"}, loaded
for name in tfjs_convert.__all__:
    getattr(tfjs_convert, name)
for name in tfjs_convert.compat.converters.__all__:
    getattr(tfjs_convert.compat.converters, name)
assert "tensorflow.python" not in sys.modules or "tensorflow" not in sys.modules
assert not {"keras", "tf_keras"} & set(sys.modules)
assert sorted(set(tfjs_convert._HOME_OF) | {"__version__"}) == sorted(tfjs_convert.__all__)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
