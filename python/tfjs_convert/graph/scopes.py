"""What names inside a graph or a called function refer to, and what their nodes are called in the flat graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfjs_convert.errors import InputError
from tfjs_convert.graph import names
from tfjs_convert.graph.function import Body


class Scope:
    """The nodes that names in a graph or function refer to, and their names in the flat graph."""

    prefix = ""

    def __init__(self, nodes: Mapping[str, Any]) -> None:
        self.nodes = nodes
        self.flat: dict[str, str] = {}

    def attr(self, value: Any) -> Any:
        """What a node's attribute says here."""
        return value


class MainScope(Scope):
    """The graph itself; some of its nodes get other names."""

    def __init__(self, nodes: Mapping[str, Any], renamed: Mapping[str, str]) -> None:
        super().__init__(nodes)
        self._renamed = renamed

    def flat_name(self, name: str) -> str:
        """What a node is called in the flat graph, unless that is taken."""
        return self._renamed.get(name, name)

    def resolve(self, tensor: str) -> tuple[str, int]:
        """The node and output that a tensor's name refers to; output -1 for `^node`."""
        name, index = names.split(tensor)
        if name not in self.nodes:
            raise InputError(f"The graph has no node {name!r}, which {tensor!r} refers to.")
        return name, index

    def tensor(self, tensor: str) -> str:
        """Where a tensor is in the flat graph."""
        name, index = self.resolve(tensor)
        return f"^{self.flat[name]}" if index < 0 else f"{self.flat[name]}:{index}"


class CallScope(Scope):
    """A function called with some arguments; its nodes' names begin with the call's."""

    def __init__(self, body: Body, arguments: Sequence[str], prefix: str, attrs: Mapping[str, Any]) -> None:
        super().__init__(body.nodes)
        self.prefix = prefix
        self._body = body
        self._arguments = arguments
        self._attrs = attrs

    def attr(self, value: Any) -> Any:
        """A function over types names its types by placeholders, which the caller fills."""
        return self._attrs[value.placeholder] if value.placeholder else value

    def flat_name(self, name: str) -> str:
        """What a node is called in the flat graph, unless that is taken."""
        return self.prefix + name

    def resolve(self, tensor: str) -> tuple[str | None, int]:
        """The node and output that a tensor's name refers to; for an argument None and its position."""
        return self._body.resolve(tensor)

    def tensor(self, tensor: str) -> str:
        """Where a tensor is in the flat graph."""
        name, index = self._body.resolve(tensor)
        return self._arguments[index] if name is None else f"{self.flat[name]}:{index}"
