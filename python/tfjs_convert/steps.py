"""What a conversion is doing just now: the pipeline says it, a door may show it."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator

_listener: contextvars.ContextVar[Callable[[str], None] | None] = contextvars.ContextVar("steps", default=None)


def step(text: str) -> None:
    """Says that a step begins, in a few words: `Writing the weights`. Nobody listens unless a door asked to."""
    listener = _listener.get()
    if listener is not None:
        listener(text)


@contextlib.contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Gives the steps within the block to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
