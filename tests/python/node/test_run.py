"""run.mjs and its Python face, on hand-made models."""

import json

import numpy as np
import pytest

from tests.support import tiny_models as tiny
from tests.support.node import Job, run_graph_model, run_layers_model, run_models

X = np.array([[1, -2, 3], [0.5, 0, -1]], np.float32)
PRODUCT = X @ np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.mark.parametrize("backend", ["cpu", "wasm"])
def test_graph_model_gives_outputs_by_public_name_in_the_signatures_order(tmp_path, backend):
    outputs = run_graph_model(tiny.affine(tmp_path / "m"), {"features": X}, backend)
    assert list(outputs) == ["zeta/y", "alpha"]
    np.testing.assert_allclose(outputs["zeta/y"], PRODUCT + np.array([0.5, -0.5, 1, 0], np.float32), rtol=1e-6)
    np.testing.assert_allclose(outputs["alpha"], np.maximum(PRODUCT, 0), rtol=1e-6)
    assert outputs["alpha"].dtype == np.float32


def test_weights_may_straddle_shards(tmp_path):
    model = tiny.affine(tmp_path / "m", shard_size=7)
    assert len(list(model.glob("*.bin"))) == 10
    np.testing.assert_allclose(run_graph_model(model, {"features": X})["alpha"], np.maximum(PRODUCT, 0), rtol=1e-6)


@pytest.mark.parametrize("backend", ["cpu", "wasm"])
def test_layers_model_is_run_by_layer_names(tmp_path, backend):
    outputs = run_layers_model(tiny.dense(tmp_path / "m"), {"features": X}, backend)
    kernel = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    np.testing.assert_allclose(outputs["scores"], X @ kernel + np.array([0.5, -0.5], np.float32), rtol=1e-6)


def identity_model(directory, kind, sizes, op="Identity", **attr):
    nodes = [tiny.placeholder("x", kind, *sizes), tiny.node("y", op, "x", T=tiny.dtype(kind), **attr)]
    return tiny.write_graph_model(
        directory, nodes, {"x": tiny.entry("x:0", kind, *sizes)}, {"y": tiny.entry("y:0", kind, *sizes)}
    )


@pytest.mark.parametrize(
    ("kind", "array", "expected"),
    [
        ("float32", np.array([[1.5, np.inf, np.nan]], np.float32), np.float32),
        ("float32", np.array(2.5, np.float32), np.float32),
        ("float32", np.array([[0.5, 65504, 6e-8]], np.float16), np.float32),
        ("float32", np.array([[0.1, 1e10]], np.float64), np.float32),
        ("float32", np.zeros((0, 3), np.float32), np.float32),
        ("float32", np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), np.float32),
        ("int32", np.array([[-(2**31), 2**31 - 1]], np.int32), np.int32),
        ("int32", np.array([[-5, 7]], np.int64), np.int32),
        ("int32", np.array([0, 255], np.uint8), np.int32),
        ("int32", np.array([-128, 127], np.int8), np.int32),
        ("int32", np.array([0, 65535], np.uint16), np.int32),
        ("int32", np.array([-3, 3], np.int16), np.int32),
        ("int32", np.array([3, 2**31 - 1], np.uint32), np.int32),
        ("bool", np.array([[True, False], [False, False]]), np.bool_),
        ("complex64", np.array([1 + 2j, -3.5j], np.complex64), np.complex64),
        ("complex64", np.array([[1 + 2j]], np.complex128), np.complex64),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")) or None,
)
def test_every_dtype_goes_there_and_back(tmp_path, kind, array, expected):
    model = identity_model(tmp_path / "m", kind, array.shape)
    actual = run_graph_model(model, {"x": array})["y"]
    assert actual.dtype == expected
    assert actual.shape == array.shape
    np.testing.assert_array_equal(actual, array.astype(expected))


def test_strings_keep_their_bytes(tmp_path):
    array = np.array([[b"plain", "späße".encode()], [b"\xff\x00not text", b""]], dtype=object)
    actual = run_graph_model(identity_model(tmp_path / "m", "string", (2, 2)), {"x": array})["y"]
    assert actual.tolist() == array.tolist()


def test_string_weights_are_read(tmp_path):
    words = np.array([b"a", b"", b"\xc3\xa4bc"], dtype=object)
    model = tiny.write_graph_model(
        tmp_path / "m",
        [tiny.constant("words", words), tiny.node("y", "Identity", "words", T=tiny.dtype("string"))],
        {},
        {"y": tiny.entry("y:0", "string", 3)},
        {"words": words},
        shard_size=5,
    )
    assert run_graph_model(model, {})["y"].tolist() == words.tolist()


def test_an_integer_beyond_int32_is_refused(tmp_path):
    model = identity_model(tmp_path / "m", "int32", (1,))
    (result,) = run_models([Job(model, {"x": np.array([2**31])})])
    assert result.stage == "inputs"
    assert "2147483648 does not fit int32" in result.error


def test_a_dynamic_graph_falls_back_to_execute_async(tmp_path):
    nodes = [tiny.placeholder("x", "bool", -1), tiny.node("y", "Where", "x", T=tiny.dtype("bool"))]
    model = tiny.write_graph_model(
        tmp_path / "m", nodes, {"x": tiny.entry("x:0", "bool", -1)}, {"y": tiny.entry("y:0", "int32", -1, 1)}
    )
    mask = {"x": np.array([False, True, True])}
    auto, forced = run_models([Job(model, mask), Job(model, mask, mode="predict")])
    assert auto.mode == "executeAsync"
    assert auto.outputs["y"].tolist() == [[1], [2]]
    assert forced.stage == "run"
    assert "executeAsync" in forced.error


def lookup_model(directory):
    """Words to numbers, by a table that the initializer fills and that both graphs know by its name."""
    kinds = {"key_dtype": tiny.dtype("string"), "value_dtype": tiny.dtype("float32")}
    words = np.array([b"one", b"two"], dtype=object)
    weights = {"words": words, "numbers": np.array([1, 2], np.float32), "unknown": np.array(-1, np.float32)}
    constants = {name: tiny.constant(name, array) for name, array in weights.items()}
    table = tiny.node("table", "HashTableV2", **kinds)
    find = {"Tin": tiny.dtype("string"), "Tout": tiny.dtype("float32")}
    return tiny.write_graph_model(
        directory,
        [
            tiny.placeholder("x", "string", -1),
            table,
            constants["unknown"],
            tiny.node("y", "LookupTableFindV2", "table", "x", "unknown", **find),
        ],
        {"x": tiny.entry("x:0", "string", -1)},
        {"y": tiny.entry("y:0", "float32", -1)},
        weights,
        modelInitializer={
            "node": [
                table,
                constants["words"],
                constants["numbers"],
                tiny.node("import", "LookupTableImportV2", "table", "words", "numbers", **find),
            ],
            "versions": {"producer": 1},
        },
    )


def test_tables_are_filled_before_the_first_run(tmp_path):
    model = lookup_model(tmp_path / "m")
    jobs = [Job(model, {"x": np.array(words, dtype=object)}) for words in (["two", "one"], ["three", "two"])]
    results = run_models(jobs)
    assert [result.error for result in results] == [None, None]
    assert [result.mode for result in results] == ["executeAsync", "executeAsync"]
    assert [result.outputs["y"].tolist() for result in results] == [[2, 1], [-1, 2]]


def test_a_failed_job_does_not_stop_the_others(tmp_path):
    good = tiny.affine(tmp_path / "good")
    unknown = tiny.write_graph_model(
        tmp_path / "unknown",
        [tiny.placeholder("x", "float32", 1), tiny.node("y", "NoSuchOp", "x")],
        {"x": tiny.entry("x:0", "float32", 1)},
        {"y": tiny.entry("y:0", "float32", 1)},
    )
    results = run_models(
        [
            Job(tmp_path / "absent", {}),
            Job(unknown, {"x": np.ones(1, np.float32)}),
            Job(good, {"features": np.ones((1, 2), np.float32)}),
            Job(good, {}),
            Job(good, {"features": X}),
        ]
    )
    assert [result.stage for result in results] == ["load", "run", "run", "run", None]
    assert "model.json" in results[0].error
    assert "NoSuchOp" in results[1].error
    assert "shape" in results[2].error
    assert results[4].mode == "predict"


def test_a_layers_model_says_which_inputs_it_takes(tmp_path):
    (result,) = run_models([Job(tiny.dense(tmp_path / "m"), {"wrong": X})])
    assert result.error == "the model takes [features], but [wrong] is given"


def test_two_outputs_of_one_node_come_back_apart_but_not_from_predict(tmp_path):
    nodes = [
        tiny.placeholder("x", "float32", 4),
        tiny.constant("axis", np.array(0, np.int32)),
        tiny.node("s", "Split", "axis", "x", T=tiny.dtype("float32"), num_split=tiny.integer(2)),
    ]
    outputs = {"low": tiny.entry("s:0", "float32", 2), "high": tiny.entry("s:1", "float32", 2)}
    model = tiny.write_graph_model(
        tmp_path / "m",
        nodes,
        {"x": tiny.entry("x:0", "float32", 4)},
        outputs,
        {"axis": np.array(0, np.int32)},
    )
    (result,) = run_models([Job(model, {"x": np.arange(4, dtype=np.float32)})])
    assert {name: value.tolist() for name, value in result.outputs.items()} == {"low": [0, 1], "high": [2, 3]}
    assert result.default_outputs == ("high", "high")


def test_node_refuses_flags_and_files_it_does_not_know(tmp_path):
    from tests.support.node import run_program

    done = run_program("run.mjs", "--job=x")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "--jobs=…" in done.stderr
    (tmp_path / "jobs.json").write_text(json.dumps({"not": "a list"}))
    done = run_program("run.mjs", f"--jobs={tmp_path / 'jobs.json'}", f"--results={tmp_path / 'r.json'}")
    assert "must hold a list" in done.stderr
    assert not (tmp_path / "r.json").exists()
