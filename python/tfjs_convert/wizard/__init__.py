"""The wizard: asks what to convert and how, shows the command, and runs it.

ask (the terminal) -> flow (questions) -> answers -> command | build_target -> run
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the wizard.

    Args:
      argv: the words after the program's name; by default the process's own.

    Returns:
      The exit code: 0, 1 if the model could not be converted, 2 if the command line is wrong or there is no terminal,
      130 if the user left.
    """
    from tfjs_convert.wizard.run import run

    return run(argv)
