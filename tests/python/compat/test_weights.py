"""The upstream package's functions on weights, by their names: quantization, write_weights, read_weights."""

import json

import numpy as np
import pytest
import tfjs_convert.compat as tfjs
from tfjs_convert.compat.quantization import (
    dequantize_weights,
    map_layers_to_quantization_dtype,
    quantize_weights,
)
from tfjs_convert.compat.read_weights import decode_weights, read_weights
from tfjs_convert.compat.write_weights import write_weights
from tfjs_convert.errors import ConversionError


def group(**arrays):
    return [{"name": name, "data": data} for name, data in arrays.items()]


def test_modules_lie_where_they_did():
    assert tfjs.quantization.quantize_weights is quantize_weights
    assert tfjs.version.version == tfjs.__version__
    assert len(tfjs.__version__.split(".")) == 3
    with pytest.raises(AttributeError):
        _ = tfjs.nonsense


@pytest.mark.parametrize("dtype, codes", [("uint8", 255), ("uint16", 65535), (np.uint8, 255)])
@pytest.mark.parametrize("low, high", [(-3.0, -1.0), (-3.0, 0.0), (-3.0, 5.0), (0.0, 5.0), (1.0, 5.0)])
def test_affine(dtype, codes, low, high):
    data = np.linspace(low, high, 400, dtype=np.float32)
    quantized, metadata = quantize_weights(data, dtype)
    assert quantized.dtype == np.dtype(dtype)
    assert metadata["scale"] == pytest.approx((high - low) / codes)
    back = dequantize_weights(quantized, metadata)
    np.testing.assert_allclose(back, data, atol=metadata["scale"] * 0.5001 + 1e-6)
    if low <= 0 <= high:
        zero, _ = quantize_weights(np.array([low, 0, high], np.float32), dtype)
        assert dequantize_weights(zero, metadata)[1] == 0


def test_all_equal():
    data = np.full((3, 2), 1.5, np.float32)
    quantized, metadata = quantize_weights(data, "uint8")
    assert metadata["scale"] == 1.0
    np.testing.assert_array_equal(dequantize_weights(quantized, metadata), data)
    quantized, metadata = quantize_weights(data, np.float16)
    assert metadata == {}
    np.testing.assert_array_equal(dequantize_weights(quantized, metadata), data)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_integers(dtype):
    data = np.arange(-100, 101, dtype=np.int32)
    quantized, metadata = quantize_weights(data, dtype)
    np.testing.assert_array_equal(dequantize_weights(quantized, metadata, np.int32), data)


def test_types_that_do_not_go_together():
    for data, dtype in ((np.ones(3, np.float32), bool), (np.ones(3, np.int32), np.float16)):
        with pytest.raises(ValueError, match="cannot become"):
            quantize_weights(data, dtype)
    codes = np.ones(3, np.uint8)
    with pytest.raises(ValueError, match="min and scale"):
        dequantize_weights(codes, {})
    for data, original in ((codes.astype(np.float16), np.int32), (codes.astype(bool), np.float32)):
        with pytest.raises(ValueError, match="do not stand for"):
            dequantize_weights(data, {"min": 0, "scale": 1}, original)


def test_map_of_names():
    names = ["conv/0/weight", "conv/0/bias", "dense/weight", "dense/bias"]
    assert map_layers_to_quantization_dtype(names, {"float16": ["conv/0/*"], "uint8": True}) == {
        "conv/0/weight": "float16",
        "conv/0/bias": "float16",
        "dense/weight": "uint8",
        "dense/bias": "uint8",
    }
    assert map_layers_to_quantization_dtype(names, {"uint16": "*"}) == dict.fromkeys(names, "uint16")
    assert map_layers_to_quantization_dtype(names, {}) == {}
    with pytest.raises(ValueError, match="both"):
        map_layers_to_quantization_dtype(names, {"float16": ["conv/*"], "uint8": ["*/weight"]})
    with pytest.raises(ValueError, match="both"):
        map_layers_to_quantization_dtype(names, {"float16": True, "uint8": True})


def test_write_and_read(tmp_path):
    arrays = {
        "a": np.array([1, 2, 3], np.float64),
        "b": np.array([[True, False]]),
        "c": np.array(["здраво", ""], object),
        "d": np.array([1 + 2j], np.complex128),
    }
    manifest = write_weights([group(**arrays), group(e=np.array([4, 5], np.int64))], str(tmp_path), 16)
    assert json.loads((tmp_path / "weights_manifest.json").read_text()) == manifest
    assert [[entry["dtype"] for entry in each["weights"]] for each in manifest] == [
        ["float32", "bool", "string", "complex64"],
        ["int32"],
    ]
    assert manifest[0]["paths"][0] == "group1-shard1of3.bin" and manifest[1]["paths"] == ["group2-shard1of1.bin"]
    first, second = read_weights(manifest, str(tmp_path))
    assert [each["name"] for each in first] == list("abcd")
    np.testing.assert_array_equal(first[0]["data"], arrays["a"])
    assert list(first[2]["data"]) == ["здраво".encode(), b""]
    np.testing.assert_array_equal(second[0]["data"], [4, 5])
    assert [each["name"] for each in read_weights(manifest, str(tmp_path), flatten=True)] == list("abcde")
    buffers = [b"".join((tmp_path / name).read_bytes() for name in each["paths"]) for each in manifest]
    decoded = decode_weights(manifest, buffers, flatten=True)
    np.testing.assert_array_equal(decoded[3]["data"], arrays["d"])
    np.testing.assert_array_equal(decode_weights(manifest[1:], buffers[1])[0][0]["data"], [4, 5])
    with pytest.raises(ValueError, match="1 buffers for 2 groups"):
        decode_weights(manifest, buffers[0])


def test_quantized_group(tmp_path):
    data = group(a=np.array([1, 2, 3], np.float32), b=np.array([6, 7], np.float64), c=np.array([1, 2], np.int32))
    names = {"float16": "a", "uint8": "b"}
    (written,) = write_weights([data], str(tmp_path), quantization_dtype_map=names)
    assert written["weights"][1]["quantization"] == {
        **{"dtype": "uint8", "original_dtype": "float32"},
        "min": 6.0,
        "scale": pytest.approx(1 / 255),
    }
    assert "quantization" not in written["weights"][2]
    content = (tmp_path / written["paths"][0]).read_bytes()
    assert len(content) == 6 + 2 + 8 and content[6:8] == b"\x00\xff"
    ((a, b, _),) = read_weights([written], str(tmp_path))
    np.testing.assert_array_equal(a["data"], [1, 2, 3])
    np.testing.assert_allclose(b["data"], [6, 7], rtol=1e-6)


def test_manifest_is_not_written(tmp_path):
    write_weights([group(a=np.ones(2, np.float32))], str(tmp_path), write_manifest=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["group1-shard1of1.bin"]


@pytest.mark.parametrize(
    "groups",
    [
        None,
        [],
        group(a=np.ones(2, np.float32)),
        [[{"data": np.ones(2, np.float32)}]],
        [[{"name": "a"}]],
        [group(a=np.ones(2, np.float32)), group(a=np.ones(2, np.float32))],
        [group(a=np.ones(2, np.uint32))],
    ],
)
def test_malformed_groups(groups, tmp_path):
    with pytest.raises(ValueError) as caught:
        write_weights(groups, str(tmp_path))
    assert isinstance(caught.value, ConversionError)
    assert list(tmp_path.iterdir()) == []


def test_manifest_of_another_type(tmp_path):
    with pytest.raises(ValueError, match="must be a list"):
        read_weights({}, str(tmp_path))
