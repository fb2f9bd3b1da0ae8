"""The two runs of TensorFlow's graph optimizer, over graphs whose large constants stay outside.

Large constants and nodes that the core does not know are stood in for by placeholders of the same name, dtype and
shape, so that megabytes do not travel through the optimizer's many copies, nor meet protobuf's limit of 2 GB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tfjs_convert import tf_core
from tfjs_convert.errors import UnsupportedError
from tfjs_convert.tf_core import MetaGraphDef

SIMPLIFY = ["pruning", "constfold", "arithmetic", "dependency"] * 2
FUSE = ["remap", "constfold", "arithmetic", "dependency"]
STRIP_DEBUG_OPS = ["debug_stripper"]


def run(graph: Any, inputs: Sequence[str], outputs: Sequence[str], optimizers: list[str]) -> Any:
    """Runs optimizers over a GraphDef and returns the new one.

    Args:
      graph: the GraphDef; its `versions` say what its attributes' defaults are.
      inputs: names of placeholders that must stay.
      outputs: names of nodes whose first output must stay.
      optimizers: Grappler's names, in order.

    Raises:
      UnsupportedError: the optimizer refuses the graph, with its reason.
    """
    meta_graph = MetaGraphDef()
    meta_graph.graph_def.CopyFrom(graph)
    for node in meta_graph.graph_def.node:
        # A SavedModel leaves out what is the default, and the optimizer refuses placeholders that say nothing.
        if node.op == "Placeholder" and "shape" not in node.attr:
            node.attr["shape"].shape.unknown_rank = True
    signature = meta_graph.signature_def["fetches"]
    types = {node.name: node.attr["dtype"].type for node in graph.node if node.op == "Placeholder"}
    for name in inputs:
        signature.inputs[name].name = f"{name}:0"
        signature.inputs[name].dtype = types.get(name, 0)
    for name in outputs:
        signature.outputs[name].name = f"{name}:0"
    meta_graph.collection_def["train_op"].node_list.value.extend(outputs)
    try:
        tf_core.validate(graph)
        result = tf_core.optimize(meta_graph, tf_core.optimizer_config(optimizers))
    except tf_core.CoreError as error:
        raise UnsupportedError(_sentence(str(error))) from error
    for node in result.node:
        node.device = ""
    missing = set(outputs) - {node.name for node in result.node}
    if missing:
        raise UnsupportedError(f"TensorFlow's graph optimizer lost the output {sorted(missing)[0]!r}.")
    return result


def _sentence(reason: str) -> str:
    """The core's reason for refusing a graph, without what it says of the machine."""
    unknown = re.search(r"Op type not registered '([^']+)'", reason)
    if unknown:
        return (
            f"The model uses the operation {unknown[1]}, which TensorFlow {tf_core.version()} does not have; "
            "cut the graph before it with outputs."
        )
    line = reason.strip().split("\n")[0].rstrip(".")
    return f"TensorFlow's graph optimizer refuses the model's graph: {line}."
