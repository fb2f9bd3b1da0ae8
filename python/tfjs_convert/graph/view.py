"""A GraphDef with its edges indexed both ways, edited in place.

A tensor is named as in a node's `input`: `node` or `node:0` for the first output, `node:1` for the next, `^node` for a
control edge. Every edit goes through the view, so that producers and consumers stay known; `commit()` then takes the
removed nodes out of the GraphDef. A graph's outputs count as uses: nothing that is fetched is ever taken away.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.graph import constants
from tfjs_convert.tf_core import graph_pb2, node_def_pb2

NodeDef = node_def_pb2.NodeDef

_PASSES_VALUE = ("Identity", "StopGradient", "Snapshot", "PreventGradient")


def parse(tensor: str) -> tuple[str, int]:
    """(node, output number) of a tensor name; -1 for a control edge."""
    if tensor.startswith("^"):
        return tensor[1:], -1
    name, _, port = tensor.rpartition(":")
    if name and port.isdigit():
        return name, int(port)
    return tensor, 0


class GraphView:
    """The nodes of a GraphDef by name, with the uses of each."""

    def __init__(self, graph: graph_pb2.GraphDef, outputs: Sequence[str] = ()) -> None:
        """Index `graph`. `outputs` names the fetched nodes or tensors. Raises InputError if a node name comes twice."""
        self.graph = graph
        self.outputs = {parse(o.lstrip("^"))[0] for o in outputs}
        self._output_ports = {parse(o.lstrip("^")) for o in outputs}
        self.nodes: dict[str, NodeDef] = {}
        self._uses: dict[str, dict[str, int]] = {}
        self._removed: set[str] = set()
        for node in graph.node:
            if node.name in self.nodes:
                raise InputError(f"The graph has two nodes named '{node.name}'; node names must be unique.")
            self.nodes[node.name] = node
        for node in graph.node:
            self._count(node, node.input, 1)

    def _count(self, node: NodeDef, inputs: Iterable[str], step: int) -> None:
        for tensor in inputs:
            users = self._uses.setdefault(parse(tensor)[0], {})
            users[node.name] = users.get(node.name, 0) + step
            if users[node.name] == 0:
                del users[node.name]

    # Looking.

    def producer(self, tensor: str) -> NodeDef | None:
        """The node whose FIRST output `tensor` is; None for other outputs, control edges and unknown names."""
        name, port = parse(tensor)
        return self.nodes.get(name) if port == 0 else None

    def consumers(self, name: str) -> list[NodeDef]:
        """The nodes with a data or control edge from node `name`, in the order they came to use it."""
        return [self.nodes[n] for n in self._uses.get(name, ())]

    def is_output(self, name: str) -> bool:
        """Whether the graph's caller fetches node `name`."""
        return name in self.outputs

    def sole_consumer(self, name: str) -> NodeDef | None:
        """The one node that uses node `name`, through exactly one data edge from its first output.

        None if the node is fetched, or has any other edge: then its value must stay what it is.
        """
        users = self._uses.get(name, {})
        if self.is_output(name) or len(users) != 1 or sum(users.values()) != 1:
            return None
        user = self.nodes[next(iter(users))]
        edge = next(t for t in user.input if parse(t)[0] == name)
        return user if parse(edge)[1] == 0 else None

    def uses_only_first_output(self, name: str) -> bool:
        """Whether nobody reads an output of node `name` beyond the first."""
        if any(n == name and port > 0 for n, port in self._output_ports):
            return False
        return not any(parse(t)[0] == name and parse(t)[1] > 0 for u in self.consumers(name) for t in u.input)

    def data_inputs(self, node: NodeDef) -> list[str]:
        """The inputs of `node` that carry tensors."""
        return [t for t in node.input if not t.startswith("^")]

    def const_node(self, tensor: str) -> NodeDef | None:
        """The `Const` node behind `tensor`, through nodes that only pass a value on."""
        node = self.producer(tensor)
        while node is not None and node.op in _PASSES_VALUE and node.input:
            node = self.producer(node.input[0])
        return node if node is not None and node.op == "Const" else None

    def constant(self, tensor: str) -> np.ndarray | None:
        """The value of `tensor` if it is a constant, else None."""
        node = self.const_node(tensor)
        return None if node is None else constants.get(node)

    def constant_shape(self, tensor: str) -> tuple[int, ...] | None:
        """The shape of `tensor` if it is a constant, seen also through a loop's `Enter`, else None."""
        node = self.producer(tensor)
        while node is not None and (node.op == "Enter" or node.op in _PASSES_VALUE) and node.input:
            node = self.producer(node.input[0])
        return constants.shape(node) if node is not None and node.op == "Const" else None

    # Editing.

    def unique(self, name: str) -> str:
        """`name`, or `name_1`, `name_2`, … if a node has it already."""
        if name not in self.nodes and name not in self._removed:
            return name
        number = 1
        while f"{name}_{number}" in self.nodes or f"{name}_{number}" in self._removed:
            number += 1
        return f"{name}_{number}"

    def add(self, node: NodeDef) -> NodeDef:
        """Append a copy of `node`, whose name must be free, and return the copy."""
        assert node.name not in self.nodes and node.name not in self._removed, node.name
        kept = self.graph.node.add()
        kept.CopyFrom(node)
        self.nodes[kept.name] = kept
        self._count(kept, kept.input, 1)
        return kept

    def add_node(self, name: str, op: str, inputs: Sequence[str], attrs: NodeDef | None = None) -> NodeDef:
        """Append a node with a free name like `name`, attributes and device copied from `attrs` where given."""
        node = NodeDef(name=self.unique(name), op=op, input=list(inputs))
        if attrs is not None:
            for key in attrs.attr:
                node.attr[key].CopyFrom(attrs.attr[key])
        return self.add(node)

    def add_const(self, name: str, array: np.ndarray) -> str:
        """Append a constant with a free name like `name`; returns the name."""
        return self.add(constants.make(self.unique(name), array)).name

    def set_inputs(self, node: NodeDef, inputs: Sequence[str]) -> None:
        """Replace all inputs of `node`."""
        inputs = list(inputs)
        self._count(node, node.input, -1)
        del node.input[:]
        node.input.extend(inputs)
        self._count(node, inputs, 1)

    def set_input(self, node: NodeDef, index: int, tensor: str) -> None:
        """Replace one input of `node`."""
        inputs = list(node.input)
        inputs[index] = tensor
        self.set_inputs(node, inputs)

    def set_constant_input(self, node: NodeDef, index: int, array: np.ndarray, suffix: str) -> None:
        """Let input `index` of `node` be the constant `array`.

        A constant that only this edge reads is overwritten and keeps its name; a shared one stays for its other
        readers and `node` gets its own, named `<node>/<suffix>`.
        """
        old = self.producer(node.input[index])
        if old is not None and old.op == "Const" and self.sole_consumer(old.name) is not None:
            constants.set(old, array)
            return
        self.set_input(node, index, self.add_const(f"{node.name}/{suffix}", array))
        if old is not None:
            self.prune(old.name)

    def replace_uses(self, old: str, new: str) -> None:
        """Let every reader of the tensor `old` read the tensor `new`. Fetched names are not changed."""
        wanted = parse(old)
        for user in self.consumers(wanted[0]):
            self.set_inputs(user, [new if parse(t) == wanted else t for t in user.input])

    def take_over(self, node: NodeDef, source: NodeDef) -> None:
        """Make `node` compute what `source` computes, under `node`'s name, and remove `source`.

        Control inputs of both are kept. `source` must have no other consumer than `node`.
        """
        data = self.data_inputs(source)
        own = (f"^{source.name}", f"^{node.name}")
        control = [t for n in (source, node) for t in n.input if t.startswith("^") and t not in own]
        old = list(node.input)
        node.op = source.op
        node.attr.clear()
        for key in source.attr:
            node.attr[key].CopyFrom(source.attr[key])
        self.set_inputs(node, data + sorted(dict.fromkeys(control)))
        self.remove(source.name)
        for tensor in old:
            self.prune(parse(tensor)[0])

    def remove(self, name: str) -> None:
        """Take node `name` away, and then the inputs that nobody reads any more."""
        node = self.nodes.pop(name)
        self._removed.add(name)
        inputs = list(node.input)
        self._count(node, inputs, -1)
        for tensor in inputs:
            self.prune(parse(tensor)[0])

    def prune(self, name: str) -> None:
        """Remove node `name` if nobody reads it. Inputs of the graph stay, read or not."""
        node = self.nodes.get(name)
        if node is None or self._uses.get(name) or self.is_output(name) or node.op.startswith("Placeholder"):
            return
        if node.op in _PASSES_VALUE or node.op == "Const" or node.op in _PURE:
            self.remove(name)

    def commit(self) -> None:
        """Take the removed nodes out of the GraphDef."""
        nodes = self.graph.node
        for i in range(len(nodes) - 1, -1, -1):
            if nodes[i].name in self._removed and self.nodes.get(nodes[i].name) is None:
                del nodes[i]
        self._removed.clear()


# Operations without effects that rewrites leave unread.
_PURE = frozenset(
    "Add AddV2 BiasAdd Mul Neg Relu Relu6 Elu LeakyRelu Sub Minimum Maximum Pad PadV2 Reshape Squeeze ExpandDims Pack "
    "Shape StridedSlice Cast ConcatV2 Prod GatherV2 AddN "
    "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Rsqrt Sqrt Square RealDiv Reciprocal".split()
)
