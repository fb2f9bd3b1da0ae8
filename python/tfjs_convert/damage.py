"""Damage that no check foresaw: whatever a model's content makes go wrong is told as an error of the input."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tfjs_convert.errors import InputError

_SIGNS = (ArithmeticError, AttributeError, LookupError, RecursionError, RuntimeError, TypeError, ValueError)


@contextlib.contextmanager
def told_as_input_error(path: Path | str) -> Iterator[None]:
    """Errors that reading `path` ends in, as `InputError`s; those of the disk have a number, and stay what they are."""
    try:
        yield
    except (*_SIGNS, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(
            f"`{Path(path).name}` is damaged, or not as Keras and TensorFlow.js write it "
            f"({type(error).__name__}: {error}); save the model again."
        ) from error
