"""Graph models of before TensorFlow.js 1.0 into today's format: `convert_old_graph_model`."""

from __future__ import annotations

import collections
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfjs_convert import artifact
from tfjs_convert import tables as js_tables
from tfjs_convert.errors import OptionError
from tfjs_convert.graph import dtypes, names, signature, tensors, topology
from tfjs_convert.graph.model import Endpoint
from tfjs_convert.graph.ops import backends, check
from tfjs_convert.result import ConversionResult, TensorInfo
from tfjs_convert.sources import provenance
from tfjs_convert.sources.old_graph_model import open_old_graph_model
from tfjs_convert.steps import step

# Nodes that give nothing, although no other reads them.
_SILENT = frozenset(["Const", "NoOp", "Assert"])


def convert_old_graph_model(
    model_dir: Path | str,
    output_dir: Path | str,
    *,
    skip_op_check: bool = False,
    metadata: Mapping[str, object] | None = None,
    tables: Path | str | None = None,
) -> ConversionResult:
    """Converts `tensorflowjs_model.pb` and `weights_manifest.json` to a graph model; weights keep their bytes.

    Inputs and outputs are those that TensorFlow.js took then: placeholders, and nodes that no other reads, in the
    graph's order and under their own names.

    Args:
      model_dir: the folder of the old model.
      output_dir: where to write; not the same folder.
      skip_op_check: convert operations that TensorFlow.js does not have.
      metadata: what goes to `userDefinedMetadata`.
      tables: folder of the tables that were read from the TensorFlow.js packages; None for the default one.

    Raises:
      ConversionError: the files are damaged or do not fit together; nothing is then written.
    """
    model_dir, output_dir = Path(model_dir), Path(output_dir)
    if model_dir.resolve() == output_dir.resolve():
        raise OptionError(f"The output is the input's own folder {output_dir.name!r}; name another one.")
    step("Reading the model")
    model = open_old_graph_model(model_dir)
    known = js_tables.load(None if tables is None else str(tables))
    if not skip_op_check:
        check.check(model.graph, known)
    inputs, outputs = _inputs(model.graph), _outputs(model.graph)
    fields = {
        "format": "graph-model",
        "generatedBy": None,
        "signature": {
            "inputs": signature.signature_json(inputs, [])["inputs"],
            # Their dtypes and shapes were not written down.
            "outputs": {name: {"name": f"{name}:0"} for name in outputs},
        },
        "modelTopology": topology.graph_json(model.graph),
        "userDefinedMetadata": dict(metadata) if metadata else None,
    }
    step("Copying the weights")
    written = artifact.copy_model(output_dir, fields, model.manifest, model_dir)
    counts = collections.Counter(node.op for node in model.graph.node if node.op != "Const")
    info: dict[str, Any] = {
        "format": "graph-model",
        "inputs": [{"name": each.key, "dtype": dtypes.short_name(each.dtype)} for each in inputs],
        "outputs": [{"name": name} for name in outputs],
        "ops": dict(sorted(counts.items())),
        "backends": backends.supported(model.graph, known),
        "notes": [],
        "provenance": {"source": provenance.hash_of(model_dir)},
        **written.info(),
    }
    infos = [TensorInfo(name, "float32", None) for name in outputs]
    return ConversionResult(output_dir, "graph-model", signature.tensor_infos(inputs), infos, info)


def _inputs(graph: Any) -> list[Endpoint]:
    return [
        Endpoint(node.name, f"{node.name}:0", dtypes.base(node.attr["dtype"].type), _shape(node))
        for node in graph.node
        if node.op.startswith("Placeholder")
    ]


def _shape(node: Any) -> tuple[int, ...] | None:
    shape = node.attr["shape"].shape
    return None if shape.unknown_rank or "shape" not in node.attr else tensors.shape_of(shape)


def _outputs(graph: Any) -> list[str]:
    read = {names.node_of(tensor.removeprefix("^")) for node in graph.node for tensor in node.input}
    return [node.name for node in graph.node if node.name not in read and node.op not in _SILENT]
