"""Visits an example's page in the pinned Chromium; for tests with `//examples/support:visit` among their data."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support import browser, node

_PROGRAM = Path(__file__).parent / "visit.mjs"


def visit(
    folder: Path,
    script: Path,
    folders: Mapping[str, Path],
    argument: object = None,
    query: str = "",
    microphone: Path | None = None,
) -> object:
    """Serves `folders`, opens /index.html with `query` and returns what `visit(page, argument)` of `script` gives.

    With `microphone`, a WAV file, the page may record, and hears that file from when it begins to.

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
                "microphone": str(microphone) if microphone else None,
                "profile": str(profile),
                "query": query,
                "script": str(script),
            }
        )
    )
    command = [node.node(), str(_PROGRAM), f"--task={task}", f"--result={result}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(result.read_text())
    assert found["problems"] == [], found["problems"]
    return found["value"]
