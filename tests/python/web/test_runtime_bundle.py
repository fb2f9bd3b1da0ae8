"""A runtime bundle gives the full TensorFlow.js's numbers, is small, and says what is not in it."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from tfjs_convert import api, artifact
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.parity.node import run_jobs

from tests.support.node import Job, command, node
from tests.support.web import LABEL, packages, runtime_bundle

LAYERS = tf_keras.layers


class Words(tf.Module):
    """A hash table and control flow: what runs in no kernel."""

    def __init__(self):
        super().__init__()
        entries = tf.lookup.KeyValueTensorInitializer(tf.constant(["cat", "dog"]), tf.constant([7, 9], tf.int32))
        self.table = tf.lookup.StaticHashTable(entries, -1)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")])
    def look(self, words):
        return {"ids": self.table.lookup(words)}

    @tf.function(input_signature=[tf.TensorSpec([4], tf.float32, "x"), tf.TensorSpec([], tf.int32, "n")])
    def loop(self, x, n):
        _, y = tf.while_loop(lambda i, _: i < n, lambda i, y: (i + 1, y * 1.5 + tf.sin(y)), (0, x))
        z = tf.cond(tf.reduce_sum(y) > 0, lambda: tf.exp(-y), lambda: y)
        rows = tf.TensorArray(tf.float32, size=3)
        for row in tf.range(3):
            rows = rows.write(row, z[row] * 2.0)
        return {"rows": rows.stack(), "top": tf.math.top_k(z, 2).values}


def save_graph(model, folder, names):
    tf.saved_model.save(model, str(folder / "saved"), signatures={name: getattr(model, name) for name in names})
    for name in names:
        result = api.convert_saved_model(folder / "saved", folder / name, signature_name=name)
        artifact.write_info(folder / f"{name}.info.json", result.info)


def save_layers(model, folder, name):
    model.save(folder / f"{name}.h5")
    artifact.write_info(folder / f"{name}.info.json", convert_keras_file(folder / f"{name}.h5", folder / name).info)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    tf_keras.utils.set_random_seed(0)
    save_graph(Words(), folder, ["look", "loop"])
    mobilenet = tf_keras.applications.MobileNetV2((96, 96, 3), weights=None)
    graph = tf.Module()
    graph.mobilenet = tf.function(
        lambda image: {"scores": mobilenet(image)}, input_signature=[tf.TensorSpec([1, 96, 96, 3], tf.float32, "image")]
    )
    graph.model = mobilenet
    (folder / "graph").mkdir()
    save_graph(graph, folder / "graph", ["mobilenet"])
    (folder / "graph" / "mobilenet").rename(folder / "mobilenet")
    (folder / "graph" / "mobilenet.info.json").rename(folder / "mobilenet.info.json")
    image = LAYERS.Input((12, 12, 3), name="image")
    x = LAYERS.MaxPooling2D()(LAYERS.BatchNormalization()(LAYERS.Conv2D(4, 3, activation="relu")(image)))
    convolution = tf_keras.Model(image, LAYERS.Dense(5, "softmax", name="scores")(LAYERS.Flatten()(x)))
    convolution.compile("adam", "mse")
    save_layers(convolution, folder, "convolution")
    steps = LAYERS.Input((7, 4), name="steps")
    recurrent = LAYERS.Bidirectional(LAYERS.LSTM(3, return_sequences=True))(steps)
    save_layers(tf_keras.Model(steps, LAYERS.GRU(2, reset_after=False, name="last")(recurrent)), folder, "recurrent")
    return folder


def feed(name):
    random = np.random.default_rng(1)
    return {
        "look": {"words": np.array(["dog", "cow", "cat"], object)},
        "loop": {"x": random.normal(size=4).astype(np.float32), "n": np.array(4, np.int32)},
        "mobilenet": {"image": random.normal(size=(1, 96, 96, 3)).astype(np.float32)},
        "convolution": {"image": random.normal(size=(2, 12, 12, 3)).astype(np.float32)},
        "recurrent": {"steps": random.normal(size=(2, 7, 4)).astype(np.float32)},
    }[name]


def bundle(folder, output, *names, **options):
    return runtime_bundle(output, [folder / name for name in names], **options)


def built(*args, **options):
    done = bundle(*args, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(Path(f"{args[1]}.info.json").read_text())


def run(folder, names, backend, scratch, module=None):
    """Outputs by model, of the full packages or of a bundle's module."""
    jobs = [Job(folder / name, feed(name), backend, info=folder / f"{name}.info.json") for name in names]
    flags = [f"--runtime_bundle={module}"] if module else []
    return dict(zip(names, run_jobs([*command("run.mjs"), *flags], jobs, scratch, 300), strict=True))


def assert_same(folder, names, backend, module, scratch):
    (scratch / "full").mkdir()
    (scratch / "slim").mkdir()
    full = run(folder, names, backend, scratch / "full")
    slim = run(folder, names, backend, scratch / "slim", module)
    for name in names:
        assert slim[name].error is None, slim[name].error
        assert slim[name].outputs.keys() == full[name].outputs.keys()
        for output, expected in full[name].outputs.items():
            np.testing.assert_array_equal(slim[name].outputs[output], expected, err_msg=f"{name}: {output}")


@pytest.mark.parametrize("backend", ["cpu", "wasm"])
@pytest.mark.parametrize("name", ["look", "loop", "mobilenet", "convolution", "recurrent"])
def test_it_gives_the_full_packages_numbers(models, tmp_path, name, backend):
    info = built(models, tmp_path / "tfjs", name, flags=[f"--backend={backend}"])
    assert info["module"] == "tfjs.mjs" and list(info["kernels"]) == [backend] and not info["gradients"]
    assert_same(models, [name], backend, tmp_path / "tfjs" / "tfjs.mjs", tmp_path)


@pytest.mark.parametrize("form", ["esm", "cjs"])
def test_one_bundle_runs_several_models_on_several_backends(models, tmp_path, form):
    names = ["look", "convolution", "recurrent"]
    both = ["--backend=cpu", "--backend=wasm"]
    info = built(models, tmp_path / "tfjs", *names, form=form, minify="false", flags=both)
    assert info["module"] == {"esm": "tfjs.mjs", "cjs": "tfjs.cjs"}[form]
    for backend in ("cpu", "wasm"):
        (tmp_path / backend).mkdir()
        assert_same(models, names, backend, tmp_path / "tfjs" / info["module"], tmp_path / backend)


def test_it_is_a_third_of_the_full_package(models, tmp_path):
    backends = ("cpu", "wasm", "webgl", "webgpu")
    sizes = {}
    for backend in backends:
        info = built(models, tmp_path / backend, "mobilenet", flags=[f"--backend={backend}"])
        assert info["bytes"] == (tmp_path / backend / "tfjs.mjs").stat().st_size
        assert info["brotli_bytes"] < info["gzip_bytes"] < info["bytes"] / 3
        sizes[backend] = info["bytes"]
    command_line = [node(), str(Path(__file__).with_name("full_size.mjs")), str(packages())]
    full = int(subprocess.run(command_line, capture_output=True, text=True, check=True).stdout)
    # What remains of WebGL is mostly its compiler of shaders.
    least = {"cpu": 7, "wasm": 5, "webgl": 2.9, "webgpu": 3.6}
    assert {backend: full / size for backend, size in sizes.items() if size * least[backend] > full} == {}


def test_the_binaries_lie_beside_it(models, tmp_path):
    built(models, tmp_path / "wasm", "loop", flags=["--backend=wasm"])
    names = {path.name for path in (tmp_path / "wasm").iterdir()}
    binaries = {f"tfjs-backend-wasm{kind}.wasm" for kind in ("", "-simd", "-threaded-simd")}
    assert names == {"tfjs.mjs", "tfjs.d.mts", *binaries}
    built(models, tmp_path / "cpu", "loop", flags=["--backend=cpu"])
    assert {path.name for path in (tmp_path / "cpu").iterdir()} == {"tfjs.mjs", "tfjs.d.mts"}


def error_of(folder, name, module, scratch, backend="cpu"):
    result = run(folder, [name], backend, scratch, module)[name]
    assert result.error is not None
    return result.error


def test_what_is_missing_is_named_where_it_is_asked_for(models, tmp_path):
    """An operation, a layer, a kernel, a backend: each error names it and the target to change."""
    built(models, tmp_path / "look", "look", flags=["--backend=cpu"])
    built(models, tmp_path / "recurrent", "recurrent", flags=["--backend=cpu"])
    operation = error_of(models, "mobilenet", tmp_path / "look" / "tfjs.mjs", tmp_path)
    assert "is not in this bundle of TensorFlow.js; add the model that uses it to models of //web:tfjs." in operation
    layer = error_of(models, "convolution", tmp_path / "recurrent" / "tfjs.mjs", tmp_path)
    assert 'The layer "Conv2D" is not in this bundle of TensorFlow.js; add the model that uses it' in layer
    backend = error_of(models, "look", tmp_path / "look" / "tfjs.mjs", tmp_path, "wasm")
    assert 'The backend "wasm" of the runtime bundle did not start; is it among its backends?' in backend
    script = (
        f"const tf = await import({json.dumps(str(tmp_path / 'look' / 'tfjs.mjs'))}); await tf.setBackend('cpu');"
        "tf.engine().runKernel('Conv2D', {});"
    )
    done = subprocess.run([node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        'Error: The kernel "Conv2D" for the backend "cpu" is not in this bundle of TensorFlow.js; '
        "add it to extra_kernels, or the model that needs it to models, of //web:tfjs." in done.stderr
    )


def evaluate(module, text):
    script = f"const tf = await import({json.dumps(str(module))}); await tf.setBackend('cpu'); {text}"
    done = subprocess.run([node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_extra_functions_come_with_their_kernels(models, tmp_path):
    flags = ["--backend=cpu", "--extra_op=image.resizeNearestNeighbor", "--extra_op=softmax", "--extra_kernel=Cumsum"]
    info = built(models, tmp_path / "tfjs", "look", flags=flags)
    assert {"ResizeNearestNeighbor", "Softmax", "Cumsum"} <= set(info["kernels"]["cpu"])
    resized = "tf.image.resizeNearestNeighbor(tf.tensor4d([1, 2], [1, 1, 2, 1]), [1, 4])"
    text = f"console.log(JSON.stringify([Array.from({resized}.dataSync()), Array.from(tf.softmax([0, 0]).dataSync())]))"
    assert evaluate(tmp_path / "tfjs" / "tfjs.mjs", text) == [[1, 1, 2, 2], [0.5, 0.5]]


def test_a_model_trains_where_it_is_asked_for(models, tmp_path):
    info = built(models, tmp_path / "tfjs", "convolution", flags=["--backend=cpu"], training="true")
    assert {"Conv2D", "MaxPool", "Relu"} <= set(info["gradients"])
    assert {"Conv2DBackpropFilter", "MaxPoolGrad"} <= set(info["kernels"]["cpu"])
    train = """
const fs = await import('node:fs');
const json = JSON.parse(fs.readFileSync(FOLDER + '/model.json'));
const [{paths, weights: weightSpecs}] = json.weightsManifest;
const weightData = new Uint8Array(fs.readFileSync(FOLDER + '/' + paths[0])).buffer;
const load = async () => ({modelTopology: json.modelTopology, weightSpecs, weightData});
const model = await tf.loadLayersModel({load});
model.compile({optimizer: 'adam', loss: 'meanSquaredError'});
const x = tf.tensor4d(Array.from({length: 864}, (_, i) => Math.sin(i)), [2, 12, 12, 3]);
const y = tf.tensor2d([1, 0, 0, 0, 0, 0, 1, 0, 0, 0], [2, 5]);
const {history} = await model.fit(x, y, {epochs: 12, verbose: 0, yieldEvery: 'never'});
console.log(JSON.stringify(history.loss));
""".replace("FOLDER", json.dumps(str(models / "convolution")))
    losses = evaluate(tmp_path / "tfjs" / "tfjs.mjs", train)
    assert len(losses) == 12 and losses[-1] < 0.7 * losses[0]
    built(models, tmp_path / "fixed", "convolution", flags=["--backend=cpu"])
    refused = train.replace("model.compile", "try { model.compile").replace(
        "const x", "} catch ({message}) { console.log(JSON.stringify(message)); process.exit(); } const x"
    )
    message = evaluate(tmp_path / "fixed" / "tfjs.mjs", refused)
    assert message == f"Training is not in this bundle of TensorFlow.js; write training = True in {LABEL}."


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        (
            "--extra_op=sofmax",
            'extra_ops names "sofmax", which TensorFlow.js does not have; write names as in tf.NAME.',
        ),
        ("--extra_op=image.resize", 'extra_ops names "image.resize", which TensorFlow.js does not have'),
        ("--extra_kernel=conv", "extra_kernels names conv, which TensorFlow.js does not have"),
    ],
)
def test_a_name_that_does_not_exist_is_refused(models, tmp_path, flag, message):
    done = bundle(models, tmp_path / "tfjs", "look", flags=["--backend=cpu", flag])
    assert done.returncode == 1 and done.stderr.startswith(message) and "\n    at " not in done.stderr
    assert not (tmp_path / "tfjs").exists()


def test_the_same_inputs_give_the_same_bytes(models, tmp_path):
    for name in ("a", "b"):
        built(models, tmp_path / name, "mobilenet", "recurrent", flags=["--backend=wasm", "--backend=webgl"])
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    assert (tmp_path / "a.info.json").read_bytes() == (tmp_path / "b.info.json").read_bytes()


def test_a_script_sets_one_global(models, tmp_path):
    built(models, tmp_path / "tfjs", "look", form="iife", flags=["--backend=cpu"])
    script = json.dumps(str(tmp_path / "tfjs" / "tfjs.js"))
    check = f"require('vm').runInThisContext(require('fs').readFileSync({script})); "
    check += "console.log(typeof tf.loadGraphModel, 'tensor' in tf)"
    done = subprocess.run([node(), "-e", check], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "function true"
