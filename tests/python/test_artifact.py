"""model.json and the directory around it."""

import hashlib
import json
import os

import numpy as np
import pytest
from tfjs_convert.artifact import write_info, write_model
from tfjs_convert.errors import ConversionError, InputError, OptionError
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight


def weights(scale=1.0):
    return [[Weight.of("a", np.arange(6, dtype=np.float32) * scale), Weight.of("b", np.ones(3, np.float32))]]


def fields():
    return {
        "modelTopology": {"versions": {"producer": 1}, "node": [{"op": "Const", "name": "a"}], "library": {}},
        "signature": {
            "outputs": {"z": {"name": "z:0", "dtype": "DT_FLOAT"}, "a": {"name": "a:0", "dtype": "DT_FLOAT"}},
            "inputs": {"y": {"name": "y:0"}, "b": {"name": "b:0"}},
        },
        "generatedBy": "2.21.0",
        "format": "graph-model",
        "userDefinedMetadata": None,
    }


def snapshot(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_keys_have_a_fixed_order(tmp_path):
    write_model(tmp_path / "m", fields(), weights(), WeightOptions())
    text = (tmp_path / "m" / "model.json").read_text()
    model = json.loads(text)
    assert list(model) == ["format", "generatedBy", "convertedBy", "signature", "modelTopology", "weightsManifest"]
    assert model["convertedBy"] == "rules_tfjs"
    assert list(model["signature"]) == ["inputs", "outputs"]
    assert list(model["signature"]["outputs"]) == ["z", "a"]
    assert list(model["signature"]["inputs"]) == ["y", "b"]
    assert list(model["signature"]["outputs"]["z"]) == ["dtype", "name"]
    assert list(model["modelTopology"]) == ["library", "node", "versions"]
    assert list(model["weightsManifest"][0]["weights"][0]) == ["name", "shape", "dtype"]
    assert text.isascii() and text.endswith("}\n")


def test_layers_fields(tmp_path):
    model = {"format": "layers-model", "generatedBy": None, "modelTopology": None, "trainingConfig": {"loss": "mse"}}
    write_model(tmp_path / "m", model, weights(), WeightOptions())
    written = json.loads((tmp_path / "m" / "model.json").read_bytes())
    assert written["generatedBy"] is None and written["modelTopology"] is None
    assert list(written) == [
        "format",
        "generatedBy",
        "convertedBy",
        "modelTopology",
        "trainingConfig",
        "weightsManifest",
    ]


def test_same_model_same_bytes(tmp_path):
    for name in ("m1", "m2"):
        model = fields()
        if name == "m2":
            model = dict(reversed(model.items()))
            model["modelTopology"] = dict(reversed(model["modelTopology"].items()))
        write_model(tmp_path / name, model, weights(), WeightOptions(quantize={"uint8": True}))
    assert snapshot(tmp_path / "m1") == snapshot(tmp_path / "m2")


def test_artifact_describes_its_files(tmp_path):
    artifact = write_model(tmp_path / "m", fields(), weights(), WeightOptions(shard_size_bytes=20))
    found = {n: (len(d), hashlib.sha256(d).hexdigest()) for n, d in snapshot(tmp_path / "m").items()}
    assert {f.path: (f.bytes, f.sha256) for f in artifact.files} == found and len(found) == 3
    info = artifact.info()
    assert info["parameters"] == 9 and info["bytes"] == sum(size for size, _ in found.values())
    assert [s["path"] for s in info["shards"]] == ["group1-shard1of2.bin", "group1-shard2of2.bin"]
    assert [w["name"] for w in info["weights"]] == ["a", "b"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float32("-inf")])
def test_numbers_that_json_lacks(tmp_path, bad):
    model = fields() | {"modelTopology": {"node": [{"alpha": bad}]}}
    with pytest.raises(InputError, match=r"modelTopology\.node\.0\.alpha"):
        write_model(tmp_path / "m", model, weights(), WeightOptions())
    assert list(tmp_path.iterdir()) == []


def test_numpy_values_are_plain_numbers(tmp_path):
    model = fields() | {
        "modelTopology": {"a": np.int64(3), "b": np.float32(0.5), "c": np.bool_(True), "d": np.arange(2)}
    }
    write_model(tmp_path / "m", model, weights(), WeightOptions())
    written = json.loads((tmp_path / "m" / "model.json").read_bytes())
    assert written["modelTopology"] == {"a": 3, "b": 0.5, "c": True, "d": [0, 1]}


def test_empty_directory_is_filled(tmp_path):
    directory = tmp_path / "m"
    directory.mkdir()
    write_model(directory, fields(), weights(), WeightOptions())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m"]
    assert sorted(snapshot(directory)) == ["group1-shard1of1.bin", "model.json"]


def test_empty_directory_in_a_parent_that_is_read_only(tmp_path):
    directory = tmp_path / "parent" / "m"
    directory.mkdir(parents=True)
    (tmp_path / "parent").chmod(0o555)
    try:
        write_model(directory, fields(), weights(), WeightOptions())
    finally:
        (tmp_path / "parent").chmod(0o755)
    assert sorted(snapshot(directory)) == ["group1-shard1of1.bin", "model.json"]


def test_new_directory_has_ordinary_permissions(tmp_path):
    write_model(tmp_path / "deep" / "m", fields(), weights(), WeightOptions())
    ordinary = tmp_path / "ordinary"
    ordinary.mkdir()
    assert (tmp_path / "deep" / "m").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("existing", [None, "empty", "earlier"])
def test_failure_changes_nothing(tmp_path, existing):
    directory = tmp_path / "m"
    if existing == "empty":
        directory.mkdir()
    if existing == "earlier":
        write_model(directory, fields(), weights(), WeightOptions())
    before = snapshot(directory) if existing else None
    broken = Weight("c", (2,), np.dtype(np.float32), lambda: np.array([np.nan, 1], np.float32))
    with pytest.raises(ConversionError):
        write_model(directory, fields(), [*weights(2.0), [broken]], WeightOptions())
    assert (snapshot(directory) if existing else None) == before
    assert [p.name for p in tmp_path.iterdir()] == (["m"] if existing else [])


def test_old_shards_do_not_linger_and_other_files_stay(tmp_path):
    directory = tmp_path / "m"
    write_model(directory, fields(), weights(), WeightOptions(shard_size_bytes=10))
    (directory / "labels.txt").write_text("cat")
    (directory / "notes.bin").write_bytes(b"mine")
    write_model(directory, fields(), weights(), WeightOptions())
    assert sorted(snapshot(directory)) == ["group1-shard1of1.bin", "labels.txt", "model.json", "notes.bin"]
    write_model(directory, fields(), weights(), WeightOptions(content_hashed_names=True))
    names = sorted(snapshot(directory))
    assert names[:-1] == ["labels.txt", "model.json", "notes.bin"] and names[-1].startswith("weights-")


def test_shards_named_by_an_earlier_manifest_go_but_nothing_outside(tmp_path):
    directory = tmp_path / "m"
    directory.mkdir()
    (tmp_path / "outside.bin").write_bytes(b"keep")
    (directory / "model.weights.bin").write_bytes(b"old")
    (directory / "more.bin").write_bytes(b"old")
    manifest = [{"paths": ["./model.weights.bin", "../outside.bin", "more.bin", 3], "weights": []}]
    (directory / "model.json").write_text(json.dumps({"weightsManifest": manifest}))
    write_model(directory, fields(), weights(), WeightOptions())
    assert sorted(snapshot(directory)) == ["group1-shard1of1.bin", "model.json"]
    assert (tmp_path / "outside.bin").read_bytes() == b"keep"


def test_an_unchanged_shard_is_not_rewritten(tmp_path):
    directory = tmp_path / "m"
    options = WeightOptions(content_hashed_names=True, shard_size_bytes=24)
    first = write_model(directory, fields(), weights(), options)
    for file in first.shards:
        os.utime(directory / file.path, ns=(1, 1))
    changed = [[weights()[0][0], Weight.of("b", np.zeros(3, np.float32))]]
    second = write_model(directory, fields(), changed, options)
    kept = {f.path for f in first.shards} & {f.path for f in second.shards}
    assert len(kept) == 1 and len(second.shards) == 2
    times = {f.path: (directory / f.path).stat().st_mtime_ns for f in second.shards}
    assert [path for path, time in times.items() if time == 1] == list(kept)


def test_output_that_is_a_file(tmp_path):
    (tmp_path / "m").write_text("")
    with pytest.raises(OptionError, match="'m' is a file"):
        write_model(tmp_path / "m", fields(), weights(), WeightOptions())


def test_unknown_fields_are_a_bug(tmp_path):
    with pytest.raises(ValueError, match="weightsManifest"):
        write_model(tmp_path / "m", fields() | {"weightsManifest": []}, weights(), WeightOptions())


def test_info_is_sorted_and_stable(tmp_path):
    path = tmp_path / "m.info.json"
    write_info(path, {"b": 1, "a": [{"z": 1.5, "y": None}]})
    assert path.read_text() == '{\n "a": [\n  {\n   "y": null,\n   "z": 1.5\n  }\n ],\n "b": 1\n}\n'
    with pytest.raises(InputError, match=r"m\.info\.json would hold nan"):
        write_info(path, {"a": float("nan")})
    assert [p.name for p in tmp_path.iterdir()] == ["m.info.json"]
