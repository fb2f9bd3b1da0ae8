"""Tensors in Const nodes, in every form that TensorFlow writes them."""

import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph import constants

from tests.support import graph_case as case

DTYPES = "float32 float64 float16 int32 int64 int16 int8 uint8 uint16 uint32 uint64 bool complex64 complex128".split()


def node_of(value):
    return case.of_op(case.build(lambda: tf.constant(value)), "Const")[0]


@pytest.mark.parametrize("dtype", [*DTYPES, ml_dtypes.bfloat16])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,), (2, 0)])
def test_reads_and_writes(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    node = node_of(array)
    read = constants.get(node)
    assert read.dtype == array.dtype and read.shape == shape
    np.testing.assert_array_equal(read, array)
    written = constants.make("c", array)
    assert written.attr["dtype"].type == node.attr["dtype"].type
    np.testing.assert_array_equal(tf.make_ndarray(written.attr["value"].tensor), array)


@pytest.mark.parametrize("dtype", [*DTYPES, ml_dtypes.bfloat16])
def test_short_lists_stand_for_repetition(dtype):
    node = node_of(np.array(1, dtype))
    tensor = node.attr["value"].tensor
    assert not tensor.tensor_content
    for size in (2, 3):
        tensor.tensor_shape.dim.add().size = size
    np.testing.assert_array_equal(constants.get(node), np.ones((2, 3), dtype))


def test_empty_lists_stand_for_zeros():
    node = node_of(np.float32(1))
    node.attr["value"].tensor.ClearField("float_val")
    node.attr["value"].tensor.tensor_shape.dim.add().size = 2
    np.testing.assert_array_equal(constants.get(node), np.zeros(2, np.float32))


def test_partly_written_lists_repeat_the_last():
    node = node_of(np.float32(1))
    tensor = node.attr["value"].tensor
    del tensor.float_val[:]
    tensor.float_val.extend([1, 2])
    tensor.tensor_shape.dim.add().size = 4
    np.testing.assert_array_equal(constants.get(node), np.array([1, 2, 2, 2], np.float32))


def test_strings():
    array = np.array([b"a", b"\xff", b""], object)
    read = constants.get(node_of(array))
    assert read.tolist() == array.tolist()
    assert tf.make_ndarray(constants.make("c", array).attr["value"].tensor).tolist() == array.tolist()


def test_types_without_arrays_are_named():
    node = node_of(np.float32(1))
    node.name = "odd"
    node.attr["value"].tensor.dtype = tf.qint8.as_datatype_enum
    with pytest.raises(UnsupportedError, match="'odd' has element type DT_QINT8"):
        constants.get(node)
