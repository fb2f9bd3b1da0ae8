"""Runs the inspector, for tests: in this process, through its command line."""

from __future__ import annotations

import json
from pathlib import Path

from tfjs_convert.inspect.main import main


def inspected(capsys, *words: object) -> dict:
    """The report that `--json` prints."""
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def shown(capsys, *words: object) -> str:
    """The text for people; holds each to its width."""
    assert main([*map(str, words)]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 100 for line in text.splitlines() if "signature_name" not in line), text
    return text


def refused(capsys, path: Path, *words: object) -> str:
    """The one sentence for something that cannot be inspected."""
    assert main([str(path), *map(str, words)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line.removeprefix("inspect: ")
