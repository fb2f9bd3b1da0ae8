"""The action behind tfjs_model_report: measures a model and its variants, and writes the page."""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from tfjs_convert import errors, report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--title", required=True)
    parser.add_argument("--seed", type=int, default=0)
    for name in ("model", "info", "node", "package_lock", "run", "output"):
        parser.add_argument(f"--{name}", required=True, type=pathlib.Path)
    return parser


def _output_errors(flags: argparse.Namespace, info: dict) -> dict[str, object]:
    """Runs every variant in TensorFlow.js on the same inputs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder, results = pathlib.Path(scratch, "variants"), pathlib.Path(scratch, "results.json")
        report.prepare(flags.model, info, folder, flags.seed)
        command = [flags.node.absolute(), flags.run, f"--package_lock={flags.package_lock}"]
        subprocess.run([*command, f"--jobs={folder / 'jobs.json'}", f"--results={results}"], check=True)
        return report.collect(folder, results)


def main() -> int:
    """Writes the page; returns the exit code."""
    flags = _parser().parse_args()
    info = json.loads(flags.info.read_text())
    try:
        page = report.make_report(flags.model, info, title=flags.title, output_errors=_output_errors(flags, info))
    except errors.ConversionError as error:
        print(f"{flags.label}: {error}", file=sys.stderr)
        return 1
    flags.output.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
