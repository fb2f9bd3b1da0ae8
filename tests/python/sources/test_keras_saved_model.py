"""Keras 2's SavedModels as layers models: the same numbers, and refusals of what holds no layers."""

import shutil
import subprocess
import sys
import tarfile

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert.api_keras_saved_model import convert_keras_saved_model
from tfjs_convert.errors import ConversionError, InputError, UnsupportedError

from tests.support.layer_zoo import ZOO
from tests.support.node import Job, run_models
from tests.support.zoo_runs import TOLERANCE, build, inputs_for, run_keras

SHOWN = (
    "Dense",
    "BatchNormalization",
    "Normalization, adapted",
    "SeparableConv2D",
    "MultiHeadAttention",
    "Bidirectional LSTM",
    "Nested model",
    "Shared layer",
    "RandomFlip, RandomRotation, RandomZoom",
)
"""Entries of the zoo whose weights lie in ways of their own."""


def write_saved_model(folder, *layers, compiled=False):
    tf_keras.utils.set_random_seed(0)
    model = tf_keras.Sequential([tf_keras.layers.Input((3,)), *layers])
    if compiled:
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    model.save(folder, save_format="tf")
    return model


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A compiled and trained model's SavedModel, and the model."""
    folder = tmp_path_factory.mktemp("saved") / "model"
    return folder, write_saved_model(folder, tf_keras.layers.Dense(2, name="d"), compiled=True)


def refusal(source, tmp_path, kind=InputError):
    with pytest.raises(kind) as caught:
        convert_keras_saved_model(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def copy(saved, tmp_path):
    shutil.copytree(saved[0], tmp_path / "model")
    return tmp_path / "model"


def test_the_same_numbers_as_in_keras(tmp_path):
    entries = [entry for entry in ZOO if entry.name in SHOWN and 2 in entry.generations]
    assert len(entries) == len(SHOWN)
    jobs, wanted = [], []
    for number, entry in enumerate(entries):
        model = build(entry, tf_keras)
        inputs = inputs_for(entry, model)
        model.save(tmp_path / f"saved{number}", save_format="tf")
        result = convert_keras_saved_model(tmp_path / f"saved{number}", tmp_path / f"out{number}")
        names = [tensor.name for tensor in result.inputs]
        jobs.append(Job(result.directory, dict(zip(names, inputs, strict=True))))
        wanted.append((entry.name, [t.name for t in result.outputs], run_keras(model, inputs)))
    for (name, outputs, expected), done in zip(wanted, run_models(jobs), strict=True):
        assert done.error is None, name
        assert list(done.outputs) == outputs
        for ours, theirs in zip(done.outputs.values(), expected, strict=True):
            assert np.abs(ours - theirs).max() <= TOLERANCE * np.ptp(theirs), name


def test_what_a_compiled_model_gives(saved, tmp_path):
    folder, model = saved
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    result = convert_keras_saved_model(folder, tmp_path / "out", metadata={"a": 1})
    text = (tmp_path / "out" / "model.json").read_text()
    assert '"optimizer_config":{"class_name":"Adam"' in text
    assert f'"generatedBy":"keras v{tf_keras.__version__}"' in text
    assert [weight["name"] for weight in result.info["weights"]] == ["d/kernel", "d/bias"]
    shards = b"".join((tmp_path / "out" / shard["path"]).read_bytes() for shard in result.info["shards"])
    assert shards == b"".join(array.tobytes() for array in model.get_weights())
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_of_one_gives_the_same_bytes(saved, tmp_path):
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz") as archive:
        archive.add(saved[0], ".")
    convert_keras_saved_model(saved[0], tmp_path / "a")
    convert_keras_saved_model(tmp_path / "m.tar.gz", tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_neither_tensorflow_nor_keras_is_imported(saved, tmp_path):
    program = (
        "import sys; from tfjs_convert.api_keras_saved_model import convert_keras_saved_model as c; "
        "c(sys.argv[1], sys.argv[2]); print([n for n in ('tensorflow', 'keras', 'tf_keras') if n in sys.modules])"
    )
    command = [sys.executable, "-s", "-P", "-c", program, str(saved[0]), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # TensorFlow's core is loaded under its own name, without the Python API that Keras needs.
    assert "keras" not in done.stdout


def test_a_subclassed_model_is_code(tmp_path):
    class Mine(tf_keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = tf_keras.layers.Dense(2)

        def call(self, x):
            return self.dense(x)

    model = Mine()
    model(np.ones((1, 3), np.float32))
    model.save(tmp_path / "mine", save_format="tf")
    text = refusal(tmp_path / "mine", tmp_path)
    assert "subclassed" in text and "tfjs_graph_model" in text


def test_what_keras_3_exports_holds_no_layers(tmp_path):
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])
    model.export(tmp_path / "exported", verbose=False)
    text = refusal(tmp_path / "exported", tmp_path)
    assert "no layers" in text and "tfjs_graph_model" in text


def test_a_savedmodel_that_keras_did_not_write(tmp_path):
    tf.saved_model.save(tf.Module(), str(tmp_path / "module"))
    assert "no layers" in refusal(tmp_path / "module", tmp_path)


def test_lambda_is_refused_and_never_run(tmp_path):
    write_saved_model(tmp_path / "model", tf_keras.layers.Lambda(lambda x: x * 2, name="secret"))
    text = refusal(tmp_path / "model", tmp_path, UnsupportedError)
    assert "`secret` (Lambda)" in text
    assert 'tfjs_graph_model(name = "model", model = "model")' in text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("keras_metadata.pb", 100),
        ("saved_model.pb", 1000),
        ("variables/variables.index", 20),
        ("variables/variables.data-00000-of-00001", 10),
    ],
)
def test_files_that_are_cut_short(saved, tmp_path, name, kept):
    folder = copy(saved, tmp_path)
    (folder / name).write_bytes((folder / name).read_bytes()[:kept])
    assert refusal(folder, tmp_path, ConversionError)


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_files_that_are_missing(saved, tmp_path, name):
    folder = copy(saved, tmp_path)
    (folder / name).unlink()
    assert name.rpartition("/")[2].partition(".")[0] in refusal(folder, tmp_path, ConversionError)


def test_metadata_of_another_model(saved, tmp_path):
    folder = copy(saved, tmp_path)
    other = [tf_keras.layers.Dense(4, name=f"d{n}") for n in range(3)]
    write_saved_model(tmp_path / "other", *other)
    shutil.copy(tmp_path / "other" / "keras_metadata.pb", folder)
    assert refusal(folder, tmp_path, ConversionError)
