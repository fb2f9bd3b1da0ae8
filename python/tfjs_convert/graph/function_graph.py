"""A function that stays one, while its graph is being made."""

from __future__ import annotations

import dataclasses

from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.expand import Expander


@dataclasses.dataclass
class FunctionGraph:
    """A function that stays one.

    Attributes:
      name: its name in the library.
      x: its expansion; arguments are placeholders.
      arguments: its placeholders' names.
      results: names of the nodes whose first outputs it returns.
      types: their dtypes.
    """

    name: str
    x: Expander
    arguments: list[str]
    results: list[str]
    types: list[int]

    def add_argument(self, dtype: int) -> None:
        """Adds an argument that the function does not use."""
        tensor = self.x.new(f"{self.name}/unused", "Placeholder", dtype=tensors.Type(dtype), shape=tensors.Shape(None))
        self.arguments.append(names.node_of(tensor))

    def add_result(self, tensor: str, dtype: int) -> None:
        """Adds a result, as a copy of its own."""
        copy = self.x.new(f"{self.name}/result", "Identity", [tensor], T=tensors.Type(dtype))
        self.results.append(names.node_of(copy))
        self.types.append(dtype)
