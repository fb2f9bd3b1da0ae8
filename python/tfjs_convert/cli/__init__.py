"""The command line `tensorflowjs_converter`: the upstream package's flags, without its traps.

    words -> parse (flags) -> validate -> dispatch -> the Python API

The exit code is 0 if the model was written, 1 if it could not be converted, and 2 if the command line is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
      argv: the words after the program's name; by default the process's own.

    Returns:
      The exit code.
    """
    from tfjs_convert.cli.run import run

    return run(argv)
