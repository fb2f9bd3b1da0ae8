"""Tests of the converter as one file: what Python imports from it, and that its bytes never differ."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACK = ROOT / "tools" / "library" / "pack_library.py"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "sources" / "shop"
    (folder / "shelf").mkdir(parents=True)
    (folder / "__init__.py").write_text("NAME = {'fruit', 'bread', 'milk'}\n")
    (folder / "shelf" / "__init__.py").write_text("")
    (folder / "shelf" / "fruit.py").write_text('"""Fruit."""\n\n\ndef price() -> int:\n    raise ValueError("sold")\n')
    return folder


def pack(package: Path, output: Path, seed: str = "0", reverse: bool = False) -> bytes:
    sources = sorted(package.rglob("*.py"), reverse=reverse)
    flags = [
        f"--package={package / '__init__.py'}",
        *(f"--source={source}" for source in sources),
        f"--output={output}",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    subprocess.run([sys.executable, "-s", "-P", PACK, *flags], env=environment, check=True)
    return output.read_bytes()


def run(archive: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(archive)}
    return subprocess.run(
        [sys.executable, "-s", "-P", "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def test_the_compiled_module_is_what_runs(package: Path, tmp_path: Path) -> None:
    archive = tmp_path / "library.zip"
    pack(package, archive)
    result = run(
        archive, "import shop.shelf.fruit as it; print(it.__cached__ or it.__loader__.get_filename(it.__name__))"
    )
    assert result.stdout.strip() == str(archive / "shop/shelf/fruit.pyc"), result.stderr


def test_another_version_of_python_reads_the_sources(package: Path, tmp_path: Path) -> None:
    archive, other = tmp_path / "library.zip", tmp_path / "other.zip"
    pack(package, archive)
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, b"\x00\x00\r\n" + data[4:] if name.endswith(".pyc") else data)
    result = run(other, "import shop.shelf.fruit as it; print(it.__doc__)")
    assert result.stdout.strip() == "Fruit.", result.stderr


def test_a_traceback_shows_the_source(package: Path, tmp_path: Path) -> None:
    archive = tmp_path / "library.zip"
    pack(package, archive)
    assert 'raise ValueError("sold")' in run(archive, "import shop.shelf.fruit as it; it.price()").stderr


def test_the_bytes_depend_on_the_sources_alone(package: Path, tmp_path: Path) -> None:
    first = pack(package, tmp_path / "first.zip")
    (tmp_path / "elsewhere").mkdir()
    moved = package.rename(tmp_path / "elsewhere" / "shop")
    for seed in ("1", "77", "random"):
        assert pack(moved, tmp_path / "other.zip", seed, reverse=True) == first


def test_the_converter_is_whole() -> None:
    archive = ROOT / "python" / "tfjs_convert" / "library.zip"
    sources = {
        path.relative_to(ROOT / "python").as_posix() for path in (ROOT / "python" / "tfjs_convert").rglob("*.py")
    }
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
    assert len(sources) > 100
    assert sorted(names) == sorted([*sources, *(f"{source}c" for source in sources)])
