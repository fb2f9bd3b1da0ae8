"""Which checkpoint tensor belongs to which variable: read from the model's own restore operation.

Every SavedModel, of TensorFlow 1 and 2, carries the operation that restores it: RestoreV2 names the tensors, and
assignments say into which variables they go. Reading it covers resource, reference and partitioned variables alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Library
from tfjs_convert.graph.model import Variable
from tfjs_convert.sources.checkpoint import Checkpoint, parse_slice

_ASSIGNMENTS = frozenset(["AssignVariableOp", "Assign"])
# Between what is read and what is assigned stands at most a change of form.
_PASSING = frozenset(["Identity", "IdentityN", "Reshape", "NoOp"])


class _Handles(Expander):
    """An expansion in which variables stay handles."""

    def _freeze(self, node: Any, flat: str) -> None:
        copy = type(node)(name=flat, op=node.op)
        self.nodes[flat] = copy


def restored_variables(graph: Any, restore_op: str, checkpoint: Checkpoint) -> Mapping[str, Variable]:
    """Maps the node name of each variable that `restore_op` restores to its value in the checkpoint.

    Args:
      graph: the SavedModel's main GraphDef with its library.
      restore_op: name of the restoring node.
      checkpoint: where the values lie.
    """
    x = _Handles(Library(graph.library.function), {}, lowerings={})
    x.add_main(graph.node, [f"^{restore_op}"], {})
    x.finish()
    found: dict[str, Variable] = {}
    for node in x.nodes.values():
        if node.op not in _ASSIGNMENTS:
            continue
        handle = names.node_of(node.input[0])
        restored = _restored(x, node.input[1])
        if restored is None:
            continue
        read, index = restored
        name = _string_at(x, read.input[1], index)
        part = parse_slice(_string_at(x, read.input[2], index) or "")
        if name is None or name not in checkpoint:
            continue
        found[handle] = _variable(checkpoint, name, part)
    return found


def _variable(checkpoint: Checkpoint, name: str, part: Any) -> Variable:
    dtype, shape = checkpoint.info(name)
    if part is None:
        return Variable(dtype, shape, lambda: checkpoint.read(name))
    return Variable(dtype, part[1].shape, lambda: checkpoint.read(name, part[1]))


def _restored(x: Expander, tensor: str) -> tuple[Any, int] | None:
    name, index = names.split(tensor)
    node = x.nodes[name]
    while node.op in _PASSING and node.input:
        name, index = names.split(node.input[index if node.op == "IdentityN" else 0])
        node = x.nodes[name]
    return (node, index) if node.op in {"RestoreV2", "RestoreSlice"} else None


def _string_at(x: Expander, tensor: str, index: int) -> str | None:
    node = x.nodes[names.node_of(tensor)]
    if node.op != "Const":
        return None
    return tensors.to_array(node.attr["value"].tensor).ravel()[index].decode()
