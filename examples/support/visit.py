"""Visits an example's page in the pinned Chromium; for tests with `//examples/support:visit` among their data."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import browser, node

_PROGRAM = Path(__file__).parent / "visit.mjs"


def visit(folder: Path, script: Path, folders: Mapping[str, Path], argument: object = None) -> object:
    """Serves `folders` by address, opens /index.html and returns what `visit(page, argument)` of `script` gives.

    Raises:
      AssertionError: the visit failed, the page logged an error, or a request of it failed.
    """
    profile = folder / "profile"
    profile.mkdir()
    task, result = folder / "task.json", folder / "result.json"
    task.write_text(
        json.dumps(
            {
                "argument": argument,
                "browser": str(browser.browser()),
                "driver": str(browser.driver()),
                "folders": {address: str(path) for address, path in folders.items()},
                "profile": str(profile),
                "script": str(script),
            }
        )
    )
    command = [node.node(), str(_PROGRAM), f"--task={task}", f"--result={result}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(result.read_text())
    assert found["problems"] == []
    return found["value"]
