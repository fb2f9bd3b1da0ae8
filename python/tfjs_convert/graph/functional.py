"""Keeps If and While as they are, with functions that TensorFlow.js can call.

A function here takes only what changes: a constant that a loop or branch uses stands in the function itself, under
the name that it has outside, since TensorFlow.js looks up every constant's value by name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from tfjs_convert.graph import dtypes, names, tensors
from tfjs_convert.graph.control_flow import as_boolean, lower_case
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Body
from tfjs_convert.graph.function_graph import FunctionGraph
from tfjs_convert.graph.tensors import Type
from tfjs_convert.tf_core import DT


def keep_if(x: Expander, node: Any, flat: str, inputs: list[str]) -> list[str]:
    """If and StatelessIf."""
    predicate, *arguments = inputs
    then_body = x.library.function(node.attr["then_branch"].func.name, node.name)
    else_body = x.library.function(node.attr["else_branch"].func.name, node.name)
    taken = x.known(predicate)
    if taken is not None:
        return x.call(then_body if taken else else_body, arguments, f"{flat}/")
    predicate = as_boolean(x, predicate, node.attr["Tcond"].type, flat)
    given = [_Argument(x, arguments[i], declared, None) for i, declared in enumerate(then_body.argument_types)]
    then_branch = _function(x, then_body, f"{flat}_then_branch", given)
    else_branch = _function(x, else_body, f"{flat}_else_branch", given)
    count = len(then_branch.types)
    then_extra, else_extra = list(then_branch.x.retained), list(else_branch.x.retained)
    for tensor, dtype in then_extra:
        then_branch.add_result(tensor, dtype)
        else_branch.add_result(_zero(else_branch.x, f"{flat}/zero", dtype), dtype)
    for tensor, dtype in else_extra:
        then_branch.add_result(_zero(then_branch.x, f"{flat}/zero", dtype), dtype)
        else_branch.add_result(tensor, dtype)
    passed = [each for each in given if not each.constant]
    result = tensors.node(x.names.unique(flat), "StatelessIf", [predicate, *(each.tensor for each in passed)])
    result.attr["Tcond"].type = DT.DT_BOOL
    result.attr["Tin"].list.type.extend(each.dtype for each in passed)
    result.attr["Tout"].list.type.extend(then_branch.types)
    result.attr["then_branch"].func.name = then_branch.name
    result.attr["else_branch"].func.name = else_branch.name
    shapes = node.attr["output_shapes"].list.shape
    result.attr["output_shapes"].list.shape.extend(shapes if len(shapes) == len(then_branch.types) else [])
    x.nodes[result.name] = result
    x.retained += [(f"{result.name}:{count + i}", dtype) for i, (_, dtype) in enumerate(then_extra + else_extra)]
    return [f"{result.name}:{i}" for i in range(count)]


def keep_while(x: Expander, node: Any, flat: str, inputs: list[str]) -> list[str]:
    """While and StatelessWhile; variables that never change and are constants leave the loop's arguments."""
    condition = x.library.function(node.attr["cond"].func.name, node.name)
    body = x.library.function(node.attr["body"].func.name, node.name)
    shapes = list(node.attr["output_shapes"].list.shape)
    given = [
        _Argument(x, tensor, body.argument_types[i], shapes[i] if i < len(shapes) else None)
        for i, tensor in enumerate(inputs)
    ]
    for i, each in enumerate(given):
        each.constant = each.constant and body.passes_through(i) == i
    if all(each.constant for each in given):
        given[0].constant = False
    kept = [i for i, each in enumerate(given) if not each.constant]
    cond_function = _function(x, condition, f"{flat}_cond", given)
    body_function = _function(x, body, f"{flat}_body", given, kept)
    retained = list(body_function.x.retained)
    for tensor, dtype in retained:
        cond_function.add_argument(dtype)
        body_function.add_argument(dtype)
        body_function.add_result(tensor, dtype)
    started = [_zero(x, f"{flat}/zero", dtype) for _, dtype in retained]
    result = tensors.node(x.names.unique(flat), "StatelessWhile", [given[i].tensor for i in kept] + started)
    result.attr["parallel_iterations"].i = 1
    result.attr["T"].list.type.extend([given[i].dtype for i in kept] + [dtype for _, dtype in retained])
    result.attr["cond"].func.name = cond_function.name
    result.attr["body"].func.name = body_function.name
    result.attr["output_shapes"].list.SetInParent()
    if len(shapes) == len(given) and not retained:
        result.attr["output_shapes"].list.shape.extend(shapes[i] for i in kept)
    x.nodes[result.name] = result
    x.retained += [(f"{result.name}:{len(kept) + i}", dtype) for i, (_, dtype) in enumerate(retained)]
    outputs = list(inputs)
    for position, i in enumerate(kept):
        outputs[i] = f"{result.name}:{position}"
    return outputs


def _zero(x: Expander, name: str, dtype: int) -> str:
    node = tensors.const(x.names.unique(name), np.zeros((), dtypes.to_numpy(dtype)))
    if dtype == DT.DT_STRING:
        node.attr["value"].tensor.string_val[:] = [b""]
    x.nodes[node.name] = node
    return f"{node.name}:0"


class _Argument:
    """What a functional node is given: a tensor, or a constant that its functions can hold themselves."""

    def __init__(self, x: Expander, tensor: str, declared: int, shape: Any) -> None:
        made_by = x.nodes.get(names.node_of(tensor))
        self.tensor = tensor
        self.dtype = x.type_of(tensor, declared)
        self.shape = shape
        self.constant = made_by is not None and made_by.op == "Const"

    def place(self, x: Expander, sub: Expander, name: str) -> str:
        """Stands for this argument in a function: the tensor of a constant or of a placeholder."""
        if self.constant:
            return x.share(self.tensor, sub)
        argument = sub.new(name, "Placeholder", dtype=Type(self.dtype))
        shape = sub.nodes[names.node_of(argument)].attr["shape"].shape
        if self.shape is None:
            tensors.set_shape(shape, None)
        else:
            shape.CopyFrom(self.shape)
        return argument


def _function(
    x: Expander, body: Body, name: str, given: Sequence[_Argument], kept: Sequence[int] | None = None
) -> FunctionGraph:
    """Makes the function of a body, which returns the `kept` results of the body (all by default)."""
    sub = x.sub_graph()
    parameters = body.definition.signature.input_arg
    inside = [each.place(x, sub, f"{name}/{arg.name}") for each, arg in zip(given, parameters, strict=True)]
    arguments = [names.node_of(t) for t, each in zip(inside, given, strict=True) if not each.constant]
    results = sub.call(body, inside, f"{name}/")
    declared = [arg.type for arg in body.definition.signature.output_arg]
    kept = range(len(results)) if kept is None else kept
    sub.retained += _put_into_lists(sub, {results[i] for i in kept})
    function = FunctionGraph(name, sub, arguments, [], [])
    for i in kept:
        function.add_result(results[i], sub.type_of(results[i], declared[i]))
    x.functions.append(function)
    return function


# The input of each that a list then holds. What else makes lists copies the elements.
_HELD = {"TensorListSetItem": 2, "TensorListPushBack": 1, "TensorListPushBackBatch": 1}


def _put_into_lists(x: Expander, results: Collection[str]) -> list[tuple[str, int]]:
    """Tensors that the function puts into lists, but does not return.

    When a function ends, TensorFlow.js disposes of every tensor that it made and does not return, even of those that
    a list holds. So they are returned, too, by each function that ends before the list is read.
    """
    copied = {x.resolved(t) for t in results}
    for tensor in list(copied):
        node = x.nodes.get(names.node_of(tensor))
        while node is not None and node.op == "Identity":
            source = x.resolved(node.input[0])
            copied.add(source)
            node = x.nodes.get(names.node_of(source))
    held = []
    for node in x.nodes.values():
        if node.op in _HELD:
            tensor = x.resolved(node.input[_HELD[node.op]])
            maker = x.nodes[names.node_of(tensor)]
            if tensor not in copied and maker.op not in {"Const", "Placeholder"}:
                copied.add(tensor)
                held.append((tensor, node.attr["element_dtype"].type))
    return held


FUNCTIONAL = {
    "If": keep_if,
    "StatelessIf": keep_if,
    "Case": lower_case,
    "StatelessCase": lower_case,
    "While": keep_while,
    "StatelessWhile": keep_while,
}
