"""Shard files and the manifest: exact bytes."""

import hashlib
import struct

import numpy as np
import pytest
from tfjs_convert.errors import ConversionError, InputError, OptionError, UnsupportedError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights


def write(tmp_path, *groups, **options):
    groups = [[Weight.of(name, np.asarray(data)) for name, data in group.items()] for group in groups]
    return write_weights(groups, tmp_path, WeightOptions(**options))


def content(tmp_path):
    return {path.name: path.read_bytes() for path in sorted(tmp_path.iterdir())}


def test_one_weight(tmp_path):
    data = np.array([1, 2, 3], np.float32)
    result = write(tmp_path, {"w": data})
    name = "group1-shard1of1.bin"
    assert result.manifest == [{"paths": [name], "weights": [{"name": "w", "shape": [3], "dtype": "float32"}]}]
    assert content(tmp_path) == {name: data.tobytes()}
    (file,) = result.files
    assert (file.path, file.bytes, file.sha256) == (name, 12, hashlib.sha256(data.tobytes()).hexdigest())
    assert result.parameters == 3


def test_bool_is_one_byte(tmp_path):
    result = write(tmp_path, {"w": np.array([True, False, True])})
    assert result.manifest[0]["weights"] == [{"name": "w", "shape": [3], "dtype": "bool"}]
    assert content(tmp_path) == {"group1-shard1of1.bin": b"\1\0\1"}


@pytest.mark.parametrize("dtype", [object, str])
def test_strings_carry_their_length(tmp_path, dtype):
    result = write(tmp_path, {"w": np.array([["здраво", "end"], ["test", "a"]], dtype)})
    assert result.manifest[0]["weights"] == [{"name": "w", "shape": [2, 2], "dtype": "string"}]
    (data,) = content(tmp_path).values()
    parts = ["здраво".encode(), b"end", b"test", b"a"]
    assert data == b"".join(struct.pack("<I", len(p)) + p for p in parts) and len(data) == 36


def test_empty_string_is_four_bytes(tmp_path):
    write(tmp_path, {"w": np.array([""], object)})
    assert content(tmp_path) == {"group1-shard1of1.bin": b"\0\0\0\0"}


def test_string_bytes_stay_as_they_are(tmp_path):
    value = "здраво".encode("utf-16") + b"\xff\0"
    write(tmp_path, {"w": np.array([value], object)})
    (data,) = content(tmp_path).values()
    assert data == struct.pack("<I", len(value)) + value


def test_strings_straddle_shards(tmp_path):
    write(tmp_path, {"w": np.array(["helloworld"], object)}, shard_size_bytes=5)
    files = content(tmp_path)
    assert [len(data) for data in files.values()] == [5, 5, 4]
    assert b"".join(files.values()) == b"\x0a\0\0\0helloworld"


def test_no_string_but_a_string_is_refused(tmp_path):
    with pytest.raises(InputError, match="'w' holds a int among its strings"):
        write(tmp_path, {"w": np.array(["a", 3], object)})
    assert content(tmp_path) == {}


def test_complex_is_narrowed(tmp_path):
    result = write(tmp_path, {"w": np.array([1 + 2j, 3 - 1j])})
    assert result.manifest[0]["weights"][0]["dtype"] == "complex64"
    assert content(tmp_path) == {"group1-shard1of1.bin": np.array([1, 2, 3, -1], "<f4").tobytes()}


def test_shards_have_exactly_the_size(tmp_path):
    result = write(tmp_path, {"w": np.arange(3, dtype=np.float32)}, shard_size_bytes=8)
    assert result.manifest[0]["paths"] == ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    assert [len(data) for data in content(tmp_path).values()] == [8, 4]


def test_a_full_shard_leaves_no_empty_one(tmp_path):
    result = write(tmp_path, {"w": np.arange(4, dtype=np.float32)}, shard_size_bytes=8)
    assert result.manifest[0]["paths"] == ["group1-shard1of2.bin", "group1-shard2of2.bin"]


def test_dtypes_share_a_shard(tmp_path):
    weights = {"i": np.array([1, 2, 3], np.int32), "b": np.array([True, False]), "f": np.array([1, 2], np.float32)}
    write(tmp_path, weights, shard_size_bytes=8)
    files = content(tmp_path)
    assert [len(data) for data in files.values()] == [8, 8, 6]
    assert b"".join(files.values()) == b"".join(w.tobytes() for w in weights.values())


def test_groups_have_files_of_their_own_and_wide_types_narrow(tmp_path):
    result = write(
        tmp_path,
        {"a": np.array([1, 2, 3], np.float64), "b": np.array([4, 5], np.float16)},
        {"c": np.array([6, 7, 8, 9], np.int64), "d": np.array([10], np.float64)},
        shard_size_bytes=10,
    )
    assert [g["paths"] for g in result.manifest] == [
        ["group1-shard1of2.bin", "group1-shard2of2.bin"],
        ["group2-shard1of2.bin", "group2-shard2of2.bin"],
    ]
    assert [[w["dtype"] for w in g["weights"]] for g in result.manifest] == [["float32"] * 2, ["int32", "float32"]]
    files = content(tmp_path)
    joined = files["group2-shard1of2.bin"] + files["group2-shard2of2.bin"]
    assert joined == np.array([6, 7, 8, 9], "<i4").tobytes() + np.array([10], "<f4").tobytes()


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint8", "uint16", ">i4", "int64"])
def test_integers_become_int32(tmp_path, dtype):
    result = write(tmp_path, {"w": np.array([0, 1, 127], dtype)})
    assert result.manifest[0]["weights"][0]["dtype"] == "int32"
    assert content(tmp_path) == {"group1-shard1of1.bin": np.array([0, 1, 127], "<i4").tobytes()}


@pytest.mark.parametrize("dtype", ["float16", ">f4", ">f8"])
def test_floats_become_float32(tmp_path, dtype):
    write(tmp_path, {"w": np.array([0.5, -2], dtype)})
    assert content(tmp_path) == {"group1-shard1of1.bin": np.array([0.5, -2], "<f4").tobytes()}


@pytest.mark.parametrize("dtype", ["uint32", "uint64", "datetime64[s]", "V3"])
def test_other_dtypes_are_refused_before_anything_is_written(tmp_path, dtype):
    with pytest.raises(UnsupportedError, match="'bad'"):
        write(tmp_path, {"good": np.ones(3), "bad": np.zeros(2, dtype)})
    assert content(tmp_path) == {}


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, np.iinfo(np.int64).max])
def test_int64_that_does_not_fit(tmp_path, value):
    with pytest.raises(InputError, match=f"'w' is int64 and holds {value}"):
        write(tmp_path, {"a": np.ones(2, np.float32), "w": np.array([1, value])})
    assert content(tmp_path) == {}


@pytest.mark.parametrize("value", [1e39, 1e39 + 1j])
def test_float64_that_does_not_fit(tmp_path, value):
    with pytest.raises(InputError, match=r"'w' is (float64|complex128) and holds"):
        write(tmp_path, {"w": np.array([1, value])})


def test_any_layout_is_written_in_c_order(tmp_path):
    base = np.arange(2 * 3 * 70_000, dtype=np.float32).reshape(3, 70_000, 2)
    for i, array in enumerate([np.asfortranarray(base), base.transpose(2, 0, 1), base[::-1, ::7], base[:, :, 0].T]):
        directory = tmp_path / str(i)
        directory.mkdir()
        write(directory, {"w": array}, shards="single")
        (data,) = content(directory).values()
        assert data == np.ascontiguousarray(array).tobytes()


def test_empty_weights_occupy_nothing(tmp_path):
    weights = {"f": np.zeros((0, 3), np.float32), "s": np.zeros((1, 0), object), "b": np.zeros(0, bool)}
    result = write(tmp_path, weights, quantize={"uint8": True})
    assert content(tmp_path) == {} and result.files == []
    assert result.manifest[0]["paths"] == []
    assert [w["shape"] for w in result.manifest[0]["weights"]] == [[0, 3], [1, 0], [0]]
    assert "quantization" not in result.manifest[0]["weights"][0]


def test_scalars(tmp_path):
    result = write(tmp_path, {"w": np.float32(2.5)})
    assert result.manifest[0]["weights"][0]["shape"] == []
    assert content(tmp_path) == {"group1-shard1of1.bin": struct.pack("<f", 2.5)}


def test_duplicate_names(tmp_path):
    with pytest.raises(InputError, match="Two weights are named 'w'"):
        write(tmp_path, {"w": np.ones(1)}, {"w": np.ones(1)})


def test_empty_name(tmp_path):
    with pytest.raises(InputError, match="named ''"):
        write(tmp_path, {"": np.ones(1)})


def test_data_of_another_shape_than_announced(tmp_path):
    weight = Weight("w", (3,), np.dtype(np.float32), lambda: np.zeros(4, np.float32))
    with pytest.raises(InputError, match=r"'w' was announced as float32 \[3\] and loaded as float32 \[4\]"):
        write_weights([[weight]], tmp_path, WeightOptions())


def test_quantized_group(tmp_path):
    data = {
        "float16": np.array([1, 2, 3], np.float32),
        "uint8": np.array([6, 7], np.float64),
        "int32": np.array([1, 2], np.int32),
        "string": np.array(["a"], object),
    }
    result = write(tmp_path, data, quantize={"float16": "float16", "uint8": ["uint?"]})
    entries = {w["name"]: w for w in result.manifest[0]["weights"]}
    assert entries["float16"]["quantization"] == {"dtype": "float16", "original_dtype": "float32"}
    assert entries["uint8"]["quantization"] == {
        "dtype": "uint8",
        "min": 6.0,
        "scale": 1 / 255,
        "original_dtype": "float32",
    }
    assert "quantization" not in entries["int32"] and "quantization" not in entries["string"]
    (bytes_,) = content(tmp_path).values()
    expected = np.array([1, 2, 3], "<f2").tobytes() + b"\0\xff" + np.array([1, 2], "<i4").tobytes() + b"\1\0\0\0a"
    assert bytes_ == expected


def test_single_file(tmp_path):
    write(tmp_path, {"w": np.zeros(3_000_000, np.float32)}, shards="single")
    assert {name: len(data) for name, data in content(tmp_path).items()} == {"group1-shard1of1.bin": 12_000_000}


@pytest.mark.parametrize(("count", "sizes"), [(1, [10]), (3, [4, 3, 3]), (4, [3, 3, 2, 2]), (12, [1] * 10)])
def test_counted_shards(tmp_path, count, sizes):
    data = np.arange(10) % 2 == 0
    result = write(tmp_path, {"w": data}, shards=count)
    files = content(tmp_path)
    assert [len(files[path]) for path in result.manifest[0]["paths"]] == sizes
    assert b"".join(files[path] for path in result.manifest[0]["paths"]) == data.tobytes()
    assert len(files) == len(sizes)


def test_a_number_of_shards_needs_one_group(tmp_path):
    for shards in ("single", 2):
        with pytest.raises(OptionError, match="split into 2 groups"):
            write(tmp_path, {"a": np.ones(1)}, {"b": np.ones(1)}, shards=shards)


def test_nothing_is_left_when_a_later_weight_fails(tmp_path):
    def broken():
        raise ConversionError("unreadable")

    groups = [[Weight.of("a", np.ones(100))], [Weight.of("b", np.ones(100)), Weight("c", (1,), np.dtype("f4"), broken)]]
    with pytest.raises(ConversionError, match="unreadable"):
        write_weights(groups, tmp_path, WeightOptions(shard_size_bytes=64))
    assert content(tmp_path) == {}


def test_weights_are_loaded_once_and_one_at_a_time(tmp_path):
    loaded = []

    def weight(i):
        def load():
            loaded.append(i)
            return np.full(10, i, np.float32)

        return Weight(str(i), (10,), np.dtype(np.float32), load)

    write_weights([[weight(i) for i in range(4)]], tmp_path, WeightOptions(quantize={"uint8": True}))
    assert loaded == [0, 1, 2, 3]


@pytest.mark.parametrize("quantize", ["float16", "uint8", "uint16"])
def test_weights_without_values_are_quantized_to_nothing(tmp_path, quantize):
    data = {"none": np.zeros((0, 3), np.float32), "some": np.array([0, 1], np.float32)}
    result = write(tmp_path, data, quantize={quantize: True})
    assert result.manifest[0]["weights"][0] == {"name": "none", "shape": [0, 3], "dtype": "float32"}
    assert result.manifest[0]["weights"][1]["quantization"]["dtype"] == quantize


def test_a_weight_that_loads_nothing(tmp_path):
    weight = Weight("w", (2,), np.dtype(np.float32), lambda: None)
    with pytest.raises(InputError, match="'w' was announced as float32"):
        write_weights([[weight]], tmp_path, WeightOptions())
    assert content(tmp_path) == {}
