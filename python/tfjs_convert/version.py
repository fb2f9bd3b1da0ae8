"""The version of this package, and those of what it uses, without importing any of it."""

from __future__ import annotations

from importlib import metadata

VERSION = "0.1.0"
"""Of the Python package; one place for the wheel, the command line and `tfjs_convert.__version__`."""

_PACKAGES = {
    "keras": ("keras",),
    "tf_keras": ("tf_keras",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly", "tensorflow-intel"),
    "h5py": ("h5py",),
    "numpy": ("numpy",),
}


def dependencies() -> dict[str, str]:
    """Versions of the packages that conversions use, `not installed` where there is none; imports nothing."""
    return {name: _installed(distributions) for name, distributions in _PACKAGES.items()}


def _installed(distributions: tuple[str, ...]) -> str:
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "not installed"
