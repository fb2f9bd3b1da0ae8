"""Limits, snapshots, and what their differences read like."""

import gzip
import json

import numpy as np
import pytest
from tfjs_convert.artifact import write_model
from tfjs_convert.budget import Limits, check, measure, read_snapshot, take_snapshot, write_snapshot
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight


def model(directory, ops=("Placeholder", "Const", "MatMul", "Relu"), kernel=(30, 40), outputs=("b", "a"), **options):
    data = np.random.default_rng(0).normal(size=kernel).astype(np.float32)
    weights = [Weight.of("dense/kernel", data), Weight.of("shape", np.array([1, 2], np.int32), False)]
    topology = {
        "node": [{"name": str(i), "op": op} for i, op in enumerate(ops)],
        "library": {"function": [{"nodeDef": [{"name": "f", "op": "Add"}]}, {"signature": {}}]},
    }
    fields = {"format": "graph-model", "modelTopology": topology}
    artifact = write_model(directory, fields, [weights], WeightOptions(**options))
    info = {
        **artifact.info(),
        "inputs": [{"name": "x", "dtype": "float32", "shape": [None, 30]}],
        "outputs": [{"name": name, "dtype": "float32", "shape": None} for name in outputs],
    }
    return directory, info


def test_figures(tmp_path):
    directory, info = model(tmp_path / "m", shard_size_bytes=2000)
    figures = measure(directory, info)
    files = [path.read_bytes() for path in directory.iterdir()]
    assert figures.total_bytes == sum(map(len, files)) == info["bytes"]
    assert figures.gzip_bytes == sum(len(gzip.compress(data)) for data in files)
    assert figures.shards == 3 and figures.parameters == 1200
    assert figures.operations == {"Add": 1, "MatMul": 1, "Relu": 1}


def test_figures_of_the_info_file_come_first(tmp_path):
    directory, _ = model(tmp_path / "m")
    assert measure(directory, {}).parameters == 1202
    assert measure(directory, {"ops": {"MatMul": 7}}).operations == {"MatMul": 7}


def test_layers_are_counted_with_nested_models(tmp_path):
    inner = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {}}]}}
    topology = {"model_config": {"class_name": "Model", "config": {"layers": [{"class_name": "Dense"}, inner]}}}
    write_model(tmp_path / "m", {"format": "layers-model", "modelTopology": topology}, [], WeightOptions())
    assert measure(tmp_path / "m", {}).operations == {"Dense": 2, "Sequential": 1}


def test_within_limits(tmp_path):
    directory, info = model(tmp_path / "m")
    limits = {"max_total_bytes": info["bytes"], "max_shards": 1, "max_parameters": 1200, "max_operations": 3}
    assert check(directory, info, limits, take_snapshot(directory, info)) == []
    assert check(directory, info, {}) == []


def test_each_limit_is_named(tmp_path):
    directory, info = model(tmp_path / "m", shard_size_bytes=2403)
    limits = Limits(max_total_bytes=1000, max_gzip_bytes=0, max_shards=2, max_parameters=1000, max_operations=2)
    lines = check(directory, info, limits)
    total = info["bytes"]
    assert lines[0] == (
        f"total bytes: {total:,} is over the limit of 1,000 (by {total - 1000:,}, {total / 1000 - 1:+.1%})"
    )
    assert lines[1].startswith("gzip bytes: ") and lines[1].endswith(")")
    assert lines[2:] == [
        "shards: 3 is over the limit of 2 (by 1, +50.0%)",
        "parameters: 1,200 is over the limit of 1,000 (by 200, +20.0%)",
        "operations: 3 is over the limit of 2 (by 1, +50.0%)",
    ]


def test_differences_are_readable(tmp_path):
    snapshot = take_snapshot(*model(tmp_path / "before"))
    after = model(
        tmp_path / "after",
        ops=("Placeholder", "Const", "Add", "Einsum"),
        kernel=(31, 40),
        outputs=("a", "b"),
        quantize={"uint8": True},
    )
    lines = check(*after, {}, snapshot)
    assert lines[0].startswith("total bytes: 5,") and "%)" in lines[0]
    assert lines[2:] == [
        "parameters: 1,200 -> 1,240 (+40, +3.3%)",
        "~ outputs are in another order: b, a -> a, b",
        "~ operation Add: 1 -> 2",
        "+ operation Einsum: 1",
        "- operation MatMul: 1",
        "- operation Relu: 1",
        "~ weight dense/kernel: float32 [30, 40] -> float32 [31, 40] as uint8",
    ]


def test_inputs_and_outputs_are_compared(tmp_path):
    directory, info = model(tmp_path / "m")
    snapshot = take_snapshot(directory, info)
    changed = {**info, "inputs": [{"name": "x", "dtype": "int32", "shape": [1]}], "outputs": info["outputs"][:1]}
    assert check(directory, changed, {}, snapshot) == [
        "~ input x: float32 [?, 30] -> int32 [1]",
        "- output a: float32 of any shape",
    ]


def test_small_changes_of_size_are_tolerated(tmp_path):
    directory, info = model(tmp_path / "m")
    snapshot = take_snapshot(directory, info)
    snapshot["total_bytes"] += 20
    assert check(directory, info, {}, snapshot) == []
    (line,) = check(directory, info, {"tolerance": 0}, snapshot)
    assert line.startswith("total bytes: ") and "(-20, -0." in line


def test_many_differences_are_cut(tmp_path):
    directory, info = model(tmp_path / "m", ops=[f"Op{i:02}" for i in range(30)])
    snapshot = take_snapshot(directory, info) | {"operations": {"Add": 1}}
    lines = check(directory, info, {}, snapshot)
    assert len(lines) == 21 and lines[-1] == "... and 10 more operations that differ"


def test_snapshot_file(tmp_path):
    directory, info = model(tmp_path / "m")
    write_snapshot(tmp_path / "s.json", directory, info)
    assert read_snapshot(tmp_path / "s.json") == take_snapshot(directory, info)
    assert check(directory, info, {}, read_snapshot(tmp_path / "s.json")) == []
    first = (tmp_path / "s.json").read_bytes()
    write_snapshot(tmp_path / "s.json", directory, info)
    assert (tmp_path / "s.json").read_bytes() == first


def test_broken_snapshots(tmp_path):
    path = tmp_path / "s.json"
    with pytest.raises(InputError, match=r"'s\.json' is missing"):
        read_snapshot(path)
    path.write_text("{")
    with pytest.raises(InputError, match="not valid JSON"):
        read_snapshot(path)
    path.write_text(json.dumps({"a": 1}))
    with pytest.raises(InputError, match="is no snapshot"):
        read_snapshot(path)


@pytest.mark.parametrize("limits", [{"max_bytes": 1}, {"max_shards": -1}, {"max_shards": 1.5}, {"tolerance": 1}])
def test_unknown_limits(tmp_path, limits):
    with pytest.raises(OptionError):
        check(*model(tmp_path / "m"), limits)


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(InputError, match=r"has no model\.json"):
        measure(tmp_path, {})
    (tmp_path / "model.json").write_text("[]")
    with pytest.raises(InputError, match="holds a list"):
        measure(tmp_path, {})


def test_a_runtime_bundle_is_held_by_its_javascript_and_kernels(tmp_path):
    info = {
        "format": "runtime-bundle",
        "bytes": 2000,
        "gzip_bytes": 700,
        "kernels": {"cpu": ["Add", "Conv2D"], "wasm": ["Add"]},
    }
    figures = measure(tmp_path, info)
    assert (figures.total_bytes, figures.gzip_bytes) == (2000, 700)
    assert figures.operations == {"Add": 2, "Conv2D": 1}
    assert check(tmp_path, info, {"max_total_bytes": 2000, "max_operations": 3}) == []
    (line,) = check(tmp_path, info, {"max_gzip_bytes": 600})
    assert line == "gzip bytes: 700 is over the limit of 600 (by 100, +16.7%)"
    grown = {**info, "kernels": {"cpu": ["Add", "Conv2D", "Relu"]}}
    differences = check(tmp_path, grown, {}, take_snapshot(tmp_path, info))
    assert differences == ["~ operation Add: 2 -> 1", "+ operation Relu: 1"]
