"""What does not change in a loop is computed before it.

TensorFlow computes it anew in each iteration. TensorFlow.js computes it once, in the first, and then waits for it in
the second.
"""

from __future__ import annotations

from typing import Any

from tfjs_convert.graph import names
from tfjs_convert.tf_core import NodeDef

# Lists are read by what they hold, and random numbers must differ: these stay, tied to each iteration.
_STAY = (
    "TensorList",
    "TensorArray",
    "Random",
    "Truncated",
    "Multinomial",
    "Stateless",
    "EmptyTensorList",
    "LookupTable",
)
_CONTROL_FLOW = frozenset(["Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"])


def hoist_invariants(graph: Any) -> None:
    """Moves nodes that work on a loop's constants alone out of the loop; their results enter it as constants.

    Args:
      graph: a GraphDef, changed in place; nodes may end up after their users.
    """
    nodes = {node.name: node for node in graph.node}
    enters = {name: node for name, node in nodes.items() if node.op == "Enter" and node.attr["is_constant"].b}
    if not enters:
        return
    taken = names.Names(nodes)
    pivots = _pivots(nodes)
    added: list[Any] = []
    changed = True
    while changed:
        changed = False
        for node in list(graph.node) + added:
            frame = _only_frame(node, nodes, enters)
            if frame is None:
                continue
            if node.op.startswith(_STAY):
                node.input.append(f"^{pivots[frame]}")
                continue
            added += _hoist(graph, node, nodes, enters, taken, added)
            changed = True
    graph.node.extend(added)


def bypass_inner_enters(graph: Any) -> None:
    """Lets inner loops use the constants of outer loops as these have them.

    TensorFlow.js keeps a loop's constant where all its iterations find it, inner loops' too; but passes it on once
    only. The outer loop must then not start before the constant is there.

    Args:
      graph: a GraphDef, changed in place.
    """
    enters = {node.name: node for node in graph.node if node.op == "Enter"}
    constant = {name for name, node in enters.items() if node.attr["is_constant"].b}
    inner = {name: enters[name].input[0] for name in constant if names.node_of(enters[name].input[0]) in constant}
    awaited: dict[bytes, list[str]] = {}
    for node in graph.node:
        for i, tensor in enumerate(node.input):
            while tensor in inner:
                tensor = inner[tensor]
                outer = enters[names.node_of(tensor)]
                awaited.setdefault(outer.attr["frame_name"].s, []).append(names.node_of(outer.input[0]))
            node.input[i] = tensor
    for node in enters.values():
        if node.name not in constant:
            present = set(node.input)
            waits = sorted({f"^{name}" for name in awaited.get(node.attr["frame_name"].s, ())} - present)
            node.input.extend(waits)


def await_constants(graph: Any) -> None:
    """Lets a loop start only when the constants that enter it are there.

    TensorFlow.js passes a loop's constant on once, in the iteration that it finds then. A counter needs no constant
    and would run ahead of one that takes long, such as what an earlier loop gives; the iterations between would never
    be computed. It waits for what the constants come from: whatever waits for a constant itself starts inside. Loops
    inside loops are left alone: what they work on comes with each iteration of the outer one.

    Args:
      graph: a GraphDef, changed in place.
    """
    read = {names.node_of(tensor) for node in graph.node for tensor in node.input if not tensor.startswith("^")}
    enters = [node for node in graph.node if node.op == "Enter"]
    awaited: dict[bytes, list[str]] = {}
    for node in enters:
        if node.attr["is_constant"].b and node.name in read:
            source = names.node_of(node.input[0])
            awaited.setdefault(node.attr["frame_name"].s, []).append(f"^{source}")
    nodes = {node.name: node for node in graph.node}
    inner = {node.attr["frame_name"].s for node in enters if _is_in_loop(node, nodes)}
    for node in enters:
        if not node.attr["is_constant"].b and node.attr["frame_name"].s not in inner:
            present = {*node.input, f"^{names.node_of(node.input[0])}"}
            node.input.extend(sorted(set(awaited.get(node.attr["frame_name"].s, ())) - present))


def _is_in_loop(enter: Any, nodes: dict[str, Any]) -> bool:
    """Whether a loop starts inside another, as what enters it tells."""
    seen: set[str] = set()
    passed: set[str] = set()
    stack = [names.node_of(tensor) for tensor in enter.input]
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        node = nodes[name]
        if node.op == "Exit":
            # Through the earlier loop to what entered it.
            while node.op != "Enter" and node.input and node.name not in passed:
                passed.add(node.name)
                node = nodes[names.node_of(node.input[0])]
        elif node.op in ("Enter", "LoopCond", "NextIteration"):
            return True
        stack += [names.node_of(tensor) for tensor in node.input]
    return False


def _pivots(nodes: dict[str, Any]) -> dict[bytes, str]:
    """For each loop a Merge, which has a value in each iteration."""
    pivots = {}
    for node in nodes.values():
        if node.op == "Merge":
            enter = nodes[names.node_of(node.input[0])]
            if enter.op == "Enter":
                pivots.setdefault(enter.attr["frame_name"].s, node.name)
    return pivots


def _only_frame(node: Any, nodes: dict[str, Any], enters: dict[str, Any]) -> bytes | None:
    """The loop whose constants, and plain constants, are all that a node works on."""
    if node.op in _CONTROL_FLOW or any(tensor.startswith("^") for tensor in node.input):
        return None
    frames = set()
    for tensor in node.input:
        name = names.node_of(tensor)
        if name in enters:
            frames.add(enters[name].attr["frame_name"].s)
        elif nodes[name].op != "Const":
            return None
    return frames.pop() if len(frames) == 1 else None


def _hoist(
    graph: Any, node: Any, nodes: dict[str, Any], enters: dict[str, Any], taken: names.Names, added: list[Any]
) -> list[Any]:
    """Gives a node the values from outside, and its users inside what enters."""
    frame = next(enters[names.node_of(t)] for t in node.input if names.node_of(t) in enters)
    outside = [enters[names.node_of(t)].input[0] if names.node_of(t) in enters else t for t in node.input]
    del node.input[:]
    node.input.extend(outside)
    made: dict[int, Any] = {}
    for user in [*graph.node, *added]:
        for i, tensor in enumerate(user.input):
            name, index = names.split(tensor)
            if name != node.name or index < 0:
                continue
            if index not in made:
                enter = NodeDef()
                enter.CopyFrom(frame)
                enter.name = taken.unique(f"{node.name}/Enter")
                enter.input[0] = names.written(f"{name}:{index}")
                made[index] = nodes[enter.name] = enters[enter.name] = enter
            user.input[i] = made[index].name
    return list(made.values())
