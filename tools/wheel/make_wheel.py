"""The action behind //python:wheel: the converter's sources and tables as a wheel, with the same bytes every time."""

import argparse
import base64
import hashlib
import pathlib
import sys
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of each entry: always the same, so that bytes are."""

TABLES = "_tables"
"""Where tfjs_convert.tables looks for them, beside itself."""


def main() -> int:
    """Writes the wheel; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--name", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--summary", required=True)
    parser.add_argument("--python_requires", required=True)
    parser.add_argument("--requires", action="append", default=[])
    parser.add_argument("--extra", action="append", default=[], metavar="EXTRA:REQUIREMENT")
    parser.add_argument("--console_script", action="append", default=[], metavar="NAME=MODULE:FUNCTION")
    parser.add_argument("--readme", type=pathlib.Path, required=True)
    parser.add_argument("--package", type=pathlib.Path, required=True, help="the package's __init__.py")
    parser.add_argument("--source", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--table", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--output", type=pathlib.Path, required=True)
    flags = parser.parse_args()
    folder = flags.package.parent
    problem = _problem(flags, folder)
    if problem:
        print(f"make_wheel: {problem}", file=sys.stderr)
        return 1
    files = {f"{flags.name}/{source.relative_to(folder).as_posix()}": source.read_bytes() for source in flags.source}
    files |= {f"{flags.name}/{TABLES}/{table.name}": table.read_bytes() for table in flags.table}
    info = f"{flags.name}-{flags.version}.dist-info"
    files |= {
        f"{info}/METADATA": _metadata(flags),
        f"{info}/WHEEL": _wheel(),
        f"{info}/entry_points.txt": _scripts(flags),
    }
    record = "".join(f"{name},{_hash(files[name])},{len(files[name])}\n" for name in sorted(files))
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    # Not compressed: compressors differ from one machine to the next.
    with zipfile.ZipFile(flags.output, "w", zipfile.ZIP_STORED) as wheel:
        for name in sorted(files, key=lambda name: (name.startswith(info), name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o100644 << 16
            wheel.writestr(entry, files[name])
    return 0


def _problem(flags: argparse.Namespace, folder: pathlib.Path) -> str:
    """What the target says that the sources do not, or an empty string."""
    declared = (folder / "version.py").read_text()
    if f'VERSION = "{flags.version}"' not in declared:
        return f"the target's version {flags.version} is not the VERSION of {folder.name}/version.py; write the same."
    for script in flags.console_script:
        module = script.partition("=")[2].partition(":")[0]
        path = folder.parent / module.replace(".", "/")
        if path.with_suffix(".py") not in flags.source and path / "__init__.py" not in flags.source:
            return f"the console script {script} names the module {module}, which the package does not have."
    return ""


def _metadata(flags: argparse.Namespace) -> bytes:
    extras = [entry.partition(":") for entry in flags.extra]
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {flags.name}",
        f"Version: {flags.version}",
        f"Summary: {flags.summary}",
        f"Requires-Python: {flags.python_requires}",
        *[f"Requires-Dist: {requirement}" for requirement in flags.requires],
        *[f"Provides-Extra: {extra}" for extra in sorted({extra for extra, _, _ in extras})],
        *[f'Requires-Dist: {requirement} ; extra == "{extra}"' for extra, _, requirement in extras],
        "Description-Content-Type: text/markdown",
        "",
    ]
    return "\n".join(lines).encode() + b"\n" + flags.readme.read_bytes()


def _wheel() -> bytes:
    return b"Wheel-Version: 1.0\nGenerator: rules_tfjs\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _scripts(flags: argparse.Namespace) -> bytes:
    lines = [script.replace("=", " = ", 1) for script in sorted(flags.console_script)]
    return "\n".join(["[console_scripts]", *lines, ""]).encode()


def _hash(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


if __name__ == "__main__":
    sys.exit(main())
