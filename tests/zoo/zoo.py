"""Converts the models of the zoo, runs them in TensorFlow.js, and compares with TensorFlow by output name.

A family is a module of tests/zoo/models with a list `MODELS`. All its runs share one Node process. A build action
(main.py) runs each family once and writes the results as JSON, for the tests and for the documentation; outside of
Bazel, `results` runs the family itself, and keeps what it found where TFJS_ZOO_RESULTS names a folder.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tfjs_convert.errors import ConversionError

from tests.support import node

_HERE = Path(__file__).parent
# Where info["backends"] says that a model can run there, it must; Node has no GPU for the others.
BACKENDS = ("cpu", "wasm")
_INT32 = ("int8", "uint8", "int16", "uint16", "int32", "int64")


def families() -> list[str]:
    """Every family, sorted."""
    return sorted(path.stem for path in (_HERE / "models").glob("*.py"))


def models(family: str) -> list:
    """The models of one family."""
    found = importlib.import_module(f"tests.zoo.models.{family}").MODELS
    names = [model.name for model in found]
    assert len(set(names)) == len(names), f"{family} has two models of one name"
    return found


@functools.cache
def results(family: str) -> dict[str, dict]:
    """What became of each model, by name: read, or found out now. See `run`."""
    folder = os.environ.get("TFJS_ZOO_RESULTS")
    file = Path(folder or _HERE) / f"{family}.json"
    if file.exists():
        return json.loads(file.read_text())
    found = run(family)
    if folder:
        write(found, file)
    return found


def write(found: Mapping[str, dict], file: Path) -> None:
    """Writes results, the same bytes for the same results."""
    file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def run(family: str) -> dict[str, dict]:
    """Converts and runs every model of a family.

    Returns:
      By model: `source` and `converted` (the operations of each), `shows`, and one of `refused` (the sentence),
      `failed` (why it is not as it should be) and `runs` (entries with `options`, `execution`, the `backends` it ran
      on, and for each backend the operations that it `lacks`).
    """
    with tempfile.TemporaryDirectory() as folder:
        cases = [_Case(model, Path(folder) / model.name) for model in models(family)]
        # An error in one model is that model's result, and not the end of the others.
        jobs = [(case, job) for case in cases for job in case.prepare()]
        done = node.run_models([job for _, (job, _) in jobs]) if jobs else []
        for (case, (job, check)), result in zip(jobs, done, strict=True):
            case.judge(job, check, result)
        return {case.model.name: case.result for case in cases}


class _Case:
    """One model on its way."""

    def __init__(self, model: object, folder: Path) -> None:
        self.model = model
        self.folder = folder
        self.result: dict = {"shows": model.shows} if model.shows else {}

    def prepare(self) -> list[tuple]:
        """Converts; returns what is to be run, with what is to be expected of it."""
        try:
            source = self.model.make()
            written = source.write(self.folder / "model")
            self.result["source"] = sorted(written.ops)
            if self.model.refused:
                self._refuse(written)
                return []
            wanted = [written.run(feeds) for feeds in source.feeds]
            jobs = []
            self.result |= {"runs": [], "converted": []}
            for number, variant in enumerate(self.model.variants):
                jobs += self._convert(written, number, variant, list(zip(source.feeds, wanted, strict=True)))
            return jobs
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")
            return []

    def _refuse(self, written: object) -> None:
        try:
            written.convert(self.folder / "refused", **self.model.variants[0])
        except ConversionError as error:
            if self.model.refused not in str(error):
                self._fail(f"the refusal does not say {self.model.refused!r}: {error}")
            else:
                self.result["refused"] = str(error)
        else:
            self._fail("it was converted, though it should be refused")

    def _convert(self, written: object, number: int, variant: Mapping, expected: list[tuple]) -> list[tuple]:
        output = self.folder / f"js{number}"
        info = written.convert(output, **variant).info
        converted = _ops(json.loads((output / "model.json").read_text()))
        self.result["converted"] = sorted({*self.result["converted"], *converted})
        lacks = {backend: ops for backend, ops in info["backends"].items() if ops}
        run = {
            "options": {key: str(value) for key, value in variant.items()},
            "execution": info["execution"],
            "lacks": lacks,
            "backends": [],
        }
        self.result["runs"].append(run)
        if "cpu" in lacks:
            self._fail(f"info says that cpu lacks {lacks['cpu']}")
        backends = [backend for backend in BACKENDS if backend not in lacks]
        run["backends"] = backends
        return [
            (node.Job(output, _for_js(feeds), backend), (wanted, run))
            for backend in backends
            for feeds, wanted in expected
        ]

    def judge(self, job: node.Job, check: tuple, result: node.RunResult) -> None:
        """Compares one run with TensorFlow's."""
        wanted, run = check
        where = f"{run['options'] or 'as usual'}, {job.backend}"
        if result.error is not None:
            self._fail(f"{where}: {result.stage}: {result.error}")
            return
        if result.mode != run["execution"]:
            self._fail(f"{where}: info says {run['execution']}, and it needed {result.mode}")
        if sorted(result.outputs) != sorted(wanted):
            self._fail(f"{where}: outputs are {list(result.outputs)} and not {list(wanted)}")
            return
        for name, value in wanted.items():
            problem = differs(result.outputs[name], value, self.model.tolerance)
            if problem:
                self._fail(f"{where}: output {name} {problem}")

    def _fail(self, why: str) -> None:
        self.result["failed"] = [*self.result.get("failed", []), why]


def differs(got: np.ndarray, wanted: np.ndarray, tolerance: float) -> str | None:
    """How an output differs from TensorFlow's, in shape, dtype or values; floats may by `tolerance` of the range."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    if got.shape != wanted.shape:
        return f"has the shape {got.shape} and not {wanted.shape}"
    if _js_dtype(wanted) != _js_dtype(got):
        return f"is {got.dtype} and not {_js_dtype(wanted)}"
    if wanted.dtype.kind != "f":
        same = np.array_equal(got, wanted.astype(got.dtype))
        return None if same else f"is {got.tolist()} and not {wanted.tolist()}"
    got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    finite = np.isfinite(wanted)
    if not np.array_equal(np.isfinite(got), finite) or not np.array_equal(
        got[~finite], wanted[~finite], equal_nan=True
    ):
        return f"is {got.tolist()} and not {wanted.tolist()}"
    reach = max(1.0, float(np.abs(wanted[finite]).max(initial=0.0)))
    off = float(np.abs(got[finite] - wanted[finite]).max(initial=0.0))
    if off <= tolerance * reach:
        return None
    return f"is off by {off:g}, with values up to {reach:g}: {got.ravel()[:8]} and not {wanted.ravel()[:8]}"


def _js_dtype(array: np.ndarray) -> str:
    kind = str(array.dtype)
    if kind in _INT32:
        return "int32"
    return {"float64": "float32", "float16": "float32", "object": "string"}.get(
        kind, "string" if array.dtype.kind in "SU" else kind
    )


def _for_js(feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    arrays = {name: np.asarray(value) for name, value in feeds.items()}
    return {k: a if a.dtype == object else a.astype(_js_dtype(a)) for k, a in arrays.items()}


def _ops(model: Mapping) -> set[str]:
    """The operations of a converted model, those of its functions and of its initializer included."""
    found = set()
    for topology in (model["modelTopology"], model.get("modelInitializer") or {}):
        functions = topology.get("library", {}).get("function", [])
        found |= {n["op"] for n in [*topology.get("node", []), *(n for f in functions for n in f.get("nodeDef", []))]}
    return found
