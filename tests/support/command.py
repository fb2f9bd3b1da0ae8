"""Runs the command line, for tests: the launcher or console script in TFJS_TEST_CONVERTER, else the library's main."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MAIN = "import sys; from tfjs_convert.cli import main; sys.exit(main())"


def converter(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `tensorflowjs_converter` with the words; returns whatever it did."""
    found = os.environ.get("TFJS_TEST_CONVERTER")
    command = [str(Path(found).absolute())] if found else [sys.executable, "-c", MAIN]
    return subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, timeout=600, check=False, cwd=cwd
    )


def converted(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same, for a command that has to succeed."""
    run = converter(*words, cwd=cwd)
    assert run.returncode == 0, run.stderr
    return run


def refused(code: int, *words: object, cwd: Path | None = None) -> str:
    """The one sentence of a command that has to fail with an exit code, without the program's name."""
    run = converter(*words, cwd=cwd)
    assert (run.returncode, run.stdout) == (code, ""), run.stderr
    (line,) = run.stderr.splitlines()
    return line.removeprefix("tensorflowjs_converter: ")
