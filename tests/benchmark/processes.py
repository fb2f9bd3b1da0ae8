"""Cold processes, and what each took. Imports little: a child's peak memory counts from its parent's."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Taken:
    """What one process took: seconds by the clock, seconds of processor time, megabytes (2**20) at its peak."""

    wall: float
    cpu: float
    peak: float


class Failed(Exception):
    """A process that did not end with 0; the text is the end of what it wrote."""


def run(command: Sequence[str], env: Mapping[str, str], log: Path) -> Taken:
    """Runs a command to its end; its output goes to `log`.

    Raises:
      Failed: it ended with another exit code than 0.
    """
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=dict(env), stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(
            f"{' '.join(command)}\nended with {process.returncode}:\n{log.read_text(errors='replace')[-2000:]}"
        )
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)


def median(runs: Sequence[Taken]) -> Taken:
    """The median of each figure."""
    return Taken(*(statistics.median(getattr(each, key) for each in runs) for key in ("wall", "cpu", "peak")))
