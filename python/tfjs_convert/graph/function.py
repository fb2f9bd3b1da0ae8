"""Function bodies: what their nodes' inputs mean, and which nodes their results need."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tfjs_convert import tf_core
from tfjs_convert.errors import InputError, UnsupportedError

# Operations of TensorFlow 1's control flow: inside them a control edge says to which branch or loop a node belongs.
V1_CONTROL_FLOW = frozenset(
    ["Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"]
    + ["RefSwitch", "RefMerge", "RefEnter", "RefExit", "RefNextIteration"]
)


def output_offsets(node: Any, signature: Any) -> dict[str, int]:
    """The flat index at which each named output of a node begins.

    Args:
      node: the NodeDef.
      signature: the OpDef of its operation, or of the function it calls.
    """
    offsets, position = {}, 0
    for arg in signature.output_arg:
        offsets[arg.name] = position
        if arg.number_attr:
            position += node.attr[arg.number_attr].i
        elif arg.type_list_attr:
            position += len(node.attr[arg.type_list_attr].list.type)
        else:
            position += 1
    return offsets


def dtypes_of(node: Any, args: Iterable[Any], definition: Any) -> list[int]:
    """The dtypes of a node's tensors, as its operation's definition says; DT_INVALID where nobody knows.

    Args:
      node: the NodeDef.
      args: the definition's `input_arg` or `output_arg`.
      definition: the OpDef, for the attributes that the node leaves to their defaults.
    """
    defaults = {attr.name: attr.default_value for attr in definition.attr}

    def attr(name: str) -> Any:
        return node.attr[name] if name in node.attr or name not in defaults else defaults[name]

    types: list[int] = []
    for arg in args:
        if arg.type_list_attr:
            types += attr(arg.type_list_attr).list.type
        else:
            dtype = attr(arg.type_attr).type if arg.type_attr else arg.type
            types += [dtype] * (attr(arg.number_attr).i if arg.number_attr else 1)
    return types


def postorder(roots: Iterable[str], sources: Callable[[str], Iterable[str]]) -> list[str]:
    """Names reachable from `roots`, each after what it needs (cycles are cut where they are met)."""
    order: list[str] = []
    seen: set[str] = set()
    for root in roots:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(sources(root)))]
        while stack:
            name, rest = stack[-1]
            for source in rest:
                if source not in seen:
                    seen.add(source)
                    stack.append((source, iter(sources(source))))
                    break
            else:
                order.append(name)
                stack.pop()
    return order


class Library:
    """The functions of a graph, and the signatures of operations."""

    def __init__(self, functions: Iterable[Any], op_list: Iterable[Any] = ()) -> None:
        """Indexes the functions.

        Args:
          functions: FunctionDefs.
          op_list: OpDefs that the model brings along for operations that the core does not know.
        """
        self.functions: Mapping[str, Any] = {function.signature.name: function for function in functions}
        self._own_ops = {op.name: op for op in op_list}

    def signature(self, op: str) -> Any | None:
        """The OpDef of an operation or function; None where nobody knows it."""
        if op in self.functions:
            return self.functions[op].signature
        return tf_core.op_def(op) or self._own_ops.get(op)

    def function(self, name: str, caller: str) -> Body:
        """The body of a function.

        Raises:
          InputError: the graph's library has none of that name.
        """
        if name not in self.functions:
            raise InputError(
                f"The node {caller!r} calls the function {name!r}, which the model's library does not hold."
            )
        return _body(self, name)

    def flat_input(self, nodes: Mapping[str, Any], tensor: str) -> tuple[str, int]:
        """`node:output:1` of a function body as the node and its flat output index.

        Raises:
          UnsupportedError: the operation is unknown, so the number of its outputs is too.
        """
        name, _, rest = tensor.partition(":")
        output, _, index = rest.partition(":")
        node = nodes[name]
        signature = self.signature(node.op)
        if signature is None:
            raise UnsupportedError(
                f"The operation {node.op} (node {name!r}) is unknown to this TensorFlow, "
                "and the model does not describe it."
            )
        return name, output_offsets(node, signature)[output] + int(index or 0)


class Body:
    """A function's nodes, with inputs resolved to (node, index) pairs or argument numbers."""

    def __init__(self, library: Library, name: str) -> None:
        definition = library.functions[name]
        self.name = name
        self.definition = definition
        self.nodes = {node.name: node for node in definition.node_def}
        self.arguments = {arg.name: i for i, arg in enumerate(definition.signature.input_arg)}
        self.argument_types = [arg.type for arg in definition.signature.input_arg]
        self.results = [definition.ret[arg.name] for arg in definition.signature.output_arg]
        self.controls = sorted(definition.control_ret.values())
        self._library = library

    def resolve(self, tensor: str) -> tuple[str | None, int]:
        """An input as (node, flat index), or as (None, argument number)."""
        name = tensor.partition(":")[0]
        if name in self.arguments:
            return None, self.arguments[name]
        return self._library.flat_input(self.nodes, tensor)

    def passes_through(self, result: int) -> int | None:
        """The argument that a result hands on unchanged, or None where it is computed."""
        name, index = self.resolve(self.results[result])
        while name is not None:
            node = self.nodes[name]
            if node.op != "Identity":
                return None
            name, index = self.resolve(node.input[0])
        return index


@functools.lru_cache(maxsize=512)
def _body(library: Library, name: str) -> Body:
    return Body(library, name)
