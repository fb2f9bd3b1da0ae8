"""Runs models in TensorFlow.js under Node: the Python side of tools/node/run.mjs."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tfjs_convert.parity.files import read_array, write_array


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of one model.

    `mode` is `auto` (predict, else executeAsync), `predict` or `executeAsync`; `info` is the model's info file, from
    which a layers model's outputs are named.
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


def run_jobs(
    command: Sequence[str], jobs: Sequence[Job], scratch: Path, timeout: float | None = None
) -> list[RunResult]:
    """Runs all jobs in one Node process; a job that fails has `error` set and does not stop the others.

    Args:
      command: Node, run.mjs, and its `--node_modules` flag.
      scratch: an empty folder for inputs and outputs.
      timeout: seconds for the whole batch.

    Raises:
      RuntimeError: Node itself failed (with its stderr).
      subprocess.TimeoutExpired: the batch took longer than `timeout`.
    """
    entries = []
    for index, job in enumerate(jobs):
        inputs = {
            name: str(write_array(scratch / f"{index}_in_{i}", array))
            for i, (name, array) in enumerate(job.inputs.items())
        }
        entry = {"model": str(job.model), "inputs": inputs, "outputs": str(scratch / f"{index}_out")}
        entry |= {"backend": job.backend, "mode": job.mode}
        if job.info is not None:
            entry["info"] = str(job.info)
        entries.append(entry)
    (scratch / "jobs.json").write_text(json.dumps(entries))
    done = subprocess.run(
        [*command, f"--jobs={scratch / 'jobs.json'}", f"--results={scratch / 'results.json'}"],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Node exited with {done.returncode}: {done.stderr.strip()}")
    return [_result(entry) for entry in json.loads((scratch / "results.json").read_text())]


def _result(entry: Mapping) -> RunResult:
    if "error" in entry:
        return RunResult(error=entry["error"], stage=entry["stage"])
    outputs = {name: read_array(Path(output["file"])) for name, output in entry["outputs"].items()}
    return RunResult(outputs, entry["mode"], entry["format"], tuple(entry["default_outputs"]))
