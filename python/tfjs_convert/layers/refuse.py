"""How a layer is refused: by name, with the reason, so that a door can add the way out."""

from __future__ import annotations

from tfjs_convert.errors import UnsupportedError


class UnsupportedLayerError(UnsupportedError):
    """A layer that `tf.loadLayersModel` cannot express. Its text is complete but for the way out, which only a door
    knows.
    """


def refuse(name: str, class_name: str, why: str) -> UnsupportedLayerError:
    """The error for one layer; `why` ends the sentence and has no full stop."""
    return UnsupportedLayerError(f"Layer `{name}` ({class_name}): {why}.")
