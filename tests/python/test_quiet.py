"""Native libraries' chatter is shown only when something goes wrong."""

import subprocess
import sys

import pytest

PROGRAM = """
import os
from tfjs_convert import errors
from tfjs_convert.quiet import native_stderr
try:
    with native_stderr():
        os.write(2, b"chatter\\n")
        {end}
except (errors.InputError, ValueError):
    os.write(2, b"caught\\n")
os.write(2, b"after\\n")
"""


@pytest.mark.parametrize(
    ("end", "written"),
    [
        ("pass", "after\n"),
        ("raise errors.InputError('x')", "caught\nafter\n"),
        ("raise ValueError('x')", "chatter\ncaught\nafter\n"),
    ],
)
def test_what_reaches_stderr(end, written):
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(end=end)], capture_output=True, text=True, check=True)
    assert done.stderr == written
