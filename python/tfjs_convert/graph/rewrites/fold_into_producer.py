"""Fold an affine map per channel into the convolution or matrix product before it.

    linear(x, K) * scale + offset = linear(x, K * scale) + offset        (scale along the kernel's output channels)

Pattern: linear, then any of `BiasAdd` (constant), `Reshape`, `Squeeze`, `BatchToSpaceND`, `Pad` (zeros), then the map
(`affine.py`). Conditions: every node from the linear one on has no consumer but the next and is not fetched; the kernel
is constant (one that others read is copied); scale and offset vary along the channels only. A factor passes through
zero padding, an offset does not: it stays behind as a `BiasAdd` of rank 1, which is also what any constant addition
after a linear operation becomes. The node that remains bears the map's name.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites import affine
from tfjs_convert.graph.rewrites.order import topological
from tfjs_convert.graph.rewrites.path import Path, trace
from tfjs_convert.graph.view import GraphView, NodeDef


def fold(view: GraphView) -> list[str]:
    """Fold all maps that can be folded; returns notes."""
    folded = 0
    for node in topological(view):
        if view.nodes.get(node.name) is not node:
            continue
        found = affine.read(view, node)
        if found is not None and _fold(view, node, found):
            folded += 1
    return (
        [f"Folded {folded} constant scales, offsets and batch norms into the operation before them."] if folded else []
    )


def _fold(view: GraphView, node: NodeDef, found: affine.Affine) -> bool:
    x = view.data_inputs(node)[found.x]
    path = trace(view, node, x)
    if path is None:
        return False
    vectors = [_vector(path, found, v) for v in (found.scale, found.offset)]
    if any(v is None for v, a in zip(vectors, (found.scale, found.offset), strict=True) if a is not None):
        return False
    scale, offset = vectors
    if not all(np.all(np.isfinite(v)) for v in vectors if v is not None):
        return False
    if offset is not None and not offset.any():
        offset = None
    bias = _bias_for_offset(path)
    if scale is None and offset is not None and bias is None and node.op == "BiasAdd":
        return False
    source = view.producer(x)
    if scale is not None:
        _scale(view, path, scale)
    if offset is not None and bias is not None:
        old = view.constant(bias.input[1])
        view.set_constant_input(bias, 1, (old.astype(np.float64) + offset).astype(old.dtype), "bias")
    if offset is None or bias is not None:
        view.take_over(node, source)
    else:
        _become_bias_add(view, node, found, x, offset, path)
    return True


def _vector(path: Path, found: affine.Affine, array: np.ndarray | None) -> np.ndarray | None:
    if array is None:
        return None
    if found.channels_first is None:
        return affine.per_channel(array, path.rank, path.exact_rank, path.axis, path.linear.channels)
    matches = found.channels_first == path.linear.channels_first and array.shape == (path.linear.channels,)
    return array if matches else None


def _bias_for_offset(path: Path) -> NodeDef | None:
    for node in path.between:
        if node.op == "BiasAdd":
            return node
        if node.op in ("Pad", "PadV2"):
            return None
    return None


def _scale(view: GraphView, path: Path, scale: np.ndarray) -> None:
    kernel = path.linear.kernel(view)
    factor = scale.reshape(path.linear.out_shape)
    work = np.float64 if kernel.dtype == np.float64 else np.float32
    path.linear.set_kernel(view, (kernel.astype(work) * factor.astype(work)).astype(kernel.dtype))
    for node in path.between:
        if node.op == "BiasAdd":
            old = view.constant(node.input[1])
            view.set_constant_input(node, 1, (old.astype(np.float64) * scale).astype(old.dtype), "bias")


def _become_bias_add(
    view: GraphView, node: NodeDef, found: affine.Affine, x: str, offset: np.ndarray, path: Path
) -> None:
    dtype = path.linear.kernel(view).dtype
    data = view.data_inputs(node)
    control = [t for t in node.input if t.startswith("^")]
    # The constant beside x is reused if there is one; a batch norm's five are replaced by one.
    other = data[1 - found.x] if len(data) == 2 else None
    if other is None:
        other = view.add_const(f"{node.name}/offset", offset.astype(dtype))
    kind = attr(node, "T").type
    node.op = "BiasAdd"
    node.attr.clear()
    node.attr["T"].type = kind
    node.attr["data_format"].s = b"NCHW" if path.linear.channels_first else b"NHWC"
    view.set_inputs(node, [x, other, *control])
    for name in data:
        view.prune(name.partition(":")[0])
    view.set_constant_input(node, 1, offset.astype(dtype), "offset")
