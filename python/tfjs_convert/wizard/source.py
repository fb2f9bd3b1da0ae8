"""What the input is: its format, and for graphs the tags, signatures and nodes among which the user chooses."""

from __future__ import annotations

import re
from pathlib import Path

from tfjs_convert.cli import formats
from tfjs_convert.errors import ConversionError
from tfjs_convert.inspect import detect
from tfjs_convert.inspect.render import shape
from tfjs_convert.inspect.values import Values
from tfjs_convert.sources.archive import opened_folder

_MOST_NAMED = 3


def found_in(path: Path) -> detect.Found:
    """What a path holds.

    Raises:
      ConversionError: it is no model.
    """
    with opened_folder(path) as folder:
        return detect.detect(folder)


def complaint(answer: str) -> str | None:
    """What is wrong with an input path, or None."""
    if not answer:
        return "Write the path of a model."
    # The prompt may have made one slash of two.
    if re.match(r"[a-z]+:/", answer):
        return "Nothing is downloaded here: download and unpack the module first, and write its folder."
    path = Path(answer).expanduser()
    if not path.exists():
        return f"There is no {answer}."
    try:
        kind = found_in(path).kind
    except (ConversionError, OSError) as error:
        return str(error)
    if kind not in formats.INPUTS:
        return f"This is a {detect.NAMES[kind]}, which is no input of a conversion."
    return None


def tag_choices(report: Values) -> list[tuple[str, str]]:
    """The tag sets of a SavedModel."""
    tags = [",".join(graph["tags"]) for graph in report["meta_graphs"]]
    return [(each, each or "(no tags)") for each in sorted(tags, key=lambda each: each != "serve")]


def signature_choices(report: Values, tags: str) -> list[tuple[str, str]]:
    """The signatures of the MetaGraph with these tags, with their inputs and outputs."""
    graph = next(each for each in report["meta_graphs"] if ",".join(each["tags"]) == tags)
    return [
        (each["name"], f"{each['name']}: {_tensors(each['inputs'])} -> {_tensors(each['outputs'])}")
        for each in graph["signatures"]
    ]


def _tensors(endpoints: list[Values]) -> str:
    shown = [f"{each['name']} {each['dtype']} {shape(each['shape'])}" for each in endpoints[:_MOST_NAMED]]
    more = [f"and {len(endpoints) - _MOST_NAMED} more"] if len(endpoints) > _MOST_NAMED else []
    return ", ".join([*shown, *more]) or "nothing"
