"""Conversion needs no TensorFlow, and little memory."""

import json
import subprocess
import sys

import h5py
import numpy as np
import pytest
from tfjs_convert.api_layers import convert_keras_file, convert_layers_model
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.options import WeightOptions

from tests.support.keras_h5_files import input_layer, layer, sequential, write_h5
from tests.support.node import run_layers_model

PROGRAM = """
import json, resource, sys
import h5py, numpy
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
from tfjs_convert.api_layers import convert_keras_file
result = convert_keras_file(sys.argv[1], sys.argv[2])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"base": base, "peak": peak, "modules": sorted(name.split(".")[0] for name in sys.modules)}))
"""


def dense_model(path, units, count):
    layers = [layer("Dense", f"d{n}", units=units, use_bias=False, activation="linear") for n in range(count)]
    arrays = {
        f"d{n}": {f"d{n}/kernel": np.random.default_rng(n).random((units, units), np.float32)} for n in range(count)
    }
    return write_h5(path, sequential(input_layer("x", [units]), *layers), arrays)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("light")
    dense_model(folder / "m.h5", 2048, 6)  # 96 MiB
    command = [sys.executable, "-c", PROGRAM, str(folder / "m.h5"), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_only_numpy_and_h5py_are_imported(run):
    heavy = {"tensorflow", "keras", "tf_keras", "jax", "google", "absl"}
    assert not heavy & set(run["modules"])


def test_peak_memory(run):
    weights = 6 * 2048 * 2048 * 4 / 1024
    assert run["peak"] - run["base"] < weights  # KiB; three times the weights are allowed


def test_a_layers_model_is_sharded_and_quantized_anew(tmp_path):
    config = sequential(input_layer("x", [8]), layer("Dense", "d0", units=8, use_bias=False, activation="tanh"))
    kernel = np.random.default_rng(0).random((8, 8), np.float32)
    write_h5(tmp_path / "m.h5", config, {"d0": {"d0/kernel": kernel}})
    convert_keras_file(tmp_path / "m.h5", tmp_path / "first", metadata={"kept": 1})
    options = WeightOptions(shard_size_bytes=50, quantize={"uint16": ["d0/*"]})
    result = convert_layers_model(tmp_path / "first", tmp_path / "second", weight_options=options)
    before, after = (json.loads((tmp_path / name / "model.json").read_text()) for name in ("first", "second"))
    assert after["modelTopology"] == before["modelTopology"]
    assert after["userDefinedMetadata"] == {"kept": 1}
    assert [shard["bytes"] for shard in result.info["shards"]] == [50, 50, 28]
    x = np.random.default_rng(1).random((2, 8), np.float32)
    (output,) = run_layers_model(tmp_path / "second", {"x": x}).values()
    assert np.abs(output - np.tanh(x @ kernel)).max() < 1e-4
    assert [tensor.name for tensor in result.outputs] == ["d0"]


def test_a_layers_model_is_not_written_over_itself(tmp_path):
    config = sequential(input_layer("x", [2]), layer("Dense", "d0", units=2, use_bias=False, activation="linear"))
    write_h5(tmp_path / "m.h5", config, {"d0": {"d0/kernel": np.ones((2, 2), np.float32)}})
    convert_keras_file(tmp_path / "m.h5", tmp_path / "out")
    content = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(OptionError, match="own directory"):
        convert_layers_model(tmp_path / "out" / "model.json", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == content


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_layers_model_with_damaged_shards(tmp_path, damage):
    config = sequential(input_layer("x", [2]), layer("Dense", "d0", units=2, use_bias=False, activation="linear"))
    write_h5(tmp_path / "m.h5", config, {"d0": {"d0/kernel": np.ones((2, 2), np.float32)}})
    convert_keras_file(tmp_path / "m.h5", tmp_path / "in")
    shard = next((tmp_path / "in").glob("*.bin"))
    if damage == "missing":
        shard.unlink()
    else:
        shard.write_bytes(shard.read_bytes()[:-4])
    with pytest.raises(InputError):
        convert_layers_model(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_file_is_left_as_it_was(tmp_path):
    path = dense_model(tmp_path / "m.h5", 8, 1)
    content = path.read_bytes()
    convert_keras_file(path, tmp_path / "out")
    assert path.read_bytes() == content
    with h5py.File(path) as file:
        assert set(file.attrs) == {"keras_version", "backend", "model_config"}
