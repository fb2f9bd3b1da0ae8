"""Names of nodes and tensors: `node:index`, `^node`, and names that are not taken yet."""

from __future__ import annotations

import re
from collections.abc import Iterable


def split(tensor: str) -> tuple[str, int]:
    """`name:2` is ("name", 2); `name` is ("name", 0); `^name` is ("name", -1)."""
    if tensor.startswith("^"):
        return tensor[1:], -1
    name, _, index = tensor.rpartition(":")
    return (name, int(index)) if name and index.isdigit() else (tensor, 0)


def node_of(tensor: str) -> str:
    """The node that a node's input or an endpoint refers to."""
    return split(tensor)[0]


def written(tensor: str) -> str:
    """The form in which GraphDefs hold an input: the index 0 is left out."""
    return tensor[:-2] if tensor.endswith(":0") else tensor


def as_node(text: str) -> str:
    """A text as a legal node name."""
    name = re.sub(r"[^A-Za-z0-9_.\-/]", "_", text)
    return name if re.match(r"[A-Za-z0-9.]", name) else "n" + name


def natural_key(text: str) -> list[tuple[int, str]]:
    """A sort key that puts `a_10` after `a_2`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


class Names:
    """Hands out names that have not been handed out before."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """The name itself if it is free, else with `_1`, `_2`, … after it."""
        candidate = name
        while candidate in self._taken:
            number = self._next[name] = self._next.get(name, 0) + 1
            candidate = f"{name}_{number}"
        self._taken.add(candidate)
        return candidate
