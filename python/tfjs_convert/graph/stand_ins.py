"""Large constants kept beside the graph, with placeholders in their stead while the optimizer runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.graph.model import Variable
from tfjs_convert.tf_core import DT

# Below this a constant travels in the graph, where the optimizer can compute with it.
LARGE_BYTES = 64 * 1024


class StandIns:
    """The constants that a graph's placeholders stand in for, by node name.

    A constant that was put into the graph bears a number in its tensor's `version_number`, which TensorFlow does not
    use and
    which whoever gives the node another value clears: so one that nobody changed need not be copied out again.
    """

    def __init__(self, frozen: Mapping[str, Variable], large_bytes: int = LARGE_BYTES) -> None:
        """Remembers the values of frozen variables, by the names of their constants."""
        self._frozen = frozen
        self.large_bytes = large_bytes
        self._hidden: dict[str, Variable] = {}
        self._known: list[Variable] = []

    @property
    def frozen_bytes(self) -> int:
        """What the frozen variables take."""
        return sum(_size(variable) for variable in self._frozen.values())

    def hides(self, node: Any) -> bool:
        """Whether a node is the placeholder of a large constant."""
        return node.op == "Placeholder" and node.name in self._hidden

    def value(self, node: Any) -> np.ndarray:
        """The constant that a node stands in for."""
        return self._hidden[node.name].load()

    def fill(self, graph: Any) -> None:
        """Gives frozen variables their values: small ones in the graph, large ones beside it."""
        for node in graph.node:
            variable = self._frozen.get(node.name)
            if variable is None:
                continue
            if _size(variable) > self.large_bytes and variable.dtype.kind != "O":
                self._hidden[node.name] = variable
                _become_placeholder(node)
            else:
                _become_const(node, variable)

    def hide(self, graph: Any) -> None:
        """Takes the large constants out of a graph."""
        for node in graph.node:
            if node.op != "Const" or node.attr["dtype"].type == DT.DT_STRING:
                continue
            proto = node.attr["value"].tensor
            if proto.version_number:
                self._hidden[node.name] = self._known[proto.version_number - 1]
                _become_placeholder(node)
            elif proto.ByteSize() > self.large_bytes:
                self._hidden[node.name] = _held(tensors.to_array(proto))
                _become_placeholder(node)

    def restore(self, graph: Any) -> None:
        """Puts the large constants back."""
        for node in graph.node:
            value = self._hidden.pop(node.name, None) if node.op == "Placeholder" else None
            if value is not None:
                _become_const(node, value)
                self._known.append(value)
                node.attr["value"].tensor.version_number = len(self._known)


def _held(array: np.ndarray) -> Variable:
    return Variable(array.dtype, array.shape, lambda: array)


def _size(variable: Variable) -> int:
    return int(np.prod(variable.shape, dtype=np.int64)) * variable.dtype.itemsize


def _become_placeholder(node: Any) -> None:
    shape = tensors.shape_of(node.attr["value"].tensor.tensor_shape)
    node.op = "Placeholder"
    del node.attr["value"]
    tensors.set_shape(node.attr["shape"].shape, shape)


def _become_const(node: Any, variable: Variable) -> None:
    node.op = "Const"
    if "shape" in node.attr:
        del node.attr["shape"]
    tensors.fill(node.attr["value"].tensor, variable.load())
    node.attr["dtype"].type = dtypes.from_numpy(variable.dtype)
