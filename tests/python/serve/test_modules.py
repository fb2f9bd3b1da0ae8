"""The page's modules that need no browser: node's own test runner on modules.test.mjs."""

import subprocess
from pathlib import Path

from tests.support.browser import PROGRAMS
from tests.support.node import node


def test_modules():
    command = [node(), "--test", "--test-reporter=tap", str(Path(__file__).with_name("modules.test.mjs"))]
    environment = {"TFJS_TEST_PAGE": str(PROGRAMS.parent / "serve" / "page")}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "# fail 0" in ran.stdout
    assert "# pass 0" not in ran.stdout
