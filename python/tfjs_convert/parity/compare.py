"""Compares outputs by name, each within a fraction of its own range."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

FLOAT32_ROUNDING = 4 * float(np.finfo(np.float32).eps)
"""Below this fraction of the largest magnitude nothing is an error: an output that hardly varies around a large value
would otherwise be asked for digits that float32 does not have."""


@dataclasses.dataclass(frozen=True)
class Tolerances:
    """Largest errors that pass, as fractions of an output's range; `by_output` overrules `default`."""

    default: float = 1e-4
    by_output: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def of(self, name: str) -> float:
        """The tolerance of one output."""
        return self.by_output.get(name, self.default)


@dataclasses.dataclass(frozen=True)
class OutputReport:
    """How one output compares.

    Attributes:
      name: the output's.
      problem: a sentence on what is wrong, or None if it passes.
      tolerance: the fraction of the range that passes.
      shape: the reference's shape; None if there is no reference.
      scale: the reference's range (highest less lowest finite value; the largest magnitude if they are the same).
      max_error: the largest difference; NaN where values cannot be subtracted.
      relative_error: that difference as a fraction of `scale`.
      index: of the worst element.
      expected: the reference's value there.
      actual: the compared value there.
    """

    name: str
    problem: str | None
    tolerance: float
    shape: tuple[int, ...] | None = None
    scale: float = 0.0
    max_error: float = 0.0
    relative_error: float = 0.0
    index: tuple[int, ...] | None = None
    expected: object = None
    actual: object = None

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


def compare(
    reference: Mapping[str, np.ndarray], actual: Mapping[str, np.ndarray], tolerances: Tolerances | None = None
) -> list[OutputReport]:
    """Compares every output of either side; reports come in the reference's order, then what only `actual` has.

    Floats (and complex numbers) may differ by the tolerance times the output's range; NaN equals NaN, and an infinity
    only itself. Integers likewise, so that small ranges must be exact. Booleans and strings must be equal.
    """
    tolerances = tolerances or Tolerances()
    reports = []
    for name, expected in reference.items():
        tolerance = tolerances.of(name)
        if name not in actual:
            problem = f'The output "{name}" is missing; there are {_names(actual)}.'
            reports.append(OutputReport(name, problem, tolerance, tuple(expected.shape)))
        else:
            reports.append(_compare(name, np.asarray(expected), np.asarray(actual[name]), tolerance))
    for name in actual:
        if name not in reference:
            problem = f'The output "{name}" is not among the reference\'s, which are {_names(reference)}.'
            reports.append(OutputReport(name, problem, tolerances.of(name)))
    return reports


def _names(outputs: Mapping[str, np.ndarray]) -> str:
    return ", ".join(f'"{name}"' for name in outputs) or "none"


def _kind(array: np.ndarray) -> str:
    return {"u": "i", "S": "O", "U": "O"}.get(array.dtype.kind, array.dtype.kind)


_KINDS = {"f": "floats", "i": "integers", "b": "booleans", "c": "complex numbers", "O": "strings"}


def _compare(name: str, expected: np.ndarray, actual: np.ndarray, tolerance: float) -> OutputReport:
    report = OutputReport(name, None, tolerance, tuple(expected.shape))
    if expected.shape != actual.shape:
        problem = f'The output "{name}" has shape {list(actual.shape)}, but the reference has {list(expected.shape)}.'
        return dataclasses.replace(report, problem=problem)
    kind = _kind(expected)
    if kind != _kind(actual):
        kinds = [_KINDS.get(_kind(array), str(array.dtype)) for array in (actual, expected)]
        problem = f'The output "{name}" holds {kinds[0]}, but the reference holds {kinds[1]}.'
        return dataclasses.replace(report, problem=problem)
    if expected.size == 0:
        return report
    if kind in "bO":
        return _compare_exactly(report, expected, actual)
    return _compare_numbers(report, expected, actual)


def _compare_exactly(report: OutputReport, expected: np.ndarray, actual: np.ndarray) -> OutputReport:
    wrong = np.flatnonzero((expected != actual).reshape(-1))
    if wrong.size == 0:
        return report
    report = _at(report, int(wrong[0]), expected, actual)
    share = wrong.size / expected.size
    return dataclasses.replace(
        report,
        max_error=float("nan"),
        relative_error=share,
        problem=f'The output "{report.name}" differs in {wrong.size} of {expected.size} elements, first at '
        f"{list(report.index)}: the reference has {report.expected}, this has {report.actual}.",
    )


def _compare_numbers(report: OutputReport, expected: np.ndarray, actual: np.ndarray) -> OutputReport:
    wide = np.complex128 if expected.dtype.kind == "c" else np.float64
    # At least one axis, so that elements can be set.
    expected, actual = (np.atleast_1d(array.astype(wide)) for array in (expected, actual))
    scale, largest = _scale(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(actual - expected)
    same = (expected == actual) | (np.isnan(expected) & np.isnan(actual))
    error[same] = 0
    # What is not a number by now is NaN or infinity on one side only.
    error[np.isnan(error)] = np.inf
    worst = int(np.argmax(error))
    report = _at(report, worst, expected, actual)
    max_error = float(error.reshape(-1)[worst])
    allowed = max(report.tolerance * scale, FLOAT32_ROUNDING * largest)
    report = dataclasses.replace(report, scale=scale, max_error=max_error, relative_error=max_error / scale)
    if max_error <= allowed:
        return report
    return dataclasses.replace(
        report,
        problem=f'The output "{report.name}" is off by {max_error:.3g} at {list(report.index)}, where the reference '
        f"has {report.expected:.8g} and this has {report.actual:.8g}: {report.relative_error:.3g} of the output's "
        f"range ({scale:.3g}), and {report.tolerance:.3g} is allowed.",
    )


def _scale(expected: np.ndarray) -> tuple[float, float]:
    """The range and the largest magnitude, of finite values; never zero, so that it can divide."""
    parts = np.stack([expected.real, expected.imag]) if expected.dtype.kind == "c" else expected
    finite = parts[np.isfinite(parts)]
    if finite.size == 0:
        return 1.0, 0.0
    largest = float(np.max(np.abs(finite)))
    return float(np.ptp(finite)) or largest or 1.0, largest


def _at(report: OutputReport, flat: int, expected: np.ndarray, actual: np.ndarray) -> OutputReport:
    index = tuple(int(i) for i in np.unravel_index(flat, report.shape))
    return dataclasses.replace(
        report, index=index, expected=expected.reshape(-1)[flat], actual=actual.reshape(-1)[flat]
    )


def table(reports: Sequence[OutputReport]) -> str:
    """A table for people, one line an output."""
    head = ("output", "shape", "range", "max error", "of range", "allowed", "worst at", "")
    rows = [head]
    for report in reports:
        shape = "-" if report.shape is None else str(list(report.shape))
        at = "-" if report.index is None else str(list(report.index))
        numbers = (f"{report.scale:.3g}", f"{report.max_error:.3g}", f"{report.relative_error:.2g}")
        verdict = "ok" if report.passed else "FAILS"
        rows.append((report.name, shape, *numbers, f"{report.tolerance:.2g}", at, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)
