"""Makes float32 of bfloat16 in a graph: TensorFlow.js has no such type, and float32 holds its values exactly."""

from __future__ import annotations

from typing import Any

from tfjs_convert.graph import tensors
from tfjs_convert.tf_core import DT


def widen(graph: Any) -> None:
    """Changes every bfloat16 in nodes' attributes and constants to float32, in place."""
    for node in graph.node:
        for value in node.attr.values():
            kind = value.WhichOneof("value")
            if kind == "type" and value.type == DT.DT_BFLOAT16:
                value.type = DT.DT_FLOAT
            elif kind == "tensor" and value.tensor.dtype == DT.DT_BFLOAT16:
                value.tensor.CopyFrom(tensors.from_array(tensors.to_array(value.tensor)))
            elif kind == "list" and DT.DT_BFLOAT16 in value.list.type:
                widened = [DT.DT_FLOAT if dtype == DT.DT_BFLOAT16 else dtype for dtype in value.list.type]
                value.list.type[:] = widened
