"""What a terminal shows, from what a program wrote to it."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b[()=>][A-Z0-9]?|([\r\n\b])|(.)", re.DOTALL)


def screen(written: str) -> list[str]:
    """The lines, without blanks at their ends; as if the terminal were of any height and width.

    Of the control sequences it knows those that prompts use: cursor movements, and erasing to the end of a line or of
    the screen.
    """
    shown = _Screen()
    for token in _TOKEN.finditer(written):
        numbers, command, control, character = token.groups()
        if character:
            shown.put(character)
        elif control:
            shown.control(control)
        elif command:
            shown.command(command, numbers)
    return ["".join(row).rstrip() for row in shown.rows]


class _Screen:
    def __init__(self) -> None:
        self.rows: list[list[str]] = [[]]
        self.row = self.column = 0

    def put(self, character: str) -> None:
        row = self.rows[self.row]
        row.extend(" " * (self.column + 1 - len(row)))
        row[self.column] = character
        self.column += 1

    def control(self, character: str) -> None:
        if character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        else:
            self._move(1)

    def command(self, command: str, numbers: str) -> None:
        count = int(numbers) if numbers.isdecimal() else 1
        if command in "AB":
            self._move(count if command == "B" else -count)
        elif command in "CD":
            self.column = max(0, self.column + (count if command == "C" else -count))
        elif command in "JK" and numbers in ("", "0"):
            del self.rows[self.row][self.column :]
            if command == "J":
                del self.rows[self.row + 1 :]
        elif command in "JKHG":
            raise ValueError(f"a control sequence that is not known here: {numbers}{command}")

    def _move(self, rows: int) -> None:
        self.row = max(0, self.row + rows)
        while len(self.rows) <= self.row:
            self.rows.append([])
