"""What a model does once when it is loaded: fill its tables, load its decision forest."""

from __future__ import annotations

from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Library
from tfjs_convert.graph.model import GraphModel


def expand(model: GraphModel) -> Expander:
    """The flat graph of a model's own initialisation."""
    x = Expander(Library(model.graph.library.function, model.op_list), {}, lowerings={})
    x.add_main(model.graph.node, [f"^{name}" for name in model.init_ops], {})
    x.finish()
    return x
