"""Sets a model against its limits and its snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.budget.limits import Limits
from tfjs_convert.budget.snapshot import take_snapshot

_SHOWN = 20
_SIZES = {"total_bytes": "total bytes", "gzip_bytes": "gzip bytes"}
_COUNTS = {"shards": "shards", "parameters": "parameters"}
_MAPPINGS = {"operations": "operation", "weights": "weight"}
_ORDERED = {"inputs": "input", "outputs": "output"}


def check(
    model_dir: Path,
    info: Mapping[str, object],
    limits: Limits | Mapping[str, object],
    snapshot: Mapping[str, object] | None = None,
) -> list[str]:
    """Checks a model.

    Args:
      model_dir: the folder with model.json.
      info: the model's info file.
      limits: what the model may weigh and hold.
      snapshot: from `read_snapshot`; None compares with nothing.

    Returns:
      One line for each limit that is exceeded and each difference from the snapshot; empty if all is well.

    Raises:
      ConversionError: a limit is not known, or the model cannot be read.
    """
    if not isinstance(limits, Limits):
        limits = Limits.of(limits)
    now = take_snapshot(model_dir, info)
    lines = _exceeded(now, limits)
    if snapshot is not None:
        lines += difference(snapshot, now, limits.tolerance)
    return lines


def _exceeded(now: Mapping[str, object], limits: Limits) -> list[str]:
    figures = {**now, "operations": sum(now["operations"].values())}
    lines = []
    for key, what in {**_SIZES, **_COUNTS, "operations": "operations"}.items():
        limit = getattr(limits, f"max_{key}")
        if limit is not None and figures[key] > limit:
            over = f", {_percent(limit, figures[key])}" if limit else ""
            lines.append(f"{what}: {figures[key]:,} is over the limit of {limit:,} (by {figures[key] - limit:,}{over})")
    return lines


def difference(before: Mapping[str, object], now: Mapping[str, object], tolerance: float = 0.0) -> list[str]:
    """What changed between two snapshots, a line each.

    Args:
      before: the committed snapshot.
      now: the model's own.
      tolerance: by which fraction of `before` sizes may differ and count as equal.
    """
    lines = []
    for key, what in {**_SIZES, **_COUNTS}.items():
        old, new = before.get(key, 0), now[key]
        if old != new and not (key in _SIZES and abs(new - old) <= tolerance * old):
            percent = f", {_percent(old, new)}" if old else ""
            lines.append(f"{what}: {old:,} -> {new:,} ({new - old:+,}{percent})")
    for key, what in _ORDERED.items():
        old, new = dict(before.get(key, [])), dict(now[key])
        lines += _mapping_difference(what, old, new)
        if old.keys() == new.keys() and list(old) != list(new):
            lines.append(f"~ {what}s are in another order: {', '.join(old)} -> {', '.join(new)}")
    for key, what in _MAPPINGS.items():
        lines += _mapping_difference(what, before.get(key, {}), now[key])
    return lines


def _mapping_difference(what: str, before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    lines = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if old is None:
            lines.append(f"+ {what} {name}: {new}")
        elif new is None:
            lines.append(f"- {what} {name}: {old}")
        else:
            lines.append(f"~ {what} {name}: {old} -> {new}")
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"... and {len(lines) - _SHOWN} more {what}s that differ"]
    return lines


def _percent(old: int, new: int) -> str:
    return f"{(new - old) / old:+.1%}"
