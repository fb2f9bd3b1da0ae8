"""GraphDefs as TensorFlow.js reads them: protobuf's JSON, with what the loader needs besides.

Written by hand rather than with protobuf's own converter, because that one omits empty lists and zero lengths, which
the loader must see, and walks maps in an order that changes from process to process.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes
from tfjs_convert.tf_core import DT

_LIST_FIELDS = ("s", "i", "f", "b", "type", "shape", "tensor", "func")


def graph_json(graph: Any, functions: Sequence[dict[str, object]] = ()) -> dict[str, object]:
    """A graph as `modelTopology`; `functions` as `function_json` gives them."""
    versions: dict[str, object] = {"producer": graph.versions.producer}
    if graph.versions.min_consumer:
        versions["minConsumer"] = graph.versions.min_consumer
    library: dict[str, object] = {"function": list(functions)} if functions else {}
    return {"node": [node_json(node) for node in graph.node], "library": library, "versions": versions}


def function_json(
    name: str, arguments: Sequence[tuple[str, int]], results: Sequence[tuple[str, int, str]], nodes: Sequence[Any]
) -> dict[str, object]:
    """A function of the library.

    Args:
      name: the function's name.
      arguments: name and dtype of each.
      results: name, dtype and tensor of each.
      nodes: its NodeDefs, whose inputs are spelled as in a graph.
    """
    return {
        "signature": {
            "name": name,
            "inputArg": [{"name": each, "type": dtypes.name(dtype)} for each, dtype in arguments],
            "outputArg": [{"name": each, "type": dtypes.name(dtype)} for each, dtype, _ in results],
        },
        "nodeDef": [node_json(node) for node in nodes],
        "ret": {each: tensor for each, _, tensor in results},
    }


def node_json(node: Any) -> dict[str, object]:
    """A node; the keys that are empty are left out."""
    result: dict[str, object] = {"name": node.name, "op": node.op}
    if node.input:
        result["input"] = list(node.input)
    attrs = {key: _attr(value) for key, value in node.attr.items()}
    if attrs:
        result["attr"] = attrs
    return result


def shape_json(shape: Sequence[int] | None) -> dict[str, object]:
    """A shape; lengths are strings, and a length of zero is written out."""
    if shape is None:
        return {"unknownRank": True}
    return {"dim": [{"size": str(size)} for size in shape]} if shape else {}


def _attr(value: Any) -> dict[str, object]:
    kind = value.WhichOneof("value")
    if kind is None:
        return {}
    if kind == "list":
        fields = {field: getattr(value.list, field) for field in _LIST_FIELDS}
        return {"list": {field: [_plain(field, item) for item in items] for field, items in fields.items() if items}}
    return {kind: _plain(kind, getattr(value, kind))}


def _plain(kind: str, value: Any) -> object:
    if kind == "s":
        return base64.b64encode(value).decode()
    if kind == "i":
        return str(value)
    if kind == "f":
        return _float(value)
    if kind == "type":
        return dtypes.name(value)
    if kind == "shape":
        return _shape(value)
    if kind == "tensor":
        return {"dtype": dtypes.name(value.dtype), "tensorShape": _shape(value.tensor_shape)}
    if kind == "func":
        return {"name": value.name}
    return value


def _float(value: float) -> object:
    """A float32 by its shortest digits; JSON has no word for what is not finite, protobuf spells it."""
    if math.isfinite(value):
        return float(str(np.float32(value)))
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _shape(proto: Any) -> dict[str, object]:
    return shape_json(None if proto.unknown_rank else [dim.size for dim in proto.dim])


def tensor_info(name: str, dtype: int, shape: Sequence[int] | None, known: bool = True) -> dict[str, object]:
    """An entry of a signature; `known` is False where dtype and shape are not stated."""
    if not known or dtype == DT.DT_INVALID:
        return {"name": name}
    return {"name": name, "dtype": dtypes.name(dtype), "tensorShape": shape_json(shape)}
