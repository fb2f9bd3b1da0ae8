"""Decision forests keep their trees in files of their own, which the package that runs them reads."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tfjs_convert import api, artifact
from tfjs_convert.errors import InputError, UnsupportedError

from tests.python.forests import forest_model
from tests.support import node

RUN = Path(__file__).with_name("run_forest.cjs")


@pytest.fixture(scope="module")
def trained():
    return forest_model.train()


@pytest.fixture(scope="module")
def saved(trained, tmp_path_factory):
    return forest_model.save(trained, tmp_path_factory.mktemp("forest"))


def convert(saved, output):
    result = api.convert_saved_model(saved, output)
    artifact.write_info(output.with_suffix(".info.json"), result.info)
    return result


def test_the_numbers_are_those_of_the_trained_trees(trained, saved, tmp_path):
    result = convert(saved, tmp_path / "m")
    assert [each.name for each in result.inputs] == ["a", "b", "c"]
    assert result.info["execution"] == "executeAsync"
    assert any("loadTFDFModel of @tensorflow/tfjs-tfdf" in note for note in result.info["notes"])
    given = forest_model.features(50, seed=1)
    (tmp_path / "inputs.json").write_text(json.dumps({key: value.tolist() for key, value in given.items()}))
    (package,) = Path("..").glob("*tfjs_tfdf/content")
    done = subprocess.run(
        [node.node(), RUN, package, tmp_path / "m", tmp_path / "inputs.json"],
        env={**os.environ, "NODE_PATH": node.node_modules()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    scores, expected = np.array(json.loads(done.stdout)), trained.predict(given)
    assert expected.max() - expected.min() > 0.5
    np.testing.assert_allclose(scores, np.stack([1 - expected, expected], 1), atol=1e-6)


def test_the_files_of_the_forest_come_along_and_no_others(saved, tmp_path):
    (saved / "assets" / "vocabulary.txt").write_text("unrelated")
    result = convert(saved, tmp_path / "m")
    (saved / "assets" / "vocabulary.txt").unlink()
    with zipfile.ZipFile(tmp_path / "m/assets.zip") as archive:
        names = archive.namelist()
        assert names == [f"./{path.name}" for path in sorted((saved / "assets").iterdir())]
        assert all(archive.read(name) == (saved / "assets" / name).read_bytes() for name in names)
    shipped = result.info["decision_forest"]
    assert (shipped["path"], shipped["bytes"]) == ("assets.zip", (tmp_path / "m/assets.zip").stat().st_size)
    topology = json.loads((tmp_path / "m/model.json").read_bytes())
    assert [n["op"] for n in topology["modelTopology"]["node"]].count("SimpleMLInferenceOpWithHandle") == 1
    assert {n["op"] for n in topology["modelInitializer"]["node"]} >= {
        "SimpleMLCreateModelResource",
        "SimpleMLLoadModelFromPathWithHandle",
        "LookupTableImportV2",
    }
    ids = [entry["resourceId"] for entry in topology["initializerSignature"]["outputs"].values()]
    assert len(set(ids)) == len(ids) == 2


def test_same_model_same_bytes(saved, tmp_path):
    convert(saved, tmp_path / "a")
    convert(shutil.copytree(saved, tmp_path / "elsewhere", copy_function=shutil.copyfile), tmp_path / "b")
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_validation_loads_it_and_running_it_is_refused_by_name(saved, tmp_path):
    convert(saved, tmp_path / "m")
    flags = [f"--model={tmp_path / 'm'}", f"--info={tmp_path / 'm.info.json'}"]
    done = node.run_program("validate.mjs", *flags, f"--report={tmp_path / 'report.json'}")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "report.json").read_text())["format"] == "graph-model"
    (ran,) = node.run_models(
        [node.Job(tmp_path / "m", forest_model.features(2, seed=1), info=tmp_path / "m.info.json")]
    )
    assert "only @tensorflow/tfjs-tfdf can run" in ran.error


def test_what_is_refused(trained, saved, tmp_path):
    several = forest_model.save(trained, tmp_path / "several", forests=2)
    with pytest.raises(UnsupportedError, match=r"holds 2 decision forests \('forest_0', 'forest_1'\)"):
        convert(several, tmp_path / "m")
    torn = forest_model.save(trained, tmp_path / "torn")
    (torn / "assets" / f"{forest_model.PREFIX}data_spec.pb").unlink()
    with pytest.raises(InputError, match=r"assets/3f0c2a_data_spec\.pb is missing"):
        convert(torn, tmp_path / "m")
    assert not (tmp_path / "m").exists()
