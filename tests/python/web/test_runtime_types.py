"""A runtime bundle's declarations are checked by TypeScript: what it exports is typed, and nothing else is there."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support import tiny_models
from tests.support.node import node
from tests.support.web import runtime_bundle

# Beside this repository's runfiles lie those of the npm packages.
(TYPESCRIPT,) = Path.cwd().parent.glob("*rules_tfjs_lint_npm/node_modules/typescript/lib")
EXPORTS = Path(__file__).with_name("exports.mjs")
TYPES = Path(__file__).parents[3] / "tools" / "web" / "lib" / "types.mjs"
FILES = {"esm": ("tfjs.mjs", "tfjs.d.mts"), "cjs": ("tfjs.cjs", "tfjs.d.cts")}
EXTRA = ["--extra_op=image.resizeBilinear", "--extra_op=image.cropAndResize", "--extra_op=softmax", "--extra_op=util"]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {"graph": tiny_models.affine(folder / "graph"), "layers": tiny_models.dense(folder / "layers")}
    for model in made.values():
        Path(f"{model}.info.json").write_text("{}")
    return made


@pytest.fixture(scope="module")
def bundles(models, tmp_path_factory):
    """The folder of a bundle, made once: its models' names, form and flags in, and whether it trains."""
    made = {}

    def make(*names, form="esm", flags=(), training="false"):
        key = (names, form, tuple(flags), training)
        if key not in made:
            made[key] = tmp_path_factory.mktemp("bundle") / "tfjs"
            flags = ["--backend=wasm", "--backend=cpu", *flags]
            done = runtime_bundle(
                made[key], [models[name] for name in names], form=form, flags=flags, training=training
            )
            assert done.returncode == 0, done.stderr
        return made[key]

    return make


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["graph"], {"form": "esm", "flags": EXTRA}),
        (["layers"], {"form": "cjs"}),
        (["graph", "layers"], {"form": "esm", "training": "true"}),
    ],
)
def test_what_is_exported_is_declared_and_no_more(bundles, names, options):
    files = [bundles(*names, **options) / name for name in FILES[options["form"]]]
    command = [node(), str(EXPORTS), str(TYPESCRIPT / "typescript.js"), *map(str, files)]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert found["declared"] == found["exported"]
    assert {"tensor", "setBackend", "setWasmPaths"} <= set(found["exported"])
    assert ("loadLayersModel" in found["exported"]) == ("layers" in names)


def check(folder, program, *, name="use.mts", module="nodenext"):
    (folder / name).write_text(program)
    options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--module", module]
    resolution = ["--moduleResolution", "nodenext"] if module == "nodenext" else ["--moduleResolution", "bundler"]
    command = [node(), str(TYPESCRIPT / "tsc.js"), *options, *resolution, name]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


RIGHT = """
import * as tf from './tfjs.mjs';
tf.setWasmPaths('/tfjs/');
const started: boolean = await tf.setBackend('wasm');
const matrix: tf.Tensor = tf.tensor2d([[1, 2], [3, 4]]);
const shape: [number, number] = tf.tensor2d([1, 2], [1, 2]).shape;
const model: tf.GraphModel = await tf.loadGraphModel({load: async () => ({})});
const result = model.execute({x: matrix}, ['y']);
const kept = tf.tidy(() => tf.softmax(matrix));
const larger = tf.image.resizeBilinear(tf.tensor4d([1], [1, 1, 1, 1]), [2, 2]);
const values: Float32Array | Int32Array | Uint8Array = await larger.data();
const count: number = tf.memory().numTensors + tf.util.sizeFromShape([2, 3]);
tf.dispose([kept, larger, matrix]);
export const all = [started, shape, result, values, count];
"""

WRONG = {
    "tf.relu([1]);": "Property 'relu' does not exist",
    "tf.image.flipLeftRight(tf.tensor4d([1], [1, 1, 1, 1]));": "Property 'flipLeftRight' does not exist",
    "tf.loadLayersModel('model.json');": "Property 'loadLayersModel' does not exist",
    "tf.tensor([1]).add(1);": "Property 'add' does not exist",
    "tf.setBackend(3);": "Argument of type 'number' is not assignable to parameter of type 'string'",
    "const t: tf.Tensor = await tf.loadGraphModel('m.json');": "is missing the following properties from type 'Tensor<",
}


@pytest.mark.parametrize("module", ["nodenext", "esnext"])
def test_the_bundle_is_typed(bundles, module):
    done = check(bundles("graph", flags=EXTRA), RIGHT, module=module)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("line", WRONG)
def test_what_it_has_not_is_an_error(bundles, line):
    done = check(bundles("graph", flags=EXTRA), f"import * as tf from './tfjs.mjs';\n{line}\nexport {{}};\n")
    assert done.returncode != 0
    assert WRONG[line] in done.stdout


@pytest.mark.parametrize("name", ["graph", "layers"])
def test_the_loader_takes_the_bundle_that_its_models_need(bundles, name):
    formats = {"graph": "graph-model", "layers": "layers-model"}
    folder = bundles(name)
    port = {"name": "x", "dtype": "float32", "shape": [None]}
    model = {"m": {"format": formats[name], "inputs": [port], "outputs": [port]}}
    script = f"import {{declarations}} from {json.dumps(TYPES.as_uri())}; "
    script += f"process.stdout.write(declarations({json.dumps(model)}));"
    made = subprocess.run([node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    (folder / "loader.d.mts").write_text(made.stdout)
    program = (
        "import {load} from './loader.mjs';\nimport * as tf from './tfjs.mjs';\nawait load(tf, 'm');\nexport {};\n"
    )
    done = check(folder, program)
    assert done.returncode == 0, done.stdout
    other = bundles("layers" if name == "graph" else "graph")
    (other / "loader.d.mts").write_text(made.stdout)
    done = check(other, program)
    assert "is missing in type" in done.stdout or "is not assignable" in done.stdout


def test_a_script_is_a_global(bundles):
    folder = bundles("graph", form="iife")
    program = '/// <reference path="./tfjs.d.ts" />\nconst size: number = tf.tensor([1]).size;\n'
    assert check(folder, program, name="use.ts", module="esnext").stdout == ""
    assert (
        "Property 'relu' does not exist"
        in check(folder, f"{program}tf.relu([1]);\n", name="use.ts", module="esnext").stdout
    )
