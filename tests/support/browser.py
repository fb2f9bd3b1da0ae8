"""The pinned browser and the page's scripts, for tests that have `//tests/support:browser` among their data."""

from __future__ import annotations

import os
from pathlib import Path

PROGRAMS = Path(__file__).parents[2] / "tools" / "page"


def repository(name: str) -> Path:
    """A repository beside this one in the runfiles, or in TFJS_TEST_REPOSITORIES; modules prefix its name."""
    folder = Path(os.environ.get("TFJS_TEST_REPOSITORIES") or Path.cwd().parent)
    (found,) = folder.glob(f"*{name}")
    return found


def browser() -> Path:
    """The browser's executable."""
    return repository("rules_tfjs_browser") / "chromium" / "chromium"


def driver() -> Path:
    """The npm packages with playwright-core."""
    return repository("rules_tfjs_browser") / "node_modules"


def page_scripts() -> Path:
    """The npm packages of TensorFlow.js for pages."""
    return repository("rules_tfjs_page") / "node_modules"
