"""The figures as a picture: a pair of bars for each conversion."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from table import Row

_LEFT, _SCALE, _ROW, _TOP = 290, 380, 52, 64
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 12px; fill: #57606a }
.upstream { fill: #b6bdc6 }
.here { fill: #e8710a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9aa4af } .upstream { fill: #57606a }
}
"""


def svg(rows: Sequence[Row]) -> str:
    """Wall time of the conversions that both sides do, each pair on a scale of its own slower side."""
    shown = [row for row in rows if row.peer]
    height = _TOP + _ROW * len(shown)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" width="860" role="img" '
        'aria-label="Seconds of a cold conversion, upstream and here">',
        f"<style>{_STYLE}</style>",
        '<text x="16" y="24" font-weight="600">Seconds of a cold conversion, start to end</text>',
        f'<rect class="upstream" x="{_LEFT}" y="36" width="12" height="12"/>',
        f'<text class="small" x="{_LEFT + 18}" y="46">upstream package</text>',
        f'<rect class="here" x="{_LEFT + 140}" y="36" width="12" height="12"/>',
        f'<text class="small" x="{_LEFT + 158}" y="46">here</text>',
    ]
    for index, row in enumerate(shown):
        y = _TOP + _ROW * index
        longest = max(row.peer.wall, row.ours.wall)
        title = row.case.title.replace("`", "")
        parts.append(f'<text x="16" y="{y + 22}">{escape(title)}</text>')
        parts.append(f'<text class="small" x="16" y="{y + 38}">to a {row.case.to} model</text>')
        for offset, kind, seconds, note in (
            (8, "upstream", row.peer.wall, ""),
            (26, "here", row.ours.wall, f" ({row.peer.wall / row.ours.wall:.1f} times faster)"),
        ):
            width = max(1, round(_SCALE * seconds / longest))
            parts.append(f'<rect class="{kind}" x="{_LEFT}" y="{y + offset}" width="{width}" height="15"/>')
            label = f"{seconds:.2f} s{note}"
            parts.append(f'<text class="small" x="{_LEFT + width + 6}" y="{y + offset + 12}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])
