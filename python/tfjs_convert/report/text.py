"""Numbers and names as a page shows them."""

from __future__ import annotations

import html
from collections.abc import Sequence


def escape(text: object) -> str:
    """Text for HTML and SVG, in elements and in attributes."""
    return html.escape(str(text), quote=True)


def size(count: int) -> str:
    """Bytes with a decimal unit: `3.70 MB`."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.5 or unit == "GB":
            break
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def number(count: int) -> str:
    """A count with separators: `3,538,984`."""
    return f"{count:,}"


def error(value: float) -> str:
    """A relative error: `1.2 %` from a thousandth on, `3.1e-05` below, `0` for none."""
    if value == 0:
        return "0"
    if value >= 0.001:
        return f"{value * 100:.2g} %" if value < 0.995 else f"{value * 100:.0f} %"
    return f"{value:.1e}"


def shape(sizes: Sequence[int | None] | None) -> str:
    """A shape: `? × 224 × 224 × 3`; `scalar`, or `any` for an unknown rank."""
    if sizes is None:
        return "any"
    if not sizes:
        return "scalar"
    return " × ".join("?" if n is None or n < 0 else str(n) for n in sizes)


def shorten(name: str, length: int) -> str:
    """A name cut in its middle, so that both of its ends can be told."""
    if len(name) <= length:
        return name
    head = (length - 1) // 3
    return f"{name[:head]}…{name[-(length - 1 - head) :]}"


def shorten_end(name: str, length: int) -> str:
    """Text cut at its end."""
    return name if len(name) <= length else f"{name[: length - 1]}…"
