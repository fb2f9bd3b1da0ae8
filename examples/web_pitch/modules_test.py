"""Starts modules_test.mjs, the tests of the page's modules that need no page."""

import subprocess
from pathlib import Path

from tests.support import node


def test_modules():
    program = Path(__file__).with_suffix(".mjs")
    done = subprocess.run(
        [node.node(), "--test", str(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 12\n" in done.stdout, done.stdout
