"""A graph's constants as weights; in the topology they keep dtype and shape alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes, tensors
from tfjs_convert.weights.weight import Weight


def constants(graphs: Sequence[Any], is_variable: Callable[[Any], bool]) -> list[Weight]:
    """The constants of some graphs, in order, read from the graph when they are written.

    TensorFlow.js looks constants up by name alone, in functions too, so two of one name must be equal; they become one
    weight.

    Args:
      graphs: GraphDefs.
      is_variable: whether a Const is, or was computed from, trained values.
    """
    weights: dict[str, Weight] = {}
    for graph in graphs:
        for node in graph.node:
            if node.op != "Const":
                continue
            if node.name not in weights:
                weights[node.name] = _weight(node.name, node.attr["value"].tensor, is_variable(node))
    return list(weights.values())


def _weight(name: str, proto: Any, trained: bool) -> Weight:
    shape = tensors.shape_of(proto.tensor_shape)
    return Weight(name, shape, dtypes.to_numpy(proto.dtype), lambda: tensors.to_array(proto), trained)


def trained(plain_constants: Collection[str], computed: Collection[str]) -> Callable[[Any], bool]:
    """A test for trained values: floating point, with an axis, and not written in the model as constants.

    Of what is computed from such constants, NaN alone is no trained value: JAX fills with it what lies out of bounds.
    """

    def test(node: Any) -> bool:
        proto = node.attr["value"].tensor
        if node.name in plain_constants or not proto.tensor_shape.dim:
            return False
        if not np.issubdtype(dtypes.to_numpy(proto.dtype), np.floating):
            return False
        return node.name not in computed or not np.isnan(tensors.to_array(proto)).all()

    return test
