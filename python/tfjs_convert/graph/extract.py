"""Moves constants out of a graph into weights; the nodes keep dtype and shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.weights.weight import Weight


def take_constants(graphs: Sequence[Any], is_variable: Callable[[Any], bool]) -> list[Weight]:
    """The constants of some graphs, in order; their values are then held by the weights alone.

    TensorFlow.js looks constants up by name alone, in functions too, so two of one name must be equal; they become one
    weight.

    Args:
      graphs: GraphDefs, changed in place.
      is_variable: whether a Const is, or was computed from, trained values.
    """
    weights: dict[str, Weight] = {}
    for graph in graphs:
        for node in graph.node:
            if node.op != "Const":
                continue
            proto = node.attr["value"].tensor
            if node.name not in weights:
                weights[node.name] = Weight.of(node.name, tensors.to_array(proto), is_variable(node))
            dtype, shape = proto.dtype, tensors.shape_of(proto.tensor_shape)
            proto.Clear()
            proto.dtype = dtype
            tensors.set_shape(proto.tensor_shape, shape)
    return list(weights.values())


def trained(plain_constants: Collection[str]) -> Callable[[Any], bool]:
    """A test for trained values: floating point, with an axis, and not written in the model as constants."""

    def test(node: Any) -> bool:
        proto = node.attr["value"].tensor
        if node.name in plain_constants or not proto.tensor_shape.dim:
            return False
        return np.issubdtype(dtypes.to_numpy(proto.dtype), np.floating)

    return test
