"""Converts a whole zoo of Keras models, runs all of them in one Node process, and compares.

A build action does so once for each generation of Keras and writes the results as JSON, for the tests and for
docs/supported_layers.md; outside of Bazel, `results` runs the zoo itself.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import json
import os
import tempfile
import traceback
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import ConversionError
from tfjs_convert.result import ConversionResult

from tests.support.layer_zoo import ZOO, Entry, randomize
from tests.support.node import Job, run_models

FAMILIES = {"keras2": (2, "tf_keras"), "keras3": (3, "keras")}
"""Each family's generation of Keras, and its module."""

FILE_FORMATS = ("h5", "keras")

TOLERANCE = 1e-4
"""Largest difference, as a part of the range of Keras's results."""


@dataclasses.dataclass
class Outcome:
    """What became of one model in one file format: a refusal's text, or a conversion and both results."""

    entry: Entry
    file_format: str
    refusal: str | None = None
    result: ConversionResult | None = None
    keras: list[np.ndarray] = dataclasses.field(default_factory=list)
    ours: list[np.ndarray] = dataclasses.field(default_factory=list)
    names: list[str] = dataclasses.field(default_factory=list)
    error: str | None = None
    classes: list[str] = dataclasses.field(default_factory=list)


def inputs_for(entry: Entry, model: object, seed: int = 5) -> list[np.ndarray]:
    """Random inputs; open sizes become 6, an open batch 2."""
    random = np.random.default_rng(seed)
    made = []
    for tensor in model.inputs:
        shape = [(2 if axis == 0 else 6) if size is None else size for axis, size in enumerate(tensor.shape)]
        values = (
            random.integers(0, entry.integers, shape) if entry.integers else random.normal(size=shape) * entry.scale
        )
        made.append(values.astype(np.float32))
    return made


def run_keras(model: object, inputs: list[np.ndarray]) -> list[np.ndarray]:
    """The model's outputs, in order."""
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def build(entry: Entry, keras: ModuleType) -> object:
    """The entry's model, with weights that hide nothing."""
    keras.utils.set_random_seed(7)
    model = entry.build(keras)
    if not entry.name.startswith("Normalization"):
        randomize(model)
    return model


def run_zoo(keras: ModuleType, generation: int, folder: Path) -> dict[tuple[str, str], Outcome]:
    """Outcomes by entry's name and file format."""
    outcomes: dict[tuple[str, str], Outcome] = {}
    jobs, running = [], []
    for number, entry in enumerate(ZOO):
        if generation not in entry.generations:
            continue
        model = build(entry, keras)
        inputs = inputs_for(entry, model)
        files = {}
        for file_format in FILE_FORMATS:
            files[file_format] = folder / f"{number}.{file_format}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model.save(files[file_format])
        expected = run_keras(model, inputs)
        for file_format, file in files.items():
            outcome = outcomes[entry.name, file_format] = Outcome(
                entry, file_format, keras=expected, classes=layer_classes(model, keras)
            )
            try:
                outcome.result = convert_keras_file(file, folder / f"{number}_{file_format}")
            except ConversionError as error:
                outcome.refusal = str(error)
                continue
            names = [tensor.name for tensor in outcome.result.inputs]
            jobs.append(Job(outcome.result.directory, dict(zip(names, inputs, strict=True))))
            running.append(outcome)
    for outcome, done in zip(running, run_models(jobs, timeout=600), strict=True):
        outcome.error = done.error
        outcome.names, outcome.ours = list(done.outputs), list(done.outputs.values())
    return outcomes


def check(outcome: Outcome) -> None:
    """Asserts that the outcome is the one that the zoo's table says."""
    entry = outcome.entry
    if entry.outcome == "refused":
        assert outcome.refusal is not None
        assert entry.says in outcome.refusal
        assert "tfjs_graph_model(" in outcome.refusal and "\n" not in outcome.refusal
        return
    assert outcome.refusal is None
    notes = outcome.result.info["notes"]
    assert bool(notes) == (entry.outcome == "expressed" or bool(entry.says)), notes
    assert entry.says in " ".join(notes)
    assert outcome.error is None
    assert [tensor.name for tensor in outcome.result.outputs] == outcome.names
    assert len(outcome.ours) == len(outcome.keras)
    for tensor, ours, expected in zip(outcome.result.outputs, outcome.ours, outcome.keras, strict=True):
        assert ours.shape == expected.shape
        assert tensor.shape is not None
        assert all(size in (None, actual) for size, actual in zip(tensor.shape, ours.shape, strict=True))
        spread = float(np.ptp(expected))
        assert spread > 0, "the model's outputs are all alike, which would show nothing"
        assert np.abs(ours - expected).max() <= TOLERANCE * spread


def run(family: str) -> dict[str, object]:
    """Converts and runs the whole zoo of one generation, `keras2` or `keras3`.

    Returns:
      `models`: by entry's name, the `outcome` that the table says, `classes` (of Keras's layers), `written` (classes
      of TensorFlow.js's layers), `notes`, `refusal`, and `failed`: a sentence for each file format in which the result
      is not as the table says. `layers`: all of that Keras's public layer classes.
    """
    # Without oneDNN, TensorFlow has no convolutions of channels first on CPUs.
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    generation, module = FAMILIES[family]
    keras = importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run_zoo(keras, generation, Path(folder))
    models: dict[str, dict] = {}
    for (name, file_format), outcome in outcomes.items():
        info = outcome.result.info if outcome.result else {}
        found = models.setdefault(name, {"outcome": outcome.entry.outcome, "classes": outcome.classes, "failed": []})
        found |= {
            "written": sorted(info.get("ops", {})),
            "notes": info.get("notes", []),
            "refusal": (outcome.refusal or "").partition(": ")[2].partition(" A graph model")[0],
        }
        try:
            check(outcome)
        except AssertionError as error:
            wrong = traceback.extract_tb(error.__traceback__)[-1].line
            found["failed"].append(f"{file_format}: {wrong} {error} {outcome.refusal or outcome.error or ''}")
    classes = [value for _, value in inspect.getmembers(keras.layers, inspect.isclass)]
    layers = sorted({cls.__name__ for cls in classes if issubclass(cls, keras.layers.Layer)})
    return {"layers": layers, "models": models}


@functools.cache
def results(family: str, folder: Path) -> dict[str, object]:
    """The family's results: those that the build action left in `folder`, or found out now. See `run`."""
    file = folder / f"{family}.json"
    return json.loads(file.read_text()) if file.exists() else run(family)


def layer_classes(model: object, keras: ModuleType) -> list[str]:
    """Classes of a model's layers, those of wrapped layers, cells and nested models included; sorted."""
    found = set()
    waiting = list(model.layers)
    while waiting:
        layer = waiting.pop()
        if not isinstance(layer, keras.Model):
            found.add(type(layer).__name__)
        parts = [*getattr(layer, "layers", []), *getattr(layer, "cells", [])]
        parts += [getattr(layer, part, None) for part in ("layer", "forward_layer", "backward_layer", "cell")]
        waiting += [part for part in parts if isinstance(part, keras.layers.Layer)]
    return sorted(found)
