"""tools/budget/budget.py as a process: what a failed test prints, and what an update writes."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from tfjs_convert.artifact import write_info, write_model
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight

LABEL = "--label=//pitch:budget_test"
REFRESH = "bazel run //pitch:budget_test.update"


def model(directory, width):
    data = np.random.default_rng(0).normal(size=(30, width)).astype(np.float32)
    fields = {"format": "graph-model", "modelTopology": {"node": [{"name": "y", "op": "MatMul"}]}}
    artifact = write_model(directory / "m", fields, [[Weight.of("dense/kernel", data)]], WeightOptions())
    write_info(directory / "m.info.json", {**artifact.info(), "inputs": [], "outputs": []})
    return [f"--model={directory / 'm'}", f"--info={directory / 'm.info.json'}"]


@pytest.fixture
def small(tmp_path):
    (tmp_path / "small").mkdir()
    return model(tmp_path / "small", 10)


def budget(*flags, label=LABEL, workspace=None):
    """Runs the program; returns its exit code and what it prints."""
    environment = {key: value for key, value in os.environ.items() if key != "BUILD_WORKSPACE_DIRECTORY"}
    if workspace:
        environment["BUILD_WORKSPACE_DIRECTORY"] = str(workspace)
    command = [sys.executable, "tools/budget/budget.py", label, *flags]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def update(workspace, flags):
    return budget(*flags, "--update=pitch/pitch.snapshot.json", label=LABEL + ".update", workspace=workspace)


@pytest.fixture
def snapshot(tmp_path, small):
    (tmp_path / "pitch").mkdir()
    assert update(tmp_path, small) == (0, "wrote pitch/pitch.snapshot.json\n")
    return tmp_path / "pitch" / "pitch.snapshot.json"


def test_within_limits(small):
    assert budget(*small, "--max_total_bytes=5000", "--max_shards=1", "--max_operations=1") == (0, "")


def test_over_the_limits(small):
    code, printed = budget(*small, "--max_parameters=200", "--max_operations=0")
    assert code == 1
    assert printed.splitlines() == [
        "//pitch:budget_test: parameters: 300 is over the limit of 200 (by 100, +50.0%)",
        "operations: 1 is over the limit of 0 (by 1)",
    ]


def test_an_update_is_accepted(small, snapshot):
    assert json.loads(snapshot.read_text())["weights"] == {"dense/kernel": "float32 [30, 10]"}
    assert budget(*small, f"--snapshot={snapshot}", "--tolerance=0") == (0, "")


def test_a_changed_model(tmp_path, snapshot):
    (tmp_path / "wide").mkdir()
    wide = model(tmp_path / "wide", 12)
    code, printed = budget(*wide, f"--snapshot={snapshot}", "--max_parameters=359")
    lines = printed.splitlines()
    assert code == 1
    assert lines[0] == "//pitch:budget_test: parameters: 360 is over the limit of 359 (by 1, +0.3%)"
    assert lines[1] == f"The model differs from its snapshot {snapshot}:"
    assert lines[2].startswith("total bytes: 1,") and lines[3].startswith("gzip bytes: 1,")
    assert lines[4:] == [
        "parameters: 300 -> 360 (+60, +20.0%)",
        "~ weight dense/kernel: float32 [30, 10] -> float32 [30, 12]",
        f"If that is meant, accept it: {REFRESH}",
    ]
    assert update(tmp_path, wide)[0] == 0
    assert budget(*wide, f"--snapshot={snapshot}") == (0, "")


@pytest.mark.parametrize("content", ["{}\n", ""])
def test_a_snapshot_that_is_yet_to_be_recorded(tmp_path, small, content):
    path = tmp_path / "new.json"
    path.write_text(content)
    code, printed = budget(*small, f"--snapshot={path}", "--max_shards=0")
    assert code == 1
    assert printed.splitlines() == [
        "//pitch:budget_test: shards: 1 is over the limit of 0 (by 1)",
        "The snapshot 'new.json' is empty: no figures have been recorded yet.",
        f"Record them: {REFRESH}",
    ]


def test_a_damaged_snapshot(tmp_path, small):
    path = tmp_path / "damaged.json"
    path.write_text("<<<<<<< ours")
    code, printed = budget(*small, f"--snapshot={path}")
    assert (code, printed.count("\n")) == (1, 2)
    assert "'damaged.json' is not valid JSON" in printed and REFRESH in printed
    code, printed = budget(*small, f"--snapshot={tmp_path / 'gone.json'}")
    assert code == 1 and "'gone.json' is missing" in printed and REFRESH in printed


def test_wrong_values_and_models_are_one_sentence(tmp_path, small):
    code, printed = budget(*small, "--tolerance=2", "--max_shards=1")
    assert (code, printed.count("\n")) == (1, 1)
    assert "tolerance is 2.0; write a fraction" in printed
    (tmp_path / "empty").mkdir()
    code, printed = budget(f"--model={tmp_path / 'empty'}", small[1], "--max_shards=1")
    assert (
        code == 1 and printed == "//pitch:budget_test: The folder 'empty' has no model.json; name a converted model.\n"
    )


def test_an_update_outside_of_bazel_run(small):
    code, printed = update(None, small)
    assert code == 1
    sentence = f"The source tree is not known; start this with: {REFRESH}"
    assert printed == f"//pitch:budget_test.update: {sentence}\n"
