"""The way from a linear operation to a later node, along which channels stay channels."""

from dataclasses import dataclass, field

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites import linear
from tfjs_convert.graph.rewrites.extents import shape_vector
from tfjs_convert.graph.view import GraphView, NodeDef


@dataclass
class Path:
    """A linear node, the nodes after it (the last first), and the rank of what the last one gives."""

    linear: linear.Linear
    between: list[NodeDef] = field(default_factory=list)
    rank: int = 0
    exact_rank: bool = True

    @property
    def axis(self) -> int:
        """The channels' axis, counted from the end."""
        return 1 - self.rank if self.linear.channels_first else -1


def trace(view: GraphView, user: NodeDef, tensor: str) -> Path | None:
    """The way from a linear node with a constant kernel to `tensor`, which `user` reads, or None.

    Every node on it is read by the next alone; between are constant `BiasAdd`, `Reshape`, `Squeeze`, `BatchToSpaceND`
    and zero `Pad` that leave the channel axis whole.
    """
    between: list[NodeDef] = []
    while True:
        node = view.producer(tensor)
        if node is None or view.sole_consumer(node.name) is not user:
            return None
        found = linear.read(view, node)
        if found is not None:
            break
        if node.op not in ("BiasAdd", "Reshape", "Squeeze", "BatchToSpaceND", "Pad", "PadV2"):
            return None
        between.append(node)
        user, tensor = node, node.input[0]
    path = Path(found, between, found.rank, found.exact_rank)
    for node in reversed(between):
        if not passes(view, path, node):
            return None
    return path


def passes(view: GraphView, path: Path, node: NodeDef) -> bool:
    """Whether channels stay channels through `node`; takes the rank along."""
    data = view.data_inputs(node)
    channels, first = path.linear.channels, path.linear.channels_first
    if node.op == "BiasAdd":
        return view.constant_shape(data[1]) == (channels,) and (
            view.const_node(data[1]) is not None and (attr(node, "data_format").s == b"NCHW") == first
        )
    if node.op in ("Pad", "PadV2"):
        padding = view.constant(data[1])
        value = view.constant(data[2]) if len(data) > 2 else np.zeros(())
        if padding is None or value is None or value.any() or padding.shape != (path.rank, 2):
            return False
        return not padding[path.axis].any()
    if first:
        return False
    if node.op == "BatchToSpaceND":
        block = view.constant_shape(data[1])
        return block is not None and path.exact_rank and block[0] < path.rank - 1
    if node.op == "Squeeze":
        axes = list(attr(node, "squeeze_dims").list.i)
        if not axes or not path.exact_rank or any(a % path.rank == path.rank - 1 for a in axes):
            return False
        path.rank -= len(axes)
        return True
    path.rank, path.exact_rank, last = shape_vector(view, data[1])
    return last == channels
