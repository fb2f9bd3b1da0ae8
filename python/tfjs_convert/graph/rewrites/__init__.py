"""Rewrites of a frozen graph between Grappler's two passes and after them.

Each module is one rewrite: its docstring gives the pattern, the formula and the conditions. All work on a `GraphView`,
which knows every reader of a value, fetched ones included; no rewrite changes a value that something else reads.
"""

from collections.abc import Sequence

from tfjs_convert.graph.rewrites import (
    constant_layout,
    control_inputs,
    explicit_padding,
    fold_into_consumer,
    fold_into_producer,
    fuse_linear,
    hoist,
    offsets_before_sums,
    prelu,
    static_shapes,
    unfuse,
)
from tfjs_convert.graph.view import GraphView
from tfjs_convert.tf_core import graph_pb2


def before_remap(graph: graph_pb2.GraphDef, outputs: Sequence[str]) -> list[str]:
    """Fold scales, offsets and batch norms into convolutions and matrix products, in place.

    `outputs` are the fetched nodes or tensors, whose names and values stay. The result is a valid TensorFlow graph. No
    device is set, so that Grappler's `remap`, should it run, leaves the fusing to `after_remap`. Returns notes for the
    user. Raises InputError if a node name comes twice.
    """
    view = GraphView(graph, outputs)
    notes = constant_layout.fold(view)
    notes += static_shapes.simplify(view)
    notes += offsets_before_sums.move(view)
    notes += fold_into_producer.fold(view)
    notes += fold_into_consumer.fold(view)
    notes += hoist.hoist(view)
    notes += static_shapes.merge(view)
    notes += explicit_padding.merge(view)
    view.commit()
    return notes


def after_remap(graph: graph_pb2.GraphDef, outputs: Sequence[str]) -> list[str]:
    """Fuse what TensorFlow.js has fused kernels for, and drop what it does not need, in place.

    The result holds operations that only TensorFlow.js knows (`Prelu`, `FusedDepthwiseConv2dNative`). `outputs` as in
    `before_remap`. Device strings, ordering control inputs and the placeholders that functionalised control flow left
    unread are gone afterwards. Returns notes for the user.
    """
    view = GraphView(graph, outputs)
    notes = unfuse.unfuse(view)
    notes += control_inputs.drop(view)
    for node in list(view.nodes.values()):
        node.ClearField("device")
        unread = not view.consumers(node.name) and not view.is_output(node.name)
        if node.op == "Placeholder" and node.name.startswith("unused_control_flow_input") and unread:
            view.remove(node.name)
    notes += prelu.fuse(view)
    notes += fuse_linear.fuse(view)
    view.commit()
    return notes


__all__ = ["after_remap", "before_remap"]
