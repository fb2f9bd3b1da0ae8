"""The loader's declarations are checked by TypeScript: each model's own names are known, others are errors."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.node import node

# Beside this repository's runfiles lie those of the npm packages.
(TSC,) = Path.cwd().parent.glob("*rules_tfjs_lint_npm/node_modules/typescript/lib/tsc.js")
TYPES = Path(__file__).parents[3] / "tools" / "web" / "lib" / "types.mjs"

MODELS = {
    "sound_web": {
        "format": "graph-model",
        "inputs": [{"name": "audio", "dtype": "float32", "shape": [None, 4, 1]}],
        "outputs": [
            {"name": "note", "dtype": "float32", "shape": [None, 2]},
            {"name": "best-one", "dtype": "int32", "shape": None},
        ],
    },
    "text": {
        "format": "layers-model",
        "inputs": [{"name": "words", "dtype": "string", "shape": [None]}],
        "outputs": [{"name": "known", "dtype": "bool", "shape": [None]}],
    },
    # Another model whose types would have the first one's names.
    "sound-web": {
        "format": "graph-model",
        "inputs": [{"name": "noise", "dtype": "float32", "shape": [None]}],
        "outputs": [{"name": "loud", "dtype": "bool", "shape": [None]}],
    },
}

RIGHT = """
import {load, names, type Models, type SoundWebOutputs, type SoundWeb2Outputs} from './loader.mjs';
declare const tf: any;
const sound = await load(tf, 'sound_web', {verify: 'hash', onProgress: (share: number) => void share});
const {note, 'best-one': best} = await sound.run({audio: new Float32Array(8)});
const values: Float32Array = note.data;
const indices: Int32Array = best.data;
const text: Models['text'] = await load(tf, 'text');
const {known} = await text.run({words: ['a', 'b']});
const flags: Uint8Array = known.data;
const tensors = await sound.runTensors({audio: [[[1], [2], [3], [4]]]});
tensors.note.dispose();
const {loud}: SoundWeb2Outputs = await (await load(tf, 'sound-web')).run({noise: [1]});
export const louder: Uint8Array = loud.data;
export const all: [SoundWebOutputs['note'], Float32Array, Int32Array, Uint8Array, string[]] =
  [note, values, indices, flags, names];
"""

WRONG = {
    "await load(tf, 'sounds');": "'\"sounds\"' is not assignable",
    "(await load(tf, 'sound_web')).run({sound: [1]});": "'sound' does not exist in type 'SoundWebInputs'",
    "(await load(tf, 'sound_web')).run({});": "Property 'audio' is missing",
    "(await (await load(tf, 'sound_web')).run({audio: [1]})).pitch;": "Property 'pitch' does not exist",
    "(await load(tf, 'text')).run({words: new Float32Array(1)});": "is not assignable to type",
    "await load(tf, 'text', {verify: 'sometimes'});": "'\"sometimes\"' is not assignable",
}


def check(folder, program):
    script = f"import {{declarations}} from {json.dumps(TYPES.as_uri())}; "
    script += f"process.stdout.write(declarations({json.dumps(MODELS)}));"
    made = subprocess.run([node(), "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    (folder / "loader.d.mts").write_text(made.stdout)
    (folder / "use.mts").write_text(program)
    options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"]
    command = [node(), str(TSC), *options, "--module", "nodenext", "--moduleResolution", "nodenext", "use.mts"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_what_the_model_has_is_typed(tmp_path):
    done = check(tmp_path, RIGHT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("line", WRONG)
def test_what_it_has_not_is_an_error(line, tmp_path):
    done = check(tmp_path, f"import {{load}} from './loader.mjs';\ndeclare const tf: any;\n{line}\n")
    assert done.returncode != 0
    assert WRONG[line] in done.stdout
