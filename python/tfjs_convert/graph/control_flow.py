"""Lowers functional control flow (If, Case, While) to Switch, Merge, Enter, Exit and NextIteration.

The result is a valid TensorFlow graph that also runs in TensorFlow.js, whose executor differs in two ways: constants
have values in every branch and iteration, and Merge takes the first of its inputs that has a value. So whatever a
branch returns must come through a Switch of that branch, and control edges cannot stand in for one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tfjs_convert.graph import names
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Body
from tfjs_convert.graph.tensors import Type
from tfjs_convert.tf_core import DT


@dataclasses.dataclass
class Branch:
    """One side of a conditional, while its nodes are being added.

    Attributes:
      predicate: the tensor that chooses.
      side: the output of a Switch that is alive on this side: 1 for true.
      switches: the Switch nodes of the conditional.
      start: number of nodes before the branch.
    """

    predicate: str
    side: int
    switches: set[str]
    start: int

    def is_bound(self, x: Expander, tensor: str) -> bool:
        """Whether a tensor has a value only when this branch is taken."""
        local = dict(list(x.nodes.items())[self.start :])
        seen: set[str] = set()
        stack = [names.node_of(x.resolved(tensor))]
        while stack:
            name = stack.pop()
            if name in self.switches:
                return True
            if name in seen or name not in local:
                continue
            seen.add(name)
            stack += [names.node_of(x.resolved(source)) for source in local[name].input if not source.startswith("^")]
        return False

    def bind(self, x: Expander, tensor: str, dtype: int, name: str) -> str:
        """The tensor itself, or the tensor through a Switch if nothing ties it to this branch."""
        if self.is_bound(x, tensor):
            return tensor
        switch = x.new(name, "Switch", [tensor, self.predicate], T=Type(x.type_of(tensor, dtype)))
        self.switches.add(names.node_of(switch))
        return f"{names.node_of(switch)}:{self.side}"


def lower_if(x: Expander, node: Any, flat: str, inputs: list[str]) -> list[str]:
    """If and StatelessIf; returns one Merge for each result."""
    predicate, *arguments = inputs
    then_body = x.library.function(node.attr["then_branch"].func.name, node.name)
    else_body = x.library.function(node.attr["else_branch"].func.name, node.name)
    taken = x.known(predicate)
    if taken is not None:
        return x.call(then_body if taken else else_body, arguments, f"{flat}/")
    predicate = as_boolean(x, predicate, node.attr["Tcond"].type, flat)
    return _conditional(x, flat, predicate, arguments, then_body, else_body)


def lower_case(x: Expander, node: Any, flat: str, inputs: list[str]) -> list[str]:
    """Case and StatelessCase, as a chain of conditionals; an index out of range takes the last branch."""
    index, *arguments = inputs
    bodies = [x.library.function(branch.name, node.name) for branch in node.attr["branches"].list.func]
    chosen = x.known(index)
    if chosen is not None:
        return x.call(bodies[chosen if 0 <= chosen < len(bodies) else -1], arguments, f"{flat}/")
    return _case(x, flat, index, arguments, bodies, 0)


def _case(
    x: Expander, flat: str, index: str, arguments: Sequence[str], bodies: Sequence[Body], position: int
) -> list[str]:
    if position == len(bodies) - 1:
        return x.call(bodies[position], arguments, f"{flat}/branch{position}/")
    number = _int_const(x, f"{flat}/index{position}", position)
    chosen = x.new(f"{flat}/is{position}", "Equal", [index, number], T=Type(DT.DT_INT32))
    return _conditional(
        x,
        flat,
        chosen,
        arguments,
        bodies[position],
        None,
        lambda inner: _case(x, flat, index, inner, bodies, position + 1),
    )


def _conditional(
    x: Expander,
    flat: str,
    predicate: str,
    arguments: Sequence[str],
    then_body: Body,
    else_body: Body | None,
    otherwise: Any = None,
) -> list[str]:
    types = then_body.argument_types
    switched = [_switch_argument(x, flat, predicate, tensor, types[i]) for i, tensor in enumerate(arguments)]
    switches = {names.node_of(tensor) for tensor in switched if tensor is not None}
    result_types = [arg.type for arg in then_body.definition.signature.output_arg]
    sides: dict[int, list[str]] = {}
    outer = x.branch
    for side in (1, 0):
        given = [
            tensor if through is None else f"{names.node_of(through)}:{side}"
            for tensor, through in zip(arguments, switched, strict=True)
        ]
        x.branch = branch = Branch(predicate, side, set(switches), len(x.nodes))
        if side == 1:
            results = x.call(then_body, given, f"{flat}/then/")
        elif else_body is not None:
            results = x.call(else_body, given, f"{flat}/else/")
        else:
            results = otherwise(given)
        sides[side] = [branch.bind(x, tensor, result_types[i], f"{flat}/Switch") for i, tensor in enumerate(results)]
    x.branch = outer
    return [
        x.new(f"{flat}/Merge", "Merge", [no, yes], T=Type(x.type_of(yes, result_types[i])), N=2)
        for i, (yes, no) in enumerate(zip(sides[1], sides[0], strict=True))
    ]


def _switch_argument(x: Expander, flat: str, predicate: str, tensor: str, declared: int) -> str | None:
    """Constants are the same in both branches and need no Switch, each of which costs the runtime a read-back."""
    if x.is_constant(tensor):
        return None
    return x.new(f"{flat}/Switch", "Switch", [tensor, predicate], T=Type(x.type_of(tensor, declared)))


def as_boolean(x: Expander, predicate: str, dtype: int, flat: str) -> str:
    """A condition of another type is true where it is not zero (for strings: not empty)."""
    if dtype in (DT.DT_BOOL, DT.DT_INVALID):
        return predicate
    return x.new(f"{flat}/condition", "Cast", [predicate], SrcT=Type(dtype), DstT=Type(DT.DT_BOOL))


def _int_const(x: Expander, name: str, value: int) -> str:
    tensor = x.new(name, "Const", [f"^{x.pivot}"] if x.pivot else [], dtype=Type(DT.DT_INT32))
    proto = x.nodes[names.node_of(tensor)].attr["value"].tensor
    proto.dtype = DT.DT_INT32
    proto.tensor_shape.SetInParent()
    proto.int_val.append(value)
    return tensor


def lower_while(x: Expander, node: Any, flat: str, inputs: list[str]) -> list[str]:
    """While and StatelessWhile; a variable that the body hands on unchanged enters the loop once, as a constant."""
    condition = x.library.function(node.attr["cond"].func.name, node.name)
    body = x.library.function(node.attr["body"].func.name, node.name)
    fixed = [body.passes_through(i) == i for i in range(len(inputs))]
    if all(fixed):
        fixed[0] = False
    types = [x.type_of(tensor, body.argument_types[i]) for i, tensor in enumerate(inputs)]
    inputs = _bound_inputs(x, flat, inputs, types, fixed)

    entered = [
        x.new(
            f"{flat}/Enter",
            "Enter",
            [tensor],
            T=Type(types[i]),
            frame_name=flat,
            is_constant=fixed[i],
            parallel_iterations=1,
        )
        for i, tensor in enumerate(inputs)
    ]
    # The second input, the next iteration's value, exists only after the body.
    merged = [
        tensor if fixed[i] else x.new(f"{flat}/Merge", "Merge", [tensor, tensor], T=Type(types[i]), N=2)
        for i, tensor in enumerate(entered)
    ]
    first = _counter(condition, fixed)
    outer_pivot, outer_branch = x.pivot, x.branch
    x.branch = None
    x.pivot = names.node_of(merged[first])
    (chosen,) = x.call(condition, merged, f"{flat}/cond/")
    again = x.new(f"{flat}/LoopCond", "LoopCond", [chosen])

    switches = [
        None if fixed[i] else names.node_of(x.new(f"{flat}/Switch", "Switch", [tensor, again], T=Type(types[i])))
        for i, tensor in enumerate(merged)
    ]
    inside = [tensor if switch is None else f"{switch}:1" for tensor, switch in zip(merged, switches, strict=True)]
    inside[first] = x.new(f"{flat}/body", "Identity", [inside[first]], T=Type(types[first]))
    x.pivot = names.node_of(inside[first])
    results = x.call(body, inside, f"{flat}/body/")
    x.pivot, x.branch = outer_pivot, outer_branch

    outputs = []
    for i, switch in enumerate(switches):
        if switch is None:
            outputs.append(inputs[i])
            continue
        following = x.new(f"{flat}/NextIteration", "NextIteration", [results[i]], T=Type(types[i]))
        x.nodes[names.node_of(merged[i])].input[1] = following
        outputs.append(x.new(f"{flat}/Exit", "Exit", [f"{switch}:0"], T=Type(types[i])))
    return outputs


def _counter(condition: Body, fixed: Sequence[bool]) -> int:
    """The loop variable to which the body's constants are tied: one that the condition needs anyway."""
    needed = {condition.resolve(condition.results[0])}
    stack = list(needed)
    while stack:
        name, _ = stack.pop()
        for tensor in condition.nodes[name].input if name is not None else ():
            source = (tensor[1:], 0) if tensor.startswith("^") else condition.resolve(tensor)
            if source not in needed:
                needed.add(source)
                stack.append(source)
    variable = [i for i, is_fixed in enumerate(fixed) if not is_fixed]
    return next((i for i in variable if (None, i) in needed), variable[0])


def _bound_inputs(x: Expander, flat: str, inputs: list[str], types: Sequence[int], fixed: Sequence[bool]) -> list[str]:
    """Inside a branch, a loop must not start unless the branch is taken."""
    if x.branch is None:
        return inputs
    return [
        tensor if fixed[i] else x.branch.bind(x, tensor, types[i], f"{flat}/start") for i, tensor in enumerate(inputs)
    ]


LOWERINGS = {
    "If": lower_if,
    "StatelessIf": lower_if,
    "Case": lower_case,
    "StatelessCase": lower_case,
    "While": lower_while,
    "StatelessWhile": lower_while,
}
