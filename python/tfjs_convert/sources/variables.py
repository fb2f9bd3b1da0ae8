"""Which checkpoint tensor belongs to which variable: read from the model's own restore operation.

Every SavedModel, of TensorFlow 1 and 2, carries the operation that restores it: RestoreV2 names the tensors, and
assignments say into which variables they go. Reading it covers resource, reference and partitioned variables alike.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from tfjs_convert.graph import names, tensors
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Library
from tfjs_convert.graph.model import Variable
from tfjs_convert.sources.checkpoint import Checkpoint, Slice, parse_slice
from tfjs_convert.tf_core import VariableDef

_ASSIGNMENTS = frozenset(["AssignVariableOp", "Assign"])
_VARIABLES = frozenset(["VarHandleOp", "VariableV2", "Variable"])
# Between what is read and what is assigned stands at most a change of form.
_PASSING = frozenset(["Identity", "IdentityN", "Reshape", "NoOp"])


class _Handles(Expander):
    """An expansion in which variables stay handles."""

    def _freeze(self, node: Any, flat: str) -> None:
        copy = type(node)(name=flat, op=node.op)
        self.nodes[flat] = copy


@dataclasses.dataclass(frozen=True)
class Restored:
    """What a checkpoint holds for a graph's resources, by their nodes' names; tables as keys and values."""

    variables: Mapping[str, Variable]
    tables: Mapping[str, tuple[Variable, Variable]]


def restored(graph: Any, restore_op: str, checkpoint: Checkpoint) -> Restored:
    """Finds the checkpoint's value for each variable and table that `restore_op` restores.

    Args:
      graph: the SavedModel's main GraphDef with its library.
      restore_op: name of the restoring node.
      checkpoint: where the values lie.
    """
    x = _Handles(Library(graph.library.function), {}, lowerings={})
    x.add_main(graph.node, [f"^{restore_op}"], {})
    x.finish()
    strings = _Strings(x)
    variables: dict[str, Variable] = {}
    tables: dict[str, tuple[Variable, Variable]] = {}
    for node in x.nodes.values():
        if node.op in _ASSIGNMENTS:
            value = _saved(x, node.input[1], strings, checkpoint)
            if value is not None:
                variables[x.origin[names.node_of(node.input[0])]] = value
        elif node.op == "LookupTableImportV2":
            keys, values = (_saved(x, tensor, strings, checkpoint) for tensor in node.input[1:3])
            if keys is not None and values is not None:
                tables[x.origin[names.node_of(node.input[0])]] = (keys, values)
    return Restored(variables, tables)


class _Strings:
    """The elements of string constants, each of which is decoded once."""

    def __init__(self, x: Expander) -> None:
        self._nodes = x.nodes
        self._decoded: dict[str, list[bytes]] = {}

    def at(self, tensor: str, index: int) -> str | None:
        """One element, or None where the tensor is not constant."""
        name = names.node_of(tensor)
        node = self._nodes[name]
        if node.op != "Const":
            return None
        if name not in self._decoded:
            self._decoded[name] = tensors.to_array(node.attr["value"].tensor).ravel().tolist()
        return self._decoded[name][index].decode()


def _saved(x: Expander, tensor: str, strings: _Strings, checkpoint: Checkpoint) -> Variable | None:
    """The checkpoint's value of a tensor that a restoring operation reads."""
    source = _source(x, tensor)
    if source is None:
        return None
    read, index = source
    name = strings.at(read.input[1], index)
    if name is None or name not in checkpoint:
        return None
    return _variable(checkpoint, name, parse_slice(strings.at(read.input[2], index) or ""))


def saved_by_name(
    nodes: Iterable[Any], parts: Mapping[str, tuple[str, Slice]], checkpoint: Checkpoint
) -> Mapping[str, Variable]:
    """Variables that are saved under their own names, as in hub modules, which carry no restoring operation.

    Args:
      nodes: the graph's nodes.
      parts: for the parts of partitioned variables, the whole's name and where in it they lie.
      checkpoint: where the values lie.
    """
    found = {}
    for node in nodes:
        if node.op not in _VARIABLES:
            continue
        name, part = parts.get(node.name, (node.attr["shared_name"].s.decode() or node.name, None))
        name = name if name in checkpoint else node.name
        if name in checkpoint:
            found[node.name] = _variable(checkpoint, name, (None, part) if part else None)
    return found


def copied(meta_graph: Any, values: Mapping[str, Variable]) -> Mapping[str, Variable]:
    """Variables of which a copy is restored in their place, as Keras 3 has it for models that it did not export itself.

    The functions read the variable, which the object graph knows; the restoring operation fills another one, which is
    initialized with the first. TensorFlow's loader takes them for one.

    Args:
      meta_graph: of a SavedModel; those of TensorFlow 1 have no object graph, and no such variables.
      values: what the checkpoint holds, by the variables' nodes.
    """
    known = {node.variable.name for node in meta_graph.object_graph_def.nodes if node.WhichOneof("kind") == "variable"}
    nodes = {node.name: node for node in meta_graph.graph_def.node}
    found = {}
    for node in nodes.values():
        if node.op != "AssignVariableOp" or names.node_of(node.input[0]) not in values:
            continue
        read = nodes.get(names.node_of(node.input[1]))
        first = nodes.get(names.node_of(read.input[0])) if read is not None and read.op == "ReadVariableOp" else None
        if first is not None and first.op == "VarHandleOp" and first.attr["shared_name"].s.decode() in known:
            found[first.name] = values[names.node_of(node.input[0])]
    return found


def slices(meta_graph: Any) -> dict[str, tuple[str, Slice]]:
    """For each part of a partitioned variable, by its node: the whole's name and where in it the part lies."""
    found = {}
    for collection in ("variables", "trainable_variables"):
        if collection not in meta_graph.collection_def:
            continue
        for data in meta_graph.collection_def[collection].bytes_list.value:
            definition = VariableDef.FromString(data)
            info = definition.save_slice_info_def
            if info.full_name:
                node = names.node_of(definition.variable_name)
                found[node] = (info.full_name, Slice(tuple(info.var_offset), tuple(info.var_shape)))
    return found


def _variable(checkpoint: Checkpoint, name: str, part: Any) -> Variable:
    dtype, shape = checkpoint.info(name)
    if part is None:
        return Variable(dtype, shape, lambda: checkpoint.read(name))
    return Variable(dtype, part[1].shape, lambda: checkpoint.read(name, part[1]))


def _source(x: Expander, tensor: str) -> tuple[Any, int] | None:
    name, index = names.split(tensor)
    node = x.nodes[name]
    while node.op in _PASSING and node.input:
        name, index = names.split(node.input[index if node.op == "IdentityN" else 0])
        node = x.nodes[name]
    return (node, index) if node.op in {"RestoreV2", "RestoreSlice"} else None
