"""Elements of SVG as text. Colours are classes, so that the page's light and dark styles reach them."""

from __future__ import annotations

from collections.abc import Iterable

from tfjs_convert.report.text import escape


def element(tag: str, body: str = "", *, title: str | None = None, **attributes: object) -> str:
    """One element. Underscores in attribute names become hyphens (`class_` is `class`); numbers are cut to tenths."""
    written = "".join(
        f' {_name(key)}="{escape(_value(value))}"' for key, value in attributes.items() if value is not None
    )
    body = (f"<title>{escape(title)}</title>" if title else "") + body
    return f"<{tag}{written}>{body}</{tag}>" if body else f"<{tag}{written}/>"


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start", title: str | None = None) -> str:
    """A line of text; `anchor` is start, middle or end."""
    return element("text", escape(content), title=title, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def picture(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    """A picture that fits its column; `label` is read out for those who do not see it."""
    return (
        f'<svg viewBox="0 0 {_value(width)} {_value(height)}" width="{_value(width)}" role="img" '
        f'aria-label="{escape(label)}">' + "".join(parts) + "</svg>"
    )


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".") or "0"
    return value
