"""The public names of a graph's inputs and outputs, and the nodes that bear them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from tfjs_convert.errors import OptionError
from tfjs_convert.graph import dtypes, names, tensors, topology
from tfjs_convert.graph.model import Endpoint
from tfjs_convert.result import TensorInfo
from tfjs_convert.tf_core import DT

_JS_DTYPES = {
    DT.DT_FLOAT: "float32",
    DT.DT_HALF: "float32",
    DT.DT_BFLOAT16: "float32",
    DT.DT_DOUBLE: "float32",
    DT.DT_BOOL: "bool",
    DT.DT_STRING: "string",
    DT.DT_COMPLEX64: "complex64",
    DT.DT_COMPLEX128: "complex64",
}


def placeholder_names(inputs: Sequence[Endpoint], signature: str) -> dict[str, str]:
    """New names for placeholders that TensorFlow 2 made for a signature: `serving_default_x` becomes `x`."""
    renamed = {}
    for endpoint in inputs:
        node = names.node_of(endpoint.tensor)
        if signature and node == f"{signature}_{endpoint.key}":
            renamed[node] = names.as_node(endpoint.key)
    return renamed if len(set(renamed.values())) == len(renamed) else {}


def fix_shapes(inputs: Sequence[Endpoint], sizes: Mapping[str, Sequence[int]]) -> list[Endpoint]:
    """The inputs with some axes fixed.

    Raises:
      OptionError: no input of that name, or a size that contradicts the model's.
    """
    unknown = sorted(set(sizes) - {endpoint.key for endpoint in inputs})
    if unknown:
        exist = ", ".join(repr(endpoint.key) for endpoint in inputs)
        raise OptionError(
            f"input_shapes names {unknown[0]!r}, which is no input of the model; its inputs are: {exist}."
        )
    return [_fixed(each, sizes[each.key]) if each.key in sizes else each for each in inputs]


def _fixed(endpoint: Endpoint, sizes: Sequence[int]) -> Endpoint:
    known = endpoint.shape
    if known is not None:
        agrees = len(known) == len(sizes) and all(a == -1 or b in (-1, a) for a, b in zip(known, sizes, strict=True))
        if not agrees:
            raise OptionError(
                f"input_shapes[{endpoint.key!r}] is {list(sizes)}, but the model's input has the shape {list(known)} "
                "(-1 is free)."
            )
        sizes = [a if b == -1 else b for a, b in zip(known, sizes, strict=True)]
    return dataclasses.replace(endpoint, shape=tuple(sizes))


def js_dtype(number: int) -> str:
    """The TensorFlow.js dtype in which a tensor is fed or returned."""
    return _JS_DTYPES.get(dtypes.base(number), "int32")


def tensor_infos(endpoints: Sequence[Endpoint]) -> list[TensorInfo]:
    """Endpoints as a conversion's result lists them."""
    return [
        TensorInfo(
            each.key,
            js_dtype(each.dtype),
            None if each.shape is None else tuple(None if size < 0 else size for size in each.shape),
        )
        for each in endpoints
    ]


def signature_json(inputs: Sequence[Endpoint], outputs: Sequence[Endpoint]) -> dict[str, object]:
    """The signature; the order of its keys is the order in which TensorFlow.js takes and returns tensors."""
    return {
        "inputs": {each.key: _entry(each) for each in inputs},
        "outputs": {each.key: _entry(each) for each in outputs},
    }


def _entry(endpoint: Endpoint) -> dict[str, object]:
    name, index = names.split(endpoint.tensor)
    return topology.tensor_info(f"{name}:{index}", endpoint.dtype, endpoint.shape)


def set_placeholder_shape(node: Any, shape: Sequence[int] | None) -> None:
    """Gives a placeholder the shape that its input was fixed to."""
    if shape is not None:
        tensors.set_shape(node.attr["shape"].shape, shape)
