"""Let a convolution pad by itself: `Pad` with zeros before a `VALID` (or `EXPLICIT`) convolution becomes explicit
paddings.

    conv(pad(x, p), VALID) = conv(x, EXPLICIT p)

Conditions: NHWC, a constant padding by zero of the two spatial axes only, and no other consumer of the padded tensor.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.view import GraphView, NodeDef


def merge(view: GraphView) -> list[str]:
    """Merge all such pads; returns notes."""
    merged = 0
    for node in list(view.nodes.values()):
        if node.op in ("Conv2D", "DepthwiseConv2dNative") and _merge(view, node):
            merged += 1
    return [f"Merged {merged} paddings into convolutions."] if merged else []


def _merge(view: GraphView, node: NodeDef) -> bool:
    padding = attr(node, "padding").s
    if attr(node, "data_format").s not in (b"", b"NHWC") or padding not in (b"VALID", b"EXPLICIT"):
        return False
    pad = view.producer(node.input[0])
    if pad is None or pad.op not in ("Pad", "PadV2") or view.sole_consumer(pad.name) is not node:
        return False
    data = view.data_inputs(pad)
    amounts = view.constant(data[1])
    value = view.constant(data[2]) if len(data) > 2 else np.zeros(())
    if len(data) != len(pad.input) or amounts is None or value is None or value.any() or amounts.shape != (4, 2):
        return False
    if amounts.min() < 0 or amounts[0].any() or amounts[3].any():
        return False
    total = amounts.astype(np.int64).reshape(-1)
    if padding == b"EXPLICIT":
        total = total + np.array(attr(node, "explicit_paddings").list.i, np.int64)
    node.attr["padding"].s = b"EXPLICIT"
    node.attr["explicit_paddings"].list.i[:] = total.tolist()
    view.set_input(node, 0, data[0])
    view.prune(pad.name)
    return True
