"""The main programs behind `tfjs_graph_model`, started as a build starts them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf
import tf_keras as keras
from tfjs_convert import api

from tests.support import node

PROGRAMS = Path(__file__).parents[3] / "tools" / "convert"
PACKAGE = Path(api.__file__).parents[1]


def run(program, folder, *flags, names=("out",)):
    """Runs a main program with a file of flags, as Bazel does; returns what it did, and the first output's folder."""
    out = folder / names[0]
    table = Path(os.environ["TFJS_CONVERT_TABLES"]) / "ops.json"
    outputs = [f"--output_dir={folder / name}" for name in names] + [
        f"--info={folder / name}.info.json" for name in names
    ]
    lines = ["--label=//x:y", *outputs, f"--table={table}", *flags]
    (folder / "flags").write_text("\n".join(lines))
    path = os.pathsep.join([str(PACKAGE), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-s", "-P", str(PROGRAMS / program), f"@{folder / 'flags'}"]
    env = {**os.environ, "PYTHONPATH": path, "KERAS_BACKEND": "tensorflow", "KERAS_HOME": "/dev/null"}
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False), out


def test_frozen_graph(tmp_path):
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], name="x")
        tf.add(x, 1.0, name="more")
        tf.multiply(x, 3.0, name="thrice")
    (tmp_path / "graph.pb").write_bytes(graph.as_graph_def().SerializeToString())
    done, out = run(
        "graph_model.py",
        tmp_path,
        f"--input={tmp_path / 'graph.pb'}",
        "--output_node_name=thrice",
        "--output_node_name=more",
        "--input_shape=x:1,-1",
    )
    assert done.returncode == 0, done.stderr
    info = json.loads((tmp_path / "out.info.json").read_text())
    assert [each["name"] for each in info["outputs"]] == ["thrice", "more"]
    assert info["inputs"] == [{"name": "x", "dtype": "float32", "shape": [1, 2]}]
    got = node.run_graph_model(out, {"x": np.array([[1, 2]], "f4")})
    np.testing.assert_allclose(got["thrice"], [[3, 6]])
    np.testing.assert_allclose(got["more"], [[2, 3]])


def test_saved_model_with_chosen_outputs(tmp_path):
    module = tf.Module()
    spec = tf.TensorSpec([None, 2], tf.float32, "x")
    module.f = tf.function(lambda x: {"a": x + 1.0, "b": x * 2.0}).get_concrete_function(spec)
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures=module.f)
    done, out = run("graph_model.py", tmp_path, f"--input={tmp_path / 'saved'}", "--output=b")
    assert done.returncode == 0, done.stderr
    got = node.run_graph_model(out, {"x": np.array([[1, 2]], "f4")})
    assert list(got) == ["b"]
    np.testing.assert_allclose(got["b"], [[2, 4]])


def test_several_signatures(tmp_path):
    module = tf.Module()
    module.scale = tf.Variable([2.0, 3.0])
    spec = tf.TensorSpec([None, 2], tf.float32, "x")
    grow = tf.function(lambda x: {"grown": x * module.scale, "half": x / 2.0}).get_concrete_function(spec)
    shift = tf.function(lambda x: x + module.scale).get_concrete_function(spec)
    tf.saved_model.save(module, str(tmp_path / "saved"), signatures={"grow": grow, "shift": shift})
    flags = [f"--input={tmp_path / 'saved'}", "--signature_name=shift", "--signature_name=grow"]
    done, _ = run("graph_model_signatures.py", tmp_path, *flags, names=("shift", "grow"))
    assert done.returncode == 0, done.stderr
    value = np.array([[1, 2]], "f4")
    np.testing.assert_allclose(node.run_graph_model(tmp_path / "shift", {"x": value})["output_0"], [[3, 5]])
    got = node.run_graph_model(tmp_path / "grow", {"x": value})
    np.testing.assert_allclose(got["grown"], [[2, 6]])
    np.testing.assert_allclose(got["half"], [[0.5, 1]])
    infos = {name: json.loads((tmp_path / f"{name}.info.json").read_text()) for name in ("shift", "grow")}
    assert [each["name"] for each in infos["grow"]["outputs"]] == ["grown", "half"]
    assert [each["name"] for each in infos["shift"]["outputs"]] == ["output_0"]

    flags[-1] = "--signature_name=absent"
    done, _ = run("graph_model_signatures.py", tmp_path, *flags, names=("a", "b"))
    assert done.returncode == 1
    assert 'no signature \'absent\'; it has: signature_name = "grow", signature_name = "shift".' in done.stderr
    assert not [path for path in tmp_path.iterdir() if path.name[0] in "ab"]


def test_keras_file(tmp_path):
    x = keras.Input((3,), name="x")
    model = keras.Model(x, [keras.layers.Dense(2, name="p")(x), keras.layers.Dense(2, name="o")(x)])
    model.save(tmp_path / "model.h5")
    flags = [f"--input={tmp_path / 'model.h5'}", "--input_shape=x:1,3", "--output=o", "--quantize=float16:*"]
    done, out = run("graph_model_keras.py", tmp_path, *flags)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    value = np.array([[1, 2, 3]], "f4")
    got = node.run_graph_model(out, {"x": value})
    assert list(got) == ["o"]
    np.testing.assert_allclose(got["o"], model.predict_on_batch(value)[1], atol=1e-2)


def test_keras_error_is_one_sentence(tmp_path):
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["x"] = 1
    done, out = run("graph_model_keras.py", tmp_path, f"--input={tmp_path / 'model.h5'}")
    assert done.returncode == 1
    assert done.stderr.strip().startswith("//x:y: `model.h5` is an HDF5 file, but not one of Keras's")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists() and not (tmp_path / "out.info.json").exists()
