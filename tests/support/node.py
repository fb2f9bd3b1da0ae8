"""Runs converted models in TensorFlow.js under Node, for tests.

Node is `TFJS_TEST_NODE` (else `node` on PATH); the npm packages are in `TFJS_TEST_NODE_MODULES`, which must be set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tfjs_convert.parity.node import Job, RunResult, run_jobs

__all__ = ["Job", "RunResult", "run_graph_model", "run_layers_model", "run_model", "run_models", "run_program"]

PROGRAMS = Path(__file__).parents[2] / "tools" / "node"


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


def command(program: str) -> list[str]:
    """Node, tools/node/`program`, and the flag that names the packages."""
    return [node(), str(PROGRAMS / program), f"--node_modules={node_modules()}"]


def run_program(program: str, *flags: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Runs tools/node/`program` with `flags` and the packages; returns whatever it did."""
    return subprocess.run([*command(program), *flags], capture_output=True, text=True, timeout=timeout, check=False)


def run_models(jobs: Sequence[Job], timeout: float = 300) -> list[RunResult]:
    """Runs all jobs in one Node process; see `tfjs_convert.parity.node.run_jobs`."""
    with tempfile.TemporaryDirectory() as folder:
        return run_jobs(command("run.mjs"), jobs, Path(folder), timeout)


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
