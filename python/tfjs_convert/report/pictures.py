"""The report's pictures: weights by size, quantization error, channels, and the graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tfjs_convert.report import svg, text
from tfjs_convert.report.structure import Group, Structure
from tfjs_convert.report.treemap import Rectangle, layout
from tfjs_convert.report.variants import WeightFacts
from tfjs_convert.weights.channels import LOST_FRACTION

WIDTH = 1040.0
_SHADES = 8
_CHARACTER = 6.3  # width of one character of the pictures' small type
_BOLD_CHARACTER = 7.8


def weights_by_size(structure: Structure, weights: Sequence[WeightFacts]) -> str:
    """A treemap: an area for each group of the graph, in it one for each weight; shades go from first to last group."""
    by_name = {weight.name: weight for weight in weights}
    groups = [(group.label, [by_name[name] for name in group.weights], i) for i, group in enumerate(structure.groups)]
    owned = {name for group in structure.groups for name in group.weights}
    groups.append(("elsewhere", [weight for weight in weights if weight.name not in owned], len(groups)))
    groups = [(label, [w for w in members if w.bytes], i) for label, members, i in groups]
    groups = [group for group in groups if group[1]]
    total = sum(weight.bytes for weight in weights)
    height = 420.0
    parts = []
    amounts = [sum(weight.bytes for weight in members) for _, members, _ in groups]
    last = max((i for _, _, i in groups), default=0) or 1
    areas = layout(amounts, Rectangle(0.0, 0.0, WIDTH, height))
    for (label, members, position), amount, area in zip(groups, amounts, areas, strict=True):
        shade = f"shade{round(position / last * (_SHADES - 1))}"
        title = f"{label}: {text.size(amount)}, {amount / total:.1%} of all weights"
        parts.append(svg.element("rect", title=title, class_=f"{shade} frame", **_box(area, 1.0)))
        labelled = area.width > 60 and area.height > 34
        places = layout([weight.bytes for weight in members], area.inside(18.0 if labelled else 2.0, 2.0))
        for weight, place in zip(members, places, strict=True):
            if min(place.width, place.height) > 1:  # smaller ones would not be seen
                parts.append(_weight_tile(weight, label, place, shade))
        if labelled:
            room = int((area.width - 10) / _BOLD_CHARACTER)
            parts.append(svg.text(area.x + 6, area.y + 14, text.shorten(label, room), "tile-label", title=title))
    return svg.picture(WIDTH, height, "Weights by size, grouped by layer", parts)


def _weight_tile(weight: WeightFacts, label: str, place: Rectangle, shade: str) -> str:
    title = f"{weight.name}: {weight.stored} {text.shape(weight.shape)}, {text.size(weight.bytes)}"
    tile = svg.element("rect", title=title, class_=f"{shade} tile", **_box(place, 0.5))
    # The layer's name stands above: only what follows it is new.
    name = weight.name.rpartition(label)[2].strip("/_.") or weight.name
    size = text.size(weight.bytes)
    room = int((place.width - 8) / _CHARACTER)
    if room < 6 or place.height < 18:
        return tile
    tile += svg.text(place.x + 5, place.y + 14, text.shorten(name, room), "tile-name", title=title)
    if place.height >= 34 and len(size) <= room:
        tile += svg.text(place.x + 5, place.y + 28, size, "tile-size", title=title)
    return tile


def _box(place: Rectangle, gap: float) -> dict[str, float]:
    return {
        "x": place.x + gap / 2,
        "y": place.y + gap / 2,
        "width": max(0.4, place.width - gap),
        "height": max(0.4, place.height - gap),
    }


def quantization_errors(weights: Sequence[WeightFacts], variants: Sequence[str]) -> str:
    """A row a weight: its relative error in each variant on a logarithmic scale, with a line to its worst channel."""
    left, right, row, top = 330.0, 190.0, 20.0, 34.0
    values = [e.rms for w in weights for e in w.errors.values() if e.rms] + [
        e.worst_channel for w in weights for e in w.errors.values() if e.worst_channel
    ]
    low = math.floor(math.log10(max(min(values, default=1e-4), 1e-9)))
    high = max(0, low + 1)
    width = WIDTH - left - right
    bottom = top + row * len(weights)

    def place(value: float) -> float:
        exponent = math.log10(value) if value > 0 else low
        return left + (min(max(exponent, low), high) - low) / (high - low) * width

    parts = []
    for exponent in range(low, high + 1):
        x = place(10.0**exponent)
        label = {0: "100 %", -1: "10 %", -2: "1 %", -3: "0.1 %"}.get(exponent, f"1e{exponent}")
        parts.append(svg.element("line", x1=x, x2=x, y1=top - 8, y2=bottom, class_="grid"))
        parts.append(svg.text(x, top - 14, label, "axis", "middle"))
    for i, weight in enumerate(weights):
        y = top + row * (i + 0.5)
        parts.append(svg.text(left - 12, y + 4, text.shorten(weight.name, 48), "row-label", "end", weight.name))
        for variant in variants:
            if variant in weight.errors:
                parts.append(_error_mark(weight, variant, y + _offset(variant), place))
        parts.append(svg.text(WIDTH - right + 14, y + 4, text.size(weight.bytes), "axis"))
        if weight.lost.size:
            lost = f"⚠ {weight.lost.size}/{weight.channels} channels"
            parts.append(
                svg.text(WIDTH, y + 4, lost, "warning", "end", "channels that uint8 leaves with under 16 codes")
            )
    return svg.picture(WIDTH, bottom + 4, "Quantization error of each weight", parts)


def _offset(variant: str) -> float:
    return {"float16": -4.0, "uint16": 0.0, "uint8": 4.0}[variant]


def _error_mark(weight: WeightFacts, variant: str, y: float, place: object) -> str:
    found = weight.errors[variant]
    x, worst = place(found.rms), place(found.worst_channel)
    title = f"{weight.name} as {variant}: rms {text.error(found.rms)}, worst channel {text.error(found.worst_channel)}"
    line = svg.element("line", title=title, x1=x, x2=worst, y1=y, y2=y, class_=f"{variant} whisker")
    return line + marker(x, y, variant, title)


def marker(x: float, y: float, variant: str, title: str | None = None) -> str:
    """The variant's mark: a circle, a diamond or a square, so that colour is not all that tells them apart."""
    if variant == "float16":
        return svg.element("circle", title=title, cx=x, cy=y, r=3.6, class_=variant)
    if variant == "uint16":
        return svg.element("path", title=title, d=f"M{x:.1f} {y - 4.6:.1f}l4.6 4.6l-4.6 4.6l-4.6 -4.6z", class_=variant)
    return svg.element("rect", title=title, x=x - 3.3, y=y - 3.3, width=6.6, height=6.6, class_=variant)


def channels(weight: WeightFacts) -> str:
    """The magnitudes of a weight's channels, largest first, against what uint8 and uint16 can tell apart."""
    assert weight.magnitudes is not None
    width, height, left, top = 330.0, 150.0, 46.0, 10.0
    magnitudes = np.sort(weight.magnitudes[weight.magnitudes > 0])[::-1]
    largest = float(magnitudes[0])
    limits = {variant: weight.errors[variant].step / 2 / LOST_FRACTION for variant in ("uint8", "uint16")}
    high = math.log10(largest)
    # A channel of next to nothing (one that was never trained, say) must not stretch the scale: its bar only shows.
    least = math.log10(limits["uint16"])
    low = min(max(math.log10(float(magnitudes[-1])), least - 1), least) - 0.15

    def place(value: float) -> float:
        return min(top + (high - max(math.log10(value), low)) / (high - low) * (height - top - 4), height - 5)

    # At most one bar for each unit of width; a bar shows the smallest channel in it.
    bars = np.array_split(magnitudes, min(len(magnitudes), int(width - left)))
    step = (width - left) / len(bars)
    bar_width = step - 0.6 if step > 2 else step + 0.1
    parts = []
    for i, bar in enumerate(bars):
        y = place(float(bar.min()))
        kind = "lost" if bar.min() < limits["uint8"] else "kept"
        parts.append(svg.element("rect", x=left + i * step, y=y, width=bar_width, height=height - y, class_=kind))
    for variant, value in limits.items():
        y = place(value)
        parts.append(svg.element("line", x1=left, x2=width, y1=y, y2=y, class_=f"{variant} limit"))
        parts.append(svg.text(left - 5, y + 4, variant, "axis", "end"))
    parts.append(svg.text(left - 5, top + 6, f"{largest:.2g}", "axis", "end"))
    return svg.picture(width, height, f"Channel magnitudes of {weight.name}", parts)


def graph(structure: Structure, weights: Mapping[str, WeightFacts]) -> str:
    """The groups from top to bottom with what they do and hold; a curve at the left for each value that skips some."""
    skips = any(abs(end - start) > 1 for start, end in structure.edges)
    arcs, row, label, kinds = 150.0 if skips else 20.0, 24.0, 220.0, 440.0
    sizes = [sum(weights[name].bytes for name in group.weights) for group in structure.groups]
    largest = max(sizes, default=0) or 1
    bar_left = arcs + label + kinds
    bar_width = WIDTH - bar_left - 80
    parts = []
    for i, (group, nbytes) in enumerate(zip(structure.groups, sizes, strict=True)):
        y = 14 + i * row
        if i % 2:
            parts.append(
                svg.element("rect", x=arcs - 4, y=y - row / 2, width=WIDTH - arcs + 4, height=row, class_="band")
            )
        parts.append(svg.text(arcs + 8, y + 4, text.shorten(group.label, 30), "row-label", title=group.label))
        summary = _kinds(group)
        parts.append(svg.text(arcs + label, y + 4, text.shorten_end(summary, 66), "kinds", title=summary))
        if nbytes:
            width = max(1.0, nbytes / largest * bar_width)
            parts.append(svg.element("rect", x=bar_left, y=y - 5, width=width, height=10.0, rx=2, class_="bar"))
            parts.append(svg.text(bar_left + width + 6, y + 4, text.size(nbytes), "axis"))
    parts += _arcs(structure, arcs, row)
    parts += [svg.element("circle", cx=arcs - 8, cy=14 + i * row, r=3.0, class_="dot") for i in range(len(sizes))]
    return svg.picture(WIDTH, row * len(sizes) + 6, "The graph by groups of operations", parts)


def _arcs(structure: Structure, arcs: float, row: float) -> list[str]:
    x = arcs - 8
    parts = []
    furthest = max((abs(b - a) for a, b in structure.edges), default=1)
    for start, end in sorted(structure.edges, key=lambda edge: edge[0] - edge[1]):
        y1, y2 = 14 + start * row, 14 + end * row
        title = f"{structure.groups[start].label} → {structure.groups[end].label}"
        if end - start == 1:
            parts.append(svg.element("line", title=title, x1=x, x2=x, y1=y1, y2=y2, class_="flow"))
            continue
        reach = 14 + (arcs - 30) * math.sqrt(abs(end - start) / furthest)
        curve = f"M{x:.1f} {y1:.1f}C{x - reach:.1f} {y1:.1f} {x - reach:.1f} {y2:.1f} {x:.1f} {y2:.1f}"
        parts.append(svg.element("path", title=title, d=curve, class_="flow back" if end < start else "flow skip"))
    return parts


def _kinds(group: Group) -> str:
    ordered = sorted(group.kinds.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(kind if count == 1 else f"{kind} ×{count}" for kind, count in ordered)
