"""Graph models of before TensorFlow.js 1.0, written as they were then: in today's TensorFlow.js, with their numbers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tfjs_convert import tf_core
from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights

from tests.support.node import run_graph_model

MAIN = "import sys; from tfjs_convert.cli import pb2json; sys.exit(pb2json.main())"
KERNEL = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)
BIAS = np.array([0.5, -1, 2, 0], np.float32)
X = np.array([[1, 2, 3], [-1, 0.5, 0]], np.float32)


def stripped(name, array):
    """A constant as the old converter left it: dtype and shape, no value."""
    node = tensors.const(name, array)
    shape = node.attr["value"].tensor.tensor_shape
    node.attr["value"].tensor.CopyFrom(
        tf_core.tensor_pb2.TensorProto(dtype=node.attr["dtype"].type, tensor_shape=shape)
    )
    return node


def old_model(directory, operation="Add", **options):
    """`relu(x @ kernel + bias)` and the product, in the old layout with two shards."""
    directory.mkdir()
    number = dtypes.from_numpy(np.dtype(np.float32))
    x = tensors.node("x", "Placeholder")
    x.attr["dtype"].type = number
    tensors.set_shape(x.attr["shape"].shape, [-1, 3])
    graph = tf_core.GraphDef()
    graph.versions.producer = 27
    nodes = [
        x,
        stripped("dense/kernel", KERNEL),
        stripped("dense/bias", BIAS),
        tensors.node("dense/MatMul", "MatMul", ["x", "dense/kernel"]),
        tensors.node("dense/add", operation, ["dense/MatMul", "dense/bias"]),
        tensors.node("y", "Relu", ["dense/add"]),
        tensors.node("doubled", "Add", ["dense/MatMul", "dense/MatMul"]),
    ]
    for node in nodes[3:]:
        node.attr["T"].type = number
    graph.node.extend(nodes)
    (directory / "tensorflowjs_model.pb").write_bytes(graph.SerializeToString())
    weights = [Weight.of("dense/kernel", KERNEL), Weight.of("dense/bias", BIAS)]
    written = write_weights([weights], directory, WeightOptions(shard_size_bytes=40, **options))
    (directory / "weights_manifest.json").write_text(json.dumps(written.manifest))
    return directory


def run(*words):
    found = os.environ.get("TFJS_TEST_PB2JSON")
    command = [str(Path(found).absolute())] if found else [sys.executable, "-c", MAIN]
    return subprocess.run([*command, *map(str, words)], capture_output=True, text=True, check=False)


def test_numbers(tmp_path):
    old = old_model(tmp_path / "old")
    (tmp_path / "m.json").write_text("[1]")
    done = run(f"--metadata=m:{tmp_path / 'm.json'}", old, tmp_path / "new")
    assert (done.returncode, done.stderr) == (0, "")
    outputs = run_graph_model(tmp_path / "new", {"x": X})
    assert list(outputs) == ["y", "doubled"]
    np.testing.assert_allclose(outputs["y"], np.maximum(X @ KERNEL + BIAS, 0), rtol=1e-6)
    np.testing.assert_allclose(outputs["doubled"], 2 * (X @ KERNEL), rtol=1e-6)
    model = json.loads((tmp_path / "new" / "model.json").read_text())
    assert (model["format"], model["userDefinedMetadata"]) == ("graph-model", {"m": [1]})
    for shard in ("group1-shard1of2.bin", "group1-shard2of2.bin"):
        assert (tmp_path / "new" / shard).read_bytes() == (old / shard).read_bytes()
    again = run(old / "tensorflowjs_model.pb", tmp_path / "again", f"--metadata=m:{tmp_path / 'm.json'}")
    assert again.returncode == 0
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((tmp_path / "new" / n).read_bytes() == (tmp_path / "again" / n).read_bytes() for n in names)


def test_quantized_weights_stay_as_they_are(tmp_path):
    old = old_model(tmp_path / "old", quantize={"uint8": True}, channel_spread="allow")
    assert run(old, tmp_path / "new").returncode == 0
    (group,) = json.loads((tmp_path / "new" / "model.json").read_text())["weightsManifest"]
    assert group["weights"] == json.loads((old / "weights_manifest.json").read_text())[0]["weights"]
    outputs = run_graph_model(tmp_path / "new", {"x": X})
    np.testing.assert_allclose(outputs["y"], np.maximum(X @ KERNEL + BIAS, 0), atol=0.05)


def test_operation_that_there_is_not(tmp_path):
    old = old_model(tmp_path / "old", operation="Nonsense")
    done = run(old, tmp_path / "new")
    assert done.returncode == 1 and "Nonsense" in done.stderr and not (tmp_path / "new").exists()
    assert run("--skip_op_check", old, tmp_path / "new").returncode == 0


def edit_manifest(old, change):
    manifest = json.loads((old / "weights_manifest.json").read_text())
    change(manifest[0])
    (old / "weights_manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "damage, said",
    [
        (lambda old: (old / "weights_manifest.json").unlink(), "`weights_manifest.json` cannot be opened"),
        (lambda old: (old / "tensorflowjs_model.pb").unlink(), "`tensorflowjs_model.pb` cannot be opened"),
        (lambda old: (old / "weights_manifest.json").write_text("{"), "JSON"),
        (lambda old: (old / "weights_manifest.json").write_text("{}"), "must be a list of groups"),
        (lambda old: (old / "tensorflowjs_model.pb").write_bytes(b"\xff\xff"), "no GraphDef"),
        (lambda old: (old / "tensorflowjs_model.pb").write_bytes(b""), "without nodes"),
        (lambda old: (old / "group1-shard2of2.bin").unlink(), "group1-shard2of2.bin"),
        (lambda old: (old / "group1-shard2of2.bin").write_bytes(b"12"), "fewer"),
        (lambda old: edit_manifest(old, lambda g: g["weights"][1].update(name="other")), "'dense/bias'"),
        (lambda old: edit_manifest(old, lambda g: g["weights"][0].update(shape=[4, 3])), "the shape [4, 3]"),
        (lambda old: edit_manifest(old, lambda g: g["weights"][0].update(dtype="int32")), "is int32"),
        (lambda old: edit_manifest(old, lambda g: g["paths"].__setitem__(0, "../m.bin")), "'../m.bin'"),
    ],
)
def test_damaged_files(tmp_path, damage, said):
    old = old_model(tmp_path / "old")
    (tmp_path / "m.bin").write_bytes(bytes(40))
    damage(old)
    done = run(old, tmp_path / "new")
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.bin", "old"]


def test_usage(tmp_path):
    assert run("only-one").returncode == 2
    old = old_model(tmp_path / "old")
    same = run(old, old)
    assert same.returncode == 1 and "name another one" in same.stderr
