"""What TensorFlow.js can do for some values only, which a graph does not tell."""

from typing import Any


def notes(graph: Any) -> list[str]:
    """Notes for the user on the nodes of a GraphDef at which the runtime may stop, whatever the check says."""
    joins = sorted(node.name for node in graph.node if node.op == "TensorListConcat" and _any_length(node))
    return [
        f"{name} joins the pieces of a list, which must all have one length in TensorFlow.js: it stops with "
        "'Incompatible shape during merge' where they have not."
        for name in joins
    ]


def _any_length(node: Any) -> bool:
    dims = node.attr["element_shape"].shape.dim if "element_shape" in node.attr else ()
    return not dims or dims[0].size < 0
