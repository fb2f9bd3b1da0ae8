"""Reports on frozen graphs."""

from __future__ import annotations

import collections
from pathlib import Path

from tfjs_convert.graph import constants, dtypes
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph.ops import check
from tfjs_convert.inspect import trial as trials
from tfjs_convert.inspect.values import Values, endpoint, totals, weight
from tfjs_convert.sources import frozen_graph


def report(path: Path, trial: bool) -> Values:
    """Inputs (placeholders), outputs (what no other node uses), operations, constants.

    Raises:
      InputError: the file is no GraphDef.
    """
    graph = frozen_graph.parse_graph(path)
    inputs, ends = frozen_graph.placeholders(graph), frozen_graph.ends(graph)
    weights = [
        weight(node.name, constants.numpy_dtype(node.attr["dtype"].type) or "object", constants.shape(node))
        for node in graph.node
        if node.op == "Const"
    ]
    report = {
        "inputs": [endpoint(each.key, dtypes.short_name(each.dtype), each.shape) for each in inputs],
        "outputs": [endpoint(name, None, None) for name in ends],
        "operations": dict(sorted(collections.Counter(node.op for node, _ in check.all_nodes(graph)).items())),
        "functions": sorted(function.signature.name for function in graph.library.function),
        "weights": weights,
        **totals(weights),
        "attributes": [f"output_node_names = [{', '.join(_quoted(name) for name in ends)}]"],
    }
    if trial and ends:
        report["conversion"] = trials.convert(GraphModel(graph, inputs, [Endpoint(name, name) for name in ends]))
    return report


def _quoted(name: str) -> str:
    return f'"{name}"'
