"""Says on stderr what a long conversion is doing: one line, redrawn, on a terminal; a line now and then in a log."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from typing import TextIO

from tfjs_convert import steps

QUIET_SECONDS = 2.0
"""On a terminal nothing is shown before: most models take less."""

LINE_SECONDS = 30.0
"""Where lines stay (a log), one is written this often."""


@contextlib.contextmanager
def shown_on(stream: TextIO, program: str) -> Iterator[None]:
    """Shows the steps of the conversion within the block; the terminal's line is gone after it.

    What is shown goes to the file that `stream` is now, even if file descriptor 2 is held back in the block.
    """
    try:
        out = os.fdopen(os.dup(stream.fileno()), "w", encoding="utf-8", errors="replace")
    except (OSError, ValueError):  # a stream without a file, as in tests
        yield
        return
    with out:
        display = _Display(out, program)
        thread = threading.Thread(target=display.run, daemon=True)
        thread.start()
        try:
            with steps.heard_by(display.begin):
                yield
        finally:
            display.done.set()
            thread.join()


class _Display:
    def __init__(self, out: TextIO, program: str) -> None:
        self.out, self.program = out, program
        self.text = "Starting"
        self.done = threading.Event()
        self.started = time.monotonic()

    def begin(self, text: str) -> None:
        self.text = text

    def run(self) -> None:
        redraw = self.out.isatty()
        width = 0
        wait = QUIET_SECONDS if redraw else LINE_SECONDS
        with contextlib.suppress(OSError):
            while not self.done.wait(wait):
                line = f"{self.program}: {self.text} … {time.monotonic() - self.started:.0f} s"
                self.out.write(f"\r{line.ljust(width)}" if redraw else f"{line}\n")
                self.out.flush()
                width = len(line)
                wait = 0.5 if redraw else LINE_SECONDS
            if redraw and width:
                self.out.write(f"\r{' ' * width}\r")
                self.out.flush()
