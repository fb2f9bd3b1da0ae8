"""Manifests and shards back into arrays, and the ways in which they can be broken."""

import json
import os
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tfjs_convert.errors import InputError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights


def round_trip(tmp_path, *groups, **options):
    groups = [[Weight.of(name, np.asarray(data)) for name, data in group.items()] for group in groups]
    result = write_weights(groups, tmp_path, WeightOptions(**options))
    manifest = json.loads(json.dumps(result.manifest))
    return [{w.name: w.load() for w in group} for group in read_weights(manifest, tmp_path)]


def same(read, given):
    assert list(read) == list(given)
    for name, data in given.items():
        assert read[name].shape == np.shape(data)
        np.testing.assert_array_equal(read[name], data)


def test_floats_and_complex(tmp_path):
    data = {"f": np.arange(6, dtype=np.float32).reshape(2, 3), "c": np.array([1 + 2j, -1j], np.complex64)}
    (read,) = round_trip(tmp_path, data)
    same(read, data)
    assert read["f"].dtype == np.float32 and read["c"].dtype == np.complex64


def test_several_groups_and_dtypes(tmp_path):
    groups = [
        {"a": np.array([1, 2], np.int32), "b": np.array([True, False, True])},
        {"c": np.float32(2), "d": np.zeros((0, 2), np.float32)},
    ]
    for read, given_ in zip(round_trip(tmp_path, *groups), groups, strict=True):
        same(read, given_)


@pytest.mark.parametrize("size", [1, 3, 4, 7, 100])
def test_weights_straddle_shards(tmp_path, size):
    data = {"f": np.arange(9, dtype=np.float32), "s": np.array([b"ab", b"", b"long enough"], object), "i": np.arange(5)}
    (read,) = round_trip(tmp_path, data, shard_size_bytes=size)
    same(read, data)


def test_strings_come_back_as_bytes(tmp_path):
    data = {
        "text": np.array([["здраво", "поздрав"], ["语言处理", ""]], object),
        "encoded": np.array(["語言".encode("big5"), "語".encode("utf-16"), b"\0\xff"], object),
        "numpy": np.array(["a", "bcd"]),
        "scalar": np.array("one", object),
    }
    (read,) = round_trip(tmp_path, data)
    assert read["text"].tolist() == [["здраво".encode(), "поздрав".encode()], ["语言处理".encode(), b""]]
    assert read["encoded"].tolist() == data["encoded"].tolist()
    assert read["numpy"].tolist() == [b"a", b"bcd"]
    assert read["scalar"].shape == () and read["scalar"].item() == b"one"


def test_empty_string_tensors_do_not_move_what_follows(tmp_path):
    data = {
        "none": np.zeros(0, object),
        "f": np.array([1.5, 2], np.float32),
        "none2": np.zeros((1, 0), object),
        "s": np.array([b""], object),
        "i": np.array([7], np.int32),
        "none3": np.zeros((0, 4), object),
    }
    (read,) = round_trip(tmp_path, data)
    same(read, data)


def test_many_strings(tmp_path):
    data = {"s": np.array([b"x" * (i % 300) for i in range(10_000)], object), "after": np.array([3], np.int32)}
    (read,) = round_trip(tmp_path, data, shard_size_bytes=100_000)
    same(read, data)


@pytest.mark.parametrize(("dtype", "tolerance"), [("uint8", 0.01), ("uint16", 3e-5), ("float16", 1e-3)])
def test_quantized(tmp_path, dtype, tolerance):
    data = np.random.default_rng(0).uniform(-1, 1, (30, 20)).astype(np.float32)
    (read,) = round_trip(tmp_path, {"w": data}, quantize={dtype: True})
    assert read["w"].dtype == np.float32
    np.testing.assert_allclose(read["w"], data, atol=tolerance)


def test_quantized_int32(tmp_path):
    data = np.arange(-5, 200, dtype=np.int32)
    (read,) = round_trip(tmp_path, {"w": data}, quantize={"uint16": True}, quantize_int32=True)
    same(read, {"w": data})
    assert read["w"].dtype == np.int32


def test_original_dtype_may_be_absent_and_raw_codes_are_read(tmp_path):
    (tmp_path / "w.bin").write_bytes(bytes([0, 2, 255]) + struct.pack("<3H", 1, 2, 65535) + bytes([9]))
    weights = [
        {"name": "q", "shape": [3], "dtype": "float32", "quantization": {"dtype": "uint8", "min": -1, "scale": 0.5}},
        {"name": "u", "shape": [3], "dtype": "uint16"},
        {"name": "v", "shape": [], "dtype": "uint8"},
    ]
    ((q, u, v),) = read_weights([{"paths": ["./w.bin"], "weights": weights}], tmp_path)
    assert q.load().tolist() == [-1, 0, 126.5] and u.load().tolist() == [1, 2, 65535] and v.load().item() == 9


def test_weights_are_read_only_when_loaded(tmp_path):
    result = write_weights([[Weight.of("w", np.ones(4, np.float32))]], tmp_path, WeightOptions())
    ((weight,),) = read_weights(result.manifest, tmp_path)
    (tmp_path / "group1-shard1of1.bin").write_bytes(np.full(4, 2, np.float32).tobytes())
    assert weight.load().tolist() == [2] * 4
    (tmp_path / "group1-shard1of1.bin").write_bytes(b"\0" * 8)
    with pytest.raises(InputError, match=r"'group1-shard1of1.bin' became shorter"):
        weight.load()


def test_no_groups_and_groups_without_paths(tmp_path):
    assert read_weights([], tmp_path) == []
    assert read_weights([{"weights": []}], tmp_path) == [[]]
    ((weight,),) = read_weights([{"paths": [], "weights": [{"name": "w", "shape": [0], "dtype": "int32"}]}], tmp_path)
    assert weight.load().shape == (0,)


_arrays = st.one_of(
    hnp.arrays(
        st.sampled_from(["float32", "int32", "bool", "complex64"]), hnp.array_shapes(min_dims=0, min_side=0, max_side=5)
    ),
    hnp.arrays(object, hnp.array_shapes(min_dims=0, min_side=0, max_side=3), elements=st.binary(max_size=9)),
)


@settings(deadline=None, max_examples=80)
@given(
    groups=st.lists(st.lists(_arrays, max_size=4), min_size=1, max_size=3),
    size=st.integers(1, 60),
    hashed=st.booleans(),
)
def test_round_trip(tmp_path_factory, groups, size, hashed):
    named = [{f"{g}/{i}": array for i, array in enumerate(group)} for g, group in enumerate(groups)]
    read = round_trip(
        tmp_path_factory.mktemp("m"), *named, shard_size_bytes=size, content_hashed_names=hashed, allow_nonfinite=True
    )
    for one, given_ in zip(read, named, strict=True):
        assert list(one) == list(given_)
        for name, data in given_.items():
            assert one[name].shape == data.shape and one[name].dtype == data.dtype
            assert one[name].tobytes() == data.tobytes() or one[name].tolist() == data.tolist()


def written(tmp_path, size=10):
    weights = [Weight.of("a", np.arange(6, dtype=np.float32)), Weight.of("s", np.array([b"end"], object))]
    return write_weights([weights], tmp_path, WeightOptions(shard_size_bytes=size)).manifest


def test_missing_shard(tmp_path):
    manifest = written(tmp_path)
    (tmp_path / "group1-shard2of4.bin").unlink()
    with pytest.raises(InputError, match=r"'group1-shard2of4.bin', named by the weights manifest, is missing"):
        read_weights(manifest, tmp_path)


@pytest.mark.parametrize("shard", ["group1-shard2of4.bin", "group1-shard4of4.bin"])
def test_truncated_shard(tmp_path, shard):
    manifest = written(tmp_path)
    path = tmp_path / shard
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=f"'{shard}'"):
        read_weights(manifest, tmp_path)


def test_truncated_numbers_name_the_shard(tmp_path):
    manifest = write_weights([[Weight.of("a", np.arange(6.0))]], tmp_path, WeightOptions(shard_size_bytes=10)).manifest
    (tmp_path / "group1-shard2of3.bin").write_bytes(b"\0" * 7)
    with pytest.raises(InputError, match=r"hold 21 bytes, fewer than the 24 .*'group1-shard2of3.bin' looks truncated"):
        read_weights(manifest, tmp_path)


def test_bytes_that_belong_to_no_weight(tmp_path):
    manifest = written(tmp_path)
    with (tmp_path / "group1-shard4of4.bin").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(InputError, match="hold 32 bytes, more than the 31 "):
        read_weights(manifest, tmp_path)


def test_no_paths_for_weights_with_bytes(tmp_path):
    manifest = [{"paths": [], "weights": [{"name": "w", "shape": [2], "dtype": "float32"}]}]
    with pytest.raises(InputError, match=r"hold 0 bytes, fewer than the 8 .*no shards"):
        read_weights(manifest, tmp_path)


def test_string_length_beyond_the_end(tmp_path):
    (tmp_path / "w.bin").write_bytes(struct.pack("<I", 2**32 - 1) + b"abc")
    manifest = [{"paths": ["w.bin"], "weights": [{"name": "s", "shape": [1], "dtype": "string"}]}]
    with pytest.raises(InputError, match=r"'s' ends inside its string 1 of 1.*'w\.bin' has 7"):
        read_weights(manifest, tmp_path)


def test_huge_shape_is_refused_without_reading(tmp_path):
    (tmp_path / "w.bin").write_bytes(b"\0" * 8)
    manifest = [{"paths": ["w.bin"], "weights": [{"name": "w", "shape": [2**40, 2**40], "dtype": "float32"}]}]
    with pytest.raises(InputError, match="fewer than"):
        read_weights(manifest, tmp_path)


@pytest.mark.parametrize(
    "path", ["../outside.bin", "/etc/hostname", "a/../../outside.bin", "..\\outside.bin", "file:///etc/hostname", "", 3]
)
def test_paths_out_of_the_folder(tmp_path, path):
    (tmp_path / "outside.bin").write_bytes(b"\0" * 4)
    (tmp_path / "m" / "a").mkdir(parents=True)
    manifest = [{"paths": [path], "weights": [{"name": "w", "shape": [1], "dtype": "float32"}]}]
    with pytest.raises(InputError, match=r"leads out of the model's folder|is a string"):
        read_weights(manifest, tmp_path / "m")


def test_links_out_of_the_folder(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "w.bin").write_bytes(b"\0" * 4)
    model = tmp_path / "m"
    model.mkdir()
    os.symlink("../outside/w.bin", model / "file.bin")
    os.symlink("../outside", model / "folder")
    for path in ("file.bin", "folder/w.bin"):
        manifest = [{"paths": [path], "weights": [{"name": "w", "shape": [1], "dtype": "float32"}]}]
        with pytest.raises(InputError, match=f"'{path}' is a link that leads out"):
            read_weights(manifest, model)


def test_a_folder_of_links_as_sandboxes_make_it(tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    manifest = written(real)
    (real / "model.json").write_text("{}")
    sandbox = tmp_path / "sandbox"
    sandbox.mkdir()
    for path in real.iterdir():
        os.symlink(path, sandbox / path.name)
    assert read_weights(manifest, sandbox)[0][0].load().tolist() == list(range(6))


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({}, "is a dict; it must be a list"),
        (None, "is a NoneType"),
        ([[]], "Group 1 .* no list of weights"),
        ([{"paths": []}], "Group 1 .* no list of weights"),
        ([{"paths": "x", "weights": []}], "no list of paths"),
        ([{"paths": [], "weights": [{}]}], "without a name"),
        ([{"paths": [], "weights": [{"name": "w", "shape": [-1], "dtype": "int32"}]}], r"'w' .* shape \[-1\]"),
        ([{"paths": [], "weights": [{"name": "w", "shape": None, "dtype": "int32"}]}], "'w' .* shape None"),
        ([{"paths": [], "weights": [{"name": "w", "shape": [1], "dtype": "int64"}]}], "'w' .* dtype 'int64'"),
        ([{"paths": [], "weights": [{"name": "w", "shape": [0], "dtype": "int32"}] * 2}], "two weights named 'w'"),
    ],
)
def test_malformed_manifests(tmp_path, manifest, message):
    with pytest.raises(InputError, match=message):
        read_weights(manifest, tmp_path)


@pytest.mark.parametrize(
    ("dtype", "quantization"),
    [
        ("float32", {"dtype": "uint8", "scale": 1}),
        ("float32", {"dtype": "uint8", "min": 0, "scale": "1"}),
        ("float32", {"dtype": "int8", "min": 0, "scale": 1}),
        ("int32", {"dtype": "float16"}),
        ("bool", {"dtype": "uint8", "min": 0, "scale": 1}),
        ("float32", "uint8"),
    ],
)
def test_malformed_quantization(tmp_path, dtype, quantization):
    entry = {"name": "w", "shape": [0], "dtype": dtype, "quantization": quantization}
    with pytest.raises(InputError, match="'w' in the manifest is "):
        read_weights([{"paths": [], "weights": [entry]}], tmp_path)
