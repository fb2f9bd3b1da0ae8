"""Runs converted models in TensorFlow.js under Node, for tests.

Node is `TFJS_TEST_NODE` (else `node` on PATH); the npm packages are in `TFJS_TEST_NODE_MODULES`, which must be set.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tfjs_convert.parity.files import read_array, write_array

PROGRAMS = Path(__file__).parents[2] / "tools" / "node"


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of one model.

    `mode` is `auto` (predict, else executeAsync), `predict` or `executeAsync`.
    """

    model: Path | str
    inputs: Mapping[str, np.ndarray]
    backend: str = "cpu"
    mode: str = "auto"
    info: Path | str | None = None


@dataclasses.dataclass(frozen=True)
class RunResult:
    """What a job gave: `outputs` by public name, in the signature's order; or `error`, at `stage` (load, inputs, run).

    `default_outputs` is what predict() without names gives, in its order. Strings come back as objects (bytes).
    """

    outputs: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    mode: str | None = None
    format: str | None = None
    default_outputs: tuple[str, ...] = ()
    error: str | None = None
    stage: str | None = None


def node() -> str:
    """The Node binary."""
    found = os.environ.get("TFJS_TEST_NODE") or shutil.which("node")
    if not found:
        raise RuntimeError("No Node was found: set TFJS_TEST_NODE to a Node binary, version 20 or newer.")
    return found


def node_modules() -> str:
    """The folder of npm packages."""
    found = os.environ.get("TFJS_TEST_NODE_MODULES")
    if not found:
        raise RuntimeError(
            "TFJS_TEST_NODE_MODULES is not set: name the node_modules folder made from tools/node/npm (npm ci)."
        )
    return found


def run_program(program: str, *flags: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Runs tools/node/`program` with `flags` and the packages; returns whatever it did."""
    command = [node(), str(PROGRAMS / program), f"--node_modules={node_modules()}", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def run_models(jobs: Sequence[Job], timeout: float = 300) -> list[RunResult]:
    """Runs all jobs in one Node process; a job that fails has `error` set and does not stop the others.

    Raises:
      RuntimeError: Node itself failed (with its stderr).
      subprocess.TimeoutExpired: the whole batch took longer than `timeout` seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        entries = []
        for index, job in enumerate(jobs):
            entry = {
                "model": str(job.model),
                "inputs": {
                    name: str(write_array(root / f"{index}_in_{i}", array))
                    for i, (name, array) in enumerate(job.inputs.items())
                },
                "outputs": str(root / f"{index}_out"),
                "backend": job.backend,
                "mode": job.mode,
            }
            if job.info is not None:
                entry["info"] = str(job.info)
            entries.append(entry)
        (root / "jobs.json").write_text(json.dumps(entries))
        done = run_program(
            "run.mjs", f"--jobs={root / 'jobs.json'}", f"--results={root / 'results.json'}", timeout=timeout
        )
        if done.returncode != 0:
            raise RuntimeError(f"Node exited with {done.returncode}: {done.stderr.strip()}")
        return [_result(entry) for entry in json.loads((root / "results.json").read_text())]


def run_model(
    directory: Path | str, inputs: Mapping[str, np.ndarray], backend: str = "cpu", *, mode: str = "auto"
) -> dict[str, np.ndarray]:
    """Runs one graph or layers model and returns its outputs by public name.

    Raises:
      RuntimeError: the model did not load or run, with the reason.
    """
    (result,) = run_models([Job(directory, inputs, backend, mode)])
    if result.error is not None:
        raise RuntimeError(f"{directory} failed on {backend} ({result.stage}): {result.error}")
    return result.outputs


def run_graph_model(
    directory: Path | str, inputs: Mapping[str, np.ndarray], backend: str = "cpu", *, mode: str = "auto"
) -> dict[str, np.ndarray]:
    """As `run_model`, for readers' sake."""
    return run_model(directory, inputs, backend, mode=mode)


def run_layers_model(
    directory: Path | str, inputs: Mapping[str, np.ndarray], backend: str = "cpu"
) -> dict[str, np.ndarray]:
    """As `run_model`; inputs and outputs are named by layers (a layer's second output is `name_1`)."""
    return run_model(directory, inputs, backend)


def _result(entry: dict) -> RunResult:
    if "error" in entry:
        return RunResult(error=entry["error"], stage=entry["stage"])
    outputs = {name: read_array(Path(output["file"])) for name, output in entry["outputs"].items()}
    return RunResult(outputs, entry["mode"], entry["format"], tuple(entry["default_outputs"]))
