"""The wizard on a pseudo-terminal, as people run it; what it converts is opened."""

import json
import os
import subprocess

import numpy as np
import pytest
import tensorflow as tf

from tests.support.keras_h5_files import array, input_layer, layer, sequential, write_h5
from tests.support.terminal import DOWN
from tests.support.wizard import command, wizard


@pytest.fixture
def keras_file(tmp_path):
    config = sequential(input_layer("x", [None, 3]), layer("Dense", "y", units=2, activation="linear", use_bias=True))
    return write_h5(tmp_path / "my model.h5", config, {"y": {"kernel": array(3, 2), "bias": np.zeros(2, np.float32)}})


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "two"
    module = tf.Module()
    module.scale = tf.Variable(np.arange(6, dtype=np.float32).reshape(3, 2))
    spec = tf.TensorSpec([None, 3], tf.float32, "rows")
    module.apply = tf.function(lambda rows: {"applied": rows @ module.scale}, input_signature=[spec])
    module.twice = tf.function(lambda rows: {"twice": rows * 2.0}, input_signature=[spec])
    module.inverse = tf.function(
        lambda rows: {"inverse": tf.linalg.inv(tf.matmul(rows, rows, transpose_a=True))}, input_signature=[spec]
    )
    signatures = {"apply": module.apply, "inverse": module.inverse, "twice": module.twice}
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


def test_dry_run_of_a_keras_file(keras_file):
    terminal = wizard(keras_file.parent, "--dryrun")
    terminal.answer("Which model", "my model.h5")
    terminal.wait_for("It is a Keras HDF5 file.")
    terminal.answer("Into which format?")
    terminal.answer("Store weights smaller?", DOWN)
    terminal.answer("Which weights as float16")
    terminal.press("further options", "n")
    terminal.answer("Which folder to write?", "web")
    assert terminal.ended() == 0
    expected = (
        "tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model '--quantize_float16=*' "
        "'my model.h5' web"
    )
    assert expected in terminal.text
    assert not (keras_file.parent / "web").exists()


def test_answers_are_checked_at_once_and_options_are_asked(keras_file):
    terminal = wizard(keras_file.parent, "--dryrun", "--build_target")
    terminal.answer("Which model", "nothing.h5")
    terminal.wait_for("There is no nothing.h5")
    terminal.type("\x15" + "my model.h5\r")
    terminal.answer("Into which format?")
    terminal.answer("Store weights smaller?")
    terminal.press("further options", "y")
    terminal.answer("Largest size of one weight file", "\x15none")
    terminal.wait_for("Write a number of bytes")
    terminal.type("\x15" + "1000\r")
    terminal.press("files of their own", "y")
    terminal.answer("Metadata")
    terminal.answer("Which folder to write?", "web")
    assert terminal.ended() == 0
    assert "--split_weights_by_layer=true --weight_shard_size_bytes=1000 'my model.h5' web" in terminal.text
    assert 'tfjs_layers_model(\n    name = "web",\n    model = "my model.h5",' in terminal.text
    assert "    split_weights_by_layer = True,\n    weight_shard_size_bytes = 1000,\n)" in terminal.text


def test_metadata_with_commas_in_the_build_target(keras_file):
    for name in ("a,b.json", "c.json"):
        (keras_file.parent / name).write_text("{}")
    terminal = wizard(keras_file.parent, "--dryrun", "--build_target")
    terminal.answer("Which model", "my model.h5")
    terminal.answer("Into which format?")
    terminal.answer("Store weights smaller?")
    terminal.press("further options", "y")
    terminal.answer("Largest size of one weight file")
    terminal.press("files of their own", "n")
    terminal.answer("Metadata", "first:a,b.json,second:c.json")
    terminal.answer("Which folder to write?", "web")
    assert terminal.ended() == 0
    assert 'metadata = {"a,b.json": "first", "c.json": "second"},' in terminal.text


def test_a_frozen_graph(tmp_path):
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, [None, 2], "x")
        tf.matmul(x, tf.constant([[1.0, 2.0], [3.0, 4.0]]), name="y")
    (tmp_path / "frozen.pb").write_bytes(graph.as_graph_def().SerializeToString())
    terminal = wizard(tmp_path, "--build_target")
    terminal.answer("Which model", "frozen.pb")
    terminal.answer("Which nodes does it return", "\x15z")
    terminal.wait_for("The graph has no node 'z'.")
    terminal.type("\x15y\r")
    terminal.answer("Store weights smaller?")
    terminal.press("further options", "n")
    terminal.answer("Which folder to write?", "web")
    assert terminal.ended() == 0, terminal.text
    assert "--input_format=tf_frozen_model --output_format=tfjs_graph_model --output_node_names=y" in terminal.text
    assert '    model = "frozen.pb",\n    output_node_names = ["y"],\n' in terminal.text
    model = json.loads((tmp_path / "web" / "model.json").read_text())
    assert [node["op"] for node in model["modelTopology"]["node"]].count("MatMul") == 1
    weights = np.frombuffer((tmp_path / "web" / "group1-shard1of1.bin").read_bytes(), np.float32)
    assert weights.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_signatures_are_offered_and_the_model_is_converted(saved_model, tmp_path):
    (tmp_path / "web").mkdir()
    terminal = wizard(tmp_path, "--build_target=BUILD.bazel")
    terminal.answer("Which model", str(saved_model))
    terminal.answer("Convert it as which format?")
    terminal.wait_for("Which signature?")
    terminal.wait_for("apply: rows float32 [?, 3] -> applied float32 [?, 2]")
    terminal.wait_for("twice: rows float32 [?, 3] -> twice float32 [?, 3]")
    terminal.type("\r")
    terminal.answer("Store weights smaller?")
    terminal.press("further options", "n")
    terminal.answer("Which folder to write?", "web")
    terminal.press("Write over it?", "n")
    terminal.answer("Which folder to write?", "other")
    assert terminal.ended() == 0, terminal.text
    assert "Files written:" in terminal.text and "together" in terminal.text
    model = json.loads((tmp_path / "other" / "model.json").read_text())
    assert list(model["signature"]["outputs"]) == ["applied"]
    for each in (tmp_path / "other").iterdir():
        assert each.name in terminal.text
    build = (tmp_path / "BUILD.bazel").read_text()
    assert 'signature_name = "apply"' in build and 'model = ":other_source"' in build
    # What lies elsewhere is no input of a BUILD file.
    assert f"# two is to be copied to this folder from {saved_model}\n" in build and 'glob(["two/**"])' in build
    assert list((tmp_path / "web").iterdir()) == []


def test_a_failed_conversion_is_a_failed_run(saved_model, tmp_path):
    terminal = wizard(tmp_path)
    terminal.answer("Which model", str(saved_model))
    terminal.answer("Convert it as which format?")
    terminal.answer("Which signature?", DOWN)
    terminal.answer("Store weights smaller?")
    terminal.press("further options", "n")
    terminal.answer("Which folder to write?", "web")
    assert terminal.ended() == 1
    assert "MatrixInverse" in terminal.text and "Traceback" not in terminal.text
    assert not (tmp_path / "web").exists()


def test_leaving(tmp_path):
    terminal = wizard(tmp_path)
    terminal.wait_for("Which model")
    terminal.type("\x03")
    assert terminal.ended() == 130
    assert "nothing was converted" in terminal.text


def test_without_a_terminal_and_with_an_unknown_flag(tmp_path):
    settings = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    for flags, told in (((), "needs a terminal"), (("--dry",), "unrecognized arguments: --dry")):
        run = subprocess.run(
            [*command(), *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=tmp_path, env=settings
        )
        assert run.returncode == 2 and told in run.stderr and "Traceback" not in run.stderr
