"""The command line of `NAME.inspect` and `//tools:inspect`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Sequence

from tfjs_convert.errors import ConversionError
from tfjs_convert.quiet import native_stderr

PROGRAM = "inspect"


def main(argv: Sequence[str] | None = None) -> int:
    """Shows what is in a model.

    Args:
      argv: the words after the program's name; by default the process's own.

    Returns:
      The exit code: 0, or 1 with one sentence on stderr if there is no model that can be read.
    """
    flags = _parser().parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with native_stderr():
            from tfjs_convert.inspect import inspect_model

            report = inspect_model(flags.path, trial=not flags.quick)
        if flags.json:
            print(json.dumps(report, indent=2, allow_nan=False))
        else:
            from tfjs_convert.inspect.render import render

            print(render(report, flags.name, flags.target, flags.all), end="")
        return 0
    except (ConversionError, OSError) as error:
        if flags.traceback:
            traceback.print_exc()
        print(f"{PROGRAM}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Shows what is in a model.", allow_abbrev=False)
    parser.add_argument("path", help="a model's file, folder or archive")
    parser.add_argument("--json", action="store_true", help="print a report for programs")
    parser.add_argument("--all", action="store_true", help="show long lists whole")
    parser.add_argument("--quick", action="store_true", help="leave out the conversion in memory, which takes longest")
    parser.add_argument("--traceback", action="store_true", help="show where an error was raised")
    parser.add_argument("--name", default="", help=argparse.SUPPRESS)
    parser.add_argument("--target", default="", help=argparse.SUPPRESS)
    return parser
