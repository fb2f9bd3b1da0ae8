"""Move a constant per channel from behind a sum to the linear operation that is one of the summands.

    (linear(x) + y) + c = (linear(x) + c) + y

Grappler gathers sums, so that the batch norm of a residual branch ends as `AddV2(AddN(conv, shortcut), c)`; as the
convolution's bias, c costs nothing. Conditions: the sum is read by the addition alone, the summand (`path.py`) by the
sum alone, and c fits the summand's channels, so that no shape changes. The sum takes the addition's name.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites import affine
from tfjs_convert.graph.rewrites.order import topological
from tfjs_convert.graph.rewrites.path import trace
from tfjs_convert.graph.view import GraphView, NodeDef


def move(view: GraphView) -> list[str]:
    """Move all such constants; returns notes."""
    moved = 0
    for node in topological(view):
        if view.nodes.get(node.name) is node and node.op in ("Add", "AddV2", "Sub", "BiasAdd") and _move(view, node):
            moved += 1
    return [f"Moved {moved} constants from behind sums to the operations summed."] if moved else []


def _move(view: GraphView, node: NodeDef) -> bool:
    found = affine.read(view, node)
    if found is None or found.scale is not None or found.channels_first:
        return False
    total = view.producer(view.data_inputs(node)[found.x])
    if total is None or total.op not in ("Add", "AddV2", "AddN") or view.sole_consumer(total.name) is not node:
        return False
    for index, summand in enumerate(view.data_inputs(total)):
        path = trace(view, total, summand)
        if path is None or path.linear.channels_first:
            continue
        offset = affine.per_channel(found.offset, path.rank, path.exact_rank, -1, path.linear.channels)
        if offset is None or not np.all(np.isfinite(offset)):
            continue
        dtype = path.linear.kernel(view).dtype
        bias = view.add_node(
            f"{node.name}/bias", "BiasAdd", [summand, view.add_const(f"{node.name}/offset", offset.astype(dtype))]
        )
        bias.attr["T"].type = attr(node, "T").type
        bias.attr["data_format"].s = b"NHWC"
        view.set_input(total, index, bias.name)
        view.take_over(node, total)
        return True
    return False
