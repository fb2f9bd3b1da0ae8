"""Converts the same models with the upstream package and with this converter, in turn, and prints a table.

    bazel run //tests/benchmark -- --peer ~/upstream/bin/tensorflowjs_converter

Each conversion is a process of its own, started cold; ours are started as build actions start them. README.md beside
this file says how to install the upstream package.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cases
import plot
import processes
import table
from cases import Case

_HERE = Path(__file__).parent
_PYTHON_VARIABLES = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUTF8")


class Sides:
    """How each side's processes are started."""

    def __init__(self, peer: Path | None, work: Path) -> None:
        self._peer = peer
        self._work = work
        self._shared = json.loads(os.environ["TFJS_BENCHMARK_ENV"])
        self._programs = Path(os.environ["TFJS_BENCHMARK_PROGRAMS"])
        self._table = os.environ["TFJS_BENCHMARK_TABLE"]

    def ours_env(self, runtime: str) -> dict[str, str]:
        """The environment of a build action in one of the runtimes."""
        return {
            **self._shared,
            "PYTHONHOME": os.environ["PYTHONHOME"],
            "PYTHONPATH": os.environ[f"TFJS_BENCHMARK_{runtime.upper()}"],
        }

    def python(self, runtime: str, *arguments: str) -> processes.Taken:
        """Runs our interpreter."""
        return processes.run([sys.executable, "-s", "-P", *arguments], self.ours_env(runtime), self._work / "log")

    def ours(self, case: Case, model: Path) -> processes.Taken:
        """Converts as a build action does."""
        output = self._fresh("ours")
        flags = [f"--input={model}", f"--output_dir={output}", f"--info={self._work / 'info.json'}"]
        program = str(self._programs / case.program)
        return self.python(case.runtime, program, f"--label={case.model}", f"--table={self._table}", *flags)

    def peer(self, case: Case, model: Path) -> processes.Taken:
        """Converts with the upstream command."""
        output_format = "tfjs_graph_model" if case.to == "graph" else "tfjs_layers_model"
        flags = [f"--input_format={case.peer_format}", f"--output_format={output_format}"]
        env = {key: value for key, value in os.environ.items() if key not in _PYTHON_VARIABLES}
        # It unpacks .keras files beside themselves.
        lone = self._fresh("input") / model.name
        lone.parent.mkdir()
        lone.symlink_to(model)
        return processes.run(
            [str(self._peer), *flags, str(lone), str(self._fresh("peer"))],
            {**env, "CUDA_VISIBLE_DEVICES": "-1"},
            self._work / "log",
        )

    def weights_bytes(self) -> int:
        """The size of the weights that our last conversion wrote."""
        return sum(path.stat().st_size for path in (self._work / "ours").glob("*.bin"))

    def log(self) -> str:
        """What the last process wrote."""
        return (self._work / "log").read_text().strip()

    def _fresh(self, name: str) -> Path:
        path = self._work / name
        shutil.rmtree(path, ignore_errors=True)
        return path


def measure(sides: Sides, case: Case, model: Path, repetitions: int) -> table.Row:
    """Both sides in turn, after one run each that is not counted: it fills the disk cache, and the peer's byte code."""
    ours, peer = [], []
    for repetition in range(repetitions + 1):
        for taken, convert in ((peer, sides.peer), (ours, sides.ours)):
            if convert == sides.peer and (case.peer_format is None or sides._peer is None):
                continue
            result = convert(case, model)
            if repetition:
                taken.append(result)
            print(f"{case.model} {convert.__name__} {result}", file=sys.stderr)
    weights = sides.weights_bytes() / 2**20
    return table.Row(case, weights, processes.median(ours), processes.median(peer) if peer else None)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", type=Path, help="the upstream command; without it only ours are measured")
    parser.add_argument("--models", type=Path, help="a folder to keep the models in (4 GB)")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--only", action="append", choices=[case.model for case in cases.CASES], help="repeated")
    parser.add_argument("--svg", type=Path, help="where to write the picture")
    options = parser.parse_args(argv)
    chosen = [case for case in cases.CASES if not options.only or case.model in options.only]
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        models = options.models.absolute() if options.models else work / "models"
        sides = Sides(options.peer and options.peer.absolute(), work)
        sides.python("full", str(_HERE / "models.py"), str(models), *(case.model for case in chosen))
        baselines = {
            runtime: processes.median([sides.python(runtime, "-c", code) for _ in range(options.repetitions + 1)])
            for runtime, code in cases.BASELINES.items()
        }
        rows = []
        for case in chosen:
            rows.append(measure(sides, case, models / case.model, options.repetitions))
            if case.model == "large":
                sides.python("light", str(_HERE / "verify_large.py"), str(work / "ours"))
                print(f"large: {sides.log()}", file=sys.stderr)
    print(table.markdown(rows, baselines))
    missed = table.missed(rows, baselines)
    kept = "Every promise on these models is kept."
    if not options.peer:
        kept = "The bounds of memory are kept; without --peer, speed was compared with nothing."
    print("\n".join(missed) or kept)
    if options.svg:
        options.svg.write_text(plot.svg(rows))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
