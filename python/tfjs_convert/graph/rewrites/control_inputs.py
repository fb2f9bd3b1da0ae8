"""Drop the control inputs that only order things: TensorFlow.js takes them for data and stalls on them inside loops.

Kept are those on constants (they say which loop a constant is in, and the runtime never waits for a constant) and those
that lead to an operation with an effect, directly or through `NoOp`. `NoOp` nodes that nothing reads then go, as do the
`_has_manual_control_dependencies` marks.
"""

from tfjs_convert.graph.view import GraphView, parse

_EFFECTS = ("Print", "PrintV2", "Assert", "CheckNumerics")
_EFFECT_PREFIXES = (
    "InitializeTable",
    "LookupTableImport",
    "LookupTableInsert",
    "LookupTableRemove",
    "Assign",
    "StatefulPartitioned",
)


def drop(view: GraphView) -> list[str]:
    """Drop them; returns notes."""
    dropped = 0
    for node in list(view.nodes.values()):
        node.attr.pop("_has_manual_control_dependencies", None)
        if node.op == "Const":
            continue
        kept = [t for t in node.input if not t.startswith("^") or _has_effect(view, t, set())]
        if len(kept) != len(node.input):
            dropped += len(node.input) - len(kept)
            view.set_inputs(node, kept)
    changed = True
    while changed:
        changed = False
        for node in list(view.nodes.values()):
            if node.op == "NoOp" and not view.consumers(node.name) and not view.is_output(node.name):
                view.remove(node.name)
                changed = True
    return [f"Dropped {dropped} control inputs."] if dropped else []


def _has_effect(view: GraphView, tensor: str, seen: set[str]) -> bool:
    node = view.nodes.get(parse(tensor)[0])
    if node is None or node.name in seen:
        return False
    seen.add(node.name)
    if node.op in _EFFECTS or node.op.startswith(_EFFECT_PREFIXES):
        return True
    return node.op == "NoOp" and any(_has_effect(view, t, seen) for t in node.input)
