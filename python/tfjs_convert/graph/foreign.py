"""Operations that TensorFlow's core does not have, stood in for by one that it has while the optimizer runs.

A SavedModel describes the operations of the libraries that it was saved with; so their nodes' dtypes are known.
"""

from __future__ import annotations

from typing import Any

from tfjs_convert import tf_core
from tfjs_convert.graph.function import Library, dtypes_of
from tfjs_convert.tf_core import NodeDef

# It takes and gives any number of tensors, says nothing of shapes, and has effects: so it is neither merged nor folded.
_STAND_IN = "PyFunc"


class Foreign:
    """The nodes of a graph whose operation the core does not know."""

    def __init__(self, library: Library) -> None:
        """Takes the operations' definitions from `library`."""
        self._library = library
        self._hidden: dict[bytes, Any] = {}

    def hide(self, graph: Any) -> None:
        """Puts a known operation in the place of each unknown one that the model describes."""
        for node in graph.node:
            definition = None if tf_core.op_def(node.op) else self._library.signature(node.op)
            if definition is None:
                continue
            token = str(len(self._hidden)).encode()
            self._hidden[token] = NodeDef(op=node.op, attr=node.attr)
            taken = dtypes_of(node, definition.input_arg, definition)
            given = dtypes_of(node, definition.output_arg, definition)
            node.op = _STAND_IN
            node.attr.clear()
            node.attr["token"].s = token
            node.attr["Tin"].list.type.extend(taken)
            node.attr["Tout"].list.type.extend(given)
            node.attr["Tin"].list.SetInParent()
            node.attr["Tout"].list.SetInParent()

    def restore(self, graph: Any) -> None:
        """Gives the nodes their operations back."""
        for node in graph.node:
            token = node.attr["token"].s if node.op == _STAND_IN else b""
            if token in self._hidden:
                node.op = self._hidden[token].op
                node.attr.clear()
                node.MergeFrom(NodeDef(attr=self._hidden[token].attr))
