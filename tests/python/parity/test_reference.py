"""The reference run in real TensorFlow: SavedModels and Keras files of both generations.

TensorFlow runs in processes of its own, so that nothing here depends on what other tests import.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tfjs_convert.parity import reference as reference_module
from tfjs_convert.parity.main import main
from tfjs_convert.parity.recording import read_runs

from tests.support import tiny_models as tiny
from tests.support.node import PROGRAMS, node, node_modules

ROOT = Path(__file__).parents[3]
KERNEL = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
BIAS = np.array([0.5, -0.5], np.float32)
INFO = {
    "inputs": [{"name": "features", "dtype": "float32", "shape": [None, 3]}],
    "outputs": [{"name": "scores", "dtype": "float32", "shape": [None, 2]}],
}

MAKE = """
import sys
import numpy as np
import tensorflow as tf
import tf_keras
import keras
folder = sys.argv[1]

class Module(tf.Module):
    def __init__(self):
        self.kernel = tf.Variable(np.arange(12, dtype=np.float32).reshape(3, 4))
        self.bias = tf.Variable([0.5, -0.5, 1.0, 0.0])

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "features")])
    def affine(self, features):
        product = features @ self.kernel
        return {"zeta/y": product + self.bias, "alpha": tf.nn.relu(product)}

    @tf.function(input_signature=[
        tf.TensorSpec([None], tf.int64, "ids"), tf.TensorSpec([None], tf.string, "text"),
        tf.TensorSpec([2], tf.float16, "half"),
    ])
    def kinds(self, ids, text, half):
        return {"next": ids + 1, "same": text, "twice": half * 2, "odd": ids % 2 == 1}

module = Module()
tf.saved_model.save(module, folder + "/saved", {"affine": module.affine, "kinds": module.kinds})

def dense(library):
    features = library.Input((3,), name="features")
    model = library.Model(features, library.layers.Dense(2, name="scores")(features))
    model.set_weights([np.array([[1, 2], [3, 4], [5, 6]], np.float32), np.array([0.5, -0.5], np.float32)])
    return model

dense(tf_keras).save(folder + "/keras2.h5")
dense(keras).save(folder + "/keras3.keras")

a, b = (tf_keras.Input((2,), name=name) for name in ("a", "b"))
difference = tf_keras.layers.Lambda(lambda t: t[0] - t[1], name="unused")
total = tf_keras.layers.Add(name="total")([a, b])
product = tf_keras.layers.Multiply(name="product")([b, total])
tf_keras.Model([b, a], [product, total]).save(folder + "/two.h5")
"""


def environment():
    path = os.pathsep.join([str(ROOT / "python"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True, env=environment(), capture_output=True)
    return folder


def reference(source: Path, info: dict, output: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    info_file = output.parent / "info.json"
    info_file.write_text(json.dumps(info))
    command = [sys.executable, "-m", "tfjs_convert.parity.reference", "--label=//m:parity", f"--input={source}"]
    command += [f"--info={info_file}", f"--output_dir={output}", *flags]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)


def test_a_saved_model_runs_by_signature_and_the_graph_model_agrees(sources, tmp_path):
    info = {
        "inputs": [{"name": "features", "dtype": "float32", "shape": [None, 3]}],
        "outputs": [{"name": "zeta/y", "dtype": "float32", "shape": [None, 4]}],
    }
    flags = ["--signature_name=affine", "--seed=0", "--seed=4", "--range=features:-2,2"]
    done = reference(sources / "saved", info, tmp_path / "r", *flags)
    assert done.returncode == 0, done.stderr
    runs = read_runs(tmp_path / "r")
    assert [run.name for run in runs] == ["seed_0", "seed_4"]
    # The info file's outputs first, then what only the source has.
    assert list(runs[0].outputs) == ["zeta/y", "alpha"]
    assert runs[0].inputs["features"].min() < 0
    product = runs[1].inputs["features"] @ np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_allclose(runs[1].outputs["alpha"], np.maximum(product, 0), rtol=1e-5)

    model = tiny.affine(tmp_path / "m")
    where = [f"--node={node()}", f"--node_modules={node_modules()}", f"--run={PROGRAMS / 'run.mjs'}"]
    assert main([f"--model={model}", f"--reference={tmp_path / 'r'}", *where, "--backend=cpu", "--backend=wasm"]) == 0


def test_inputs_take_the_signatures_dtypes(sources, tmp_path):
    info = {
        "inputs": [
            {"name": "ids", "dtype": "int32", "shape": [None]},
            {"name": "text", "dtype": "string", "shape": [None]},
        ],
        "outputs": [],
    }
    done = reference(
        sources / "saved", info, tmp_path / "r", "--signature_name=kinds", "--range=ids:3,9", "--shape=ids:5"
    )
    assert done.returncode == 0, done.stderr
    (run,) = read_runs(tmp_path / "r")
    np.testing.assert_array_equal(run.outputs["next"], run.inputs["ids"] + 1)
    assert run.outputs["next"].shape == (5,)
    assert run.outputs["same"].tolist() == run.inputs["text"].tolist()
    assert run.outputs["odd"].dtype == bool
    # The converted model has no input "half", and so it may be anything.
    assert run.outputs["twice"].dtype == np.float32


@pytest.mark.parametrize("name", ["keras2.h5", "keras3.keras"])
def test_keras_files_of_both_generations(sources, tmp_path, name):
    done = reference(sources / name, INFO, tmp_path / "r")
    assert done.returncode == 0, done.stderr
    (run,) = read_runs(tmp_path / "r")
    np.testing.assert_allclose(run.outputs["scores"], run.inputs["features"] @ KERNEL + BIAS, rtol=1e-6)


def test_keras_inputs_and_outputs_go_by_name(sources, tmp_path):
    ports = {name: {"name": name, "dtype": "float32", "shape": [None, 2]} for name in ("a", "b", "total", "product")}
    info = {"inputs": [ports["a"], ports["b"]], "outputs": [ports["total"], ports["product"]]}
    assert reference(sources / "two.h5", info, tmp_path / "r").returncode == 0
    (run,) = read_runs(tmp_path / "r")
    assert list(run.outputs) == ["total", "product"]
    a, b = run.inputs["a"], run.inputs["b"]
    np.testing.assert_allclose(run.outputs["total"], a + b, rtol=1e-6)
    np.testing.assert_allclose(run.outputs["product"], b * (a + b), rtol=1e-6)


def test_recorded_inputs(sources, tmp_path):
    np.savez(tmp_path / "one.npz", features=np.array([[1, 2, 3]], np.float32))
    (tmp_path / "none.json").write_text('{"features": [[0, 0, 0]]}')
    files = [f"--inputs={tmp_path / name}" for name in ("one.npz", "none.json")]
    assert reference(sources / "keras2.h5", INFO, tmp_path / "r", *files, "--seed=2").returncode == 0
    one, none, seeded = read_runs(tmp_path / "r")
    assert (one.name, none.name, seeded.name) == ("one", "none", "seed_2")
    np.testing.assert_allclose(one.outputs["scores"], [[22.5, 27.5]])
    np.testing.assert_allclose(none.outputs["scores"], [BIAS])
    assert reference(sources / "keras2.h5", INFO, tmp_path / "only", *files).returncode == 0
    assert len(read_runs(tmp_path / "only")) == 2


def test_a_missing_info_file_is_one_sentence(tmp_path, capsys):
    flags = ["--input=x.h5", f"--info={tmp_path / 'no.json'}", f"--output_dir={tmp_path / 'r'}"]
    assert reference_module.main(flags) == 1
    assert "no.json" in capsys.readouterr().err


def test_the_same_bytes_twice(sources, tmp_path):
    contents = []
    for name in ("r1", "r2"):
        assert reference(sources / "keras2.h5", INFO, tmp_path / name).returncode == 0
        contents.append(
            {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        )
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("source", "flags", "sentence"),
    [
        ("saved", ["--signature_name=other"], "has no signature \"other\"; it has ['affine', 'kinds']."),
        ("saved", [], 'has no signature "serving_default"'),
        ("saved", ["--signature_name=kinds"], "The signature takes ['half', 'ids', 'text'], but"),
        ("keras2.h5", ["--range=features:1"], "is not 2 numbers"),
        ("keras2.h5", ["--range=1,2"], "is not of the form INPUT:VALUE"),
        ("keras2.h5", ["--inputs=a/x.npz"], '"x.npz" cannot be read'),
        ("absent.h5", [], "absent.h5"),
    ],
)
def test_what_cannot_run_is_one_sentence(sources, tmp_path, source, flags, sentence):
    done = reference(sources / source, INFO, tmp_path / "r", *flags)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("//m:parity: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "r").exists()
