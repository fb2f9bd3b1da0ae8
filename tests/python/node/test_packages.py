"""The locked npm packages: exact, hashed, from whatever registry npm is set up for, and without anything to compile."""

import json
from pathlib import Path

from tests.support.node import PROGRAMS

LOCK = json.loads((PROGRAMS / "npm" / "package-lock.json").read_text())
PACKAGES = {path: entry for path, entry in LOCK["packages"].items() if path}


def test_tensorflow_js_is_locked_at_one_exact_version():
    wanted = json.loads((PROGRAMS / "npm" / "package.json").read_text())["dependencies"]
    assert set(wanted.values()) == {"4.22.0"}
    assert LOCK["packages"][""]["dependencies"] == wanted
    for name in wanted:
        assert PACKAGES[f"node_modules/{name}"]["version"] == "4.22.0"


def test_every_package_has_a_hash_and_no_address():
    assert LOCK["lockfileVersion"] == 3
    assert [path for path, entry in PACKAGES.items() if not entry["integrity"].startswith("sha512-")] == []
    assert [path for path, entry in PACKAGES.items() if "resolved" in entry] == []
    assert "://" not in json.dumps([{**entry, "funding": None} for entry in PACKAGES.values()])


def test_nothing_is_compiled_or_run_on_installation():
    assert [path for path, entry in PACKAGES.items() if entry.get("hasInstallScript") or "gypfile" in entry] == []


def test_programs_import_only_their_own_modules_and_nodes():
    for program in Path(PROGRAMS).rglob("*.mjs"):
        for line in program.read_text().splitlines():
            if line.startswith("import ") and " from '" in line:
                module = line.split(" from '")[1].split("'")[0]
                assert module.startswith((".", "node:")), (program, module)
