"""Deletes the installed files that nothing opens, compiles the modules that stay, and describes them in RUNTIME.json.

A rules file has lines `- pattern` (dropped) and `+ pattern` (kept); the first that matches a file's path counts, and a
file that none matches is kept. Patterns are those of fnmatch, so `*` crosses folders.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib._bootstrap_external as bootstrap
import importlib.util
import json
import os
import pathlib
import re
import sys


def read_rules(path: pathlib.Path) -> list[tuple[bool, re.Pattern[str]]]:
    """Reads (kept?, pattern) pairs."""
    rules = []
    for line in path.read_text().splitlines():
        sign, _, pattern = line.split("#")[0].strip().partition(" ")
        if sign:
            rules.append((sign == "+", re.compile(fnmatch.translate(pattern.strip()))))
    return rules


def prune(root: pathlib.Path, rules: list[tuple[bool, re.Pattern[str]]]) -> None:
    """Deletes files by the first rule that matches, then the folders left empty."""
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            path = pathlib.Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if not next((keep for keep, pattern in rules if pattern.match(relative)), True):
                path.unlink()
        if not os.listdir(folder) and folder != str(root):
            os.rmdir(folder)


def compile_modules(root: pathlib.Path, sourceless: bool) -> None:
    """Compiles each module into an unchecked hash-based .pyc (PEP 552): no time stamp, no absolute path."""
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        relative = path.relative_to(root).as_posix()
        try:
            code = compile(source, relative, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # templates that some packages ship under the name of a module
        cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
        target = path.with_suffix(".pyc") if sourceless else cached
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False))
        if sourceless:
            path.unlink()


def installed(root: pathlib.Path) -> dict[str, str]:
    """Names the installed packages with their versions."""
    packages = {}
    for metadata in sorted(root.glob("*.dist-info")):
        name, _, version = metadata.name.removesuffix(".dist-info").rpartition("-")
        packages[name.replace("_", "-").lower()] = version
    return packages


def describe(root: pathlib.Path, packages: dict[str, str]) -> dict[str, object]:
    """Counts what is left of the packages."""
    files = [path for path in root.rglob("*") if path.is_file()]
    return {"packages": packages, "files": len(files), "bytes": sum(path.stat().st_size for path in files)}


def main() -> None:
    """Prunes, compiles and describes one folder of installed packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, type=pathlib.Path)
    parser.add_argument("--rules", required=True, type=pathlib.Path)
    parser.add_argument("--python_version", required=True)
    parser.add_argument("--sourceless", action="store_true")
    options = parser.parse_args()
    packages = installed(options.root)
    prune(options.root, read_rules(options.rules))
    # Compiled modules only fit the version that made them; another one compiles at import, which is slower but right.
    if options.python_version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        compile_modules(options.root, options.sourceless)
    text = json.dumps(describe(options.root, packages), indent=1, sort_keys=True)
    (options.root / "RUNTIME.json").write_text(text + "\n")


main()
