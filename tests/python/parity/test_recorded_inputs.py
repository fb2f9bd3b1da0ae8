"""Recorded inputs: arrays by name from one file, as the model's dtypes, and what does not fit it."""

import json

import numpy as np
import pytest
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.parity.recorded_inputs import recorded_inputs

PORTS = [
    {"name": "scope/image", "dtype": "float32", "shape": [None, 2]},
    {"name": "ids", "dtype": "int32", "shape": [3]},
    {"name": "text", "dtype": "string", "shape": None},
    {"name": "on", "dtype": "bool", "shape": []},
]
VALUES = {"ids": [1, 2, 3], "on": True, "text": ["a", "gr\u00fc\u00df"], "scope/image": [[0, 1], [2, 3.5]]}


def check(arrays):
    assert list(arrays) == ["scope/image", "ids", "text", "on"]
    assert [array.dtype for array in arrays.values()] == [np.float32, np.int32, object, np.bool_]
    np.testing.assert_array_equal(arrays["scope/image"], VALUES["scope/image"])
    assert arrays["text"].tolist() == [b"a", "gr\u00fc\u00df".encode()]
    assert arrays["on"].shape == ()


def test_npz(tmp_path):
    np.savez(tmp_path / "x.npz", **{name: np.array(values) for name, values in VALUES.items()})
    check(recorded_inputs(tmp_path / "x.npz", PORTS))


def test_json(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(VALUES))
    check(recorded_inputs(tmp_path / "x.json", PORTS))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ids": None}, "holds inputs for ['on', 'scope/image', 'text'], but the model's are"),
        ({"other": [1]}, "holds inputs for ['ids', 'on', 'other', 'scope/image', 'text'], but"),
        ({"ids": [1.5, 2, 3]}, '"x.json" holds float64 for the input "ids", which takes int32.'),
        ({"text": [1]}, 'holds int64 for the input "text", which takes string.'),
        ({"ids": [1, 2]}, 'holds the shape [2] for the input "ids", which takes [3].'),
        ({"scope/image": [1, 2]}, 'holds the shape [2] for the input "scope/image", which takes [None, 2].'),
    ],
)
def test_what_does_not_fit(tmp_path, change, sentence):
    values = {name: value for name, value in (VALUES | change).items() if value is not None}
    (tmp_path / "x.json").write_text(json.dumps(values))
    with pytest.raises(OptionError) as raised:
        recorded_inputs(tmp_path / "x.json", PORTS)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", "[1, 2]"),
        ("x.json", "{"),
        ("x.json", '{"ids": [[1], [2, 3]]}'),
        ("x.npz", "no archive"),
        ("x.npz", ""),
        ("absent.npz", None),
    ],
)
def test_what_cannot_be_read(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError) as raised:
        recorded_inputs(tmp_path / name, PORTS)
    assert f'"{name}" cannot be read as' in str(raised.value)


def test_an_array_alone_is_no_npz(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    (tmp_path / "x.npy").rename(tmp_path / "x.npz")
    with pytest.raises(InputError):
        recorded_inputs(tmp_path / "x.npz", PORTS)
