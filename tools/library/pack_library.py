"""The action behind converter_library: a package's modules into one zip file that Python imports from.

Sources lie beside their hash-based compiled modules (PEP 552), which an interpreter of another version passes over.
Imports nothing but the standard library, and packs the same bytes at every run.
"""

from __future__ import annotations

import argparse
import importlib._bootstrap_external as bootstrap
import importlib.util
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def pack(root: Path, sources: Sequence[Path], output: Path) -> None:
    """Writes `sources`, each under its path below `root`, with what they compile to.

    Raises:
      SyntaxError: a source is not Python.
      ValueError: a source lies outside of `root`.
    """
    with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(sources):
            name = path.relative_to(root).as_posix()
            source = path.read_bytes()
            code = compile(source, name, "exec", dont_inherit=True)
            hashed = bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False))
            archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), source)
            archive.writestr(zipfile.ZipInfo(name + "c", _FIXED_DATE), hashed)


def main(argv: Sequence[str] | None = None) -> int:
    """Packs as the flags say; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--package", type=Path, required=True, help="the package's __init__.py")
    parser.add_argument("--source", type=Path, action="append", default=[], help="a module; repeated")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(argv)
    pack(options.package.parent.parent, options.source, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
