"""The arithmetic of quantized weights."""

import hashlib
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tfjs_convert.weights.quantize import affine, overflows_float16

# Nearer to the ends of float32, a code may be infinite; the writer refuses such weights.
finite = st.floats(-(2.0**127), 2.0**127, width=32)


def line_of(values, dtype):
    return affine(values.min(), values.max(), dtype)


@pytest.mark.parametrize(
    ("dtype", "minimum", "scale"),
    [("uint8", -0.10196078817049663, 0.0050980394085248315), ("uint16", -0.09999695197810769, 1.9836729216049928e-05)],
)
def test_reference_values(dtype, minimum, scale):
    line = line_of(np.array([0, -0.1, 1.2], np.float32), dtype)
    assert (line.minimum, line.scale) == (minimum, scale)


def test_matches_upstream_range_codes():
    values = np.array([6, 7], np.float32)
    line = line_of(values, "uint8")
    assert (line.minimum, line.scale) == (6.0, 1 / 255)
    assert line.encode(values).tolist() == [0, 255]


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("value", [0.0, 1.5, -3.25, 1e-30])
def test_equal_values_are_exact(dtype, value):
    values = np.full((3, 2), value, np.float32)
    line = line_of(values, dtype)
    codes = line.encode(values)
    assert line.scale == 1.0 and not codes.any() and codes.dtype == dtype
    np.testing.assert_array_equal(line.decode(codes), values)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize(("first", "last"), [(-3, -1), (-3, 0), (-3, 3), (0, 3), (1, 3)])
def test_float_ranges(dtype, first, last):
    values = np.linspace(first, last, 256, dtype=np.float32)
    line = line_of(values, dtype)
    assert line.scale == pytest.approx((last - first) / line.codes, abs=1e-7)
    back = line.decode(line.encode(values))
    np.testing.assert_allclose(back, values, atol=(last - first) / line.codes)
    if first <= 0 <= last:
        assert line.decode(line.encode(np.zeros(1, np.float32)))[0] == 0


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize(("first", "last"), [(-255, -1), (-255, 0), (-128, 127), (0, 255), (1, 255)])
def test_integers_come_back_exactly(dtype, first, last):
    values = np.arange(first, last + 1, dtype=np.int32)
    line = line_of(values, dtype)
    np.testing.assert_array_equal(line.decode(line.encode(values), "int32"), values)


def test_small_floats_to_five_decimals():
    values = np.array([-0.29098126, -0.24776903, -0.27248842, 0.23848203], np.float32)
    line = line_of(values, "uint16")
    np.testing.assert_allclose(line.decode(line.encode(values)), values, atol=5e-6)


@settings(deadline=None, max_examples=200)
@given(
    hnp.arrays(np.float32, hnp.array_shapes(max_dims=3, max_side=12), elements=finite),
    st.sampled_from(["uint8", "uint16"]),
)
def test_round_trip_within_half_a_step(values, dtype):
    line = line_of(values, dtype)
    codes = line.encode(values)
    assert codes.dtype == dtype
    back = line.decode(codes)
    rounding = np.maximum(np.abs(values), np.abs(back)).astype(np.float64) * 2.0**-23 + 2.0**-149
    error = np.abs(back.astype(np.float64) - values.astype(np.float64))
    exact_error = np.abs(codes * np.float64(line.scale) + line.minimum - values.astype(np.float64))
    assert (exact_error <= line.scale / 2 * (1 + 1e-9)).all() or values.min() == values.max()
    assert (error <= line.scale / 2 * (1 + 1e-9) + rounding).all()
    assert (back[values == 0] == 0).all()


@settings(deadline=None, max_examples=100)
@given(hnp.arrays(np.float32, 40, elements=finite), st.sampled_from(["uint8", "uint16"]))
def test_codes_are_those_of_python_floats(values, dtype):
    """One value at a time in Python's own arithmetic, which no NumPy version or vector unit touches."""
    line = line_of(values, dtype)
    top = line.codes * line.scale + line.minimum if values.min() <= 0 <= values.max() else float(values.max())
    expected = [round((min(max(float(v), line.minimum), top) - line.minimum) / line.scale) for v in values]
    assert line.encode(values).tolist() == expected


@pytest.mark.parametrize(
    ("dtype", "digest"),
    [("float16", "ba512f8a6f151bf0"), ("uint8", "b27db64fa8b987d0"), ("uint16", "9fe406d610b5c3ca")],
)
def test_codes_are_these_on_every_machine(dtype, digest):
    source = random.Random(5)
    values = np.array([source.random() + source.random() - source.random() for _ in range(100_000)]).astype(np.float32)
    codes = values.astype("<f2") if dtype == "float16" else line_of(values, dtype).encode(values)
    assert hashlib.sha256(codes.tobytes()).hexdigest()[:16] == digest


def test_codes_do_not_depend_on_layout_or_position():
    values = np.random.default_rng(3).normal(size=100_003).astype(np.float32)
    line = line_of(values, "uint16")
    codes = line.encode(values)
    np.testing.assert_array_equal(line.encode(values[1:])[:50], codes[1:51])
    np.testing.assert_array_equal(line.encode(values[::-1])[::-1], codes)


def test_minimum_is_never_a_negative_zero():
    for lo, hi in [(-0.0, 1.0), (0.0, 1.0), (-0.0, 0.0)]:
        assert str(affine(lo, hi, "uint8").minimum) == "0.0"


def test_float16_overflow_begins_where_rounding_does():
    assert not overflows_float16(-1.0, 65519.0)
    assert overflows_float16(-1.0, 65520.0)
    assert overflows_float16(-65520.0, 1.0)
    with np.errstate(over="ignore"):
        assert np.isinf(np.float32(65520.0).astype(np.float16)) and np.isfinite(np.float32(65519.0).astype(np.float16))


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-1e6, 1e6, width=32),
    st.floats(2.0**-10, 1e6, width=32),
    st.integers(0, 2**32 - 1),
)
def test_codes_at_the_boundaries_between_two(lo, width, seed):
    """Values on each boundary of two codes and right beside it, where float32 cannot tell: float64 decides."""
    lo, hi = np.float32(lo), np.float32(lo + width)
    line = affine(lo, hi, "uint8")
    boundaries = ((np.arange(-1, 256) + 0.5) * line.scale + line.minimum).astype(np.float32)
    anywhere = np.random.default_rng(seed).uniform(lo, hi, 100)
    values = [boundaries, np.nextafter(boundaries, lo), np.nextafter(boundaries, hi), anywhere, lo, hi]
    values = np.clip(np.hstack(values).astype(np.float32), lo, hi)
    expected = np.clip(np.rint((values.astype(np.float64) - line.minimum) / line.scale), 0, 255)
    np.testing.assert_array_equal(line.encode(values), expected)


@pytest.mark.parametrize(
    ("lo", "hi"),
    [(1e6, 1e6 + 1), (-1e-45, 1e-44), (-(2.0**127), 2.0**127), (1.0, np.nextafter(np.float32(1), np.float32(2)))],
    ids=["far from zero", "denormal", "huge", "neighbours"],
)
def test_codes_where_float32_is_of_no_use(lo, hi):
    values = np.linspace(lo, hi, 999, dtype=np.float64).astype(np.float32)
    line = line_of(values, "uint8")
    expected = np.clip(np.rint((values.astype(np.float64) - line.minimum) / line.scale), 0, 255)
    np.testing.assert_array_equal(line.encode(values), expected)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 3), (0, 4)])
def test_codes_of_any_size_and_shape(shape):
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    line = affine(-4.0, 4.0, "uint8")
    codes = line.encode(values)
    assert codes.shape == shape
    np.testing.assert_array_equal(codes, np.rint((values.astype(np.float64) - line.minimum) / line.scale))
