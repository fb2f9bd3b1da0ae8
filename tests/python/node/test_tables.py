"""The tables hold known facts of TensorFlow.js 4.22.0, and what they say is what the runtime does."""

import json
from pathlib import Path

import numpy as np
import pytest
from tfjs_convert import tables as tables_module
from tfjs_convert.errors import InputError

from tests.support import tiny_models as tiny
from tests.support.node import Job, node_modules, run_models, run_program

NAMES = ("ops", "kernels", "layers")


@pytest.fixture(scope="module")
def directory(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for name in NAMES:
        done = run_program(f"tables/{name}.mjs", f"--output={folder / name}.json")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def tables(directory) -> tables_module.Tables:
    return tables_module.load(str(directory))


def test_every_op_of_the_21_lists_is_there(tables):
    assert len(tables.ops) == 248
    assert len({op.category for op in tables.ops.values()}) == 21
    assert tables.versions["tfjs-converter"] == tables.versions["tfjs-backend-wasm"] == "4.22.0"


def test_ragged_and_forest_ops_are_listed_but_not_mapped(tables):
    unmapped = {name for name, op in tables.ops.items() if not op.mapped}
    assert unmapped == {
        *("RaggedGather", "RaggedRange", "RaggedTensorToTensor"),
        *("SimpleMLCreateModelResource", "SimpleMLInferenceOpWithHandle", "SimpleMLLoadModelFromPathWithHandle"),
    }
    assert not tables.ops["RaggedRange"].runs
    assert tables.ops["MatMul"].runs


def test_every_mapped_op_is_implemented(tables):
    assert [name for name, op in tables.ops.items() if op.mapped and not op.implemented] == []


def test_inputs_and_attributes_are_as_the_package_lists_them(tables):
    conv = tables.ops["_FusedConv2D"]
    assert [entry["name"] for entry in conv.inputs] == ["x", "filter", "args"]
    assert {entry["tfName"] for entry in conv.attrs} >= {"strides", "padding", "fused_ops", "num_args", "epsilon"}
    assert tables.ops["StringSplit"].outputs == ("indices", "values", "shape")


def test_async_ops(tables):
    waiting = {name for name, op in tables.ops.items() if op.is_async}
    assert waiting >= {
        "While",
        "If",
        "StatelessIf",
        "Switch",
        "Where",
        "NonMaxSuppressionV4",
        "ListDiff",
        "HashTableV2",
    }
    assert waiting >= {name for name in tables.ops if name.startswith(("TensorList", "TensorArray"))}
    assert waiting.isdisjoint({"MatMul", "Einsum", "Unique", "TopKV2"})


def test_kernels_are_told_by_backend(tables):
    present = {path.name for path in Path(node_modules(), "@tensorflow").glob("tfjs-backend-*")}
    assert {f"tfjs-backend-{backend}" for backend in tables.kernels} == present
    assert {"cpu", "wasm", "webgl"} <= set(tables.kernels)
    assert "Einsum" in tables.kernels["cpu"]
    assert "Einsum" not in tables.kernels["wasm"]
    assert "FFT" in tables.kernels["webgl"]


def test_ops_name_the_kernels_they_cannot_do_without(tables):
    assert tables.ops["MatMul"].kernels == ("BatchMatMul",)
    assert tables.ops["_FusedMatMul"].kernels == ("_FusedMatMul",)
    assert tables.ops["FusedDepthwiseConv2dNative"].kernels == ("FusedDepthwiseConv2D",)
    assert set(tables.ops["RFFT"].kernels) >= {"Complex", "FFT", "Real", "Imag"}
    assert tables.ops["Abs"].kernels == ("Abs",)
    assert "ComplexAbs" in tables.ops["ComplexAbs"].kernels
    assert "LogSoftmax" not in tables.ops["LogSoftmax"].kernels
    assert tables.missing_kernels("Einsum", "wasm") == ("Einsum",)
    assert tables.missing_kernels("Einsum", "cpu") == ()


def test_no_op_lacks_a_kernel_on_cpu_or_webgl(tables):
    for backend in ("cpu", "webgl"):
        assert {
            op: tables.missing_kernels(op, backend) for op in tables.ops if tables.missing_kernels(op, backend)
        } == {}


def unary(directory: Path, op: str, kind: str, out: str, *sizes: int, **attr: dict) -> Path:
    nodes = [tiny.placeholder("x", kind, *sizes), tiny.node("y", op, "x", T=tiny.dtype(kind), **attr)]
    return tiny.write_graph_model(
        directory, nodes, {"x": tiny.entry("x:0", kind, *sizes)}, {"y": tiny.entry("y:0", out, *sizes)}
    )


def test_one_input_ops_run_on_wasm_exactly_where_the_tables_say(tables, tmp_path):
    """Runs every op of one float tensor, so that the reading of the sources is held against the runtime."""
    names = [
        name
        for name, op in tables.ops.items()
        if op.category == "basic_math" and [entry["type"] for entry in op.inputs] == ["tensor"]
    ]
    assert len(names) > 30
    feed = {"x": np.full((2, 3), 0.5, np.float32)}
    jobs = [Job(unary(tmp_path / name, name, "float32", "float32", 2, 3), feed, "wasm") for name in names]
    failed = {name for name, result in zip(names, run_models(jobs), strict=True) if result.error is not None}
    missing = {name for name in names if tables.missing_kernels(name, "wasm")}
    # Of a float, ComplexAbs is just Abs; the others have no kernel.
    assert failed == missing - {"ComplexAbs"}
    assert missing == {"ComplexAbs", "Imag", "Real"}


def test_an_unmapped_op_loads_and_cannot_run(tmp_path):
    (result,) = run_models(
        [Job(unary(tmp_path / "m", "RaggedGather", "float32", "float32", 2), {"x": np.ones(2, np.float32)})]
    )
    assert result.stage == "run"
    assert "Unknown op 'RaggedGather'" in result.error


def test_layer_classes_by_kind(tables):
    assert len(tables.classes) == 112
    assert set(tables.of_kind("activation")) >= {"relu", "hardSigmoid", "gelu_new"}
    assert set(tables.of_kind("regularizer")) == {"L1L2"}
    assert set(tables.of_kind("constraint")) == {"MaxNorm", "UnitNorm", "NonNeg", "MinMaxNorm"}
    assert {"Dense", "LSTM", "Bidirectional", "Rescaling"} <= set(tables.of_kind("layer"))
    assert {"Attention", "MultiHeadAttention", "Normalization", "Subtract"}.isdisjoint(tables.classes)
    assert tables.classes["Identity"].kind == "initializer"
    assert tables.classes["LSTM"].bases == ("RNN", "Layer")
    assert tables.identifiers["initializer"]["glorotUniform"] == "GlorotUniform"


def test_configurations_tell_what_is_read_and_what_stands_in(tables):
    dense = tables.classes["Dense"]
    assert dense.config["units"].required
    assert dense.config["kernelInitializer"].default == "glorotNormal"
    assert dense.config["useBias"].default is True
    assert dense.reads("kernel_initializer") and dense.reads("trainable")
    assert not dense.reads("lora_rank")
    assert not tables.classes["Conv2D"].reads("groups")
    assert tables.classes["GRU"].reads("reset_after")
    assert tables.classes["BatchNormalization"].config["epsilon"].default == 1e-3
    assert tables.classes["LSTM"].config["recurrentActivation"].default == "hardSigmoid"
    assert set(tables.classes["L1L2"].config) == {"l1", "l2"}
    # Declared, but its constructor takes the depthwise one instead.
    assert not tables.classes["SeparableConv2D"].reads("pointwise_initializer")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("kernel_initializer", "kernelInitializer"),
        ("l1", "l1"),
        ("_", "_"),
        ("a__b", "aB"),
        ("_x", "X"),
        ("units", "units"),
    ],
)
def test_camel_case_is_the_loaders(key, expected):
    assert tables_module.camel_case(key) == expected


def test_tables_are_the_same_bytes_every_time(directory, tmp_path):
    for name in NAMES:
        run_program(f"tables/{name}.mjs", f"--output={tmp_path / name}.json")
        assert (tmp_path / f"{name}.json").read_bytes() == (directory / f"{name}.json").read_bytes()


def test_missing_or_foreign_tables_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TFJS_CONVERT_TABLES", str(tmp_path))
    with pytest.raises(InputError, match=r"ops\.json.*cannot be read"):
        tables_module.load()
    for name in NAMES:
        (tmp_path / f"{name}.json").write_text(json.dumps({}))
    with pytest.raises(InputError, match="write them again"):
        tables_module.load()
