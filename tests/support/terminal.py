"""A program on a pseudo-terminal, for tests: waits for text on it, and types."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.screen import screen

ENTER, DOWN = "\r", "\x1b[B"
_SECONDS = 120
_MOST_CHOICES = 20
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>][A-Z0-9]?|\r")


class Terminal:
    """One run of a program; close it with `ended`."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str] = {}) -> None:
        self._here, there = os.openpty()
        fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 240, 0, 0))
        # Nobody here answers where the cursor is.
        settings = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm", **env}
        self._process = subprocess.Popen(
            command, stdin=there, stdout=there, stderr=there, cwd=cwd, env=settings, start_new_session=True
        )
        os.close(there)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._written = ""
        self._unread = ""
        self.text = ""

    def wait_for(self, wanted: str) -> None:
        """Reads until the text is there; what comes before it is not looked at again."""
        while wanted not in self._unread:
            if not self._read():
                raise AssertionError(f"ended before {wanted!r} came: {self.text}")
        self._unread = self._unread.partition(wanted)[2]

    def choose(self, question: str, wanted: str) -> None:
        """Goes down a list of choices until the pointer stands before one that begins so, and takes it."""
        self.wait_for(question)
        for _ in range(_MOST_CHOICES):
            self.until_shown("»")
            if re.search(rf"» {re.escape(wanted)}", "\n".join(self.screen())):
                return self.type(ENTER)
            before = self.screen()
            self.type(DOWN)
            while self.screen() == before and self._read():
                pass
        raise AssertionError(f"no choice {wanted!r} in: {self.screen()}")

    def screen(self) -> list[str]:
        """The lines that are to be seen at this moment."""
        return screen(self._written)

    def until_shown(self, wanted: str) -> list[str]:
        """Reads until the text is on the screen; returns its lines."""
        while not any(wanted in line for line in self.screen()):
            if not self._read():
                raise AssertionError(f"ended before {wanted!r} was shown: {self.text}")
        return self.screen()

    def type(self, keys: str) -> None:
        """Types keys."""
        os.write(self._here, keys.encode())

    def answer(self, question: str, keys: str = "") -> None:
        """Waits for a question, and answers it with keys and Enter."""
        self.wait_for(question)
        self.type(keys + ENTER)

    def press(self, question: str, key: str) -> None:
        """Waits for a question that one key answers, without Enter, and presses it."""
        self.wait_for(question)
        self.type(key)

    def ended(self) -> int:
        """Reads to the end; returns the exit code."""
        while self._read():
            pass
        os.close(self._here)
        return self._process.wait(_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._here], [], [], _SECONDS)
        if not ready:
            self._process.kill()
            raise AssertionError(f"nothing more came: {self.text}")
        try:
            data = os.read(self._here, 65536)
        except OSError:  # what Linux says at the end of a terminal
            return False
        written = self._decoder.decode(data)
        self._written += written
        shown = _CONTROLS.sub("", written)
        self._unread += shown
        self.text += shown
        return bool(data)
