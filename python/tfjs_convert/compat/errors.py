"""Errors that programs written for the upstream package catch: its own are ValueErrors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from tfjs_convert.errors import ConversionError

P = ParamSpec("P")
R = TypeVar("R")


class CompatError(ConversionError, ValueError):
    """A `ConversionError` that is a `ValueError`, too."""


def value_errors(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function's `ConversionError`s `CompatError`s."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except CompatError:
            raise
        except ConversionError as error:
            raise CompatError(str(error)) from error

    return wrapped
