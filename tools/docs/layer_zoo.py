"""Renders docs/supported_layers.md from what became of the zoo's Keras models and from TensorFlow.js's own table."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tfjs_convert import tables
from tfjs_convert.layers.random_images import RANDOM
from tfjs_convert.layers.rewrite import RULES

GENERATIONS = ("keras2", "keras3")
_HEAD = """# Supported layers

Generated from the models in `tests/support/layer_zoo.py` and the package of TensorFlow.js: `bazel run //docs:update`.

Each model is saved by Keras 2 and by Keras 3, as `.h5` and as `.keras`, converted into a layers model, loaded by
`tf.loadLayersModel`, and compared with Keras to 1e-4 of the range of its results. What is refused is refused when it is
converted, with the layer's name and the graph model that can carry it.
"""
_NO_LAYERS = frozenset({"Layer", "Wrapper", "AbstractRNNCell", "InputLayer", "Input"})
"""Base classes, and inputs: what other layers and every model are made of."""


def text(zoos: Mapping[str, Mapping], js: tables.Tables) -> str:
    """The page as Markdown.

    Args:
      zoos: by generation, what `tests/support/zoo_runs.py` found.
      js: the tables of TensorFlow.js.
    """
    return "\n".join([_HEAD, *_models(zoos), "", *_others(zoos), "", *_classes(js)]) + "\n"


def _models(zoos: Mapping[str, Mapping]) -> list[str]:
    lines = ["## Models", "", _row(["model", "Keras 2", "Keras 3", "how"]), _row(["---"] * 4)]
    for name in sorted({name for family in GENERATIONS for name in zoos[family]["models"]}):
        found = [zoos[family]["models"].get(name) for family in GENERATIONS]
        lines.append(_row([name, *(_result(model) for model in found), _how([model for model in found if model])]))
    return lines


def _result(model: Mapping | None) -> str:
    if model is None:
        return ""
    if model["failed"]:
        return "wrong"
    return "refused" if model["outcome"] == "refused" else "as in Keras"


def _how(found: Sequence[Mapping]) -> str:
    """Of the newest generation that has it."""
    model = found[-1]
    if model["outcome"] == "refused":
        # After the layer's name and class, which the row's first cell tells.
        reason = re.sub(r"^[Ll]ayer `[^`]*` \(\w+\)[:,]? ?", "", model["refusal"]).rstrip(".")
        return re.sub(r"`(\w+?)_\d+`", r"`\1`", reason)  # The number is that of the layer in the whole zoo.
    if model["outcome"] == "expressed":
        written = [name for name in model["written"] if name != "InputLayer"]
        return "written with " + _listed(written) if written else "left out"
    return "as it is"


def _others(zoos: Mapping[str, Mapping]) -> list[str]:
    """Keras's layers of which the zoo has no model."""
    lines = ["## Other layers of Keras", ""]
    layers = {name for family in GENERATIONS for name in zoos[family]["layers"]} - _NO_LAYERS
    shown = {name for family in GENERATIONS for each in zoos[family]["models"].values() for name in each["classes"]}
    rest = sorted(layers - shown)
    lines += [f"Left out, since they do nothing but in training: {_listed(n for n in rest if n in RANDOM)}.", ""]
    lines.append(f"Refused: {_listed(name for name in rest if name not in RULES)}.")
    return lines


def _classes(js: tables.Tables) -> list[str]:
    """The classes that the pinned TensorFlow.js has, with their arguments."""
    version = js.versions["tfjs-layers"]
    lines = [f"## Layers of TensorFlow.js {version}", ""]
    classes = {**js.of_kind("layer"), **js.of_kind("cell")}
    input_layer = classes.pop("InputLayer")
    common = set.intersection(*({key for key, arg in cls.config.items() if arg.is_read} for cls in classes.values()))
    classes["InputLayer"] = input_layer
    lines += ["An argument that is not read and that would change results makes the conversion fail.", ""]
    lines += [f"All but `InputLayer` read {_listed(sorted(common))}.", ""]
    lines += [_row(["class", "further arguments that it reads", "declared and not read"]), _row(["---"] * 3)]
    for name, cls in sorted(classes.items()):
        read = sorted(key for key, argument in cls.config.items() if argument.is_read and key not in common)
        ignored = sorted(key for key, argument in cls.config.items() if not argument.is_read)
        lines.append(_row([f"`{name}`", _listed(read), _listed(ignored)]))
    return lines


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--results", action="append", required=True, type=Path)
    parser.add_argument("--tables", required=True)
    parser.add_argument("--output", required=True, type=Path)
    flags = parser.parse_args()
    zoos = {path.stem: json.loads(path.read_text()) for path in flags.results}
    flags.output.write_text(text(zoos, tables.load(flags.tables)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
