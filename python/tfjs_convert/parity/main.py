"""The parity test: a model in TensorFlow.js against recorded outputs of TensorFlow, by name.

Prints one table for each backend and run, and for each output that differs one sentence; exits 1 if any does. Needs
NumPy and Node, and not TensorFlow; which of Node and a browser runs the model is the `--run` program's affair.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tfjs_convert.errors import ConversionError, OptionError
from tfjs_convert.parity.compare import Tolerances, compare, table
from tfjs_convert.parity.node import Job, run_jobs
from tfjs_convert.parity.recording import read_runs


def main(argv: Sequence[str] | None = None) -> int:
    """Compares as the flags say; returns the exit code."""
    flags = _parser().parse_args(argv)
    try:
        problems = _compare(flags)
    except (ConversionError, RuntimeError) as error:
        problems = [str(error)]
    for problem in problems:
        print(f"{flags.label or flags.model}: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--model", required=True, type=Path, help="the folder of model.json")
    parser.add_argument("--info", type=Path, help="the model's info file, which names a layers model's outputs")
    parser.add_argument("--reference", required=True, type=Path, help="the folder that the reference run wrote")
    parser.add_argument("--node", required=True, help="the Node binary")
    parser.add_argument("--node_modules", required=True, help="the npm packages")
    parser.add_argument("--run", required=True, help="run.mjs, of tools/node or tools/page")
    parser.add_argument("--run_flag", action="append", default=[], help="a further flag of it")
    parser.add_argument("--backend", action="append", help="one of those that it knows; repeated for several (cpu)")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="fraction of an output's range (1e-4)")
    parser.add_argument("--output_tolerance", action="append", default=[], metavar="NAME:FRACTION")
    return parser


def _compare(flags: argparse.Namespace) -> list[str]:
    runs = read_runs(flags.reference)
    tolerances = Tolerances(flags.tolerance, dict(_named_fraction(entry) for entry in flags.output_tolerance))
    known = {name for run in runs for name in run.outputs}
    for name in tolerances.by_output:
        if name not in known:
            raise OptionError(f'A tolerance is given for "{name}", but the outputs are {sorted(known)}.')
    cases = [(backend, run) for backend in flags.backend or ["cpu"] for run in runs]
    jobs = [Job(flags.model, run.inputs, backend, info=flags.info) for backend, run in cases]
    command = [flags.node, flags.run, f"--node_modules={flags.node_modules}", *flags.run_flag]
    problems = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as scratch:
        results = run_jobs(command, jobs, Path(scratch))
    for (backend, run), result in zip(cases, results, strict=True):
        case = f"{backend}, {run.name}"
        if result.error is not None:
            problems.append(f"On {case}, TensorFlow.js fails ({result.stage}): {result.error.strip().rstrip('.')}.")
            continue
        reports = compare(run.outputs, result.outputs, tolerances)
        print(f"{case} ({result.mode})\n{table(reports)}\n")
        problems += [f"On {case}: {report.problem}" for report in reports if report.problem]
    return problems


def _named_fraction(entry: str) -> tuple[str, float]:
    # Output names may hold colons themselves.
    name, _, fraction = entry.rpartition(":")
    try:
        return name, float(fraction)
    except ValueError as error:
        raise OptionError(f'The tolerance "{entry}" is not of the form NAME:FRACTION, as "scores:1e-3".') from error


if __name__ == "__main__":
    sys.exit(main())
