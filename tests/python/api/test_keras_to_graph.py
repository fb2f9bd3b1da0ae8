"""Keras files of both generations as graph models: numbers by output name, order, names and bytes."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras as keras3
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras2
from tfjs_convert import api, api_keras, api_layers
from tfjs_convert.errors import ConversionError, InputError, UnsupportedError

from tests.support import node

KERAS = {2: keras2, 3: keras3}


def dense(k):
    return k.Sequential([k.Input((4,), name="x"), k.layers.Dense(5, activation="gelu"), k.layers.Dense(2, name="y")])


def conv(k):
    x = k.Input((8, 8, 3), name="picture")
    y = k.layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = k.layers.BatchNormalization(momentum=0.5)(y)
    y = k.layers.ReLU(6.0)(y)
    y = k.layers.DepthwiseConv2D(3, strides=2)(y)
    y = k.layers.BatchNormalization()(y)
    y = k.layers.GlobalAveragePooling2D()(y)
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="class")(y))


def twins(k):
    """Inputs and outputs of equal shapes, in orders that are neither the alphabet's nor the numbers'."""
    b, a = k.Input((3,), name="side_2"), k.Input((3,), name="side_1")
    twice = k.layers.Dense(2, name="out_10")(k.layers.Concatenate()([b, a]))
    return k.Model([b, a], [twice, k.layers.Dense(2, name="out_9")(a), k.layers.Dense(2, name="alpha")(b)])


def nested(k):
    inner_x = k.Input((4,))
    inner = k.Model(inner_x, k.layers.Dense(4, activation="tanh")(inner_x), name="inner")
    x = k.Input((4,), name="x")
    return k.Model(x, k.layers.Add(name="sum")([inner(inner(x)), x]))


def lstm(k):
    x = k.Input((6, 3), name="steps")
    y = k.layers.LSTM(5, return_sequences=True)(x)
    y, h, c = k.layers.LSTM(4, return_state=True, name="last")(y)
    return k.Model(x, [y, h, c])


def gru(k):
    return k.Sequential([k.Input((6, 3), name="steps"), k.layers.GRU(4, reset_after=True, name="gru")])


def gru_of_any_length(k):
    x = k.Input((None, 3), name="steps")
    return k.Model(x, k.layers.GRU(4, return_sequences=True, name="gru")(x))


def bidirectional(k):
    x = k.Input((6, 3), name="steps")
    y = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True))(x)
    return k.Model(x, k.layers.Bidirectional(k.layers.GRU(3), merge_mode="sum", name="both")(y))


def masked(k):
    x = k.Input((6,), dtype="int32", name="words")
    y = k.layers.Embedding(10, 4, mask_zero=True)(x)
    return k.Model(x, k.layers.Dense(2, name="y")(k.layers.LSTM(4)(y)))


def simple_rnn(k):
    x = k.Input((5, 3), name="steps")
    y = k.layers.TimeDistributed(k.layers.Dense(4))(x)
    return k.Model(x, k.layers.SimpleRNN(3, go_backwards=True, name="rnn")(y))


def odd_names(k):
    x, y = k.Input((3,), name="my-input.1"), k.Input((3,), name="2nd")
    return k.Model([x, y], k.layers.Subtract(name="the-difference")([x, y]))


def same_layer_twice(k):
    x, y = k.Input((3,), name="a"), k.Input((3,), name="b")
    shared = k.layers.Dense(2, name="shared")
    return k.Model([x, y], [shared(x), shared(y)])


def named_outputs(k):
    x = k.Input((3,), name="x")
    return k.Model(x, {"zebra": k.layers.Dense(2)(x), "ape": k.layers.Dense(2)(x)})


def operators(k):
    x = k.Input((3,), name="x")
    return k.Model(x, k.layers.Activation("relu", name="y")(x * 2.0 - 1.0))


MODELS = [dense, conv, twins, nested, lstm, gru, gru_of_any_length, bidirectional, masked, simple_rnn, odd_names]
MODELS += [same_layer_twice, named_outputs, operators]
NAMES = {
    "dense": (["x"], ["y"]),
    "twins": (["side_2", "side_1"], ["out_10", "out_9", "alpha"]),
    "lstm": (["steps"], ["last", "last_1", "last_2"]),
    "odd_names": (["my-input.1", "2nd"], ["the-difference"]),
    "same_layer_twice": (["a", "b"], ["shared", "shared_1"]),
    "named_outputs": (["x"], ["ape", "zebra"]),
}
CASES = [(generation, build, suffix) for generation in KERAS for build in MODELS for suffix in ("h5", "keras")]
CASES.remove((3, operators, "h5"))  # Keras 3 itself cannot open it again.


def made(build, generation, seed=7):
    """A model with weights that are no initializer's, running means and variances included."""
    keras = KERAS[generation]
    keras.backend.clear_session()
    model = build(keras)
    random = np.random.default_rng(seed)
    model.set_weights([random.uniform(0.1, 0.9, w.shape) - 0.3 * (w.ndim > 1) for w in model.get_weights()])
    return model


def feeds(model, seed=1):
    random = np.random.default_rng(seed)
    result = []
    for tensor in model.inputs:
        shape = [2 if i == 0 else size or 4 for i, size in enumerate(tensor.shape)]
        whole = "int" in str(tensor.dtype)
        result.append(random.integers(0, 9, shape).astype("int32") if whole else random.normal(size=shape).astype("f4"))
    return result


def predicted(model, values):
    generation = 2 if isinstance(model, keras2.Model) else 3
    tree = tf.nest if generation == 2 else keras3.tree
    structure = getattr(model, "_functional", model).input
    return [np.asarray(each) for each in tree.flatten(model(tree.pack_sequence_as(structure, values), training=False))]


def fields(directory):
    return json.loads((directory / "model.json").read_text())


def contents(directory):
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def close(got, wanted, what):
    assert got.shape == wanted.shape, what
    reach = max(1e-6, float(np.ptp(wanted)), float(np.abs(wanted).max()))
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4 * reach, err_msg=what)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    """Every model, saved as `.h5` and `.keras`, converted, and run in one Node process."""
    root = tmp_path_factory.mktemp("zoo")
    found, jobs = {}, []
    for generation, build, suffix in CASES:
        model = made(build, generation)
        values = feeds(model)
        where = root / f"{build.__name__}{generation}_{suffix}"
        file = root / f"{where.name}.{suffix}"
        model.save(file)
        result = api_keras.convert_keras(file, where)
        names = [each.name for each in result.inputs]
        for backend in ("cpu", "wasm"):
            if not result.info["backends"][backend] and (backend == "cpu" or suffix == "keras"):
                key = (generation, build.__name__, suffix)
                jobs.append((key, node.Job(where, dict(zip(names, values, strict=True)), backend)))
        found[generation, build.__name__, suffix] = (result, predicted(model, values), {})
    for (key, job), run in zip(jobs, node.run_models([job for _, job in jobs]), strict=True):
        found[key][2][job.backend] = run
    return found


@pytest.mark.parametrize("generation, build, suffix", CASES, ids=lambda v: getattr(v, "__name__", str(v)))
def test_numbers_and_names(zoo, generation, build, suffix):
    result, wanted, runs = zoo[generation, build.__name__, suffix]
    assert "cpu" in runs
    inputs, outputs = [each.name for each in result.inputs], [each.name for each in result.outputs]
    if build.__name__ in NAMES:
        assert (inputs, outputs) == NAMES[build.__name__]
    signature = fields(result.directory)["signature"]
    assert (list(signature["inputs"]), list(signature["outputs"])) == (inputs, outputs)
    for entry in [*signature["inputs"].values(), *signature["outputs"].values()]:
        assert entry["tensorShape"]["dim"][0] == {"size": "-1"}
    for backend, run in runs.items():
        assert run.error is None, f"{backend}: {run.stage}: {run.error}"
        assert sorted(run.outputs) == sorted(outputs)
        for name, value in zip(outputs, wanted, strict=True):
            close(run.outputs[name], value, f"{name} on {backend}")


@pytest.mark.parametrize("generation", KERAS)
def test_wasm_runs_them_all(zoo, generation):
    for build in MODELS:
        assert "wasm" in zoo[generation, build.__name__, "keras"][2]


@pytest.mark.parametrize("generation", KERAS)
def test_words_are_looked_up(tmp_path, generation):
    """A vocabulary is a table of the graph, which TensorFlow.js fills when it loads the model."""
    k = KERAS[generation]
    x = k.Input((1,), dtype="string", name="text")
    y = k.layers.Embedding(5, 3)(k.layers.StringLookup(vocabulary=["a", "b", "c"])(x))
    model = k.Model(x, k.layers.Flatten(name="y")(y))
    model.save(tmp_path / "a.keras")
    api_keras.convert_keras(tmp_path / "a.keras", tmp_path / "out")
    given = np.array([["b"], ["unknown"]], object)
    got = node.run_graph_model(tmp_path / "out", {"text": given})
    close(got["y"], np.asarray(model(tf.constant(given))), "y")


def test_info_tells_the_source(zoo, tmp_path):
    model = made(dense, 2)
    model.save(tmp_path / "a.h5")
    result = api_keras.convert_keras(tmp_path / "a.h5", tmp_path / "out")
    provenance = result.info["provenance"]
    assert provenance["source"] == hashlib.sha256((tmp_path / "a.h5").read_bytes()).hexdigest()
    assert provenance["versions"]["keras"] == f"tf_keras {keras2.__version__}"
    assert provenance["versions"]["saved_by"] == f"keras v{keras2.__version__}"
    assert fields(tmp_path / "out")["generatedBy"] == f"keras v{keras2.__version__}"
    assert str(tmp_path) not in json.dumps(result.info)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "out"]


SCRIPT = """
import sys
from tfjs_convert import api_keras
for i, path in enumerate(sys.argv[2:]):
    api_keras.convert_keras(path, f"{sys.argv[1]}/{i}")
    api_keras.convert_keras(path, f"{sys.argv[1]}/again{i}")
"""


def test_bytes_depend_on_the_file_only(tmp_path):
    """Other hash seeds, other processes, other work before, and another place of the file."""
    paths = []
    for generation in KERAS:
        for build in (lstm, twins):
            paths.append(tmp_path / f"{build.__name__}{generation}.keras")
            made(build, generation).save(paths[-1])
    package = str(Path(api.__file__).parents[1])
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        env["PYTHONPATH"] = os.pathsep.join([package, env.get("PYTHONPATH", "")])
        order = [str(path) for path in paths]
        subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path / seed), *order], env=env, check=True)
    for i, path in enumerate(paths):
        first = contents(tmp_path / "1" / str(i))
        assert contents(tmp_path / "1" / f"again{i}") == first, path.name
        assert contents(tmp_path / "2" / str(i)) == first, path.name


def test_no_name_of_keras_own_counting_is_left(zoo):
    for result, _, _ in zoo.values():
        text = json.dumps(fields(result.directory)["modelTopology"])
        assert "__inference_" not in text and "StatefulPartitionedCall" not in text


@pytest.mark.parametrize("name", ["file.bin", "model.keras"])
def test_kind_is_told_from_the_content(tmp_path, name):
    model = made(dense, 3)
    model.save(tmp_path / "model.h5")
    (tmp_path / "model.h5").rename(tmp_path / name)
    result = api_keras.convert_keras(tmp_path / name, tmp_path / "out")
    assert [each.name for each in result.outputs] == ["y"]


@pytest.mark.parametrize("generation", KERAS)
@pytest.mark.parametrize("build", [dense, conv, twins, lstm, bidirectional])
def test_layers_model(tmp_path, generation, build):
    """The way by TensorFlow.js's layers: names and numbers are still the first model's."""
    if build is bidirectional:
        build = bidirectional_before
    model = made(build, generation)
    model.save(tmp_path / "a.keras")
    api_layers.convert_keras_file(tmp_path / "a.keras", tmp_path / "layers")
    result = api_keras.convert_keras(tmp_path / "layers", tmp_path / "graph")
    api_keras.convert_keras(tmp_path / "layers" / "model.json", tmp_path / "same")
    assert contents(tmp_path / "same") == contents(tmp_path / "graph")
    assert fields(tmp_path / "graph")["generatedBy"] == fields(tmp_path / "layers")["generatedBy"]
    values = feeds(model)
    names = [each.name for each in result.inputs]
    assert [each.split(":")[0] for each in (t.name for t in model.inputs)] == names
    outputs = node.run_graph_model(result.directory, dict(zip(names, values, strict=True)))
    for name, value in zip([each.name for each in result.outputs], predicted(model, values), strict=True):
        close(outputs[name], value, name)


def bidirectional_before(k):
    x = k.Input((6, 3), name="steps")
    y = k.layers.Bidirectional(k.layers.LSTM(4, return_sequences=True))(x)
    return k.Model(x, k.layers.Bidirectional(k.layers.GRU(3, reset_after=False), merge_mode="sum", name="both")(y))


@pytest.mark.parametrize("generation", KERAS)
def test_keras_saved_model(tmp_path, generation):
    """A SavedModel that Keras wrote needs no choice of a signature, and no Keras."""
    model = made(twins, generation)
    if generation == 2:
        model.save(tmp_path / "saved", save_format="tf")
    else:
        model.export(tmp_path / "saved", verbose=False)
    result = api.convert_saved_model(tmp_path / "saved", tmp_path / "out")
    values = feeds(model)
    assert sorted(each.name for each in result.inputs) == ["side_1", "side_2"]
    by_name = dict(zip(["side_2", "side_1"], values, strict=True))
    outputs = node.run_graph_model(result.directory, by_name)
    wanted = predicted(model, values)
    names = ["out_10", "out_9", "alpha"] if generation == 2 else ["output_0", "output_1", "output_2"]
    for name, value in zip(names, wanted, strict=True):
        close(outputs[name], value, name)


def test_options_reach_the_graph(tmp_path):
    made(twins, 3).save(tmp_path / "a.keras")
    result = api_keras.convert_keras(
        tmp_path / "a.keras",
        tmp_path / "out",
        input_shapes={"side_1": [1, 3]},
        outputs=["alpha", "out_10"],
        metadata={"labels": ["p"]},
        use_structured_outputs_names=True,
    )
    assert [each.name for each in result.outputs] == ["alpha", "out_10"]
    assert {each.name: each.shape for each in result.inputs}["side_1"] == (1, 3)
    metadata = fields(tmp_path / "out")["userDefinedMetadata"]
    assert metadata == {"labels": ["p"], "structuredOutputKeys": ["alpha", "out_10"]}


def refused(path, *words, error=ConversionError):
    out = path.parent / "out"
    with pytest.raises(error) as caught:
        api_keras.convert_keras(path, out)
    text = str(caught.value)
    assert "\n" not in text and str(path.parent) not in text
    for word in words:
        assert word in text, text
    assert not out.exists() or not list(out.iterdir())
    assert [each for each in path.parent.iterdir() if each.name.startswith(".tfjs")] == []


@pytest.mark.parametrize("generation", KERAS)
@pytest.mark.parametrize("suffix", ["h5", "keras"])
def test_lambda_is_refused_by_name_and_never_run(tmp_path, generation, suffix):
    keras = KERAS[generation]
    mark = tmp_path / "ran"
    x = keras.Input((3,))
    code = f"lambda x: (open({str(mark)!r}, 'w').close(), x)[1]"
    y = keras.layers.Lambda(eval(code), output_shape=(3,), name="secret")(x)
    keras.Model(x, y).save(tmp_path / f"a.{suffix}")
    mark.unlink(missing_ok=True)
    refused(tmp_path / f"a.{suffix}", "`secret`", "Lambda", "never run", "tf_saved_model", error=UnsupportedError)
    assert not mark.exists()


def edited(source, target, edit):
    """A `.keras` file with another configuration."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, edit(data.decode()) if name == "config.json" else data)


@pytest.mark.parametrize("generation", KERAS)
@pytest.mark.parametrize(
    "activation, words",
    [
        ({"module": "os", "class_name": "function", "config": "getpid", "registered_name": "getpid"}, "os.getpid"),
        ({"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "x"}, "exec"),
        ({"module": "keras.utils", "class_name": "get_file", "config": {}, "registered_name": None}, "get_file"),
        ({"module": "mine", "class_name": "Mine", "config": {}, "registered_name": "mine>Mine"}, "mine>Mine"),
        ({"class_name": "__lambda__", "config": {"value": "x"}}, "lambda"),
    ],
)
def test_code_outside_of_keras_is_refused(tmp_path, generation, activation, words):
    made(dense, generation).save(tmp_path / "a.keras")

    def edit(text):
        config = json.loads(text)
        config["config"]["layers"][-1]["config"]["activation"] = activation
        return json.dumps(config)

    (tmp_path / "b").mkdir()
    edited(tmp_path / "a.keras", tmp_path / "b" / "a.keras", edit)
    refused(tmp_path / "b" / "a.keras", "`y`", words, error=UnsupportedError)


def test_functions_of_tensorflow_that_reach_files_are_refused(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("")
    x = keras2.Input((3,), name="x")
    keras2.Model(x, tf.math.abs(x)).save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        text = file.attrs["model_config"]
        file.attrs["model_config"] = text.replace('"math.abs"', '"io.gfile.remove"')
        assert file.attrs["model_config"] != text
    refused(tmp_path / "a.h5", "io.gfile.remove", error=UnsupportedError)
    assert victim.exists()


@pytest.mark.parametrize("generation", KERAS)
def test_own_layer_is_refused_by_name(tmp_path, generation):
    keras = KERAS[generation]

    class Mine(keras.layers.Layer):
        def call(self, x):
            return x

    x = keras.Input((3,))
    keras.Model(x, Mine(name="special")(x)).save(tmp_path / "a.h5")
    refused(tmp_path / "a.h5", "`special`", "Mine", "tf_saved_model", error=UnsupportedError)


def test_links_out_of_the_file_are_refused(tmp_path):
    model = made(dense, 3)
    model.save(tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5", "r+") as file:
        file["model_weights"]["more"] = h5py.ExternalLink("other.h5", "/x")
    refused(tmp_path / "a.h5", "link", error=InputError)


@pytest.mark.parametrize("generation", KERAS)
def test_stateful_layer_is_refused(tmp_path, generation):
    keras = KERAS[generation]
    x = keras.Input(batch_shape=(1, 4, 3))
    keras.Model(x, keras.layers.LSTM(2, stateful=True, name="memory")(x)).save(tmp_path / "a.keras")
    refused(tmp_path / "a.keras", "`memory`", "stateful", error=UnsupportedError)


def test_vocabulary_outside_of_the_file_is_refused(tmp_path):
    x = keras3.Input((1,), dtype="string")
    keras3.Model(x, keras3.layers.StringLookup(vocabulary=["a"], name="look")(x)).save(tmp_path / "a.keras")
    (tmp_path / "b").mkdir()
    old, new = '"vocabulary": ["a"]', '"vocabulary": "/etc/passwd"'
    edited(tmp_path / "a.keras", tmp_path / "b" / "a.keras", lambda text: text.replace(old, new))
    refused(tmp_path / "b" / "a.keras", "`look`", "/etc/passwd", "outside of the file", error=UnsupportedError)


@pytest.mark.parametrize("generation", KERAS)
def test_model_without_shapes_is_refused(tmp_path, generation):
    keras = KERAS[generation]
    keras.Sequential([keras.layers.Dense(2)]).save(tmp_path / "a.keras")
    refused(tmp_path / "a.keras", "does not say what shape its inputs have", error=InputError)


def test_what_keras_cannot_open_again_is_refused(tmp_path):
    made(operators, 3).save(tmp_path / "a.h5")
    refused(tmp_path / "a.h5", "cannot be opened by keras 3", "positional arguments", error=InputError)


def test_what_is_no_model_is_refused(tmp_path):
    made(dense, 2).save_weights(tmp_path / "w.h5")
    refused(tmp_path / "w.h5", "without a topology", error=InputError)
    (tmp_path / "text.h5").write_text("hello")
    refused(tmp_path / "text.h5", "neither an HDF5 file", error=InputError)
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "without model.json", error=InputError)
    (tmp_path / "folder" / "saved_model.pb").write_bytes(b"")
    refused(tmp_path / "folder", "SavedModel already", error=InputError)
