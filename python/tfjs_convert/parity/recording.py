"""What a reference run leaves: a folder of inputs and outputs, in as many runs as there were seeds.

reference.json                    {"runs": [{"name": ..., "inputs": {NAME: FILE}, "outputs": {NAME: FILE}}]}
seed_0/inputs/0.npy ...           files are numbered, since names may hold slashes and colons
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.parity.files import read_array, write_array


@dataclasses.dataclass(frozen=True)
class Run:
    """Inputs and the outputs that they gave, by name and in order; `name` is `seed_0` or the like."""

    name: str
    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]


def write_runs(directory: Path, runs: Sequence[Run]) -> None:
    """Writes runs into an empty or absent folder."""
    directory.mkdir(parents=True, exist_ok=True)
    listing = []
    for run in runs:
        entry = {"name": run.name}
        for side in ("inputs", "outputs"):
            folder = directory / run.name / side
            folder.mkdir(parents=True, exist_ok=True)
            entry[side] = {
                name: write_array(folder / str(i), array).relative_to(directory).as_posix()
                for i, (name, array) in enumerate(_of(run, side).items())
            }
        listing.append(entry)
    (directory / "reference.json").write_text(json.dumps({"runs": listing}, indent=1) + "\n")


def read_runs(directory: Path) -> list[Run]:
    """Reads them back.

    Raises:
      InputError: the folder holds no reference, a file of it is missing, or it has no outputs.
    """
    path = directory / "reference.json"
    try:
        listing = json.loads(path.read_text())["runs"]
        runs = [
            Run(entry["name"], *(_read(directory, entry[side]) for side in ("inputs", "outputs"))) for entry in listing
        ]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f'The reference "{path}" cannot be read: {error!r}.') from error
    if not runs or not all(run.outputs for run in runs):
        raise InputError(f'The reference "{path}" holds no outputs, so that nothing can be compared.')
    return runs


def _read(directory: Path, files: Mapping[str, str]) -> dict[str, np.ndarray]:
    return {name: read_array(directory / file) for name, file in files.items()}


def _of(run: Run, side: str) -> Mapping[str, np.ndarray]:
    return run.inputs if side == "inputs" else run.outputs
