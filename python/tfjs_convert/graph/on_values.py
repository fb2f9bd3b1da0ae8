"""Operations on a variable's handle, as operations on its value.

Each function gets the expansion (an `Expander`), the node, its name in the flat graph, and its inputs there, the first
of which is the value; it adds the node that stands for it.
"""

from __future__ import annotations

from typing import Any

from tfjs_convert.graph import tensors
from tfjs_convert.tf_core import DT


def _gather(x: Any, node: Any, flat: str, inputs: list[str]) -> None:
    """ResourceGather(handle, indices) on the value itself; its axis follows the batch dimensions."""
    batch_dims = node.attr["batch_dims"].i
    axis = tensors.node(x.names.unique(f"{flat}/axis"), "Const", dtype=tensors.Type(DT.DT_INT32))
    axis.attr["value"].tensor.dtype = DT.DT_INT32
    axis.attr["value"].tensor.tensor_shape.SetInParent()
    axis.attr["value"].tensor.int_val.append(batch_dims)
    if x.pivot is not None:
        axis.input.append(f"^{x.pivot}")
    x.nodes[axis.name] = axis
    result = tensors.node(
        flat, "GatherV2", [*inputs, axis.name], batch_dims=batch_dims, Taxis=tensors.Type(DT.DT_INT32)
    )
    result.attr["Tparams"].type = node.attr["dtype"].type
    result.attr["Tindices"].CopyFrom(node.attr["Tindices"])
    x.nodes[flat] = result


def _gather_nd(x: Any, node: Any, flat: str, inputs: list[str]) -> None:
    result = tensors.node(flat, "GatherNd", inputs)
    result.attr["Tparams"].type = node.attr["dtype"].type
    result.attr["Tindices"].CopyFrom(node.attr["Tindices"])
    x.nodes[flat] = result


def _shape(x: Any, node: Any, flat: str, inputs: list[str]) -> None:
    declared = x.type_of(inputs[0], DT.DT_RESOURCE)
    result = tensors.node(flat, "Shape", inputs, T=tensors.Type(declared))
    result.attr["out_type"].type = node.attr["out_type"].type or DT.DT_INT32
    x.nodes[flat] = result


ON_VALUES = {"ResourceGather": _gather, "ResourceGatherNd": _gather_nd, "VariableShape": _shape}
