"""Layers models written anew: sizes of shards, quantization, groups, what is replaced and what is refused."""

import json

import numpy as np
import pytest
from tfjs_convert.api_layers import convert_keras_file, convert_layers_model
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.options import WeightOptions

from tests.support.keras_h5_files import array, input_layer, layer, sequential, write_h5
from tests.support.node import run_layers_model

ARRAYS = {"a": {"a/kernel": array(3, 6)}, "b": {"b/kernel": array(6, 2)}}
BYTES = 4 * (3 * 6 + 6 * 2)


@pytest.fixture
def model(tmp_path):
    dense = [layer("Dense", name, units=n, use_bias=False, activation="linear") for name, n in (("a", 6), ("b", 2))]
    write_h5(tmp_path / "m.h5", sequential(input_layer("x", [3]), *dense), ARRAYS)
    convert_keras_file(tmp_path / "m.h5", tmp_path / "first", metadata={"kept": 1, "by": "the first"})
    return tmp_path / "first"


def shards(result):
    return [shard["bytes"] for shard in result.info["shards"]]


@pytest.mark.parametrize(("size", "expected"), [(40, [40, 40, 40]), (BYTES * 2, [BYTES]), (BYTES, [BYTES])])
def test_shards_of_a_chosen_size(model, tmp_path, size, expected):
    result = convert_layers_model(model, tmp_path / "out", weight_options=WeightOptions(shard_size_bytes=size))
    assert shards(result) == expected
    stored = b"".join((tmp_path / "out" / shard["path"]).read_bytes() for shard in result.info["shards"])
    assert stored == b"".join(values.tobytes() for weights in ARRAYS.values() for values in weights.values())


@pytest.mark.parametrize(("dtype", "part", "error"), [("uint16", 2, 1e-3), ("float16", 2, 1e-2), ("uint8", 4, 0.2)])
def test_quantized_to_a_part_of_the_size(model, tmp_path, dtype, part, error):
    options = WeightOptions(quantize={dtype: True})
    assert shards(convert_layers_model(model, tmp_path / "out", weight_options=options)) == [BYTES // part]
    x = array(2, 3, seed=1)
    (output,) = run_layers_model(tmp_path / "out", {"x": x}).values()
    expected = x @ ARRAYS["a"]["a/kernel"] @ ARRAYS["b"]["b/kernel"]
    assert 0 < np.abs(output - expected).max() < error * np.ptp(expected)


def test_one_group_for_each_layer_and_other_metadata(model, tmp_path):
    result = convert_layers_model(model, tmp_path / "out", split_weights_by_layer=True, metadata={"labels": ["x"]})
    written = json.loads((tmp_path / "out" / "model.json").read_text())
    groups = [[weight["name"] for weight in group["weights"]] for group in written["weightsManifest"]]
    assert groups == [["a/kernel"], ["b/kernel"]]
    assert written["userDefinedMetadata"] == {"labels": ["x"]}
    assert shards(result) == [4 * 3 * 6, 4 * 6 * 2]


def test_written_twice_as_it_was_gives_the_first_ones_bytes(model, tmp_path):
    convert_layers_model(model, tmp_path / "small", weight_options=WeightOptions(shard_size_bytes=16))
    convert_layers_model(tmp_path / "small", tmp_path / "again")
    assert {path.name for path in model.iterdir()} == {path.name for path in (tmp_path / "again").iterdir()}
    assert all(path.read_bytes() == (tmp_path / "again" / path.name).read_bytes() for path in model.iterdir())


def test_an_output_that_is_a_file(model, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OptionError, match="is a file"):
        convert_layers_model(model, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
