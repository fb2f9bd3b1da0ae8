"""Opening Keras files: told by content, refused in one sentence, nothing followed, nothing touched."""

import json
import os
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import ConversionError, InputError
from tfjs_convert.sources import keras_h5
from tfjs_convert.sources.keras_file import open_keras_file

CONFIG = {
    "class_name": "Sequential",
    "config": {
        "name": "sequential",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 3], "name": "x", "dtype": "float32"}},
            {"class_name": "Dense", "config": {"name": "d", "units": 2, "use_bias": False, "activation": "linear"}},
        ],
    },
}
KERNEL = np.arange(6, dtype=np.float32).reshape(3, 2)


def write_h5(path, config=CONFIG, kernel=KERNEL, name="d/kernel:0", layer="d"):
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        group = file.create_group("model_weights").create_group(layer)
        group.attrs["weight_names"] = [name.encode()]
        if kernel is not None:
            group.create_dataset(name, data=kernel)
    return path


def write_zip(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as target:
        for name, data in members:
            target.writestr(name, data)
    return path


def keras_members(tmp_path, config=CONFIG, kernel=KERNEL):
    weights = tmp_path / "weights.h5"
    with h5py.File(weights, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=kernel)
        file.create_dataset("optimizer/vars/0", data=np.zeros(3))
    data = weights.read_bytes()
    weights.unlink()
    return [
        ("metadata.json", json.dumps({"keras_version": "3.1.0"})),
        ("config.json", json.dumps(config)),
        ("model.weights.h5", data),
    ]


def one_sentence(path, tmp_path):
    """The error's text; nothing may have been written."""
    before = (
        {entry: entry.stat().st_mtime_ns for entry in sorted(path.parent.glob("*"))} if path.parent.exists() else {}
    )
    with pytest.raises(ConversionError) as caught:
        convert_keras_file(path, tmp_path / "made" / "out")
    assert not (tmp_path / "made").exists()
    assert {entry: entry.stat().st_mtime_ns for entry in sorted(path.parent.glob("*"))} == before
    text = str(caught.value)
    assert "\n" not in text and path.name in text
    return text


def test_what_a_file_is_is_told_by_its_content(tmp_path):
    h5 = write_h5(tmp_path / "model.keras")
    archive = write_zip(tmp_path / "model.h5", keras_members(tmp_path))
    for path, kind in ((h5, "h5"), (archive, "keras")):
        source = open_keras_file(path)
        assert source.kind == kind
        source.close()


def test_the_optimizer_is_left_out_and_weights_are_read_in_place(tmp_path):
    path = write_zip(tmp_path / "m.keras", keras_members(tmp_path))
    result = convert_keras_file(path, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "model.json").read_text())["weightsManifest"]
    assert [weight["name"] for group in manifest for weight in group["weights"]] == ["d/kernel"]
    assert np.array_equal(np.fromfile(next((tmp_path / "out").glob("*.bin")), np.float32), KERNEL.ravel())
    assert result.info["parameters"] == 6
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["m.keras", "out"]


def test_compressed_weights_are_read_too(tmp_path):
    path = write_zip(tmp_path / "m.keras", keras_members(tmp_path), zipfile.ZIP_DEFLATED)
    convert_keras_file(path, tmp_path / "out")
    assert np.array_equal(np.fromfile(next((tmp_path / "out").glob("*.bin")), np.float32), KERNEL.ravel())


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"`nowhere\.h5` cannot be opened"):
        convert_keras_file(tmp_path / "nowhere.h5", tmp_path / "out")


def test_a_directory(tmp_path):
    (tmp_path / "saved_model").mkdir()
    with pytest.raises(InputError, match="is a directory"):
        convert_keras_file(tmp_path / "saved_model", tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello, this is text\n", "it is a text file"),
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (bytes(range(128, 255)), "neither an HDF5 file nor a zip archive;"),
    ],
)
def test_a_file_of_another_kind(tmp_path, content, says):
    path = tmp_path / "model.h5"
    path.write_bytes(content)
    assert says in one_sentence(path, tmp_path)


@pytest.mark.parametrize("kept", [20, 800, 2000])
def test_a_truncated_h5(tmp_path, kept):
    path = write_h5(tmp_path / "model.h5")
    path.write_bytes(path.read_bytes()[:kept])
    assert "damaged or cut short" in one_sentence(path, tmp_path)


@pytest.mark.parametrize("kept", [10, 500, 3000])
def test_a_truncated_archive(tmp_path, kept):
    path = write_zip(tmp_path / "model.keras", keras_members(tmp_path))
    path.write_bytes(path.read_bytes()[:kept])
    assert "damaged or cut short" in one_sentence(path, tmp_path)


def test_an_h5_of_something_else(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=[1, 2])
    assert "not one of Keras's" in one_sentence(path, tmp_path)


def test_a_zip_of_something_else(tmp_path):
    path = write_zip(tmp_path / "photos.keras", [("a.txt", "a")])
    assert "without `config.json`" in one_sentence(path, tmp_path)


@pytest.mark.parametrize("link", [h5py.SoftLink("/elsewhere"), h5py.ExternalLink("other.h5", "/kernel")])
def test_links_are_not_followed(tmp_path, link):
    path = write_h5(tmp_path / "model.h5", kernel=None)
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other.create_dataset("kernel", data=KERNEL)
    with h5py.File(path, "r+") as file:
        file.create_dataset("elsewhere", data=KERNEL)
        file.require_group("model_weights/d/d")["kernel:0"] = link
    assert "link" in one_sentence(path, tmp_path)


def test_data_in_other_files_is_not_read(tmp_path):
    path = write_h5(tmp_path / "model.h5", kernel=None)
    (tmp_path / "secret.bin").write_bytes(KERNEL.tobytes())
    with h5py.File(path, "r+") as file:
        group = file.require_group("model_weights/d/d")
        group.create_dataset("kernel:0", (3, 2), "f4", external=[(str(tmp_path / "secret.bin"), 0, 24)])
    assert "lie in other files" in one_sentence(path, tmp_path)


def test_a_dataset_that_says_it_is_huge(tmp_path):
    path = write_h5(tmp_path / "model.h5", kernel=None)
    with h5py.File(path, "r+") as file:
        file.require_group("model_weights/d/d").create_dataset(
            "kernel:0", (1 << 20, 1 << 20), "f4", chunks=(1024, 1024)
        )
    assert "damaged or made to harm" in one_sentence(path, tmp_path)


def test_a_dataset_without_data(tmp_path):
    path = write_h5(tmp_path / "model.h5", kernel=None)
    with h5py.File(path, "r+") as file:
        file.require_group("model_weights/d/d")["kernel:0"] = h5py.Empty("f4")
    assert "holds nothing" in one_sentence(path, tmp_path)


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil", "..\\evil", "C:/evil"])
def test_entries_that_climb_out(tmp_path, name):
    path = write_zip(tmp_path / "model.keras", [*keras_members(tmp_path), (name, "evil")])
    assert "climbs out" in one_sentence(path, tmp_path)
    assert not list(tmp_path.parent.glob("**/evil*"))


def test_an_entry_that_expands_beyond_measure(tmp_path):
    members = [*keras_members(tmp_path)[:2], ("model.weights.h5", b"\0" * (8 << 20))]
    path = write_zip(tmp_path / "bomb.keras", members, zipfile.ZIP_DEFLATED)
    assert "would expand more than" in one_sentence(path, tmp_path)


def test_two_entries_of_one_name(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write_zip(tmp_path / "double.keras", [*keras_members(tmp_path), ("config.json", "{}")])
    assert "two entries named `config.json`" in one_sentence(path, tmp_path)


def test_an_attribute_of_absurd_size(tmp_path, monkeypatch):
    monkeypatch.setattr(keras_h5, "MAX_TEXT", 100)
    assert "100" in one_sentence(write_h5(tmp_path / "model.h5"), tmp_path)


def test_an_attribute_that_really_is_large(tmp_path):
    """HDF5 keeps it apart from the others (dense storage); its size is asked for, and it is not read."""
    path = tmp_path / "model.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs.create("model_config", np.zeros(keras_h5.MAX_TEXT + 1, np.uint8))
    said = one_sentence(path, tmp_path)
    path.unlink()
    assert "`model_config` holds 268,435,457 bytes" in said


def test_nan_in_json(tmp_path):
    text = json.dumps(CONFIG).replace('"units": 2', '"units": NaN')
    assert "NaN" in one_sentence(write_h5(tmp_path / "model.h5", text), tmp_path)


def test_a_name_twice_in_one_object(tmp_path):
    text = json.dumps(CONFIG).replace('"units": 2', '"units": 2, "units": 3')
    assert "`units` twice" in one_sentence(write_h5(tmp_path / "model.h5", text), tmp_path)


def test_json_that_nests_without_end(tmp_path):
    assert "not valid JSON" in one_sentence(write_h5(tmp_path / "model.h5", "[" * 100_000), tmp_path)


@pytest.mark.parametrize(
    "config", ['"text"', "[]", '{"class_name": "Sequential"}', '{"class_name": "Functional", "config": {}}']
)
def test_configurations_that_are_none(tmp_path, config):
    one_sentence(write_h5(tmp_path / "model.h5", config), tmp_path)


def test_a_weight_that_is_listed_and_not_there(tmp_path):
    text = one_sentence(write_h5(tmp_path / "model.h5", kernel=None), tmp_path)
    assert "d/kernel" in text and "does not hold it" in text


def test_a_layer_without_its_weights(tmp_path):
    text = one_sentence(write_h5(tmp_path / "model.h5", name="d/gamma:0"), tmp_path)
    assert "layer `d` (Dense) needs 1 weights" in text


def test_weights_of_a_layer_that_is_not_there(tmp_path):
    path = write_h5(tmp_path / "model.h5")
    with h5py.File(path, "r+") as file:
        group = file["model_weights"].create_group("ghost")
        group.attrs["weight_names"] = [b"kernel:0"]
        group.create_dataset("kernel:0", data=KERNEL)
    assert "`ghost`" in one_sentence(path, tmp_path)


def test_an_archive_without_a_layers_weights(tmp_path):
    members = keras_members(tmp_path)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.create_group("layers/dense/vars")
    path = write_zip(tmp_path / "model.keras", [*members[:2], ("model.weights.h5", (tmp_path / "w.h5").read_bytes())])
    (tmp_path / "w.h5").unlink()
    assert "the weight `kernel` of layer `d`" in one_sentence(path, tmp_path)


def test_two_layers_of_one_name(tmp_path):
    entry = {"class_name": "Dense", "name": "d", "config": {"name": "d", "units": 2}, "inbound_nodes": []}
    config = {
        "class_name": "Functional",
        "config": {"name": "m", "layers": [entry, entry], "input_layers": [], "output_layers": []},
    }
    assert "two layers named `d`" in str(_failure(write_h5(tmp_path / "model.h5", config), tmp_path))


def _failure(path, tmp_path):
    with pytest.raises(ConversionError) as caught:
        convert_keras_file(path, tmp_path / "out")
    return caught.value


def test_weights_only(tmp_path):
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"second", b"first", b"empty"]
        file.attrs["keras_version"] = "2.4.0"
        for layer, names in (
            ("first", ["first/kernel:0", "first/bias:0"]),
            ("second", ["second/foo/kernel:0"]),
            ("empty", []),
        ):
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name in names:
                group.create_dataset(name, data=KERNEL)
    for split, sizes in ((False, [3]), (True, [1, 2])):
        result = convert_keras_file(path, tmp_path / f"out{split}", split_weights_by_layer=split)
        model = json.loads((tmp_path / f"out{split}" / "model.json").read_text())
        assert model["modelTopology"] is None and model["generatedBy"] is None
        assert [len(group["weights"]) for group in model["weightsManifest"]] == sizes
        names = [weight["name"] for group in model["weightsManifest"] for weight in group["weights"]]
        assert names == ["second/foo/kernel", "first/kernel", "first/bias"]
        assert result.inputs == [] and "weights only" in result.info["notes"][0]


def test_long_lists_of_names_come_in_parts(tmp_path):
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names0"] = [b"a"]
        file.attrs["layer_names1"] = [b"b"]
        for layer in "ab":
            group = file.create_group(layer)
            group.attrs["weight_names0"] = [f"{layer}/kernel:0".encode()]
            group.attrs["weight_names1"] = [f"{layer}/bias:0".encode()]
            for name in ("kernel:0", "bias:0"):
                group.create_dataset(f"{layer}/{name}", data=KERNEL)
    source = open_keras_file(path)
    assert [[weight.name for weight in weights] for _, weights in source.groups] == [
        ["a/kernel", "a/bias"],
        ["b/kernel", "b/bias"],
    ]
    source.close()


def test_a_weights_file_of_keras_3_cannot_be_named(tmp_path):
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/vars/0", data=KERNEL)
    assert "convert the whole model" in one_sentence(path, tmp_path)


def test_the_inputs_folder_may_be_read_only(tmp_path):
    folder = tmp_path / "input"
    folder.mkdir()
    path = write_zip(folder / "m.keras", keras_members(tmp_path))
    os.chmod(path, 0o444)
    os.chmod(folder, 0o555)
    try:
        convert_keras_file(path, tmp_path / "out")
        assert [entry.name for entry in folder.iterdir()] == ["m.keras"]
    finally:
        os.chmod(folder, 0o755)


def test_a_source_that_was_read_is_closed(tmp_path):
    path = write_h5(tmp_path / "m.h5")
    convert_keras_file(path, tmp_path / "out")
    with h5py.File(path, "r+"):
        pass


def test_equal_bytes_from_equal_models(tmp_path):
    members = keras_members(tmp_path)
    first = write_zip(tmp_path / "a.keras", members)
    second = write_zip(tmp_path / "b.keras", members[::-1])
    for path in (first, second):
        convert_keras_file(path, tmp_path / path.stem)
    assert (tmp_path / "a" / "model.json").read_bytes() == (tmp_path / "b" / "model.json").read_bytes()
    assert (
        Path(tmp_path / "a" / "group1-shard1of1.bin").read_bytes()
        == (tmp_path / "b" / "group1-shard1of1.bin").read_bytes()
    )
