"""The parity door: recorded references against hand-made models in Node, passing and failing."""

import json

import numpy as np
import pytest
from tfjs_convert.parity.main import main
from tfjs_convert.parity.recording import Run, write_runs

from tests.support import tiny_models as tiny
from tests.support.node import PROGRAMS, node, node_modules

X = np.array([[1, -2, 3], [0.5, 0, -1]], np.float32)
PRODUCT = X @ np.arange(12, dtype=np.float32).reshape(3, 4)
OUTPUTS = {"zeta/y": PRODUCT + np.array([0.5, -0.5, 1, 0], np.float32), "alpha": np.maximum(PRODUCT, 0)}


@pytest.fixture
def parity(tmp_path, capfd):
    """Compares a model with runs; returns the exit code, stdout and stderr."""

    def run(model, runs, *flags):
        write_runs(tmp_path / "reference", runs)
        common = ["--label=//m:parity", f"--model={model}", f"--reference={tmp_path / 'reference'}"]
        where = [f"--node={node()}", f"--node_modules={node_modules()}", f"--run={PROGRAMS / 'run.mjs'}"]
        code = main([*common, *where, *flags])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_faithful_model_passes_on_both_backends(tmp_path, parity):
    runs = [Run("seed_0", {"features": X}, OUTPUTS), Run("seed_1", {"features": -X}, _negated())]
    code, out, err = parity(tiny.affine(tmp_path / "m"), runs, "--backend=cpu", "--backend=wasm")
    assert (code, err) == (0, "")
    titles = [line for line in out.splitlines() if "predict" in line]
    assert titles == [f"{b}, seed_{s} (predict)" for b in ("cpu", "wasm") for s in (0, 1)]
    assert sum("zeta/y" in line and line.endswith("ok") for line in out.splitlines()) == 4


def _negated():
    return {"zeta/y": -PRODUCT + np.array([0.5, -0.5, 1, 0], np.float32), "alpha": np.maximum(-PRODUCT, 0)}


def test_a_wrong_number_fails_with_its_place(tmp_path, parity):
    wrong = {**OUTPUTS, "alpha": OUTPUTS["alpha"].copy()}
    wrong["alpha"][1, 2] += 5
    code, out, err = parity(tiny.affine(tmp_path / "m"), [Run("seed_0", {"features": X}, wrong)])
    assert code == 1
    assert out.splitlines()[3].endswith("FAILS")
    assert err.startswith(
        '//m:parity: On cpu, seed_0: The output "alpha" is off by 5 at [1, 2], where the reference has'
    )
    assert err.count("\n") == 1


def test_swapped_outputs_fail_though_their_values_are_there(tmp_path, parity):
    swapped = {"zeta/y": OUTPUTS["alpha"], "alpha": OUTPUTS["zeta/y"]}
    code, _, err = parity(tiny.affine(tmp_path / "m"), [Run("seed_0", {"features": X}, swapped)])
    assert code == 1
    assert err.count("\n") == 2


def test_tolerances_by_output(tmp_path, parity):
    near = {**OUTPUTS, "alpha": OUTPUTS["alpha"] + np.float32(0.05)}
    model = tiny.affine(tmp_path / "m")
    runs = [Run("seed_0", {"features": X}, near)]
    assert parity(model, runs)[0] == 1
    assert parity(model, runs, "--tolerance=0.01")[0] == 0
    assert parity(model, runs, "--output_tolerance=alpha:0.01")[0] == 0
    code, _, err = parity(model, runs, "--output_tolerance=beta:0.01")
    assert (code, 'A tolerance is given for "beta"' in err) == (1, True)
    assert "is not of the form" in parity(model, runs, "--output_tolerance=alpha:x")[2]


def test_missing_outputs_fail(tmp_path, parity):
    runs = [Run("seed_0", {"features": X}, {**OUTPUTS, "gamma": np.zeros(1)})]
    code, _, err = parity(tiny.affine(tmp_path / "m"), runs)
    assert code == 1
    assert 'The output "gamma" is missing; there are "zeta/y", "alpha".' in err


def test_a_model_that_does_not_load_or_run_is_one_sentence(tmp_path, parity):
    model = tiny.affine(tmp_path / "m")
    code, _, err = parity(model, [Run("seed_0", {"features": X[:, :2]}, OUTPUTS)])
    assert (code, err.count("\n")) == (1, 1)
    assert "TensorFlow.js fails (run)" in err
    next(model.glob("*.bin")).unlink()
    code, _, err = parity(model, [Run("seed_0", {"features": X}, OUTPUTS)])
    assert "TensorFlow.js fails (load): The shard" in err
    assert err.count("\n") == 1


def test_an_empty_reference_is_a_failure(tmp_path, parity):
    code, _, err = parity(tiny.affine(tmp_path / "m"), [])
    assert code == 1
    assert "nothing can be compared" in err


def test_a_layers_models_outputs_take_their_names_from_the_info_file(tmp_path, parity):
    info = tmp_path / "info.json"
    info.write_text(json.dumps({"inputs": [{"name": "in"}], "outputs": [{"name": "out"}]}))
    kernel = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    runs = [Run("seed_0", {"in": X}, {"out": X @ kernel + np.array([0.5, -0.5], np.float32)})]
    model = tiny.dense(tmp_path / "m")
    assert parity(model, runs, f"--info={info}")[0] == 0
    assert "the model takes [features]" in parity(model, runs)[2]
