"""Rectangles whose areas are given amounts, near to squares.

The squarified layout of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): rows are filled along the shorter
side, largest amounts first, for as long as the worst aspect ratio in the row gets better.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Rectangle:
    """A rectangle in the picture's units."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, top: float, margin: float) -> Rectangle:
        """The rectangle without a strip at its top and a margin at its other sides; never negative in size."""
        return Rectangle(
            self.x + margin, self.y + top, max(0.0, self.width - 2 * margin), max(0.0, self.height - top - margin)
        )


def layout(amounts: Sequence[float], area: Rectangle) -> list[Rectangle]:
    """One rectangle for each amount (positive), in the amounts' order; together they fill the area."""
    total = sum(amounts)
    if not total or not area.width or not area.height:
        return [Rectangle(area.x, area.y, 0.0, 0.0) for _ in amounts]
    scale = area.width * area.height / total
    order = sorted(range(len(amounts)), key=lambda i: (-amounts[i], i))
    places: dict[int, Rectangle] = {}
    start = 0
    while start < len(order):
        side = min(area.width, area.height)
        end = start + 1
        row = amounts[order[start]] * scale
        worst = _worst(row, row, row, side)
        while end < len(order):
            longer = row + amounts[order[end]] * scale
            ratio = _worst(longer, amounts[order[start]] * scale, amounts[order[end]] * scale, side)
            if ratio > worst:
                break
            row, worst, end = longer, ratio, end + 1
        area = _place([(i, amounts[i] * scale) for i in order[start:end]], row, area, places)
        start = end
    return [places[i] for i in range(len(amounts))]


def _worst(row: float, largest: float, smallest: float, side: float) -> float:
    return max(side * side * largest / (row * row), row * row / (side * side * smallest))


def _place(row: Sequence[tuple[int, float]], total: float, area: Rectangle, places: dict[int, Rectangle]) -> Rectangle:
    """Puts a row along the shorter side of the area and returns what is left of it."""
    upright = area.width >= area.height
    side = area.height if upright else area.width
    depth = total / side if side else 0.0
    at = area.y if upright else area.x
    for i, amount in row:
        length = amount / depth if depth else 0.0
        places[i] = Rectangle(area.x, at, depth, length) if upright else Rectangle(at, area.y, length, depth)
        at += length
    if upright:
        return Rectangle(area.x + depth, area.y, max(0.0, area.width - depth), area.height)
    return Rectangle(area.x, area.y + depth, area.width, max(0.0, area.height - depth))
