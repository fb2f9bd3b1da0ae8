"""Fold an affine map per channel into the convolution or matrix product that alone reads it.

    linear(x * scale + offset, K) = linear(x, K * scale) + linear(offset, K)     (scale along the kernel's input
    channels)

The factor passes through zero padding; the offset only where the linear operation makes up no border elements
(`VALID`, kernels of size 1, matrix products). It becomes a `BiasAdd` after the linear operation, merged with one that
is there. Conditions: the map (one node, or a factor followed by an offset) has no other consumer and is not fetched; x
has as many channels as the kernel takes, so that broadcasting enlarges nothing. An offset is only moved as part of a
normalisation (factor and offset together) and if it is small, since x may be large beside its spread: x - mean is
exact where K * x - K * mean cancels digits.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites import affine, linear
from tfjs_convert.graph.rewrites.extents import last_axis
from tfjs_convert.graph.rewrites.order import topological
from tfjs_convert.graph.view import GraphView, NodeDef

# Cancellation may cost this factor in precision: 16 * 2**-24 is a millionth.
_LARGEST_OFFSET = 16.0


def fold(view: GraphView) -> list[str]:
    """Fold all maps that can be folded; returns notes."""
    folded = 0
    for node in topological(view):
        if view.nodes.get(node.name) is not node:
            continue
        found = linear.read(view, node)
        while found is not None and _fold(view, found):
            folded += 1
            found = linear.read(view, node)
    return [f"Folded {folded} constant scales and offsets into the operation after them."] if folded else []


def _fold(view: GraphView, target: linear.Linear) -> bool:
    if target.channels_first or target.in_channels < 0:
        return False
    node = target.node
    user, tensor, padded = node, node.input[target.data], False
    source = view.producer(tensor)
    while source is not None and source.op in ("Pad", "PadV2") and view.sole_consumer(source.name) is user:
        if not _zero_padding(view, source):
            return False
        user, tensor, padded = source, source.input[0], True
        source = view.producer(tensor)
    if source is None or view.sole_consumer(source.name) is not user:
        return False
    found = affine.read(view, source)
    if found is None or found.channels_first:
        return False
    nodes = [source]
    if found.scale is None:
        first = view.producer(view.data_inputs(source)[found.x])
        factor = affine.read(view, first) if first is not None else None
        if factor is None or factor.offset is not None or view.sole_consumer(first.name) is not source:
            return False
        nodes.append(first)
        scale, offset, x = factor.scale, found.offset, view.data_inputs(first)[factor.x]
    else:
        scale, offset, x = found.scale, found.offset, view.data_inputs(source)[found.x]
    enlarges = any(v is not None and v.size > 1 for v in (scale, offset))
    if found.channels_first is None and enlarges and last_axis(view, x) != target.in_channels:
        return False
    vectors = [
        None if v is None else affine.per_channel(v, target.rank, target.exact_rank, -1, target.in_channels)
        for v in (scale, offset)
    ]
    if vectors[0] is None or (offset is not None and vectors[1] is None):
        return False
    if not all(np.all(np.isfinite(v)) for v in vectors if v is not None):
        return False
    scale, offset = vectors
    if offset is not None and offset.any():
        if padded or not linear.pads_nothing(target) or np.abs(offset).max() > _LARGEST_OFFSET:
            return False
        if node.op not in ("Conv2D", "DepthwiseConv2dNative", "MatMul"):
            return False
        vector = _sums(target, target.kernel(view), offset)
    else:
        vector = None
    kernel = target.kernel(view)
    work = np.float64 if kernel.dtype == np.float64 else np.float32
    factor = scale.reshape(target.in_shape).astype(work)
    target.set_kernel(view, (kernel.astype(work) * factor).astype(kernel.dtype))
    index = next(i for i, t in enumerate(user.input) if t == tensor)
    view.set_input(user, index, x)
    for left in nodes:
        if left.name in view.nodes:
            view.remove(left.name)
    if vector is not None:
        _add_bias(view, node, vector.astype(kernel.dtype))
    return True


def _zero_padding(view: GraphView, node: NodeDef) -> bool:
    data = view.data_inputs(node)
    padding = view.constant(data[1])
    value = view.constant(data[2]) if len(data) > 2 else np.zeros(())
    return padding is not None and value is not None and not value.any() and not padding[-1].any()


def _sums(target: linear.Linear, kernel: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """linear(offset, kernel): one constant per output channel, float64."""
    product = kernel.astype(np.float64) * offset.reshape(target.in_shape)
    if target.node.op == "DepthwiseConv2dNative":
        return product.sum(axis=(0, 1)).reshape(-1)
    transposed = target.node.op == "MatMul" and attr(target.node, "transpose_b").b
    return product.sum(axis=1 if transposed else tuple(range(kernel.ndim - 1)))


def _add_bias(view: GraphView, node: NodeDef, vector: np.ndarray) -> None:
    """Add `vector` to what `node` gives: in the constant `BiasAdd` that alone reads it, else in a new one."""
    bias = view.sole_consumer(node.name)
    if bias is not None and bias.op == "BiasAdd" and view.const_node(bias.input[1]) is not None:
        old = view.constant(bias.input[1])
        view.set_constant_input(bias, 1, (old.astype(np.float64) + vector).astype(old.dtype), "bias")
        return
    inner = view.add_node(f"{node.name}/linear", node.op, [], node)
    inputs = list(node.input)
    kind = attr(node, "T").type
    node.op = "BiasAdd"
    node.attr.clear()
    node.attr["T"].type = kind
    node.attr["data_format"].s = b"NHWC"
    view.set_inputs(node, [inner.name, view.add_const(f"{node.name}/offset", vector)])
    view.set_inputs(inner, inputs)
