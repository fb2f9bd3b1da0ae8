"""Questions on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import questionary

Check = Callable[[str], str | None]
"""Returns what is wrong with an answer, or None."""


def text(question: str, default: str = "", check: Check = lambda answer: None) -> str:
    """A line of text; what `check` complains about has to be mended before it is taken.

    Raises:
      KeyboardInterrupt: the user leaves.
    """
    valid = _validator(check)
    return questionary.text(question, default=default, validate=valid).unsafe_ask().strip()


def path(question: str, check: Check) -> str:
    """A path, with completion. Raises KeyboardInterrupt if the user leaves."""
    return questionary.path(question, validate=_validator(check)).unsafe_ask().strip()


def choose(question: str, choices: Sequence[tuple[str, str]]) -> str:
    """One of several values, each with the line that explains it; the first is offered first.

    Raises:
      KeyboardInterrupt: the user leaves.
    """
    offered = [questionary.Choice(explained, value=value) for value, explained in choices]
    return questionary.select(question, choices=offered).unsafe_ask()


def agree(question: str, default: bool) -> bool:
    """Yes or no. Raises KeyboardInterrupt if the user leaves."""
    return questionary.confirm(question, default=default).unsafe_ask()


def _validator(check: Check) -> Callable[[str], bool | str]:
    return lambda answer: check(answer.strip()) or True
