"""`NAME.inspect` of a target that cannot be built, as `bazel run` starts it."""

import json
import os
import subprocess
from pathlib import Path

PROGRAM = Path(os.environ["TFJS_TEST_INSPECT"]).absolute()


def run(program, *words):
    return subprocess.run([str(program), *map(str, words)], capture_output=True, text=True, check=False)


def test_the_source_is_shown_with_what_is_in_the_way():
    shown = run(PROGRAM)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("//tests/python/inspect:inverse: SavedModel, ")
    assert "    input   points    float32  [?, 2]\n" in shown.stdout
    assert "no: TensorFlow.js lacks MatrixInverse (1×" in shown.stdout
    assert "Attributes to paste into //tests/python/inspect:inverse_web\n" in shown.stdout


def test_the_report_for_programs():
    done = run(PROGRAM, "--json")
    (graph,) = json.loads(done.stdout)["meta_graphs"]
    (signature,) = graph["signatures"]
    assert not signature["conversion"]["possible"]
    assert [each["operation"] for each in signature["conversion"]["missing"]] == ["MatrixInverse"]


def test_its_conversion_fails(tmp_path):
    """The target `inverse_web` is manual, since no build of it succeeds: this is what its action runs."""
    said = run(os.environ["TFJS_TEST_CONVERTER"], "tests/python/inspect/inverse", tmp_path / "web")
    assert said.returncode == 1 and "MatrixInverse" in said.stderr
    assert list(tmp_path.iterdir()) == []
