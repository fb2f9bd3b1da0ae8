"""The figures as a Markdown table, and the promises that they break."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from cases import Case
from processes import Taken


@dataclasses.dataclass(frozen=True)
class Row:
    """One conversion's medians; `weights` in megabytes."""

    case: Case
    weights: float
    ours: Taken
    peer: Taken | None


def markdown(rows: Sequence[Row], baselines: Mapping[str, Taken]) -> str:
    """The table: seconds and megabytes, upstream / here, with quotients."""
    lines = [
        "| upstream / here | weights, MB | wall, s | | CPU, s | | peak, MB | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        cells = [row.case.title + f" → {row.case.to}", f"{row.weights:,.1f}" if row.weights >= 0.1 else "0"]
        for key, form in (("wall", ",.2f"), ("cpu", ",.2f"), ("peak", ",.0f")):
            ours = getattr(row.ours, key)
            if row.peer is None:
                cells += [f"– / {ours:{form}}", "–"]
                continue
            peer = getattr(row.peer, key)
            cells += [f"{peer:{form}} / {ours:{form}}", f"**{peer / ours:.1f}×**"]
        lines.append(f"| {' | '.join(cells)} |")
    for runtime, taken in baselines.items():
        cells = [f"– / {taken.wall:.2f}", f"– / {taken.cpu:.2f}", f"– / {taken.peak:.0f}"]
        lines.append(f"| *({_BASELINE_TITLES[runtime]})* | | {' | | '.join(cells)} | |")
    return "\n".join(lines)


_BASELINE_TITLES = {"core": "loading the compiled core", "light": "importing NumPy and h5py"}


def missed(rows: Sequence[Row], baselines: Mapping[str, Taken]) -> list[str]:
    """A sentence for each promise that the figures break."""
    found = []
    for row in rows:
        case = row.case
        if row.peer and case.faster:
            for key in ("wall", "cpu") if case.cpu_too else ("wall",):
                quotient = getattr(row.peer, key) / getattr(row.ours, key)
                if quotient < case.faster:
                    found.append(
                        f"{case.model}: {key} time {quotient:.1f} times faster; promised: {case.faster} times."
                    )
        bound = memory_bound(row, baselines)
        if case.memory_bound and row.ours.peak > bound:
            found.append(f"{case.model}: a peak of {row.ours.peak:.0f} MB; promised: at most {bound:.0f} MB.")
    return found


def memory_bound(row: Row, baselines: Mapping[str, Taken]) -> float:
    """The runtime's own megabytes and three times the weights."""
    return baselines[row.case.runtime].peak + 3 * row.weights
