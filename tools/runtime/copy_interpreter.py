"""Copies the interpreter that runs this file, with its standard library, into a folder that works anywhere.

The pure modules go into one zip file (sources beside hash-based compiled modules, fixed dates); extension modules
stay files.
"""

from __future__ import annotations

import argparse
import importlib._bootstrap_external as bootstrap
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import zipfile

# Nothing a conversion or a test imports: test suites, editors, turtles, installers.
LEFT_OUT = {
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "turtle.py",
    "ensurepip",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "dist-packages",
    "lib-dynload",
    "__pycache__",
    "venv",
    "msilib",
}
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def compiled(source: bytes, name: str) -> bytes:
    """Compiles a module into the bytes of an unchecked hash-based .pyc file (PEP 552), the same at every run."""
    code = compile(source, name, "exec", dont_inherit=True)
    return bytes(bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(source), False))


def modules(stdlib: pathlib.Path) -> list[pathlib.Path]:
    """Lists the standard library's files that are kept, in a fixed order."""
    kept = []
    for path in sorted(stdlib.rglob("*")):
        parts = path.relative_to(stdlib).parts
        if (
            path.is_file()
            and not LEFT_OUT.intersection(parts)
            and "tests" not in parts
            and not parts[0].startswith("config-")
        ):
            kept.append(path)
    return kept


def write_library(stdlib: pathlib.Path, target: pathlib.Path) -> None:
    """Writes the pure standard library as one zip file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in modules(stdlib):
            name = path.relative_to(stdlib).as_posix()
            data = path.read_bytes()
            archive.writestr(zipfile.ZipInfo(name, FIXED_DATE), data)
            if path.suffix == ".py":
                archive.writestr(zipfile.ZipInfo(name + "c", FIXED_DATE), compiled(data, name))


def main() -> None:
    """Copies, then checks that the copy starts with an empty environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    output = parser.parse_args().output
    tag = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    library = output / "lib" / tag
    library.mkdir(parents=True)
    (output / "bin").mkdir()

    executable = output / "bin" / "python3"
    shutil.copy(os.path.realpath(sys.executable), executable)
    shared = sysconfig.get_config_var("LDLIBRARY") or ""
    if ".so" in shared and sysconfig.get_config_var("Py_ENABLE_SHARED"):
        for path in pathlib.Path(sysconfig.get_config_var("LIBDIR")).glob("libpython3*.so*"):
            shutil.copy(path, output / "lib" / path.name)

    stdlib = pathlib.Path(sysconfig.get_path("stdlib"))
    write_library(stdlib, output / "lib" / f"python{sys.version_info[0]}{sys.version_info[1]}.zip")
    shutil.copytree(sysconfig.get_path("platstdlib") + "/lib-dynload", library / "lib-dynload")
    # The landmark by which an interpreter recognises its own library folder.
    (library / "os.py").write_bytes((stdlib / "os.py").read_bytes())

    probe = "import ctypes, json, hashlib, zlib, sqlite3, ssl, sys; print(sys.prefix)"
    subprocess.run(
        [executable.absolute(), "-B", "-s", "-P", "-c", probe],
        env={"PYTHONHOME": str(output.absolute()), "LD_LIBRARY_PATH": str((output / "lib").absolute())},
        check=True,
        stdout=subprocess.DEVNULL,
    )


main()
