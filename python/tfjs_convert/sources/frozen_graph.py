"""Reads frozen GraphDefs, binary and text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfjs_convert import tf_core
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.graph import dtypes, names, tensors
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.tf_core import GraphDef

_VARIABLES = frozenset(["VarHandleOp", "VariableV2", "Variable"])


def read(file: Path | str, output_node_names: str | Sequence[str]) -> GraphModel:
    """The graph of a frozen GraphDef; every placeholder is an input, under its node's name.

    Args:
      file: a binary GraphDef, or its text form if the name ends in `.pbtxt`.
      output_node_names: nodes or tensors (`name:1`), comma-separated or one by one; they are the outputs' public
      names too.

    Raises:
      InputError: the file is missing, or no GraphDef.
      OptionError: no outputs are named, or the graph has none of that name; the text names those that nothing else
      uses.
    """
    graph = parse_graph(Path(file))
    if isinstance(output_node_names, str):
        output_node_names = [name.strip() for name in output_node_names.split(",")]
    wanted = [name for name in output_node_names if name]
    nodes = {node.name: node for node in graph.node}
    if not wanted:
        raise OptionError(f"A frozen graph does not say what its outputs are; name them: {_ends(graph)}.")
    for name in wanted:
        if names.node_of(name) not in nodes:
            raise OptionError(f"The graph has no node {name!r}; nodes that no other uses are: {_ends(graph)}.")
    return GraphModel(graph, placeholders(graph), [Endpoint(name, name) for name in wanted])


def placeholders(graph: object) -> list[Endpoint]:
    """The inputs of a graph, in the order of its nodes."""
    return [
        Endpoint(node.name, f"{node.name}:0", dtypes.base(node.attr["dtype"].type), _shape(node))
        for node in graph.node
        if node.op in {"Placeholder", "PlaceholderV2"}
    ]


def ends(graph: object) -> list[str]:
    """Nodes that no other uses, sorted: what a frozen graph most likely returns."""
    used = {names.node_of(tensor) for node in graph.node for tensor in node.input}
    return sorted(node.name for node in graph.node if node.name not in used and node.op not in {"Const", "NoOp"})


def _shape(node: object) -> tuple[int, ...] | None:
    shape = node.attr["shape"].shape
    return None if shape.unknown_rank or "shape" not in node.attr else tensors.shape_of(shape)


def _ends(graph: object) -> str:
    return ", ".join(repr(name) for name in ends(graph)[:12]) or "none"


def parse_graph(file: Path) -> object:
    """The message of a frozen graph.

    Raises:
      InputError: the file is missing, or no GraphDef.
    """
    if not file.is_file():
        raise InputError(f"{file.name} is not there; a frozen graph is one file, .pb or .pbtxt.")
    data = file.read_bytes()
    text = file.suffix == ".pbtxt"
    try:
        graph = tf_core.parse_text(data.decode(), GraphDef()) if text else GraphDef.FromString(data)
    except Exception as error:  # protobuf's errors have no common public class
        kind = "text" if text else "binary"
        hint = _hint(data)
        raise InputError(f"{file.name} ({len(data)} bytes) is not a {kind} GraphDef, or is cut off{hint}.") from error
    if not graph.node:
        raise InputError(f"{file.name} ({len(data)} bytes) holds a graph without nodes{_hint(data)}.")
    return graph


def _hint(data: bytes) -> str:
    if data[:64].lstrip().startswith((b"node {", b"node{", b"versions {", b"library {")):
        return "; it looks like the text form, whose name must end in .pbtxt"
    if data.startswith(b"\x08\x01\x12"):
        return "; it looks like a SavedModel's saved_model.pb, which is converted by its folder"
    return ""
