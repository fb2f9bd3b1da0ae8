"""Errors that are recorded, choices that follow from them, and weights that cannot be quantized."""

import numpy as np
import pytest
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.quantize import affine
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights


def write(tmp_path, data, *, is_variable=True, name="w", **options):
    result = write_weights([[Weight.of(name, data, is_variable)]], tmp_path, WeightOptions(**options))
    return result.manifest[0]["weights"][0], result.quality[0]


def read(tmp_path, entry, count):
    (path,) = tmp_path.iterdir()
    q = entry["quantization"]
    codes = np.frombuffer(path.read_bytes(), q["dtype"], count)
    if q["dtype"] == "float16":
        return codes.astype(np.float32)
    return (codes * np.float64(q["scale"]) + q["min"]).astype(np.float32)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("dtype", ["float16", "uint8", "uint16"])
@pytest.mark.parametrize("shape", [(40, 300, 7), (1000,), (3, 3, 32, 1), (70_000, 3)])
def test_recorded_error_is_the_error_of_the_file(tmp_path, dtype, shape):
    data = normal(*shape)
    entry, quality = write(tmp_path, data, quantize={dtype: True})
    error = np.abs(read(tmp_path, entry, data.size).reshape(shape).astype(np.float64) - data)
    assert quality["quantization"] == dtype
    assert quality["max_error"] == error.max()
    assert quality["rms_error"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-5)
    assert quality["relative_error"] == pytest.approx(error.max() / np.abs(data).max())
    assert (quality["min"], quality["max"]) == (data.min(), data.max())
    assert quality["bytes_saved"] == data.nbytes - quality["bytes"]
    assert quality["bytes"] == data.size * (1 if dtype == "uint8" else 2)
    if len(shape) == 1:
        assert "channels" not in quality
        return
    per_channel = error.reshape(-1, shape[-1] if shape[-1] > 1 else shape[-2]).max(axis=0)
    assert quality["channels"]["count"] == per_channel.size
    np.testing.assert_allclose(quality["channels"]["max_error"], per_channel, rtol=1e-3)


def test_depthwise_kernels_have_a_channel_for_each_input_and_multiplier(tmp_path):
    _, quality = write(tmp_path, normal(3, 3, 8, 2), name="dw/depthwise_kernel", quantize={"uint16": True})
    assert quality["channels"]["count"] == 16


def test_many_channels_are_summed_up(tmp_path):
    _, quality = write(tmp_path, normal(2, 2000), quantize={"uint16": True})
    assert quality["channels"]["count"] == 2000 and len(quality["channels"]["worst"]) == 8
    assert "max_error" not in quality["channels"]


def test_plain_weights_have_a_range_and_no_error(tmp_path):
    _, quality = write(tmp_path, np.array([-2, 0.5], np.float32))
    assert quality == {
        "name": "w",
        "shape": [2],
        "dtype": "float32",
        "variable": True,
        "bytes": 8,
        "min": -2.0,
        "max": 0.5,
    }


def spread():
    data = normal(3, 3, 32, 1)
    data[:, :, :13] *= 0.005
    return data


def test_uint8_is_raised_where_channels_differ(tmp_path):
    entry, quality = write(tmp_path, spread(), quantize={"uint8": True})
    assert entry["quantization"]["dtype"] == quality["quantization"] == "uint16"
    assert quality["note"] == "raised from uint8 to uint16: 13 of 32 channels would be left with fewer than 16 codes"


def test_uint8_is_refused_where_channels_differ(tmp_path):
    with pytest.raises(OptionError, match="'w' spreads too widely for uint8: 13 of 32 channels"):
        write(tmp_path, spread(), quantize={"uint8": True}, channel_spread="refuse")
    assert list(tmp_path.iterdir()) == []


def test_uint8_where_channels_differ_can_be_allowed(tmp_path):
    entry, _ = write(tmp_path, spread(), quantize={"uint8": True}, channel_spread="allow")
    assert entry["quantization"]["dtype"] == "uint8"


def test_channels_of_zeros_and_alike_channels_are_no_reason(tmp_path):
    data = normal(64, 32)
    data[:, 3] = 0
    entry, _ = write(tmp_path, data, quantize={"uint8": True}, channel_spread="refuse")
    assert entry["quantization"]["dtype"] == "uint8"


def test_a_dense_kernel_with_one_output_has_one_channel(tmp_path):
    data = normal(64, 1)
    data[3] = 1e-6
    entry, _ = write(tmp_path, data, quantize={"uint8": True}, channel_spread="refuse")
    assert entry["quantization"]["dtype"] == "uint8"


@pytest.mark.parametrize(
    ("max_error", "expected"), [(0.01, "uint8"), (0.001, "uint16"), (1e-6, None), (0.0, None), (1.0, "uint8")]
)
def test_auto_takes_the_smallest_type_inside(tmp_path, max_error, expected):
    data = normal(400, 30)
    entry, quality = write(tmp_path, data, quantize="auto", max_error=max_error)
    assert entry.get("quantization", {}).get("dtype") == expected
    if expected:
        assert quality["max_error"] <= max_error * np.abs(data).max()


def test_auto_prefers_the_closer_of_two_bytes(tmp_path):
    data = np.array([1024, 0.5, 0.25, 2], np.float32)
    entry, quality = write(tmp_path, data, quantize="auto", max_error=1e-7)
    assert entry["quantization"]["dtype"] == "float16" and quality["max_error"] == 0


def test_auto_never_takes_a_float16_that_overflows(tmp_path):
    entry, _ = write(tmp_path, np.array([70000, 100.3, 1.7], np.float32), quantize="auto", max_error=1e-4)
    assert entry["quantization"]["dtype"] == "uint16"


def test_auto_widens_for_channels(tmp_path):
    entry, _ = write(tmp_path, spread(), quantize="auto", max_error=0.1)
    assert entry["quantization"]["dtype"] == "uint16"


def test_auto_leaves_constants_and_other_types(tmp_path):
    entry, _ = write(tmp_path, normal(10), is_variable=False, quantize="auto", max_error=0.1)
    assert "quantization" not in entry
    entry, _ = write(tmp_path, np.arange(10, dtype=np.int32), quantize="auto", max_error=0.1)
    assert "quantization" not in entry


def test_float16_overflow(tmp_path):
    with pytest.raises(InputError, match="'w' holds -70000, beyond float16's largest value 65504"):
        write(tmp_path, np.array([1, -70000], np.float32), quantize={"float16": True})
    entry, _ = write(tmp_path, np.array([1, 65504], np.float32), quantize={"float16": True})
    assert entry["quantization"] == {"dtype": "float16", "original_dtype": "float32"}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("quantize", [{"uint8": True}, {"float16": "w"}, {}])
def test_variables_that_are_not_finite(tmp_path, value, quantize):
    for data in (np.array([1, value], np.float32), np.full((200, 500), value, np.float64)):
        with pytest.raises(InputError, match=r"'w' holds (NaN|infinity)"):
            write(tmp_path, data, quantize=quantize)


def test_constants_that_are_not_finite_stay(tmp_path):
    data = np.array([0, -np.inf], np.float32)
    entry, quality = write(tmp_path, data, is_variable=False)
    assert "quantization" not in entry and "min" not in quality
    assert next(tmp_path.iterdir()).read_bytes() == data.tobytes()
    with pytest.raises(InputError, match="infinity, which uint8 quantization cannot store"):
        write(tmp_path, data, is_variable=False, quantize={"uint8": "w"})


def test_variables_that_are_not_finite_can_be_allowed(tmp_path):
    data = np.array([0, np.nan], np.float32)
    write(tmp_path, data, allow_nonfinite=True)
    assert next(tmp_path.iterdir()).read_bytes() == data.tobytes()
    entry, _ = write(tmp_path, data, allow_nonfinite=True, quantize="auto", max_error=0.5)
    assert "quantization" not in entry


def test_int32_on_request(tmp_path):
    data = np.arange(-100, 150, dtype=np.int32)
    entry, quality = write(tmp_path, data, quantize={"uint8": True}, quantize_int32=True)
    line = affine(-100, 149, "uint8")
    assert entry["dtype"] == "int32"
    assert entry["quantization"] == {
        "dtype": "uint8",
        "min": line.minimum,
        "scale": line.scale,
        "original_dtype": "int32",
    }
    assert quality["max_error"] == 0 and quality["bytes_saved"] == 750


def test_int32_codes_that_would_wrap(tmp_path):
    with pytest.raises(OptionError, match="near the ends of int32 that uint8 codes go beyond"):
        write(tmp_path, np.array([-7, 2**31 - 1], np.int32), quantize={"uint8": True}, quantize_int32=True)


def beyond_float32(codes):
    """Values up to the largest float32 whose zero falls a quarter of a step above a code: the last code lies beyond."""
    largest = float(np.finfo(np.float32).max)
    below = codes // 4 + 0.25
    return np.array([-below / (codes - below) * largest, largest], np.float32)


@pytest.mark.parametrize(("dtype", "codes"), [("uint8", 255), ("uint16", 65535)])
def test_float32_codes_that_would_be_infinite(tmp_path, dtype, codes):
    beyond = beyond_float32(codes)
    with pytest.raises(OptionError, match=f"near the ends of float32 that {dtype} codes go beyond"):
        write(tmp_path, beyond, quantize={dtype: True})
    assert list(tmp_path.iterdir()) == []
    entry, _ = write(tmp_path, beyond * np.float32(0.99), quantize={dtype: True})
    assert np.isfinite(read(tmp_path, entry, 2)).all()


def test_auto_leaves_what_no_code_reaches(tmp_path):
    entry, _ = write(tmp_path, beyond_float32(255), quantize="auto", max_error=0.5)
    assert "quantization" not in entry


def test_scalars_and_ones_are_exact(tmp_path):
    entry, quality = write(tmp_path, np.float32(0.3), quantize={"uint8": True})
    assert entry["quantization"]["scale"] == 1.0 and quality["max_error"] == 0
