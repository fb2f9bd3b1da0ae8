"""What a graph tells of shapes without shape inference: ranks, and the size of the last axis."""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.view import GraphView, NodeDef

# Elementwise operations of one tensor, and others that keep the last axis.
_KEEPS_LAST = frozenset(
    "Relu Relu6 Elu LeakyRelu Selu Sigmoid Tanh Softplus Softsign Neg Abs Sqrt Rsqrt Square Exp Log Erf Identity "
    "StopGradient BiasAdd MaxPool AvgPool FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Prelu ResizeBilinear "
    "ResizeNearestNeighbor BatchToSpaceND SpaceToBatchND".split()
)
_BROADCASTS = frozenset(["Add", "AddV2", "AddN", "Mul", "Sub", "RealDiv", "Maximum", "Minimum"])


def shape_vector(view: GraphView, tensor: str) -> tuple[int, bool, int | None]:
    """What is known of the shape that the integer vector `tensor` names: (rank, whether exact or a lower bound, last
    size).

    The last size is None unless it is a known positive number.
    """
    value = view.constant(tensor)
    if value is not None:
        sizes = value.reshape(-1)
        return len(sizes), True, (int(sizes[-1]) if len(sizes) and sizes[-1] > 0 else None)
    node = view.producer(tensor)
    data = view.data_inputs(node) if node is not None else []
    if node is not None and node.op == "Pack" and data:
        last = view.constant(data[-1])
        return len(data), True, (int(last) if last is not None and last.ndim == 0 and last > 0 else None)
    if node is not None and node.op == "ConcatV2" and len(data) > 1:
        parts = [shape_vector(view, t) for t in data[:-1]]
        return sum(p[0] for p in parts), all(p[1] for p in parts), parts[-1][2] if parts[-1][0] else None
    return 0, False, None


def last_axis(view: GraphView, tensor: str, depth: int = 16) -> int | None:
    """The size of the last axis of `tensor`, where placeholders, kernels and reshapes tell it; None where not."""
    from tfjs_convert.graph.rewrites import linear

    node = view.producer(tensor)
    if node is None or depth == 0:
        return None
    if node.op in ("Placeholder", "PlaceholderWithDefault"):
        dims = attr(node, "shape").shape.dim
        return dims[-1].size if len(dims) and dims[-1].size > 0 else None
    known = linear.read(view, node, constant=False)
    if known is not None:
        return None if known.channels_first else known.channels
    if node.op == "Reshape":
        return shape_vector(view, node.input[1])[2]
    if node.op in ("Pad", "PadV2"):
        padding = view.constant(node.input[1])
        keeps = padding is not None and padding.ndim == 2 and len(padding) and not padding[-1].any()
        return last_axis(view, node.input[0], depth - 1) if keeps else None
    if node.op in _BROADCASTS:
        return _broadcast(view, node, depth)
    if node.op in _KEEPS_LAST and attr(node, "data_format").s in (b"", b"NHWC", b"NDHWC"):
        return last_axis(view, node.input[0], depth - 1)
    return None


def _broadcast(view: GraphView, node: NodeDef, depth: int) -> int | None:
    """The last size of a sum or product: that of an operand above 1, since the others are 1 or the same."""
    sizes = []
    for tensor in sorted(view.data_inputs(node), key=lambda t: view.constant_shape(t) is None):
        shape = view.constant_shape(tensor)
        size = (shape[-1] if shape else 1) if shape is not None else last_axis(view, tensor, depth - 1)
        if size is not None and size > 1:
            return size
        sizes.append(size)
    return None if None in sizes else max(sizes)


def exact_rank(view: GraphView, tensor: str, depth: int = 16, seen: dict[str, int | None] | None = None) -> int | None:
    """The rank of `tensor` where the graph tells it exactly, else None. `seen` holds answers of one search."""
    seen = {} if seen is None else seen
    if tensor not in seen:
        seen[tensor] = _exact_rank(view, tensor, depth, seen)
    return seen[tensor]


def _exact_rank(view: GraphView, tensor: str, depth: int, seen: dict[str, int | None]) -> int | None:
    from tfjs_convert.graph.rewrites import linear

    node = view.producer(tensor)
    if node is None or depth == 0:
        return None
    if node.op in ("Placeholder", "PlaceholderWithDefault"):
        shape = attr(node, "shape").shape
        return len(shape.dim) or None if not shape.unknown_rank else None
    known = linear.read(view, node, constant=False)
    if known is not None:
        return known.rank if known.exact_rank else None
    if node.op == "Reshape":
        rank, exact, _ = shape_vector(view, node.input[1])
        return rank if exact else None
    if node.op in ("MaxPool", "AvgPool", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        return 4
    if node.op in _BROADCASTS:
        ranks = []
        for operand in dict.fromkeys(view.data_inputs(node)):
            shape = view.constant_shape(operand)
            ranks.append(len(shape) if shape is not None else exact_rank(view, operand, depth - 1, seen))
        return None if None in ranks else max(ranks)
    if node.op in _KEEPS_LAST or node.op in ("Pad", "PadV2"):
        return exact_rank(view, node.input[0], depth - 1, seen)
    return None
