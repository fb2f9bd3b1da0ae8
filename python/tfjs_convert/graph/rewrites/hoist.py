"""Move a bias or an activation before the reshape between it and its convolution or product, so that they can be fused.

    act(reshape(linear(x)) + bias) = reshape(act(linear(x) + bias))

Keras writes `Dense` on sequences (`MatMul`, `Reshape`, `BiasAdd`) and `Conv1D` (`Conv2D`, `Squeeze`, `BiasAdd`) so.
Exact where the reshape keeps the channel axis (bias) and always for what works on each element. Conditions: the linear
node, what lies between and the reshape are each read by the next alone. Names stay with positions: consumers read what
they read before.
"""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites import linear
from tfjs_convert.graph.rewrites.affine import FLOATS
from tfjs_convert.graph.rewrites.order import topological
from tfjs_convert.graph.rewrites.path import trace
from tfjs_convert.graph.rewrites.static_shapes import elements
from tfjs_convert.graph.view import GraphView, NodeDef

_RESHAPES = ("Reshape", "Squeeze", "BatchToSpaceND")
_ELEMENTWISE = ("Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid")


def hoist(view: GraphView) -> list[str]:
    """Swap each such pair until none is left; returns notes."""
    swapped = 0
    for node in topological(view):
        _flatten_bias(view, node)
        while node.op in _ELEMENTWISE or node.op == "BiasAdd":
            reshape = view.producer(node.input[0])
            if reshape is None or reshape.op not in _RESHAPES or not _may_swap(view, reshape, node):
                break
            _swap(view, reshape, node)
            swapped += 1
            node = reshape
    return [f"Moved {swapped} biases and activations before a reshape."] if swapped else []


def _flatten_bias(view: GraphView, node: NodeDef) -> None:
    """Make a sum over the axes into which a reshape splits the channels, as attention layers have it, a bias before it.

    reshape(linear(x), [..., d, e]) + c, with c of shape [d, e], becomes reshape(linear(x) + flat c, [..., d, e]).
    """
    if node.op not in ("Add", "AddV2") or len(node.input) != 2 or attr(node, "T").type not in FLOATS:
        return
    index = 0 if view.const_node(node.input[1]) is not None else 1
    reshape, constant = view.producer(node.input[index]), view.constant(node.input[1 - index])
    if constant is None or reshape is None or reshape.op != "Reshape" or view.sole_consumer(reshape.name) is not node:
        return
    path = trace(view, reshape, reshape.input[0])
    sizes = elements(view, reshape.input[1], {})
    added = list(constant.shape[next((i for i, s in enumerate(constant.shape) if s != 1), constant.ndim) :])
    if path is None or path.linear.channels_first or sizes is None or constant.ndim > len(sizes):
        return
    if len(added) < 2 or sizes[-len(added) :] != added or constant.size != path.linear.channels:
        return
    if any(t.startswith("^") for t in reshape.input):
        return
    x = node.input[index]
    bias = view.add_const(f"{node.name}/bias", constant.reshape(-1))
    inner = view.add_node(f"{node.name}/before", "BiasAdd", [reshape.input[0], bias])
    inner.attr["T"].type = attr(node, "T").type
    inner.attr["data_format"].s = b"NHWC"
    view.set_input(reshape, 0, inner.name)
    view.take_over(node, view.producer(x))


def _may_swap(view: GraphView, reshape: NodeDef, node: NodeDef) -> bool:
    if view.sole_consumer(reshape.name) is not node or any(t.startswith("^") for t in [*reshape.input, *node.input]):
        return False
    if node.op == "BiasAdd":
        path = trace(view, node, node.input[0])
        size = view.constant_shape(node.input[1])
        return (
            path is not None
            and not path.linear.channels_first
            and size == (path.linear.channels,)
            and attr(node, "data_format").s != b"NCHW"
            and all(b.op in _RESHAPES for b in path.between)
        )
    return _linear_before(view, reshape)


def _linear_before(view: GraphView, user: NodeDef) -> bool:
    """Whether `user` reads a linear node, with or without a bias, that nothing else reads."""
    while True:
        node = view.producer(user.input[0])
        if node is None or view.sole_consumer(node.name) is not user:
            return False
        if node.op not in _RESHAPES and node.op != "BiasAdd":
            return linear.read(view, node, constant=False) is not None
        user = node


def _swap(view: GraphView, first: NodeDef, second: NodeDef) -> None:
    """Exchange what two successive nodes do, each keeping its name and place."""
    source = first.input[0]
    kept_first, kept_second = NodeDef(), NodeDef()
    kept_first.CopyFrom(first)
    kept_second.CopyFrom(second)
    for node, other, inputs in (
        (first, kept_second, [source, *kept_second.input[1:]]),
        (second, kept_first, [first.name, *kept_first.input[1:]]),
    ):
        node.op = other.op
        node.attr.clear()
        for key in other.attr:
            if key != "_output_shapes":
                node.attr[key].CopyFrom(other.attr[key])
        view.set_inputs(node, inputs)
