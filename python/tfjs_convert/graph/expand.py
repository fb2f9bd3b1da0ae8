"""Flattens a graph: calls are replaced by the functions' nodes, variables by constants, control flow is lowered if
asked.

Nodes are found through data and control edges, so that side effects are seen; but the edges kept are those of data.
Control edges order side effects, of which a frozen graph has none that TensorFlow.js could run; they stay only where
TensorFlow 1's control flow uses them to say which branch or loop a node belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tfjs_convert import decision_forests
from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph import dtypes, names, tensors
from tfjs_convert.graph.function import V1_CONTROL_FLOW, Body, Library, dtypes_of, postorder
from tfjs_convert.graph.model import Variable
from tfjs_convert.graph.on_values import ON_VALUES
from tfjs_convert.graph.scopes import CallScope, MainScope, Scope
from tfjs_convert.tf_core import DT, NodeDef

if TYPE_CHECKING:
    from tfjs_convert.graph.function_graph import FunctionGraph

_CALLS = frozenset(["PartitionedCall", "StatefulPartitionedCall", "TPUPartitionedCall", "RemoteCall"])
_HANDLES = frozenset(["VarHandleOp", "VariableV2", "Variable", "AutoReloadVariable", "_VarHandlesOp"])
_READS = frozenset(["ReadVariableOp", "RefIdentity"])
_WRITES = re.compile(
    r"^(Resource)?(Sparse)?(Assign|Scatter(?!Nd$|NdNonAliasing)|Apply)|^AssignVariableOp|^Assign(Add|Sub)|^ResourceSparse|^Count"
)
_GENERIC_CALL = re.compile(r"^(Stateful)?PartitionedCall(_\d+)?$")
# Operations on tables whose handles were strings; their successors differ in nothing else.
_TABLE_OPS = ("HashTable", "MutableHashTable", "LookupTableFind", "LookupTableSize", "LookupTableImport")
_NEWER = {op: f"{op}V2" for op in (*_TABLE_OPS, "InitializeTable", "InitializeTableFromTextFile")}
_NEWER |= {op: op.removeprefix("Ref") for op in V1_CONTROL_FLOW if op.startswith("Ref")}
_MAX_DEPTH = 200
_CONSTANT = frozenset(["Const", "HashTableV2", "MutableHashTableV2", decision_forests.MAKES])
# What a control edge of TensorFlow 1 comes from when it says where a node belongs.
_PLACES = V1_CONTROL_FLOW | {"Identity"}

# What a functional control-flow node becomes: (expander, node, its name, its inputs) -> its outputs.
Lowering = Callable[["Expander", Any, str, list[str]], list[str]]


class Expander:
    """A flat graph in the making.

    Attributes:
      nodes: name to NodeDef, in the order in which they were made.
      frozen: name of a constant to the variable whose value it has; its NodeDef holds dtype and shape only.
      unset: names of variables that the checkpoint has no value for.
      written: variable to the node that writes it.
      pivot: inside a lowered loop, the node that says so.
      branch: inside a lowered conditional, which side of it.
      functions: functions that stay, of this graph and of those inside it.
      origin: for nodes of the main graph their names there.
      retained: tensors, with dtypes, that a function must return besides its results.
    """

    def __init__(
        self,
        library: Library,
        variables: Mapping[str, Variable],
        *,
        lowerings: Mapping[str, Lowering],
        taken: names.Names | None = None,
    ) -> None:
        self.library = library
        self.names = taken or names.Names()
        self.nodes: dict[str, Any] = {}
        self.frozen: dict[str, Variable] = {}
        self.unset: set[str] = set()
        self.written: dict[str, str] = {}
        self.pivot: str | None = None
        self.branch: Any = None
        self._variables = variables
        self._lowerings = lowerings
        self._alias: dict[str, str] = {}
        self._depth = 0
        self.origin: dict[str, str] = {}
        self.functions: list[FunctionGraph] = []
        self.retained: list[tuple[str, int]] = []

    # Filling it

    def add_main(self, nodes: Iterable[Any], targets: Sequence[str], renamed: Mapping[str, str]) -> list[str]:
        """Adds what `targets` (tensors, or nodes as `^name`) need; returns where each target now is."""
        scope = MainScope({node.name: node for node in nodes}, renamed)
        self._add(scope, [scope.resolve(target)[0] for target in targets])
        self.origin.update({flat: name for name, flat in scope.flat.items()})
        return [self.resolved(scope.tensor(target)) for target in targets]

    def call(
        self, function: Body, arguments: Sequence[str], prefix: str, attrs: Mapping[str, Any] | None = None
    ) -> list[str]:
        """Adds a function's nodes, with `arguments` for its parameters; returns its results."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise UnsupportedError(f"The function {function.name!r} calls itself, which TensorFlow.js cannot run.")
        scope = CallScope(function, arguments, prefix, attrs or {})
        roots = [function.resolve(result)[0] for result in function.results]
        self._add(scope, [root for root in roots if root is not None] + function.controls)
        self._depth -= 1
        return [self.resolved(scope.tensor(result)) for result in function.results]

    def sub_graph(self) -> Expander:
        """An empty expansion for a function that stays one; names are shared, so that no two constants are alike."""
        sub = Expander(self.library, self._variables, lowerings=self._lowerings, taken=self.names)
        sub.functions, sub.unset, sub.written = self.functions, self.unset, self.written
        sub._depth = self._depth
        return sub

    def share(self, constant: str, other: Expander) -> str:
        """Puts a constant of this graph, under its own name, into another; TensorFlow.js has one value for both."""
        name = names.node_of(constant)
        copy = NodeDef()
        copy.CopyFrom(self.nodes[name])
        del copy.input[:]
        other.nodes[name] = copy
        if name in self.frozen:
            other.frozen[name] = self.frozen[name]
        return f"{name}:0"

    def new(self, name: str, op: str, inputs: Sequence[str] = (), **attrs: object) -> str:
        """Adds a node of a fresh name; returns its first output."""
        node = tensors.node(self.names.unique(name), op, inputs, **attrs)
        self.nodes[node.name] = node
        return f"{node.name}:0"

    def _add(self, scope: Scope, roots: Iterable[str]) -> None:
        def sources(name: str) -> Iterable[str]:
            for tensor in scope.nodes[name].input:
                source = tensor[1:] if tensor.startswith("^") else scope.resolve(tensor)[0]
                if source is not None:
                    yield source

        order = postorder(roots, sources)
        v1 = any(scope.nodes[name].op in V1_CONTROL_FLOW for name in order)
        for name in order:
            scope.flat[name] = self.names.unique(scope.flat_name(name))
        for name in order:
            node = scope.nodes[name]
            inputs = [self.resolved(scope.tensor(tensor)) for tensor in node.input if not tensor.startswith("^")]
            controls = [tensor[1:] for tensor in node.input if v1 and tensor.startswith("^")]
            places = [f"^{scope.flat[c]}" for c in controls if scope.nodes[c].op in _PLACES]
            self._emit(scope, node, scope.flat[name], inputs, places)

    def _emit(self, scope: Scope, node: Any, flat: str, inputs: list[str], controls: list[str]) -> None:
        called = self._called(scope, node)
        if called is not None:
            prefix = scope.prefix if _GENERIC_CALL.match(node.name) else f"{flat}/"
            self._outputs(flat, self.call(self.library.function(called[0], node.name), inputs, prefix, called[1]))
        elif node.op in self._lowerings:
            self._outputs(flat, self._lowerings[node.op](self, node, flat, inputs))
        elif node.op in _HANDLES:
            self._freeze(node, flat)
        elif node.op in _READS or (node.op == "Identity" and node.attr["T"].type == DT.DT_RESOURCE):
            self._outputs(flat, inputs[:1])
        elif node.op in ON_VALUES:
            ON_VALUES[node.op](self, node, flat, inputs)
        else:
            if _WRITES.match(node.op) and inputs:
                self.written[names.node_of(inputs[0])] = flat
            self._copy(scope, node, flat, inputs, controls)

    def _copy(self, scope: Scope, node: Any, flat: str, inputs: list[str], controls: list[str]) -> None:
        result = NodeDef(name=flat, op=_NEWER.get(node.op, node.op), input=inputs + controls)
        if not result.input and self.pivot is not None:
            result.input.append(f"^{self.pivot}")
        for key, value in node.attr.items():
            # Private attributes are hints to TensorFlow's own runtime: colocation, shapes, ordering of side effects.
            if not key.startswith("_"):
                result.attr[key].CopyFrom(scope.attr(value))
        self.nodes[flat] = result

    def _outputs(self, flat: str, results: Sequence[str]) -> None:
        for i, tensor in enumerate(results):
            self._alias[f"{flat}:{i}"] = tensor

    def _called(self, scope: Scope, node: Any) -> tuple[str, Mapping[str, Any]] | None:
        if node.op in _CALLS:
            function = scope.attr(node.attr["f"]).func
            return function.name, function.attr
        if node.op in self.library.functions:
            return node.op, node.attr
        return None

    # Variables

    def _freeze(self, node: Any, flat: str) -> None:
        variable = self._variables.get(node.name)
        result = NodeDef(name=flat, op="Const")
        proto = result.attr["value"].tensor
        if variable is None:
            self.unset.add(flat)
            proto.dtype = node.attr["dtype"].type
            proto.tensor_shape.CopyFrom(node.attr["shape"].shape)
        else:
            proto.dtype = dtypes.from_numpy(variable.dtype)
            tensors.set_shape(proto.tensor_shape, variable.shape)
            self.frozen[flat] = variable
        result.attr["dtype"].type = proto.dtype
        self.nodes[flat] = result

    # Asking it

    def resolved(self, tensor: str) -> str:
        """Follows a tensor through calls and reads to the node that really makes it."""
        while tensor in self._alias:
            tensor = self._alias[tensor]
        return tensor

    def type_of(self, tensor: str, declared: int) -> int:
        """The dtype of a tensor declared as `declared`: a variable's handle has become the variable's value."""
        if declared != DT.DT_RESOURCE:
            return dtypes.base(declared)
        node = self.nodes.get(names.node_of(tensor))
        # A tensor array's handle stays one, whatever the dtype of its elements.
        if node is None or node.op == "TensorArrayV3":
            return declared
        return node.attr["dtype"].type or node.attr["T"].type or declared

    def output_type(self, tensor: str) -> int:
        """The dtype of a tensor, as its operation's definition says; DT_INVALID where nobody knows."""
        name, index = names.split(tensor)
        node = self.nodes[name]
        definition = self.library.signature(node.op)
        types = dtypes_of(node, definition.output_arg, definition) if definition is not None else []
        return dtypes.base(types[index]) if index < len(types) else DT.DT_INVALID

    def is_constant(self, tensor: str) -> bool:
        """Whether a tensor is a constant, or the handle of a resource, neither of which is bound to a branch."""
        node = self.nodes.get(names.node_of(tensor))
        return node is not None and node.op in _CONSTANT

    def known(self, tensor: str) -> Any | None:
        """The value of a scalar that is constant, or None."""
        node = self.nodes.get(names.node_of(self.resolved(tensor)))
        while node is not None and node.op == "Identity":
            node = self.nodes.get(names.node_of(self.resolved(node.input[0])))
        if node is None or node.op != "Const" or node.attr["value"].tensor.tensor_shape.dim:
            return None
        if node.name in self.unset:
            return None
        if node.name in self.frozen:
            return self.frozen[node.name].load().item()
        return tensors.to_array(node.attr["value"].tensor).item()

    def finish(self) -> None:
        """Points every input at the node that makes it, in TensorFlow's spelling."""
        for node in self.nodes.values():
            inputs = [names.written(self.resolved(t)) for t in node.input if not t.startswith("^")]
            controls = [t for t in node.input if t.startswith("^") and t[1:] in self.nodes]
            del node.input[:]
            node.input.extend(inputs + list(dict.fromkeys(controls)))
            if node.op in V1_CONTROL_FLOW and node.attr["T"].type == DT.DT_RESOURCE:
                node.attr["T"].type = self.type_of(inputs[0], DT.DT_RESOURCE)
