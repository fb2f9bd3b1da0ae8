"""Checkpoints that TensorFlow wrote, read without it."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tfjs_convert.errors import InputError
from tfjs_convert.sources import checkpoint
from tfjs_convert.sources.checkpoint import Checkpoint, Slice

v1 = tf.compat.v1


def _save(prefix, arrays):
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=list(arrays),
        shape_and_slices=[""] * len(arrays),
        tensors=[tf.constant(array) for array in arrays.values()],
    )
    return Checkpoint(prefix)


def test_names_types_and_values(tmp_path):
    random = np.random.default_rng(0)
    arrays = {f"layer_{i}/kernel": random.normal(size=(i % 5, 3)).astype(np.float32) for i in range(400)}
    arrays["wide"] = random.normal(size=(2, 2))
    arrays["whole"] = np.array([2**40, -1])
    arrays["truth"] = np.array([True, False])
    arrays["scalar"] = np.float32(3.5)
    arrays["waves"] = np.array([1 + 2j], np.complex64)
    arrays["text"] = np.array([[b"", b"a" * 300], ["ü".encode(), b"\0"]], object)
    read = _save(tmp_path / "variables", arrays)
    assert read.names() == sorted(arrays)
    for name, array in arrays.items():
        assert read.info(name) == (np.asarray(array).dtype, np.asarray(array).shape)
        np.testing.assert_array_equal(read.read(name), array)
    np.testing.assert_array_equal(read.read("wide", Slice((1, 0), (1, 2))), arrays["wide"][1:])
    with pytest.raises(InputError, match="no tensor named 'nothing'"):
        read.read("nothing")


@pytest.mark.parametrize("rows", [3, 70, 9000, 300_000])
def test_tensors_saved_in_slices(tmp_path, rows):
    whole = np.arange(rows * 2, dtype=np.float32).reshape(rows, 2)
    cut = rows // 3
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "variables"),
        tensor_names=["w", "w"],
        shape_and_slices=[f"{rows} 2 0,{cut}:-", f"{rows} 2 {cut},{rows - cut}:-"],
        tensors=[tf.constant(whole[:cut]), tf.constant(whole[cut:])],
    )
    read = Checkpoint(tmp_path / "variables")
    assert read.names() == ["w"]
    np.testing.assert_array_equal(read.read("w"), whole)
    np.testing.assert_array_equal(read.read("w", Slice((cut, 0), (rows - cut, 2))), whole[cut:])
    np.testing.assert_array_equal(read.read("w", Slice((1, 1), (rows - 1, 1))), whole[1:, 1:])


@given(st.binary(max_size=300))
def test_rubbish_is_refused(data):
    with pytest.raises((ValueError, IndexError)):
        list(checkpoint._table_entries(data))


def test_slice_spelled_as_restoring_operations_do():
    assert checkpoint.parse_slice("") is None
    assert checkpoint.parse_slice("10 4 2,5:-") == ((10, 4), Slice((2, 0), (5, 4)))
