"""The runtimes stay small: each file is an input of every conversion, so files cost time in every sandbox."""

import json
import pathlib
import zipfile

import pytest

RUNFILES = pathlib.Path.cwd().parent


def runtime(name):
    """Reads what is in one repository of packages; its name is canonical under MODULE.bazel."""
    (description,) = RUNFILES.glob(f"*rules_tfjs_{name}/site-packages/RUNTIME.json")
    return json.loads(description.read_text())


def test_prints_the_sizes(capsys):
    rows = [f"{'packages':10} {'files':>6} {'MB':>7}"]
    for name in ("light", "core", "full"):
        size = runtime(name)
        rows.append(f"{name:10} {size['files']:6} {size['bytes'] / 1e6:7.1f}")
    (interpreter,) = RUNFILES.glob("*rules_tfjs_python/python")
    files = [path for path in interpreter.rglob("*") if path.is_file()]
    rows.append(f"{'python':10} {len(files):6} {sum(path.stat().st_size for path in files) / 1e6:7.1f}")
    with capsys.disabled():
        print("\n" + "\n".join(rows))
    assert len(files) < 100


# The core runtime is the light one and the core's own packages.
@pytest.mark.parametrize(("names", "most"), [(["light"], 300), (["light", "core"], 700)])
def test_number_of_files(names, most):
    assert sum(runtime(name)["files"] for name in names) <= most


def test_versions_of_shared_packages_agree():
    full = runtime("full")["packages"]
    for name in ("light", "core"):
        for package, version in runtime(name)["packages"].items():
            assert full[package] == version, package


def test_the_standard_library_is_one_file_with_compiled_modules():
    (library,) = RUNFILES.glob("*rules_tfjs_python/python/lib/python3*.zip")
    names = set(zipfile.ZipFile(library).namelist())
    assert {"json/__init__.py", "json/__init__.pyc"} <= names
    assert not any(name.startswith(("test/", "tkinter/", "ensurepip/")) for name in names)
