"""Reports on SavedModels and hub modules."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfjs_convert.errors import ConversionError, InputError
from tfjs_convert.graph import dtypes
from tfjs_convert.graph.ops import check
from tfjs_convert.inspect import detect, keras
from tfjs_convert.inspect import trial as trials
from tfjs_convert.inspect.values import Values, endpoint, totals, weight
from tfjs_convert.sources.checkpoint import Checkpoint
from tfjs_convert.sources.saved_model import SavedModelReader, parse_saved_model

_TABLES = ("HashTable", "HashTableV2", "MutableHashTable", "MutableHashTableV2", "MutableDenseHashTableV2")
# What a checkpoint holds beside variables.
_NOT_VARIABLES = ("_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter/.ATTRIBUTES/VARIABLE_VALUE")


def report(found: detect.Found, trial: bool) -> Values:
    """MetaGraphs with their tags and signatures, operations, tables, assets; variables; Keras's layers.

    Raises:
      InputError: `saved_model.pb` is missing or damaged.
    """
    problems: list[str] = []
    tag_sets = [sorted(each.meta_info_def.tags) for each in parse_saved_model(found.path).meta_graphs]
    graphs = [_meta_graph(SavedModelReader(found.path, tags), tags, trial) for tags in tag_sets]
    variables = _variables(found.path, problems)
    report = {
        "meta_graphs": graphs,
        "weights": variables,
        **totals(variables),
        "attributes": list(_attributes(graphs, found.kind)),
        "problems": problems,
    }
    if found.kind == detect.KERAS_SAVED_MODEL:
        report["keras"] = keras.of_saved_model(found.path)
    return report


def _meta_graph(reader: SavedModelReader, tags: list[str], trial: bool) -> Values:
    message = reader.meta_graph
    nodes = [node for node, _ in check.all_nodes(message.graph_def)]
    return {
        "tags": tags,
        "tensorflow_version": message.meta_info_def.tensorflow_version,
        "signatures": [_signature(reader, name, trial) for name in reader.signatures],
        "operations": dict(sorted(collections.Counter(node.op for node in nodes).items())),
        "functions": sorted(function.signature.name for function in message.graph_def.library.function),
        "tables": list(_tables(message.graph_def)),
        "assets": sorted(asset.filename for asset in message.asset_file_def),
    }


def _signature(reader: SavedModelReader, name: str, trial: bool) -> Values:
    try:
        inputs, outputs = reader.endpoints(name)
    except InputError as error:
        return {"name": name, "inputs": [], "outputs": [], "conversion": {"possible": False, "problem": str(error)}}
    found: Values = {
        "name": name,
        "inputs": [endpoint(each.key, dtypes.short_name(each.dtype), each.shape) for each in inputs],
        "outputs": [endpoint(each.key, dtypes.short_name(each.dtype), each.shape) for each in outputs],
    }
    if trial and outputs:
        try:
            found["conversion"] = trials.convert(reader.read(name))
        except ConversionError as error:
            found["conversion"] = {"possible": False, "problem": str(error)}
    return found


def _tables(graph: Any) -> Iterator[Values]:
    """The tables; TensorFlow 2 has a function that creates each, too, which counts only where the graph has none."""
    found = [(node, name) for node, name in check.all_nodes(graph) if node.op in _TABLES]
    outer = {node.name for node in graph.node}
    for node, name in [each for each in found if each[1] in outer] or found:
        yield {
            "name": name,
            "operation": node.op,
            "keys": dtypes.short_name(node.attr["key_dtype"].type),
            "values": dtypes.short_name(node.attr["value_dtype"].type),
        }


def _variables(directory: Path, problems: list[str]) -> list[Values]:
    """The checkpoint's tensors; TensorFlow 2 names them by their place among the model's objects."""
    if not (directory / "variables").is_dir():
        return []
    try:
        checkpoint = Checkpoint(directory / "variables" / "variables")
        found = []
        for name in checkpoint.names():
            if name not in _NOT_VARIABLES:
                dtype, shape = checkpoint.info(name)
                found.append(weight(name.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE"), dtype, shape))
        return found
    except InputError as error:
        problems.append(str(error))
        return []


def _attributes(graphs: list[Values], kind: str) -> Iterator[str]:
    """Attribute lines for a BUILD file, which choose among what there is."""
    if len(graphs) > 1 or (graphs[0]["tags"] != ["serve"] and kind != detect.HUB):
        for graph in graphs:
            yield f'saved_model_tags = "{",".join(graph["tags"])}"'
    names = dict.fromkeys(signature["name"] for graph in graphs for signature in graph["signatures"])
    for name in names:
        yield f'signature_name = "{name}"'
