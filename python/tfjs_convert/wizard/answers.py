"""What the user answered, and the command that it makes."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

PROGRAM = "tensorflowjs_converter"


@dataclasses.dataclass
class Answers:
    """What to convert and how.

    Attributes:
      input_path: as typed, with `~` expanded.
      input_format, output_format: the command line's names.
      output_path: where to write.
      flags: further flags of the command line by name, those alone that differ from the default; booleans are bool.
    """

    input_path: Path
    input_format: str
    output_format: str = ""
    output_path: Path = Path()
    flags: dict[str, str | bool] = dataclasses.field(default_factory=dict)

    def words(self) -> list[str]:
        """The command line without the program's name."""
        flags = {"input_format": self.input_format, "output_format": self.output_format, **self.flags}
        words = [f"--{name}={_value(value)}" for name, value in sorted(flags.items())]
        # A path that begins with a dash would be a flag.
        return (
            [*words, "--", str(self.input_path), str(self.output_path)] if self._dashed() else [*words, *self._paths()]
        )

    def command(self) -> str:
        """The command as it is typed into a shell."""
        return shlex.join([PROGRAM, *self.words()])

    def _paths(self) -> list[str]:
        return [str(self.input_path), str(self.output_path)]

    def _dashed(self) -> bool:
        return any(path.startswith("-") for path in self._paths())


def _value(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
