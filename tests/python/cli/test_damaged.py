"""Damaged copies of models through the command line: one sentence or a whole model, nothing half-written, no hang."""

import io
import json
import random
import signal
import warnings
import zipfile

import h5py
import numpy as np
import pytest
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.cli import main

from tests.support import keras_h5_files as files

SEED, COPIES, SECONDS = 0, 25, 20
ARRAYS = {"dense/kernel": files.array(4, 3), "dense/bias": files.array(3), "lstm/kernel": files.array(3, 8)}
ARRAYS |= {"lstm/recurrent_kernel": files.array(2, 8), "lstm/bias": files.array(8)}
WORDS = {
    "h5": ["--input_format=keras"],
    "keras": ["--input_format=keras_keras"],
    "json": ["--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model"],
    "back": ["--input_format=tfjs_layers_model", "--output_format=keras"],
    "again": ["--input_format=tfjs_layers_model", "--output_format=keras_keras"],
}


def config():
    layers = [
        files.input_layer("x", [5, 4], functional=True),
        files.layer("Dense", "dense", [["x"]], units=3, activation="relu", use_bias=True),
        files.layer("LSTM", "lstm", [["dense"]], units=2, activation="tanh", recurrent_activation="sigmoid"),
    ]
    return files.functional(layers, ["x"], ["lstm"])


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The same model in each format; of a layers model, model.json with its shard beside it."""
    folder = tmp_path_factory.mktemp("models")
    by_layer = {name: {k: v for k, v in ARRAYS.items() if k.startswith(f"{name}/")} for name in ("dense", "lstm")}
    files.write_h5(folder / "m.h5", config(), by_layer)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for number, name in enumerate(("kernel", "bias")):
            file[f"layers/dense/vars/{number}"] = ARRAYS[f"dense/{name}"]
        for number, name in enumerate(("kernel", "recurrent_kernel", "bias")):
            file[f"layers/lstm/cell/vars/{number}"] = ARRAYS[f"lstm/{name}"]
    with zipfile.ZipFile(folder / "m.keras", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.0.0"}))
        archive.writestr("config.json", json.dumps(config()))
        archive.writestr("model.weights.h5", buffer.getvalue())
    assert main([*WORDS["h5"], str(folder / "m.h5"), str(folder / "web")]) == 0
    (shard,) = (folder / "web").glob("*.bin")
    json_bytes = (folder / "web" / "model.json").read_bytes()
    return {
        "h5": ((folder / "m.h5").read_bytes(), {}),
        "keras": ((folder / "m.keras").read_bytes(), {}),
        **dict.fromkeys(("json", "back", "again"), (json_bytes, {shard.name: shard.read_bytes()})),
    }


def places(value):
    """Every container in parsed JSON with each of its keys."""
    found = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += [(value, key), *places(item)]
    return found


ODD = [None, True, 0, -1, 10**12, 1e300, "", "no", "../../x", [], {}, [None], [[[]]], {"class_name": "Dense"}, "é\0"]


def other_json(content, rng):
    value = json.loads(content)
    for _ in range(rng.randint(1, 3)):
        container, key = rng.choice(places(value))
        if rng.random() < 0.3:
            if isinstance(container, dict):
                container.pop(key)
            elif key < len(container):
                del container[key]
        elif isinstance(container, dict) or key < len(container):
            container[key] = rng.choice(ODD)
    return json.dumps(value).encode()


def damaged(kind, content, rng):
    how = rng.choice(["cut", "flip", "flip", "json", "json", "json"])
    if how == "cut":
        return content[: rng.randrange(len(content))]
    if how == "flip":
        changed = bytearray(content)
        for _ in range(rng.choice([1, 4, 64])):
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        return bytes(changed)
    if kind == "h5":
        buffer = io.BytesIO(content)
        with h5py.File(buffer, "r+") as file:
            file.attrs["model_config"] = other_json(file.attrs["model_config"], rng).decode()
        return buffer.getvalue()
    if kind == "keras":
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, other_json(data, rng) if name == "config.json" else data)
        return buffer.getvalue()
    return other_json(content, rng)


def too_long(signum, frame):
    raise AssertionError(f"a conversion took more than {SECONDS} seconds")


@pytest.mark.parametrize("kind", WORDS)
def test_damaged_copies(kind, models, tmp_path, capsys):
    rng = random.Random(f"{SEED} {kind}")
    content, beside = models[kind]
    signal.signal(signal.SIGALRM, too_long)
    outcomes = []
    for number in range(COPIES):
        folder = tmp_path / str(number)
        (folder / "in").mkdir(parents=True)
        for name, data in beside.items():
            (folder / "in" / name).write_bytes(data)
        source = folder / "in" / ("m.h5" if kind == "h5" else "m.keras" if kind == "keras" else "model.json")
        source.write_bytes(damaged(kind, content, rng))
        before = {path.name: path.read_bytes() for path in (folder / "in").iterdir()}
        signal.alarm(SECONDS)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            code = main([*WORDS[kind], str(source), str(folder / "out")])
        signal.alarm(0)
        said = capsys.readouterr().err
        left = sorted(path.name for path in folder.iterdir())
        assert {path.name: path.read_bytes() for path in (folder / "in").iterdir()} == before
        outcomes.append(code)
        if code == 0:
            assert left == ["in", "out"]
            continue
        assert code == 1 and left == ["in"], (number, said)
        assert len(said.splitlines()) == 1, (number, said)
        assert "error of the converter" not in said and "cannot be read or written" not in said, (number, said)
    # Some bytes are nobody's concern, most are somebody's.
    assert 0 < outcomes.count(1) and np.mean(outcomes) > 0.3


def test_wrong_arguments_are_no_damage(tmp_path):
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        convert_keras_file(tmp_path / "m.h5", tmp_path / "out", nonsense=1)
