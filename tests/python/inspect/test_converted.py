"""Reports on TensorFlow.js models and manifests, and sentences for what is no model."""

import json

import numpy as np
import pytest

from tests.support import tiny_models
from tests.support.inspected import inspected, refused, shown
from tests.support.keras_h5_files import array, input_layer, layer, sequential, write_h5


def test_graph_model(tmp_path, capsys):
    report = inspected(capsys, tiny_models.affine(tmp_path / "affine", shard_size=40))
    assert report["kind"] == "tfjs_graph_model"
    assert report["inputs"] == [{"name": "features", "dtype": "float32", "shape": [None, 3]}]
    assert [each["name"] for each in report["outputs"]] == ["zeta/y", "alpha"]
    assert report["operations"] == {"AddV2": 1, "Const": 2, "Identity": 1, "MatMul": 1, "Placeholder": 1, "Relu": 1}
    assert (report["parameters"], report["weight_bytes"]) == (16, 64)
    assert [each["bytes"] for each in report["shards"]] == [40, 24]
    assert report["execution"] == "predict" and report["backends"]["wasm"] == [] and report["missing"] == []
    files = [path.stat().st_size for path in (tmp_path / "affine").iterdir()]
    assert (report["bytes"], report["files"]) == (sum(files), len(files))


def test_unknown_operation_of_a_graph_model(tmp_path, capsys):
    folder = tiny_models.affine(tmp_path / "affine")
    text = (folder / "model.json").read_text().replace('"op": "Relu"', '"op": "MatrixInverse"')
    (folder / "model.json").write_text(text)
    assert inspected(capsys, folder)["missing"] == [{"operation": "MatrixInverse", "count": 1}]
    assert "lacks MatrixInverse" in shown(capsys, folder)


def test_layers_model_and_its_manifest(tmp_path, capsys):
    folder = tiny_models.dense(tmp_path / "dense")
    report = inspected(capsys, folder / "model.json")
    assert report["kind"] == "tfjs_layers_model"
    assert [(each["name"], each["class"]) for each in report["layers"]] == [
        ("features", "InputLayer"),
        ("scores", "Dense"),
    ]
    manifest = json.loads((folder / "model.json").read_text())["weightsManifest"]
    manifest[0]["weights"][0] |= {"quantization": {"dtype": "uint8", "min": 0.0, "scale": 0.5}}
    (folder / "group1-shard1of1.bin").write_bytes(bytes(6 + 8))
    (folder / "weights_manifest.json").write_text(json.dumps(manifest))
    report = inspected(capsys, folder / "weights_manifest.json")
    assert report["quantization"] == {"float32": {"weights": 1, "bytes": 8}, "uint8": {"weights": 1, "bytes": 6}}
    assert "problems" not in report


def test_a_missing_shard_is_a_problem_and_the_rest_is_shown(tmp_path, capsys):
    folder = tiny_models.affine(tmp_path / "affine")
    (folder / "group1-shard1of1.bin").unlink()
    report = inspected(capsys, folder)
    (problem,) = report["problems"]
    assert "group1-shard1of1.bin" in problem and report["shards"][0]["bytes"] is None
    assert "Problems" in shown(capsys, folder)


def test_keras_file(tmp_path, capsys):
    kernel, bias = array(3, 2), np.zeros(2, np.float32)
    config = sequential(input_layer("x", [None, 3]), layer("Dense", "y", units=2, activation="linear", use_bias=True))
    file = write_h5(tmp_path / "m.bin", config, {"y": {"kernel": kernel, "bias": bias}})
    report = inspected(capsys, file)
    assert (report["kind"], report["generation"], report["parameters"]) == ("keras", 2, 8)
    assert report["layers"][1]["parameters"] == 8
    assert report["conversion"]["possible"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.h5", b"", "it is empty"),
        ("page.keras", b"<html></html>", "web page"),
        ("lfs.pb.bin", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("model.json", b'{"format": ', "not valid JSON"),
        ("other.json", b'{"a": 1}', "neither modelTopology nor weightsManifest"),
        ("cut.h5", b"\x89HDF\r\n\x1a\n" + bytes(9), "damaged or cut short"),
        ("cut.keras", b"PK\x03\x04" + bytes(9), "damaged or cut short"),
        ("cut.zip", b"PK\x03\x04" + bytes(9), "no archive that can be read"),
    ],
)
def test_bad_files_give_one_sentence(tmp_path, capsys, name, content, told):
    (tmp_path / name).write_bytes(content)
    assert told in refused(capsys, tmp_path / name)


def test_what_is_not_there(tmp_path, capsys):
    assert "is not there" in refused(capsys, tmp_path / "nothing")
    (tmp_path / "folder").mkdir()
    assert "found: nothing" in refused(capsys, tmp_path / "folder")
