"""The targets of a BUILD file that do what was answered."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from tfjs_convert.cli import formats
from tfjs_convert.cli.metadata import metadata_paths
from tfjs_convert.wizard.answers import Answers

_TEXTS = ("saved_model_tags", "signature_name")
_RULES_FILE = "@rules_tfjs//rules:defs.bzl"


def build_target(answers: Answers, folder: Path) -> str:
    """The `load` and the targets for a BUILD file.

    Args:
      answers: what was answered.
      folder: the BUILD file's, which paths in it are relative to. What lies elsewhere is to be copied there: then a
        comment says so.
    """
    package = _Package(folder)
    name = re.sub(r"\W+", "_", answers.output_path.with_suffix("").name) or "model"
    attributes = {"name": _text(name)}
    targets = []
    if answers.input_format in (formats.SAVED_MODEL, formats.KERAS_SAVED_MODEL, formats.HUB):
        saved = {"name": _text(f"{name}_source"), "srcs": package.files(answers.input_path)}
        if answers.input_format == formats.HUB:
            saved["hub_module"] = "True"
        targets.append(("tf_saved_model", saved))
    elif answers.input_format == formats.LAYERS:
        targets.append(
            ("filegroup", {"name": _text(f"{name}_source"), "srcs": package.files(answers.input_path.parent)})
        )
    attributes["model"] = _text(f":{name}_source" if targets else package.path(answers.input_path))
    targets.append((_rule(answers, attributes), attributes | _options(answers, package)))
    rules = ", ".join(_text(rule) for rule in sorted({rule for rule, _ in targets} - {"filegroup"}))
    lines = [f"load({_text(_RULES_FILE)}, {rules})", *(["", *package.notes] if package.notes else [])]
    for rule, given in targets:
        first = ["name"] + sorted(key for key in given if key != "name")
        lines += ["", f"{rule}(", *[f"    {key} = {given[key]}," for key in first], ")"]
    return "\n".join(lines) + "\n"


class _Package:
    """Paths as a BUILD file has them."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.abspath(folder)
        self.notes: list[str] = []

    def path(self, path: Path | str) -> str:
        """The path from the BUILD file's folder; the name alone for what lies elsewhere, which is noted."""
        here = Path(os.path.relpath(os.path.abspath(path), self._folder))
        if ".." not in here.parts:
            return here.as_posix()
        name = Path(os.path.abspath(path)).name
        self.notes.append(f"# {name} is to be copied to this folder from {path}")
        return name

    def files(self, path: Path) -> str:
        """The files of a folder, or an archive, as a list."""
        here = self.path(path)
        if path.is_file():
            return f"[{_text(here)}]"
        return f"glob([{_text('**' if here == '.' else f'{here}/**')}])"


def _rule(answers: Answers, attributes: dict[str, str]) -> str:
    keras = (formats.KERAS, formats.KERAS_FILE, formats.LAYERS)
    if answers.output_format == formats.GRAPH:
        if answers.input_format in keras:
            attributes["from_keras"] = "True"
        return "tfjs_graph_model"
    if answers.output_format == formats.LAYERS:
        if answers.input_format == formats.KERAS_SAVED_MODEL:
            attributes["from_saved_model"] = "True"
        return "tfjs_layers_model"
    kinds = {formats.KERAS: "h5", formats.KERAS_FILE: "keras", formats.KERAS_SAVED_MODEL: "saved_model"}
    attributes["format"] = _text(kinds[answers.output_format])
    return "keras_model"


def _options(answers: Answers, package: _Package) -> dict[str, str]:
    """Attributes for the flags; they have the same names."""
    options = {}
    for name, value in answers.flags.items():
        if name.startswith("quantize_"):
            patterns = [part.strip() for part in str(value).split(",")]
            options["quantize"] = json.dumps({name.removeprefix("quantize_"): patterns})
        elif name == "output_node_names":
            options[name] = json.dumps([part.strip() for part in str(value).split(",")])
        elif name == "weight_shard_size_bytes":
            options[name] = str(value)
        elif name == "control_flow_v2":
            options[name] = _text(str(value).lower())
        elif name == "metadata":
            options[name] = json.dumps({package.path(path): key for key, path in metadata_paths(str(value)).items()})
        else:
            options[name] = _text(str(value)) if name in _TEXTS else str(bool(value))
    return options


def _text(value: str) -> str:
    return json.dumps(value)
