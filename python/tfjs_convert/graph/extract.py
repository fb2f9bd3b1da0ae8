"""Moves constants out of a graph into weights; the nodes keep dtype and shape."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.weights.weight import Weight


def take_constants(nodes: Any, is_variable: Callable[[Any], bool]) -> list[Weight]:
    """The constants of some nodes, in the nodes' order; their values are then held by the weights alone.

    Args:
      nodes: NodeDefs, changed in place.
      is_variable: whether a Const is, or was computed from, trained values.
    """
    weights = []
    for node in nodes:
        if node.op != "Const":
            continue
        proto = node.attr["value"].tensor
        trained = is_variable(node)
        weights.append(_weight(node.name, proto, trained))
        dtype, shape = proto.dtype, tensors.shape_of(proto.tensor_shape)
        proto.Clear()
        proto.dtype = dtype
        tensors.set_shape(proto.tensor_shape, shape)
    return weights


def _weight(name: str, proto: Any, trained: bool) -> Weight:
    array = tensors.to_array(proto)
    return Weight.of(name, array, trained)


def trained(plain_constants: Collection[str]) -> Callable[[Any], bool]:
    """A test for trained values: floating point, with an axis, and not written in the model as constants."""

    def test(node: Any) -> bool:
        proto = node.attr["value"].tensor
        if node.name in plain_constants or not proto.tensor_shape.dim:
            return False
        return np.issubdtype(dtypes.to_numpy(proto.dtype), np.floating)

    return test
