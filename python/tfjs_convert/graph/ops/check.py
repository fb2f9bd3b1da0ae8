"""The op check: whether TensorFlow.js can run a graph, and if not, what stands in the way, where, and what to do.

It goes by the table of the TensorFlow.js version that is pinned, and looks at attributes and dtypes too. Before
optimisation, what depends on constants alone is left out, as it will be folded.
"""

from collections.abc import Collection, Iterable, Iterator

from tfjs_convert.errors import OptionError, UnsupportedError
from tfjs_convert.graph.ops.attributes import complaints
from tfjs_convert.graph.view import NodeDef, parse
from tfjs_convert.tables import Tables
from tfjs_convert.tf_core import graph_pb2

_DEBUG = ("Assert", "CheckNumerics", "Print")
_CALLS = ("StatefulPartitionedCall", "PartitionedCall", "__inference", "model_call")
_NODES_NAMED = 3


def check(
    graph: graph_pb2.GraphDef,
    tables: Tables,
    *,
    strip_debug_ops: bool = False,
    custom_ops: Collection[str] = (),
    phase: str = "after",
) -> None:
    """Check the nodes of `graph`, those of its library's functions included.

    `strip_debug_ops` accepts operations that will be stripped; `custom_ops` are implemented by the application;
    `phase` is `before` or `after` optimisation. Raises UnsupportedError, naming each operation with its nodes and
    layers.
    """
    accepted = {*custom_ops, *(_DEBUG if strip_debug_ops else ())}
    found: dict[tuple[str, str], list[str]] = {}
    for node, name in _to_check(graph, phase):
        if node.op in accepted:
            continue
        for reason in _reasons(node, tables):
            found.setdefault((node.op, reason), []).append(name)
    if not found:
        return
    described = "; ".join(_describe(op, reason, names) for (op, reason), names in sorted(found.items()))
    missing = sorted({op for op, _ in found})
    version = tables.versions.get("tfjs-converter", "")
    # Scripts look for the first words, which are the upstream converter's.
    raise UnsupportedError(
        f"Unsupported Ops in the model {phase} optimization: {described}. TensorFlow.js {version} cannot run "
        f"{'it' if len(missing) == 1 else 'them'}: cut the graph before with outputs, or implement "
        f"{', '.join(missing)} in JavaScript (tf.registerOp) and list in custom_ops what you implement, "
        "or convert without this check by skip_op_check."
    )


def check_custom_ops_used(graphs: Iterable[graph_pb2.GraphDef], custom_ops: Collection[str]) -> None:
    """Raises OptionError if the model, in none of its graphs, uses one of `custom_ops`."""
    used = {node.op for graph in graphs for node, _ in all_nodes(graph)}
    unused = sorted(set(custom_ops) - used)
    if unused:
        raise OptionError(
            f"custom_ops names {', '.join(unused)}, which the converted model does not use; remove "
            f"{'it' if len(unused) == 1 else 'them'} from custom_ops."
        )


def layer_of(name: str) -> str:
    """The name scope that a node came from, without the calls that functions leave in it; empty if it has none."""
    parts = [p for p in name.split("/")[:-1] if not p.startswith(_CALLS)]
    return "/".join(parts)


def _reasons(node: NodeDef, tables: Tables) -> Iterator[str]:
    op = tables.ops.get(node.op)
    if op is None:
        yield "it has no such operation"
        return
    if not op.mapped:
        yield "its runtime does not load this operation's list"
    elif not op.implemented:
        yield "its runtime does not implement it"
    yield from complaints(node, op)


def all_nodes(graph: graph_pb2.GraphDef) -> Iterator[tuple[NodeDef, str]]:
    """Every node with its name, which for a function's begins with the function's."""
    for node in graph.node:
        yield node, node.name
    for function in graph.library.function:
        for node in function.node_def:
            yield node, f"{function.signature.name}/{node.name}"


def _to_check(graph: graph_pb2.GraphDef, phase: str) -> Iterator[tuple[NodeDef, str]]:
    folded = _of_constants(graph) if phase == "before" else set()
    return ((node, name) for node, name in all_nodes(graph) if name not in folded)


def _of_constants(graph: graph_pb2.GraphDef) -> set[str]:
    """Top-level nodes whose value depends on constants alone."""
    constant: set[str] = set()
    waiting = [n for n in graph.node]
    while True:
        left = []
        for node in waiting:
            sources = [parse(t)[0] for t in node.input if not t.startswith("^")]
            if node.op == "Const" or (sources and all(s in constant for s in sources)):
                constant.add(node.name)
            else:
                left.append(node)
        if len(left) == len(waiting):
            return constant - {n.name for n in graph.node if n.op == "Const"}
        waiting = left


def _describe(op: str, reason: str, names: list[str]) -> str:
    names = sorted(names)
    shown = ", ".join(f"'{n}'" for n in names[:_NODES_NAMED])
    more = f" and {len(names) - _NODES_NAMED} more" if len(names) > _NODES_NAMED else ""
    layers = sorted({layer_of(n) for n in names} - {""})
    where = ""
    if layers:
        rest = f" and {len(layers) - _NODES_NAMED} more" if len(layers) > _NODES_NAMED else ""
        quoted = ", ".join(f"'{layer}'" for layer in layers[:_NODES_NAMED])
        where = f", from {'layer' if len(layers) == 1 else 'layers'} {quoted}{rest}"
    return f"{op} ({reason}: {'node' if len(names) == 1 else 'nodes'} {shown}{more}{where})"
