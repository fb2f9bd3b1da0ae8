"""From the wizard's command line to an exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tfjs_convert.errors import ConversionError
from tfjs_convert.report.text import size

PROGRAM = "tensorflowjs_wizard"

_FAILED, _BAD_USAGE, _LEFT = 1, 2, 130


def run(argv: Sequence[str] | None = None) -> int:
    """Runs the wizard; returns the exit code. See `tfjs_convert.wizard.main`."""
    flags = _parser().parse_args(argv)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _fail(
            "the wizard asks questions, and needs a terminal; in scripts use tensorflowjs_converter", _BAD_USAGE
        )
    try:
        from tfjs_convert.wizard.flow import questions
    except ModuleNotFoundError as error:
        return _fail(f"the package {error.name} is missing; install it with: pip install questionary", _FAILED)
    try:
        answers = questions()
        print(f"\nThe command is:\n\n  {answers.command()}\n")
        if flags.build_target is not None:
            _build_target(answers, flags.build_target)
        if flags.dryrun:
            return 0
        return _convert(answers)
    except (ConversionError, OSError) as error:
        return _fail(str(error), _FAILED)
    except (KeyboardInterrupt, EOFError):
        return _fail("left; nothing was converted", _LEFT)


def _build_target(answers: object, file: str) -> None:
    from tfjs_convert.wizard.build_target import build_target

    text = build_target(answers, Path(file).parent)
    if not file:
        print(f"The target for a BUILD file is:\n\n{text}")
        return
    with Path(file).open("a", encoding="utf-8") as build:
        build.write(text)
    print(f"Appended the target to {file}.\n")


def _convert(answers: object) -> int:
    from tfjs_convert.cli import main

    code = main(answers.words())
    if code == 0:
        _list_files(answers.output_path)
    return code


def _list_files(path: Path) -> None:
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    names = [file.name if path.is_file() else file.relative_to(path).as_posix() for file in files]
    width = max(map(len, names), default=0)
    print("\nFiles written:")
    for file, name in zip(files, names, strict=True):
        print(f"  {name.ljust(width)}  {size(file.stat().st_size)}")
    print(f"  {'together'.ljust(width)}  {size(sum(file.stat().st_size for file in files))}")


def _fail(sentence: str, code: int) -> int:
    print(f"{PROGRAM}: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Asks what to convert and how, shows the command, and runs it.", allow_abbrev=False
    )
    parser.add_argument("--dryrun", action="store_true", help="show the command, and do not run it")
    parser.add_argument(
        "--build_target",
        nargs="?",
        const="",
        metavar="FILE",
        help="show the target for a BUILD file, too, or append it to FILE",
    )
    return parser
