"""The exceptions that conversion raises on purpose.

Each message is one sentence for the user: what was found, where, what is accepted, what to write instead. Doors
(command line, action) print the message alone and exit with code 1; anything else is a bug and keeps its traceback.
"""


class ConversionError(Exception):
    """A model that cannot be converted as asked; its text is complete for the user."""


class InputError(ConversionError):
    """The input is missing, truncated, of another kind than stated, or unsafe to read."""


class OptionError(ConversionError):
    """An option has a value that the conversion does not accept, or that matches nothing in the model."""


class UnsupportedError(ConversionError):
    """The model uses something that TensorFlow.js cannot run; the text names it and the way out."""
