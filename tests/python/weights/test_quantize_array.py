"""Threads change the time that an array takes, and never a code."""

import numpy as np
import pytest
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.quantize import affine
from tfjs_convert.weights.quantize_array import quantize_array


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("shape", [(1,), (7, 3), (1 << 19,), (3, 500_001)])
def test_codes_are_those_of_the_whole_array_at_once(dtype, shape):
    array = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    codes, line = quantize_array(array, dtype)
    assert line == affine(float(array.min()), float(array.max()), dtype)
    assert codes.dtype == dtype
    np.testing.assert_array_equal(codes, line.encode(array))
    # Half a step, and the rounding of float32.
    assert np.abs(line.decode(codes) - array).max() <= line.scale / 2 + np.spacing(np.abs(array).max())


def test_fortran_order_and_integers():
    array = np.asfortranarray(np.arange(-600, 600, dtype=np.int32).reshape(30, 40))
    codes, line = quantize_array(array, "uint16")
    np.testing.assert_array_equal(line.decode(codes, "int32"), array)


def test_what_has_no_codes_is_refused():
    with pytest.raises(InputError, match=r"is float64 \[2\]; give float32 or int32"):
        quantize_array(np.zeros(2), "uint8")
    with pytest.raises(InputError, match=r"is float32 \[0\]"):
        quantize_array(np.zeros(0, np.float32), "uint8")
    with pytest.raises(InputError, match="NaN or infinity"):
        quantize_array(np.array([1, np.nan], np.float32), "uint8")
    with pytest.raises(OptionError, match="'float16'; write uint8 or uint16"):
        quantize_array(np.zeros(2, np.float32), "float16")
