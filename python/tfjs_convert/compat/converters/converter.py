"""`tensorflowjs.converters.converter`: the command line as a function."""

from __future__ import annotations

from collections.abc import Sequence

from tfjs_convert.cli.run import convert as _convert
from tfjs_convert.compat.errors import value_errors
from tfjs_convert.result import ConversionResult


@value_errors
def convert(arguments: Sequence[str]) -> ConversionResult:
    """Converts as `tensorflowjs_converter` with these arguments does; they may hold spaces.

    Raises:
      ValueError: the arguments are wrong, or the model cannot be converted.
    """
    return _convert(arguments)
