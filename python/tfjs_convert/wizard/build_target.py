"""The targets of a BUILD file that do what was answered."""

from __future__ import annotations

import json
import re

from tfjs_convert.cli import formats
from tfjs_convert.cli.metadata import metadata_paths
from tfjs_convert.wizard.answers import Answers

_TEXTS = ("saved_model_tags", "signature_name")


def build_target(answers: Answers) -> str:
    """The `load` and the targets, for the BUILD file of the folder that the paths are relative to."""
    name = re.sub(r"\W+", "_", answers.output_path.with_suffix("").name) or "model"
    source = answers.input_path.as_posix()
    attributes: dict[str, str] = {"name": _text(name), "model": _text(source)}
    targets = []
    if answers.input_format in (formats.SAVED_MODEL, formats.KERAS_SAVED_MODEL, formats.HUB):
        is_archive = answers.input_path.is_file()
        files = f"[{_text(source)}]" if is_archive else f"glob([{_text(source + '/**')}])"
        saved = {"name": _text(name + "_source"), "srcs": files}
        if answers.input_format == formats.HUB:
            saved["hub_module"] = "True"
        targets.append(("tf_saved_model", saved))
        attributes["model"] = _text(f":{name}_source")
    elif answers.input_format == formats.LAYERS:
        attributes["model"] = _text(answers.input_path.parent.as_posix())
    targets.append((_rule(answers, attributes), attributes | _options(answers)))
    rules = ", ".join(_text(rule) for rule in sorted({rule for rule, _ in targets}))
    lines = [f'load("@rules_tfjs//rules:defs.bzl", {rules})']
    for rule, given in targets:
        first = ["name"] + sorted(key for key in given if key != "name")
        lines += ["", f"{rule}(", *[f"    {key} = {given[key]}," for key in first], ")"]
    return "\n".join(lines) + "\n"


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


def _options(answers: Answers) -> dict[str, str]:
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
            options[name] = json.dumps({path: key for key, path in metadata_paths(str(value)).items()})
        else:
            options[name] = _text(str(value)) if name in _TEXTS else str(bool(value))
    return options


def _text(value: str) -> str:
    return json.dumps(value)
