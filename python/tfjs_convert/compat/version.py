"""The version, under the upstream package's name for it."""

from tfjs_convert.version import VERSION as version

__all__ = ["version"]
