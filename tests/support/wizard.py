"""Runs the wizard on a pseudo-terminal, for tests: the launcher in TFJS_TEST_WIZARD, else the library's main."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.support.terminal import Terminal

MAIN = "import sys; from tfjs_convert.wizard import main; sys.exit(main())"


def command() -> list[str]:
    """The program, without flags."""
    found = os.environ.get("TFJS_TEST_WIZARD")
    return [str(Path(found).absolute())] if found else [sys.executable, "-c", MAIN]


def wizard(folder: Path, *flags: str) -> Terminal:
    """Starts it in a folder."""
    return Terminal([*command(), *flags], folder)
