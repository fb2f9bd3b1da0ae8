"""The wheel, installed apart from the repository: what it declares is there, and its command passes the same tests."""

import ast
import configparser
import json
import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import tfjs_convert
from packaging.requirements import Requirement

ROOT = Path.cwd()
COMMAND_LINE_TESTS = [f"tests/python/cli/test_{name}.py" for name in ("flags", "pairs", "upstream_cases")]
LIBRARY_TESTS = [f"tests/python/compat/test_{name}.py" for name in ("converters", "weights")]

# The locked runtime has TensorFlow without its code for graphics processors: the same package by another name.
STAND_INS = {"tensorflow": "tensorflow-cpu"}


@pytest.fixture(scope="module")
def wheel():
    (path,) = ROOT.glob("python/*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment as installers make it: the wheel's files, a command, and packages that are no part of it.

    Nothing of the repository is on its path; the packages are those of the locked runtime.
    """
    root = tmp_path_factory.mktemp("environment")
    site = root / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    packages = [path for path in os.environ["PYTHONPATH"].split(os.pathsep) if path.endswith("site-packages")]
    (info,) = site.glob("*.dist-info")
    scripts = configparser.ConfigParser()
    scripts.read(info / "entry_points.txt")
    (root / "bin").mkdir()
    for name, function in scripts["console_scripts"].items():
        module, _, attribute = function.partition(":")
        program = root / "bin" / f"{name}.py"
        program.write_text(f"import sys\nfrom {module} import {attribute}\nsys.exit({attribute}())\n")
        script = root / "bin" / name
        path = os.pathsep.join(map(str, [site, *packages]))
        script.write_text(
            "#!/bin/sh\nunset TFJS_CONVERT_TABLES\n"
            f"PYTHONPATH='{path}' exec '{sys.executable}' -s -P '{program}' \"$@\"\n"
        )
        script.chmod(0o755)
    return root


def test_commands(installed):
    assert sorted(path.name for path in (installed / "bin").glob("tensorflowjs_*") if not path.suffix) == [
        "tensorflowjs_converter",
        "tensorflowjs_wizard",
    ]


def test_requirements_are_met_by_the_lock(installed):
    (own,) = metadata.distributions(path=[str(installed / "site-packages")])
    assert (own.name, own.version) == ("tfjs_convert", tfjs_convert.__version__)
    requirements = [Requirement(text) for text in own.requires]
    assert {each.name for each in requirements} >= {"absl-py", "h5py", "numpy", "protobuf", "tensorflow", "tf-keras"}
    for each in requirements:
        if each.marker is None or each.marker.evaluate({"extra": "keras"}):
            version = metadata.version(STAND_INS.get(each.name, each.name))
            assert each.specifier.contains(version), f"{each} and the lock's {version}"


def test_imports_are_declared(installed):
    """Every third-party package that the sources import is among the requirements."""
    core = {"absl", "google", "h5py", "ml_dtypes", "numpy", "tensorflow", "tfjs_convert"}
    declared = core | {"flax", "jax", "keras", "questionary", "tf_keras"}
    imported = set()
    for path in sorted((installed / "site-packages" / "tfjs_convert").rglob("*.py")):
        for found in ast.walk(ast.parse(path.read_text())):
            if isinstance(found, ast.Import):
                imported |= {each.name.partition(".")[0] for each in found.names}
            elif isinstance(found, ast.ImportFrom):
                imported.add(found.module.partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == declared


def test_tables_are_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if "_tables" in name}
        assert names == {f"tfjs_convert/_tables/{name}.json" for name in ("kernels", "layers", "ops")}
        assert "Conv2D" in json.loads(archive.read("tfjs_convert/_tables/ops.json"))["ops"]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "tfjs_convert/cli/run.py" in archive.namelist()


@pytest.mark.parametrize("file", COMMAND_LINE_TESTS)
def test_command_passes_the_tests_of_the_command_line(installed, file, tmp_path):
    passes(file, tmp_path, TFJS_TEST_CONVERTER=str(installed / "bin" / "tensorflowjs_converter"))


@pytest.mark.parametrize("file", LIBRARY_TESTS)
def test_library_passes_the_tests_of_the_upstream_names(installed, file, tmp_path):
    site = installed / "site-packages"
    packages = [path for path in os.environ["PYTHONPATH"].split(os.pathsep) if path.endswith("site-packages")]
    path = os.pathsep.join(map(str, [site, ROOT, *packages]))
    code = "import tfjs_convert; print(tfjs_convert.__file__)"
    env = {**os.environ, "PYTHONPATH": path}
    found = subprocess.run(
        [sys.executable, "-s", "-P", "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(site / "tfjs_convert" / "__init__.py")
    passes(file, tmp_path, PYTHONPATH=path, TFJS_CONVERT_TABLES=None)


def passes(file, tmp_path, **variables):
    """Runs a file of tests in an environment with these variables, and without those that are None."""
    env = {name: value for name, value in {**os.environ, **variables}.items() if value is not None}
    for name in [name for name in env if name.startswith("TEST_") or name.startswith("TESTBRIDGE_")]:
        del env[name]
    options = ["-q", "-p", "no:cacheprovider", "--import-mode=importlib", f"--rootdir={ROOT}", "-c", "pyproject.toml"]
    # Not the sources, which the configuration names.
    options += ["-o", "pythonpath=."]
    run = subprocess.run(
        [sys.executable, "-s", "-P", "-m", "pytest", *options, f"--basetemp={tmp_path / 'tests'}", file],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
