"""TensorFlow.js reads what is written: its own decoder against the reader, bit for bit."""

import json

import numpy as np
from tfjs_convert.artifact import write_model
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight

from tests.support import tiny_models as tiny
from tests.support.node import Job, run_models

NORMAL = np.random.default_rng(0).normal(size=(7, 20)).astype(np.float32)
RAMP = np.arange(-70, 900, 3, dtype=np.int32)
WEIGHTS = {
    "plain": NORMAL,
    "half": NORMAL * 3,
    "byte": NORMAL - 1,
    "word": NORMAL * 100,
    "byte_int": RAMP,
    "word_int": RAMP * 40,
    "flags": np.array([True, False, True]),
    "words": np.array([b"a", "ü".encode(), b""], object),
    "scalar": np.array(2.5, np.float32),
    "last": np.arange(5, dtype=np.int32),
}
QUANTIZE = {"float16": ["half"], "uint8": ["byte*"], "uint16": ["word_int", "word"]}


def write(directory, **options):
    """A graph model whose outputs are its weights."""
    kinds = {name: "string" if a.dtype == object else str(a.dtype) for name, a in WEIGHTS.items()}
    nodes = [tiny.placeholder("x", "float32", 1)]
    outputs = {}
    for name, array in WEIGHTS.items():
        nodes.append(tiny.constant(name, array))
        nodes.append(tiny.node(f"{name}_out", "Identity", name, T=tiny.dtype(kinds[name])))
        outputs[name] = tiny.entry(f"{name}_out:0", kinds[name], *array.shape)
    fields = {
        "format": "graph-model",
        "signature": {"inputs": {"x": tiny.entry("x:0", "float32", 1)}, "outputs": outputs},
        "modelTopology": {"node": nodes, "library": {}, "versions": {"producer": 1}},
    }
    weights = [[Weight.of(name, array) for name, array in WEIGHTS.items()]]
    write_model(directory, fields, weights, WeightOptions(quantize=QUANTIZE, quantize_int32=True, **options))
    return directory


def test_every_kind_of_weight(tmp_path):
    models = [
        write(tmp_path / "one"),
        write(tmp_path / "small", shard_size_bytes=101),
        write(tmp_path / "hashed", content_hashed_names=True, shard_size_bytes=300),
        write(tmp_path / "counted", shards=3),
    ]
    results = run_models([Job(model, {"x": np.zeros(1, np.float32)}) for model in models])
    for model, result in zip(models, results, strict=True):
        assert result.error is None
        manifest = json.loads((model / "model.json").read_bytes())["weightsManifest"]
        (weights,) = read_weights(manifest, model)
        assert list(result.outputs) == [weight.name for weight in weights]
        for weight in weights:
            expected, got = weight.load(), result.outputs[weight.name]
            assert got.shape == expected.shape
            assert got.tolist() == expected.tolist(), weight.name
    codes = {w["name"]: w["quantization"]["dtype"] for w in manifest[0]["weights"] if "quantization" in w}
    assert codes == {"half": "float16", "byte": "uint8", "word": "uint16", "byte_int": "uint8", "word_int": "uint16"}


def passing_through(directory, weights, **options):
    """A graph model that returns its input, and has weights that nothing reads."""
    nodes = [
        tiny.placeholder("x", "float32", 2),
        *(tiny.constant(weight.name, weight.load()) for weight in weights),
        tiny.node("y", "Identity", "x", T=tiny.dtype("float32")),
    ]
    fields = {
        "format": "graph-model",
        "signature": {
            "inputs": {"x": tiny.entry("x:0", "float32", 2)},
            "outputs": {"y": tiny.entry("y:0", "float32", 2)},
        },
        "modelTopology": {"node": nodes, "library": {}, "versions": {"producer": 1}},
    }
    write_model(directory, fields, [weights], WeightOptions(**options))
    return directory


def test_no_weights_empty_weights_and_equal_shards(tmp_path):
    zeros = [Weight.of("zeros", np.zeros(500, np.float32))]
    models = [
        passing_through(tmp_path / "none", []),
        passing_through(tmp_path / "empty", [Weight.of("empty", np.zeros((0, 3), np.float32))]),
        passing_through(tmp_path / "equal", zeros, content_hashed_names=True, shard_size_bytes=400),
    ]
    assert len(list((tmp_path / "equal").iterdir())) == 2
    for result in run_models([Job(model, {"x": np.array([1, 2], np.float32)}) for model in models]):
        assert result.error is None and result.outputs["y"].tolist() == [1, 2]
