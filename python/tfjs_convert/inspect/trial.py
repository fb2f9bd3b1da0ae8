"""Converts a graph in memory, to tell what TensorFlow.js would run and what it lacks; nothing is written."""

from __future__ import annotations

from typing import Any

from tfjs_convert import decision_forests, tables
from tfjs_convert.errors import ConversionError
from tfjs_convert.graph import pipeline
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.graph.ops import check
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.inspect.values import Values
from tfjs_convert.tf_core import CoreError


def convert(model: GraphModel) -> Values:
    """What a conversion with default options gives, as the key `conversion` of a report.

    Returns:
      `possible`; `problem`, a sentence, if it is not; else `operations` with their counts, `execution`, `backends`
      with the operations that each lacks, and `missing`, the operations that no backend has, each with its nodes and
      the layers that they come from.
    """
    options = GraphOptions(skip_op_check=True, control_flow_v2="auto")
    try:
        converted = pipeline.convert(model, options)
    except (ConversionError, CoreError) as error:
        return {"possible": False, "problem": " ".join(str(error).split())}
    missing = _missing(converted.fields["modelTopology"], tables.load())
    return {
        "possible": not missing,
        "operations": converted.info["ops"],
        "missing": missing,
        "execution": converted.info["execution"],
        "backends": converted.info["backends"],
        "weight_bytes": sum(
            int(weight.dtype.itemsize * _count(weight.shape)) for weight in converted.weights if weight.dtype != object
        ),
    }


def _missing(topology: Any, known: tables.Tables) -> list[Values]:
    found: dict[str, list[str]] = {}
    functions = (topology.get("library") or {}).get("function", [])
    for nodes in (topology["node"], *(function.get("nodeDef", []) for function in functions)):
        for node in nodes:
            op = known.ops.get(node["op"])
            if node["op"] not in decision_forests.OPS and (op is None or not op.runs):
                found.setdefault(node["op"], []).append(node["name"])
    return [
        {
            "operation": op,
            "count": len(names),
            "nodes": sorted(names)[:10],
            "layers": sorted({check.layer_of(name) for name in names} - {""})[:10],
        }
        for op, names in sorted(found.items())
    ]


def _count(shape: tuple[int, ...]) -> int:
    result = 1
    for size in shape:
        result *= size
    return result
