"""What is wrong with a command line, before any model is opened."""

from __future__ import annotations

from tfjs_convert.errors import OptionError


class UsageError(OptionError):
    """A flag or path that is missing, unknown, malformed, or does not go with another; the exit code is 2."""
