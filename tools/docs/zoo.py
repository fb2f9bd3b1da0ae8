"""Renders docs/supported_graphs.md from what became of the zoo's models and from TensorFlow.js's own tables."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tfjs_convert import tables

BACKENDS = ("cpu", "wasm", "webgl", "webgpu")
_TITLES = {"cpu": "CPU", "wasm": "WASM", "webgl": "WebGL", "webgpu": "WebGPU"}
# They are in every graph, and say nothing of how an operation is written.
_PLUMBING = frozenset(["Const", "Identity", "Placeholder"])
_HEAD = """# Supported graphs

Generated from the models in `tests/zoo` and from the npm packages of TensorFlow.js: `bazel run //docs:update`.

Each model of the zoo is converted, run in TensorFlow.js, and compared with TensorFlow, output by output and by name:
exactly for integers, strings and booleans, within 1e-4 of the range for floats. On CPU and WASM a model runs wherever
its info file says that it can; WebGL and WebGPU need a browser, and what is said of them comes from their lists of
kernels.
"""


class Page:
    """The page's parts.

    Args:
      families: results by family and model, as `tests/zoo/zoo.py` writes them.
      js: the tables of TensorFlow.js.
      not_produced: operations that no TensorFlow model has, with the reason.
    """

    def __init__(self, families: Mapping[str, Mapping], js: tables.Tables, not_produced: Mapping[str, str]) -> None:
        self.families = families
        self.js = js
        self.not_produced = not_produced
        found = [result for family in families.values() for result in family.values()]
        self.right = [result for result in found if "runs" in result and not result.get("failed")]
        self.shown = {result["shows"]: result for result in found if "shows" in result}

    def text(self) -> str:
        """The page as Markdown."""
        return "\n".join([_HEAD, *self._operations(), "", *self._models()]) + "\n"

    def _operations(self) -> list[str]:
        lines = ["## Operations", ""]
        lines += ["*predict*: the model can be run by `predict`; *executeAsync*: it must be run by `executeAsync`.", ""]
        lines += [
            "*gone after conversion*: it was inlined, folded, replaced or left out, so that no backend needs it.",
            "",
        ]
        header = ["operation", "how it is converted", *(_TITLES[b] for b in BACKENDS), "runs in"]
        lines += [_row(header), _row(["---"] * len(header))]
        sources = {op for result in self.right for op in result["source"]}
        for op in sorted({*self.js.ops, *self.shown, *sources}):
            lines.append(_row([f"`{op}`", *self._operation(op)]))
        return lines

    def _operation(self, op: str) -> list[str]:
        """How it is converted; for each backend whether it runs there; how it is run."""
        result = self.shown.get(op)
        if op in self.not_produced:
            return [self.not_produced[op], *[""] * (len(BACKENDS) + 1)]
        if result and "refused" in result:
            return ["refused: " + _clause(result["refused"], op), *["no"] * len(BACKENDS), ""]
        native = any(op in result["converted"] for result in self.right)
        into = sorted(set(result["converted"]) - _PLUMBING) if result and op not in result["converted"] else []
        how = ["as it is"] if native else []
        if into:
            how.append(("or " if native else "") + "written with " + ", ".join(f"`{name}`" for name in into))
        if native and op in self.js.ops:
            run = "executeAsync" if self.js.ops[op].is_async else "predict"
            return [" ".join(how), *(self._native(op, backend) for backend in BACKENDS), run]
        if into:
            execution = result["runs"][0]["execution"]
            return [" ".join(how), *(self._written(into, result, backend) for backend in BACKENDS), execution]
        # Nothing of it is left to run: it was inlined, folded, replaced by a newer form of itself, or stripped.
        return ["gone after conversion", *["" for _ in BACKENDS], ""]

    def _native(self, op: str, backend: str) -> str:
        if self.js.missing_kernels(op, backend):
            return "no"
        runs = [run for result in self.right if op in result["converted"] for run in result["runs"]]
        exceptions = sorted(
            {text for run in runs for text in run["lacks"].get(backend, []) if text.startswith(f"{op} ")}
        )
        return "yes" + "".join(f", not {text.removeprefix(f'{op} ')}" for text in exceptions)

    def _written(self, into: Sequence[str], result: Mapping, backend: str) -> str:
        if backend in ("cpu", "wasm"):
            return "yes" if all(backend in run["backends"] for run in result["runs"]) else "no"
        known = [op for op in into if op in self.js.ops]
        return "no" if any(self.js.missing_kernels(op, backend) for op in known) else "yes"

    def _models(self) -> list[str]:
        lines = ["## Models", ""]
        for family, results in sorted(self.families.items()):
            if family == "decomposed":
                continue
            lines += [f"### {family.replace('_', ' ').capitalize()}", ""]
            lines += [_row(["model", "result", "CPU", "WASM", "runs in"]), _row(["---"] * 5)]
            lines += [_row([name.replace("_", " "), *_model(result)]) for name, result in sorted(results.items())] + [
                ""
            ]
        return lines[:-1]


def _model(result: Mapping) -> list[str]:
    if "refused" in result:
        return ["refused", "", "", ""]
    if result.get("failed"):
        return ["wrong", "", "", ""]
    runs = result["runs"]
    cells = ["yes" if all(backend in run["backends"] for run in runs) else "no" for backend in ("cpu", "wasm")]
    return ["as in TensorFlow", *cells, ", ".join(sorted({run["execution"] for run in runs}))]


def _clause(refusal: str, op: str) -> str:
    """What a refusal says of one operation: `Op (reason: node …)`."""
    _, _, rest = refusal.partition(f"{op} (")
    return rest.partition(": node")[0] or refusal


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> int:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--results", action="append", required=True, type=Path)
    parser.add_argument("--not_produced", required=True, type=Path)
    parser.add_argument("--tables", required=True)
    parser.add_argument("--output", required=True, type=Path)
    flags = parser.parse_args()
    families = {path.stem: json.loads(path.read_text()) for path in flags.results}
    page = Page(families, tables.load(flags.tables), json.loads(flags.not_produced.read_text()))
    flags.output.write_text(page.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
