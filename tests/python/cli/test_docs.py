"""docs/command_line.md tells of every flag, every pair of formats and every function there is, and of no others."""

import re
from pathlib import Path

import tfjs_convert
from tfjs_convert.cli import dispatch, flags, formats

PAGE = Path("docs/command_line.md").read_text()


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_flags():
    told = set(re.findall(r"`--([a-z0-9_]+)`", section("Flags")))
    known = {name for name in flags.define() if len(name) > 1}
    assert known <= told
    # What a flag stands for may be named besides.
    assert told <= known


def test_pairs():
    header, _, *rows = [line.split("|")[1:-1] for line in section("Formats").splitlines() if line.startswith("|")]
    targets = [cell.strip(" `") for cell in header[1:]]
    told, default = set(), {}
    for first, *cells in rows:
        (source,) = re.findall(r"`([a-z_0-9]+)`", first)[:1]
        for target, cell in zip(targets, cells, strict=True):
            if cell.strip():
                told.add((source, target))
            if "default" in cell:
                default[source] = target
    assert told == set(dispatch._PAIRS)
    assert default == {source: formats.output_of(source) for source in formats.INPUTS}


def test_functions():
    told = set(re.findall(r"`([a-z_]+)`", section("The Python library")))
    functions = {name for name in tfjs_convert.__all__ if name[0].islower()}
    assert functions <= told
