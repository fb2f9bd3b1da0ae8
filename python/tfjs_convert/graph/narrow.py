"""64-bit bounds of slices as 32-bit ones: "to the end" is often written as the largest number there is."""

from __future__ import annotations

from typing import Any

import numpy as np

from tfjs_convert.graph import names, tensors
from tfjs_convert.tf_core import DT

# Which inputs are bounds that are cut to the axis' length anyway.
_BOUNDS = {"StridedSlice": (1, 2)}
_INT32 = np.iinfo(np.int32)


def clamp_bounds(graph: Any) -> None:
    """Gives slices whose constant bounds lie beyond 32 bits bounds of their own within; no axis is that long."""
    nodes = {node.name: node for node in graph.node}
    taken = names.Names(nodes)
    for node in list(graph.node):
        for position in _BOUNDS.get(node.op, ()):
            bound = nodes.get(names.node_of(node.input[position]))
            if bound is None or bound.op != "Const" or bound.attr["dtype"].type != DT.DT_INT64:
                continue
            values = tensors.to_array(bound.attr["value"].tensor)
            clamped = np.clip(values, _INT32.min, _INT32.max)
            if (clamped == values).all():
                continue
            graph.node.append(tensors.const(taken.unique(f"{bound.name}/clamped"), clamped))
            node.input[position] = graph.node[-1].name
