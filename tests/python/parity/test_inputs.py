"""Seeded inputs: the same everywhere, and within what the model takes."""

import hashlib

import numpy as np
import pytest
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.parity.files import read_array, write_array
from tfjs_convert.parity.inputs import WORDS, make_inputs
from tfjs_convert.parity.recording import Run, read_runs, write_runs

PORTS = [
    {"name": "x", "dtype": "float32", "shape": [None, 3]},
    {"name": "ids", "dtype": "int32", "shape": [None, None]},
    {"name": "on", "dtype": "bool", "shape": [40]},
    {"name": "text", "dtype": "string", "shape": [None]},
    {"name": "wave", "dtype": "complex64", "shape": [8]},
    {"name": "any", "dtype": "float32", "shape": None},
    {"name": "scalar", "dtype": "float32", "shape": []},
]


def test_shapes_dtypes_and_default_ranges():
    inputs = make_inputs(PORTS, 0)
    assert {name: array.shape for name, array in inputs.items()} == {
        **{"x": (2, 3), "ids": (2, 32), "on": (40,), "text": (2,), "wave": (8,), "any": (2, 32), "scalar": ()},
    }
    assert inputs["x"].dtype == np.float32 and 0 <= inputs["x"].min() and inputs["x"].max() < 1
    assert set(np.unique(inputs["ids"])) == {0, 1}
    assert set(np.unique(inputs["on"])) == {False, True}
    assert all(word in WORDS for word in inputs["text"])
    assert inputs["wave"].dtype == np.complex64 and (inputs["wave"].imag != 0).all()


def test_values_are_fixed_for_ever():
    values = make_inputs([{"name": "x", "dtype": "float32", "shape": [1000]}], 7)["x"]
    digest = hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()
    assert digest == "5a531c376a8002ee969f42d737358e09469090094c18af453ce0ac6a49b290fa"


def test_values_depend_on_seed_and_name_alone():
    alone = make_inputs(PORTS[:1], 0)["x"]
    np.testing.assert_array_equal(make_inputs(PORTS[::-1], 0)["x"], alone)
    assert (make_inputs(PORTS, 1)["x"] != alone).any()
    assert (make_inputs([{**PORTS[0], "name": "other"}], 0)["other"] != alone).any()


def test_ranges_and_shapes_by_name():
    inputs = make_inputs(PORTS, 0, {"x": (-4, -3), "ids": (5, 7)}, {"x": (9, 3), "any": (1, 2, 3)})
    assert inputs["x"].shape == (9, 3) and inputs["x"].min() >= -4 and inputs["x"].max() < -3
    assert set(np.unique(inputs["ids"])) == {5, 6, 7}
    assert inputs["any"].shape == (1, 2, 3)


@pytest.mark.parametrize(
    ("ranges", "shapes", "sentence"),
    [
        ({"z": (0, 1)}, {}, 'A range is given for "z", but'),
        ({}, {"z": (1,)}, 'A shape is given for "z", but'),
        ({"on": (0, 1)}, {}, "does not fit the input"),
        ({"x": (1, 0)}, {}, "does not fit the input"),
        ({}, {"x": (2, 4)}, r"The shape \[2, 4\] does not fit"),
        ({}, {"x": (3,)}, r"The shape \[3\] does not fit"),
    ],
)
def test_what_does_not_fit_is_refused(ranges, shapes, sentence):
    with pytest.raises(OptionError, match=sentence):
        make_inputs(PORTS, 0, ranges, shapes)


def test_resources_are_not_made_up():
    with pytest.raises(OptionError, match="no random values"):
        make_inputs([{"name": "table", "dtype": "resource", "shape": []}], 0)


def test_files_go_there_and_back(tmp_path):
    for index, (name, array) in enumerate(make_inputs(PORTS, 3).items()):
        path = write_array(tmp_path / f"{index}.{name}", array)
        np.testing.assert_array_equal(read_array(path), array)
    fortran = np.asfortranarray(np.arange(6).reshape(2, 3))
    assert np.load(write_array(tmp_path / "f", fortran)).flags.c_contiguous
    words = np.array([["a", b"\xff"]], dtype=object)
    assert read_array(write_array(tmp_path / "s", words)).tolist() == [[b"a", b"\xff"]]


def test_unreadable_arrays_are_named(tmp_path):
    (tmp_path / "bad.npy").write_text("no array")
    (tmp_path / "bad.json").write_text('{"values": [1]}')
    for name in ("bad.npy", "bad.json", "absent.npy"):
        with pytest.raises(InputError, match=name):
            read_array(tmp_path / name)


def test_runs_go_there_and_back_in_order(tmp_path):
    runs = [Run(f"seed_{s}", make_inputs(PORTS, s), {"z/out:0": np.ones(2), "a": np.array(s)}) for s in (0, 5)]
    write_runs(tmp_path / "r", runs)
    again = read_runs(tmp_path / "r")
    assert [run.name for run in again] == ["seed_0", "seed_5"]
    assert list(again[1].inputs) == [port["name"] for port in PORTS]
    assert list(again[1].outputs) == ["z/out:0", "a"]
    assert again[1].outputs["a"] == 5
    np.testing.assert_array_equal(again[1].inputs["x"], runs[1].inputs["x"])


def test_a_reference_without_outputs_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_runs(tmp_path)
    for runs in ([], [Run("seed_0", {}, {})]):
        write_runs(tmp_path, runs) if runs else (tmp_path / "reference.json").write_text('{"runs": []}')
        with pytest.raises(InputError, match="nothing can be compared"):
            read_runs(tmp_path)
