"""The wizard on each kind of input that offers a choice of its own; what it converts is run and compared."""

import json
import shutil

import keras as keras3
import numpy as np
import pytest
import tensorflow as tf
import tf_keras as keras2

from tests.support import node, old_hub_module
from tests.support.saved_models import model_json
from tests.support.terminal import ENTER
from tests.support.tiny_models import dense
from tests.support.wizard import wizard

X = np.array([[1, 2, 3], [-1, 0.5, 0]], np.float32)
# What the model of `tiny_models.dense` computes.
SCORES = X @ np.array([[1, 2], [3, 4], [5, 6]], np.float32) + np.array([0.5, -0.5], np.float32)


def finish(terminal, question="Which folder to write?", output="out", has_weights=True):
    """Answers what comes after the choice of formats and graphs, with as little as possible."""
    if has_weights:
        terminal.answer("Store weights smaller?")
        terminal.press("further options", "n")
    terminal.answer(question, output)
    assert terminal.ended() == 0, terminal.text


def test_a_hub_module(tmp_path):
    feeds = {"x": np.array([[1, 2], [2, -1]], np.float32)}
    wanted = old_hub_module.write(tmp_path / "module", feeds, tag_sets=((), ("train",)))
    terminal = wizard(tmp_path, "--build_target")
    terminal.answer("Which model", "module")
    terminal.wait_for("It is a TensorFlow Hub module.")
    terminal.choose("Convert it as which format?", "tf_hub: ")
    terminal.choose("Which MetaGraph", "(no tags)")
    terminal.wait_for("Its signature is default: x float32 [?, 2] -> y float32 [?, 1], z float32 [?, 2].")
    finish(terminal)
    assert "--input_format=tf_hub --output_format=tfjs_graph_model --saved_model_tags= module out" in terminal.text
    assert '    hub_module = True,\n    srcs = glob(["module/**"]),\n' in terminal.text
    outputs = node.run_model(tmp_path / "out", feeds)
    for name, value in wanted.items():
        np.testing.assert_allclose(outputs[name], value, rtol=1e-5)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    """A SavedModel of TensorFlow 1 with graphs that differ by their tags."""
    folder = tmp_path_factory.mktemp("tagged") / "model"
    builder = tf.compat.v1.saved_model.Builder(str(folder))
    info = tf.compat.v1.saved_model.utils.build_tensor_info
    for factor, tags in ((2.0, ["train"]), (3.0, ["serve", "gpu"]), (4.0, ["serve"])):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            x = tf.compat.v1.placeholder(tf.float32, [None, 3], "x")
            weight = tf.compat.v1.get_variable("w", initializer=np.ones([3], np.float32))
            times = tf.identity(weight * x * factor, "times")
            session.run(tf.compat.v1.global_variables_initializer())
            signature = tf.compat.v1.saved_model.build_signature_def({"x": info(x)}, {"times": info(times)})
            if tags == ["train"]:
                builder.add_meta_graph_and_variables(session, tags, {"scale": signature})
            else:
                builder.add_meta_graph(tags, {"scale": signature})
    builder.save()
    return folder


@pytest.mark.parametrize(
    ("shown", "flag", "factor"), [("serve", "", 4), ("train", "train", 2), ("gpu,serve", "gpu,serve", 3)]
)
def test_tag_sets_are_offered_and_the_chosen_one_is_converted(tagged, tmp_path, shown, flag, factor):
    shutil.copytree(tagged, tmp_path / "model")
    terminal = wizard(tmp_path, "--build_target")
    terminal.answer("Which model", "model")
    terminal.choose("Convert it as which format?", "tf_saved_model: ")
    lines = terminal.until_shown("gpu,serve")
    first = next(i for i, line in enumerate(lines) if line.startswith("? Which MetaGraph, by its tags?"))
    assert [line.strip(" »") for line in lines[first + 1 : first + 4]] == ["serve", "train", "gpu,serve"]
    terminal.choose("Which MetaGraph", shown)
    terminal.wait_for("Its signature is scale: x float32 [?, 3] -> times float32 [?, 3].")
    finish(terminal)
    assert (f"--saved_model_tags={flag} model out" in terminal.text) == bool(flag)
    assert (f'    saved_model_tags = "{flag}",' in terminal.text) == bool(flag)
    np.testing.assert_allclose(node.run_model(tmp_path / "out", {"x": X})["times"], X * factor)


LAYERS_OUTPUTS = {
    "keras": ("file", "back.h5"),
    "keras_keras": ("file", "back.keras"),
    "keras_saved_model": ("folder", "back"),
    "tfjs_layers_model": ("folder", "again"),
    "tfjs_graph_model": ("folder", "graph"),
}


@pytest.mark.parametrize("output", LAYERS_OUTPUTS)
def test_a_layers_model_into_each_of_its_outputs(tmp_path, output):
    dense(tmp_path / "layers")
    kind, name = LAYERS_OUTPUTS[output]
    terminal = wizard(tmp_path, "--build_target")
    # Either is taken, the file or its folder.
    terminal.answer("Which model", "layers/model.json" if kind == "file" else "layers")
    terminal.wait_for("It is a TensorFlow.js layers model.")
    for each in LAYERS_OUTPUTS:
        terminal.until_shown(f" {each}: ")
    terminal.choose("Into which format?", f"{output}: ")
    finish(terminal, f"Which {kind} to write?", name, has_weights=output.startswith("tfjs"))
    assert f"--input_format=tfjs_layers_model --output_format={output} layers/model.json {name}" in terminal.text
    assert '    srcs = glob(["layers/**"]),' in terminal.text
    np.testing.assert_allclose(computed(tmp_path / name, output), SCORES, rtol=1e-5)


def computed(path, output):
    if output.startswith("tfjs"):
        (name,) = model_json(path).get("signature", {"inputs": ["features"]})["inputs"]
        (scores,) = node.run_model(path, {name: X}).values()
        return scores
    return np.asarray((keras3 if output == "keras_keras" else keras2).models.load_model(path)(X))


@pytest.fixture(scope="module")
def keras_saved_model(tmp_path_factory):
    model = keras2.Sequential([keras2.Input((3,), name="x"), keras2.layers.Dense(2, name="y")])
    model.layers[-1].set_weights([np.array([[1, 2], [3, 4], [5, 6]], np.float32), np.array([0.5, -0.5], np.float32)])
    folder = tmp_path_factory.mktemp("keras") / "model"
    model.save(folder, save_format="tf")
    return folder


@pytest.mark.parametrize("output", ["tfjs_layers_model", "tfjs_graph_model"])
def test_a_saved_model_that_keras_wrote(keras_saved_model, tmp_path, output):
    shutil.copytree(keras_saved_model, tmp_path / "model")
    terminal = wizard(tmp_path, "--build_target")
    terminal.answer("Which model", "model")
    terminal.wait_for("It is a SavedModel that Keras wrote.")
    terminal.choose("Convert it as which format?", "keras_saved_model: ")
    terminal.choose("Into which format?", f"{output}: ")
    finish(terminal)
    assert f"--input_format=keras_saved_model --output_format={output}" in terminal.text
    assert ("    from_saved_model = True," in terminal.text) == (output == "tfjs_layers_model")
    (scores,) = node.run_model(tmp_path / "out", {"x": X}).values()
    np.testing.assert_allclose(scores, SCORES, rtol=1e-5)


def test_leaving_in_the_middle_of_the_questions(tmp_path):
    dense(tmp_path / "layers")
    terminal = wizard(tmp_path)
    terminal.answer("Which model", "layers")
    terminal.choose("Into which format?", "tfjs_layers_model: ")
    terminal.wait_for("Store weights smaller?")
    terminal.type("\x03" + ENTER)
    assert terminal.ended() == 130
    assert "nothing was converted" in terminal.text and sorted(tmp_path.iterdir()) == [tmp_path / "layers"]


def test_what_cannot_be_converted_is_said_at_once(tmp_path):
    """An address, and a model that is a graph model already."""
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "model.json").write_text(
        json.dumps({"format": "graph-model", "modelTopology": {"node": []}, "weightsManifest": []})
    )
    terminal = wizard(tmp_path, "--dryrun")
    terminal.answer("Which model", "https://tfhub.dev/google/some/1")
    terminal.wait_for("Nothing is downloaded here")
    terminal.type("\x15web\r")
    terminal.wait_for("which is no input of a conversion")
    terminal.type("\x03")
    assert terminal.ended() == 130
