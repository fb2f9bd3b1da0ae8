"""Variants run in TensorFlow.js: from a model to the errors on its page."""

import json

import numpy as np
import pytest
from tfjs_convert.errors import InputError
from tfjs_convert.report import VARIANTS, collect, make_report, prepare
from tfjs_convert.report.output_errors import seeded_inputs
from tfjs_convert.weights.quantize import affine

from tests.support import tiny_models as tiny
from tests.support.node import run_program

INFO = {
    "format": "graph-model",
    "inputs": [{"name": "features", "dtype": "float32", "shape": [None, 3]}],
    "outputs": [
        {"name": "zeta/y", "dtype": "float32", "shape": [None, 4]},
        {"name": "alpha", "dtype": "float32", "shape": [None, 4]},
    ],
}


def run(folder):
    results = folder.parent / "results.json"
    done = run_program("run.mjs", f"--jobs={folder / 'jobs.json'}", f"--results={results}")
    assert done.returncode == 0, done.stderr
    return results


def test_errors_are_those_of_the_arithmetic(tmp_path):
    model = tiny.affine(tmp_path / "m")
    folder = tmp_path / "work"
    prepare(model, INFO, folder, seed=4)
    found = collect(folder, run(folder))
    assert found["seed"] == 4 and found["inputs"] == {"features": "float32 [1, 3]"}
    assert list(found["variants"]) == list(VARIANTS[1:])

    x = seeded_inputs(INFO["inputs"], 4)["features"].astype(np.float64)
    kernel = np.arange(12, dtype=np.float32).reshape(3, 4)
    exact = np.maximum(x @ kernel, 0)
    line = affine(0, 11, "uint8")
    error = np.abs(np.maximum(x @ line.decode(line.encode(kernel)), 0) - exact)
    numbers = found["variants"]["uint8"]["alpha"]
    assert numbers["max_error"] == pytest.approx(error.max(), abs=1e-5) and error.max() > 1e-3
    assert numbers["max_magnitude"] == pytest.approx(exact.max(), rel=1e-5)
    # Small whole numbers and halves are exact as float16.
    assert found["variants"]["float16"]["zeta/y"]["max_error"] == 0

    page = make_report(model, INFO, title="m", output_errors=found)
    assert "zeta/y" in page and "seed 4" in page and f"{numbers['max_error']:.3g}" in page


def test_models_that_cannot_be_fed_or_run(tmp_path):
    model = tiny.affine(tmp_path / "m")
    words = {**INFO, "inputs": [{"name": "words", "dtype": "string", "shape": [None]}]}
    prepare(model, words, tmp_path / "words")
    assert json.loads((tmp_path / "words" / "jobs.json").read_bytes()) == []
    found = collect(tmp_path / "words", tmp_path / "none.json")
    assert "'words' is string" in found["skipped"]
    assert "Not measured: Input &#x27;words&#x27; is string" in make_report(
        model, words, title="m", output_errors=found
    )

    prepare(model, {**INFO, "inputs": [{"name": "features", "dtype": "float32", "shape": [7, 7]}]}, tmp_path / "wrong")
    assert collect(tmp_path / "wrong", run(tmp_path / "wrong"))["skipped"].startswith(
        "The float32 model does not run: "
    )


def test_results_of_other_jobs(tmp_path):
    prepare(tiny.affine(tmp_path / "m"), INFO, tmp_path / "work")
    (tmp_path / "results.json").write_text("[]")
    with pytest.raises(InputError, match=r"results\.json does not hold the results of 4 variants"):
        collect(tmp_path / "work", tmp_path / "results.json")
