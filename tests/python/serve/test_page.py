"""The page in a real Chromium, against TensorFlow: random input, pasted JSON, a picture and a sound.

Graph models, layers models, and models with operations of their own.
"""

import functools
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert import api
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.artifact import write_info

from tests.support import browser, saved_models
from tests.support.node import node

TOOLS = browser.PROGRAMS.parent
PICTURE = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)


class Served:
    """The server of a page for the model in `folder / "model"`; `source` gives its outputs for feeds, by name."""

    def __init__(self, folder, converted, source):
        self.folder = folder
        self.source = source
        self.execution = converted.info["execution"]
        write_info(folder / "info.json", converted.info)
        command = [node(), str(TOOLS / "serve" / "serve.mjs"), "--label=//m:tried", f"--model={folder / 'model'}"]
        command += [f"--info={folder / 'info.json'}", f"--node_modules={browser.page_scripts()}"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[3]
        self.visits = 0

    def use(self, *steps):
        """Does the steps in a new browser, whose page may do nothing wrong; returns what each step gave."""
        self.visits += 1
        profile = self.folder / f"profile{self.visits}"
        profile.mkdir()
        command = [node(), str(Path(__file__).with_name("drive.mjs")), str(TOOLS), str(browser.browser())]
        command += [str(browser.driver()), str(profile), self.url, json.dumps(steps)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
        assert ran.returncode == 0, ran.stderr
        seen = json.loads(ran.stdout)
        assert (seen["problems"], seen["elsewhere"]) == ([], [])
        return seen["results"]

    def check(self, shown, feeds):
        """The numbers that the page gives to download are TensorFlow's."""
        got = {name: np.array(output["saved"]["values"]) for name, output in shown["outputs"].items()}
        saved_models.assert_close(got, self.source(feeds))

    def close(self):
        self.process.terminate()
        assert self.process.wait(30) == 0


@pytest.fixture(scope="module")
def serve_converted(tmp_path_factory):
    """Serves what a function converts into a folder that it is given; it also returns the model's source."""
    opened = []

    def start(convert):
        folder = tmp_path_factory.mktemp("served")
        opened.append(Served(folder, *convert(folder)))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def serve(serve_converted):
    """Serves a Python function as a graph model."""

    def start(function, specs, **options):
        def convert(folder):
            source = saved_models.save(folder / "source", function, specs)
            result = api.convert_saved_model(source, folder / "model", **options)
            return result, functools.partial(saved_models.run_tensorflow, source)

        return serve_converted(convert)

    return start


@pytest.fixture(scope="module")
def pictures(serve):
    def classify(image):
        scores = tf.reduce_mean(image, axis=[1, 2]) @ tf.constant([[1.0, -2.0, 3.0, 0.5]] * 3)
        return {"scores": tf.nn.softmax(scores), "red": image[..., 0] - 0.5, "brightest": tf.reduce_max(image)}

    return serve(classify, {"image": tf.TensorSpec([None, 8, 12, 3], tf.float32)})


def mulberry32(seed, count):
    """What the page draws: its generator in Python."""
    state, drawn = seed, []
    for _ in range(count):
        state = (state + 0x6D2B79F5) % 2**32
        mixed = (state ^ state >> 15) * (state | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        drawn.append((mixed ^ mixed >> 14) / 2**32)
    return np.array(drawn, np.float32)


def test_random_input_on_every_backend(pictures):
    every = ["cpu", "wasm", "webgl", "webgpu"]
    shown, text, unlabelled, *widths = pictures.use(
        ["fill", "seed", "7"],
        ["fill", "steady runs", "3"],
        ["backends", *every],
        ["run"],
        ["seen"],
        ["unlabelled"],
        ["width", 360],
        ["dark"],
        ["width", 1400],
    )[3:]
    pictures.check(shown, {"image": mulberry32(7, 8 * 12 * 3).reshape(1, 8, 12, 3)})
    assert list(shown["rows"]) == every
    for name, row in shown["rows"].items():
        assert all(row[column].endswith(("ms", " s")) for column in ("load", "first run", "steady", "least", "90 %"))
        assert f"{name}: first {row['first run']}, then {row['steady']}" in shown["plot"]
        assert row["peak"].endswith(("bytes", "kB", "MB"))
        assert (row["GPU"] == "–") == (name in ("cpu", "wasm"))
    assert shown["told"].startswith("From webgpu; cpu, wasm, webgl differ by at most ")
    pictures_of = {name: output["pictures"] for name, output in shown["outputs"].items()}
    assert pictures_of == {"brightest": ["single"], "red": ["heat"], "scores": ["bars"]}
    assert all(part in text for part in ("tried", "graph model", "[?, 8, 12, 3]", "1.15 kB with ? = 1", "image"))
    assert unlabelled == []
    assert (widths[0], widths[2]) == (360, 1400)


def test_a_picture(pictures, tmp_path):
    file = tmp_path / "picture.png"
    file.write_bytes(tf.io.encode_png(PICTURE).numpy())
    nothing, shown, no_picture = pictures.use(
        ["source", "image", "Picture"],
        ["fill", "steady runs", "1"],
        ["run"],
        ["file", "picture", str(file)],
        ["run"],
        ["file", "picture", str(Path(__file__))],
        ["run"],
    )[2::2]
    assert nothing["problem"] == 'No picture is chosen for "image"; choose a file, or take random input.'
    pictures.check(shown, {"image": PICTURE[None].astype(np.float32) / 255})
    assert no_picture["problem"].startswith('The file "test_page.py" is no picture that this browser reads; choose')


def test_pasted_json(serve):
    def mix(x, n):
        return {"sum": x * tf.cast(n, tf.float32), "even": tf.equal(n % 2, 0)}

    served = serve(mix, {"x": tf.TensorSpec([None, 2], tf.float32), "n": tf.TensorSpec([], tf.int32)})
    wrong, shown, none = served.use(
        ["source", "x", "JSON"],
        ["fill", "nested lists, or an object with them by name", "[[1, 2, 3]]"],
        ["fill", "from", "3"],
        ["fill", "to", "3"],
        ["run"],
        ["fill", "nested lists, or an object with them by name", '{"x": [[0.5, -2], [1e3, 4]]}'],
        ["run"],
        ["backends"],
        ["run"],
    )[4::2]
    assert wrong["problem"] == (
        '"x" takes the shape [?, 2], and the pasted lists have [1, 3]; write for example the shape [1, 2].'
    )
    served.check(shown, {"x": np.array([[0.5, -2], [1e3, 4]], np.float32), "n": np.int32(3)})
    assert shown["outputs"]["sum"]["numbers"] == "1.5  −6  3000  12"
    assert (shown["outputs"]["even"]["numbers"], list(shown["rows"])) == ("false", ["wasm"])
    assert none["problem"] == "No backend is chosen; choose one."


def test_a_sound(serve, tmp_path):
    served = serve(lambda sound: {"loud": tf.reduce_max(sound, axis=1)}, {"sound": tf.TensorSpec([None, 8000, 1])})
    wave = (np.sin(np.arange(8000) / 20) * 0.5).astype(np.float32)
    file = tmp_path / "wave.wav"
    file.write_bytes(tf.audio.encode_wav(wave[:, None], 8000).numpy())
    results = served.use(
        ["source", "sound", "Sound"],
        ["fill", "samples a second", "8000"],
        ["file", "or a file", str(file)],
        ["run"],
        ["no_microphone"],
        ["record"],
        ["microphone", 0.25],
        ["record"],
        ["run"],
    )
    loud = [results[i]["outputs"]["loud"]["saved"]["values"][0][0] for i in (3, 8)]
    assert loud[0] == pytest.approx(0.5, abs=1e-3)
    assert (
        results[5] == "The microphone cannot be used (NotAllowedError); allow it for this page, or choose a sound file."
    )
    assert results[7] == "Recorded 1.0 s."
    assert 0.2 < loud[1] < 0.5


PASTED = "nested lists, or an object with them by name"


def test_a_layers_model(serve_converted, tmp_path):
    tf_keras.utils.set_random_seed(3)
    image, age = tf_keras.Input((8, 12, 1), name="image"), tf_keras.Input((1,), name="age")
    features = tf_keras.layers.Flatten()(tf_keras.layers.Conv2D(2, 3, activation="relu")(image))
    both = tf_keras.layers.Concatenate()([features, age])
    outputs = [tf_keras.layers.Dense(3, "softmax", name="kind")(both), tf_keras.layers.Dense(1, name="size")(both)]
    model = tf_keras.Model([image, age], outputs)

    def run_keras(feeds):
        return dict(zip(("kind", "size"), map(np.array, model([feeds["image"], feeds["age"]])), strict=True))

    def convert(folder):
        model.save(folder / "m.h5")
        return convert_keras_file(folder / "m.h5", folder / "model"), run_keras

    file = tmp_path / "picture.png"
    file.write_bytes(tf.io.encode_png(PICTURE).numpy())
    served = serve_converted(convert)
    results = served.use(
        ["seen"],
        ["backends", "cpu", "wasm", "webgl"],
        ["source", "age", "JSON"],
        ["fill", PASTED, "[[0.5]]"],
        ["fill", "steady runs", "1"],
        ["run"],
        ["source", "image", "Picture"],
        ["file", "picture", str(file)],
        ["run"],
    )
    text, random, picture = results[0], results[5], results[8]
    assert all(part in text for part in ("layers model", "predict()", "[?, 8, 12, 1]", "kind", "size"))
    age = np.array([[0.5]], np.float32)
    served.check(random, {"image": mulberry32(0, 8 * 12).reshape(1, 8, 12, 1), "age": age})
    grey = (PICTURE.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32) / 255)[None, ..., None]
    served.check(picture, {"image": grey, "age": age})
    assert list(picture["rows"]) == ["cpu", "wasm", "webgl"]
    assert [picture["outputs"][name]["pictures"] for name in ("kind", "size")] == [["bars"], ["single"]]


INVERSE = """\
export default (tf) => (node) => {
  const [[a, b], [c, d]] = node.inputs[0].arraySync();
  const determinant = a * d - b * c;
  return tf.tensor2d([[d / determinant, -b / determinant], [-c / determinant, a / determinant]]);
};
"""


def test_a_model_with_an_operation_of_its_own(serve, tmp_path):
    (tmp_path / "inverse.mjs").write_text(INVERSE)
    served = serve(
        lambda matrix: {"inverse": tf.linalg.inv(matrix) * 2.0},
        {"matrix": tf.TensorSpec([2, 2], tf.float32)},
        custom_ops={"MatrixInverse": tmp_path / "inverse.mjs"},
    )
    backends = ["cpu", "wasm", "webgl"]
    random, pasted = served.use(
        ["backends", *backends],
        ["fill", "steady runs", "1"],
        ["run"],
        ["source", "matrix", "JSON"],
        ["fill", PASTED, "[[4, 7], [2, 6]]"],
        ["run"],
    )[2::3]
    served.check(random, {"matrix": mulberry32(0, 4).reshape(2, 2)})
    served.check(pasted, {"matrix": np.array([[4, 7], [2, 6]], np.float32)})
    assert list(pasted["rows"]) == backends
    assert pasted["outputs"]["inverse"]["pictures"] == ["heat"]


def test_a_loop_that_needs_execute_async(serve):
    def grow(x, n):
        return {"y": tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, y * 2.0), (0, x))[1]}

    served = serve(grow, {"x": tf.TensorSpec([3]), "n": tf.TensorSpec([], tf.int32)}, control_flow_v2="auto")
    text, _, _, shown = served.use(["seen"], ["source", "n", "JSON"], ["fill", PASTED, "3"], ["run"])
    assert f"{served.execution}()" in text
    served.check(shown, {"x": mulberry32(0, 3), "n": np.int32(3)})
