"""The test behind tfjs_budget_test, and the target that writes its snapshot."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys

from tfjs_convert import errors
from tfjs_convert.budget import limits, snapshot
from tfjs_convert.budget.check import check


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--model", required=True, type=pathlib.Path, help="the folder with model.json")
    parser.add_argument("--info", required=True, type=pathlib.Path, help="the model's info file")
    parser.add_argument("--snapshot", type=pathlib.Path, help="the committed snapshot")
    parser.add_argument("--update", help="write the snapshot to this path of the workspace instead")
    for name in ("total_bytes", "gzip_bytes", "shards", "parameters", "operations"):
        parser.add_argument(f"--max_{name}", type=int)
    parser.add_argument("--tolerance", type=float, default=0.01)
    return parser


def _limits(flags: argparse.Namespace) -> limits.Limits:
    return limits.Limits(
        flags.max_total_bytes,
        flags.max_gzip_bytes,
        flags.max_shards,
        flags.max_parameters,
        flags.max_operations,
        flags.tolerance,
    )


def _update(flags: argparse.Namespace, info: dict) -> None:
    workspace = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not workspace:
        raise errors.OptionError(f"The source tree is not known; start this with: bazel run {flags.label}")
    snapshot.write_snapshot(pathlib.Path(workspace, flags.update), flags.model, info)
    print(f"wrote {flags.update}")


def _problems(flags: argparse.Namespace, info: dict) -> list[str]:
    """What the model exceeds, and where it differs from its snapshot, with the command that accepts the difference."""
    accepted = _limits(flags)
    exceeded = check(flags.model, info, accepted)
    if not flags.snapshot:
        return exceeded
    refresh = f"bazel run {flags.label}.update"
    try:
        committed = snapshot.read_snapshot(flags.snapshot)
    except errors.InputError as error:
        return [*exceeded, str(error), f"Record them: {refresh}"]
    differences = check(flags.model, info, limits.Limits(tolerance=flags.tolerance), committed)
    if differences:
        differences = [
            f"The model differs from its snapshot {flags.snapshot}:",
            *differences,
            f"If that is meant, accept it: {refresh}",
        ]
    return exceeded + differences


def main() -> int:
    """Checks or updates; returns the exit code."""
    flags = _parser().parse_args()
    try:
        info = json.loads(flags.info.read_text())
        if flags.update:
            _update(flags, info)
            return 0
        problems = _problems(flags, info)
    except errors.ConversionError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"{flags.label}: {problem}" if problem is problems[0] else problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
