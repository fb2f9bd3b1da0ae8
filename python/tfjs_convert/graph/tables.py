"""Lookup tables: what they hold, and the nodes that fill them when TensorFlow.js loads the model.

Whatever filled a table in TensorFlow (constants, a vocabulary file, a checkpoint) becomes two constants.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.graph import grappler, initialisation, names, resources, tensors, vocabulary
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.tf_core import DT, GraphDef, NodeDef

TABLES = frozenset(["HashTableV2", "MutableHashTableV2"])
_FROM_TENSORS = frozenset(["InitializeTableV2", "LookupTableImportV2"])
_FROM_FILE = "InitializeTableFromTextFileV2"


@dataclasses.dataclass(frozen=True)
class Table:
    """A table that the graph looks up.

    Attributes:
      name: the node's name, in the model's graph and in the initializer.
      resource_id: what pairs the two, counted from 1.
      key_dtype, value_dtype: dtype numbers.
      keys, values: what it holds.
    """

    name: str
    resource_id: int
    key_dtype: int
    value_dtype: int
    keys: np.ndarray
    values: np.ndarray


def take(graph: Any, origin: Mapping[str, str], model: GraphModel) -> list[Table]:
    """Makes placeholders of a graph's tables, and finds what they hold.

    Args:
      graph: the main GraphDef, changed in place.
      origin: for nodes of `graph` the node of the source's graph.
      model: the source.

    Raises:
      InputError: nothing fills a table, or its vocabulary is missing.
      UnsupportedError: what fills a table is not constant.
    """
    found = [node for node in graph.node if node.op in TABLES]
    if not found:
        return []
    filled = _initialisers(model)
    tables = []
    for number, node in enumerate(found, start=1):
        source = origin[node.name]
        if source in model.table_values:
            keys, values = (variable.load() for variable in model.table_values[source])
        elif source in filled:
            keys, values = filled[source]
        else:
            raise InputError(
                f"Nothing in the model fills its lookup table {source!r}, so it has no entries to convert."
            )
        types = node.attr["key_dtype"].type, node.attr["value_dtype"].type
        tables.append(Table(node.name, number, *types, keys.reshape(-1), values.reshape(-1)))
        resources.become_placeholder(node)
    return tables


def _initialisers(model: GraphModel) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """What the model's own initialisation puts into each table, by the table's node."""
    x = initialisation.expand(model)
    graph = GraphDef()
    graph.versions.CopyFrom(model.graph.versions)
    graph.node.extend(x.nodes.values())
    filled = {}
    for node in x.nodes.values():
        if node.op not in _FROM_TENSORS and node.op != _FROM_FILE:
            continue
        table = names.node_of(node.input[0])
        if node.op == _FROM_FILE:
            filled[x.origin[table]] = _from_file(x, node, x.nodes[table], model)
        else:
            filled[x.origin[table]] = _constants(graph, x.nodes, list(node.input[1:3]), x.origin[table])
    return filled


def _from_file(x: Expander, node: Any, table: Any, model: GraphModel) -> tuple[np.ndarray, np.ndarray]:
    holder = names.node_of(node.input[1])
    for other in x.nodes.values():
        # TensorFlow 2 keeps the path in a variable, which is assigned when the model is loaded.
        if other.op == "AssignVariableOp" and names.node_of(other.input[0]) == holder:
            holder = names.node_of(other.input[1])
            break
    holder = x.origin.get(holder)
    if holder not in model.assets:
        raise UnsupportedError(
            f"The lookup table {table.name!r} is filled from a file that is no asset of the SavedModel; "
            "save the model with the vocabulary as an asset."
        )
    attr = node.attr
    return vocabulary.read(
        model.assets[holder],
        key=(attr["key_index"].i, table.attr["key_dtype"].type),
        value=(attr["value_index"].i, table.attr["value_dtype"].type),
        delimiter=attr["delimiter"].s or b"\t",
        vocab_size=attr["vocab_size"].i or -1,
        offset=attr["offset"].i,
    )


def _constants(graph: Any, nodes: Mapping[str, Any], wanted: Sequence[str], table: str) -> tuple[np.ndarray, ...]:
    """The values of tensors that hang on constants alone."""
    found = [nodes[names.node_of(tensor)] for tensor in wanted]
    if any(node.op != "Const" for node in found):
        folded = _fold(graph, wanted)
        found = [folded[f"table_{i}"] for i in range(len(wanted))]
    if any(node.op != "Const" for node in found):
        raise UnsupportedError(
            f"The entries of the lookup table {table!r} are computed when the model is loaded; "
            "fill it from constants or from a vocabulary file."
        )
    return tuple(tensors.to_array(node.attr["value"].tensor) for node in found)


def _fold(graph: Any, wanted: Sequence[str]) -> dict[str, Any]:
    copy = GraphDef()
    copy.CopyFrom(graph)
    outputs = [f"table_{i}" for i in range(len(wanted))]
    for name, tensor in zip(outputs, wanted, strict=True):
        copy.node.append(NodeDef(name=name, op="Identity", input=[tensor]))
        maker = next(node for node in graph.node if node.name == names.node_of(tensor))
        copy.node[-1].attr["T"].type = maker.attr["T"].type or maker.attr["dtype"].type or maker.attr["DstT"].type
    return {node.name: node for node in grappler.run(copy, [], outputs, grappler.SIMPLIFY).node}


def filling(table: Table, taken: names.Names) -> list[Any]:
    """The initializer's nodes that make and fill a table; the last one is the table once it is filled."""
    keys = tensors.const(taken.unique(f"{table.name}/keys"), table.keys)
    values = tensors.const(taken.unique(f"{table.name}/values"), table.values)
    handle = tensors.node(
        table.name,
        "HashTableV2",
        key_dtype=tensors.Type(table.key_dtype),
        value_dtype=tensors.Type(table.value_dtype),
        shared_name=table.name,
    )
    imported = tensors.node(f"{table.name}/import", "LookupTableImportV2", [table.name, keys.name, values.name])
    imported.attr["Tin"].type = table.key_dtype
    imported.attr["Tout"].type = table.value_dtype
    return [keys, values, handle, imported, resources.ready(table, imported.name)]


def restore_shapes(graph: Any) -> None:
    """Gives what is looked up the shape of the keys: TensorFlow.js returns it flat.

    Args:
      graph: a GraphDef, changed in place; nodes may end up after their users.
    """
    nodes = {node.name: node for node in graph.node}
    taken = names.Names(nodes)
    for node in list(graph.node):
        if node.op != "LookupTableFindV2" or _rank(nodes[names.node_of(node.input[1])]) == 1:
            continue
        flat = taken.unique(f"{node.name}/flat")
        shape = tensors.node(taken.unique(f"{node.name}/shape"), "Shape", [node.input[1]])
        shape.attr["T"].type = node.attr["Tin"].type
        shape.attr["out_type"].type = DT.DT_INT32
        reshape = tensors.node(node.name, "Reshape", [flat, shape.name])
        reshape.attr["T"].type = node.attr["Tout"].type
        reshape.attr["Tshape"].type = DT.DT_INT32
        node.name = flat
        graph.node.extend([shape, reshape])


def _rank(node: Any) -> int | None:
    if node.op != "Placeholder" or node.attr["shape"].shape.unknown_rank:
        return None
    return len(node.attr["shape"].shape.dim)
