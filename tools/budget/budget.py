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


def _check(flags: argparse.Namespace, info: dict) -> list[str]:
    accepted = limits.Limits(
        flags.max_total_bytes,
        flags.max_gzip_bytes,
        flags.max_shards,
        flags.max_parameters,
        flags.max_operations,
        flags.tolerance,
    )
    return check(flags.model, info, accepted, snapshot.read_snapshot(flags.snapshot) if flags.snapshot else None)


def main() -> int:
    """Checks or updates; returns the exit code."""
    flags = _parser().parse_args()
    info = json.loads(flags.info.read_text())
    if flags.update:
        target = pathlib.Path(os.environ["BUILD_WORKSPACE_DIRECTORY"], flags.update)
        snapshot.write_snapshot(target, flags.model, info)
        print(f"wrote {flags.update}")
        return 0
    try:
        problems = _check(flags, info)
    except errors.ConversionError as error:
        problems = [str(error)]
    for problem in problems:
        print(problem)
    if problems and flags.snapshot:
        print(f"\nIf the difference is meant to be, refresh the snapshot: bazel run {flags.label}.update")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
