"""From a graph as a source read it to the parts of a TensorFlow.js graph model."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert import decision_forests
from tfjs_convert import tables as js_tables
from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph import cleanup, extract, forests, names, resources, signature, tables, topology
from tfjs_convert.graph.control_flow import LOWERINGS
from tfjs_convert.graph.flatten import Flat, Part, flatten
from tfjs_convert.graph.function import V1_CONTROL_FLOW
from tfjs_convert.graph.functional import FUNCTIONAL
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph.ops import backends, check
from tfjs_convert.graph.optimise import optimise
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.tf_core import GraphDef
from tfjs_convert.weights.weight import Weight


@dataclasses.dataclass(frozen=True)
class Converted:
    """A graph model, ready to be written.

    Attributes:
      fields: the fields of model.json.
      weights: one group.
      inputs, outputs: as the user sees them, in order.
      info: what the graph contributes to the info file.
      forest: the files of its decision forest.
    """

    fields: dict[str, object]
    weights: list[Weight]
    inputs: list[Endpoint]
    outputs: list[Endpoint]
    info: dict[str, object]
    forest: Mapping[str, Path]


def convert(model: GraphModel, options: GraphOptions) -> Converted:
    """Freezes, flattens, optimises, rewrites and checks a graph, and takes its constants out.

    Raises:
      ConversionError: the model is damaged, or uses what TensorFlow.js cannot run, or an option does not fit it.
    """
    js = js_tables.load(options.tables)
    flat, notes = _prepare(model, options, js)
    if options.custom_ops:
        check.check_custom_ops_used([part.graph for part in flat.parts], options.custom_ops)
    main = flat.parts[0]
    # Of functions, too: a loop disposes what its body and condition give, and would dispose a weight.
    for part in flat.parts:
        cleanup.copy_constant_outputs(part.graph, part.outputs, in_function=part is not main)
    outputs = _without_copies(main.graph, flat.outputs)
    for part in flat.parts:
        part.outputs = [names.node_of(tensor) for tensor in _uncopied(part.graph, part.outputs)]
        cleanup.sort(part.graph, part.inputs, part.outputs)
    whole = GraphDef()
    for part in flat.parts:
        whole.node.extend(node for node in part.graph.node if node.op != "Const")
    counts = collections.Counter(node.op for part in flat.parts for node in part.graph.node)
    supported = backends.supported(whole, js)
    held = [*flat.tables, *flat.forests]
    start = _initializer(flat)
    plain = flat.plain | {node.name for node in start.node}
    weights = extract.constants([*(part.graph for part in flat.parts), start], extract.trained(plain, flat.computed))
    public = signature.signature_json(flat.inputs, outputs)
    public["inputs"].update(resources.signature_inputs(held))
    fields = {
        "format": "graph-model",
        "generatedBy": model.version,
        "signature": public,
        "modelTopology": topology.graph_json(main.graph, [_function_json(part) for part in flat.parts[1:]]),
        "userDefinedMetadata": _metadata(options, outputs),
        "modelInitializer": topology.graph_json(start) if held else None,
        "initializerSignature": resources.initializer_signature(held) if held else None,
    }
    info = {
        "ops": dict(sorted(counts.items())),
        "execution": "executeAsync" if _is_async(counts, js) else "predict",
        "backends": supported,
        "notes": notes,
    }
    files = {name: path for forest in flat.forests for name, path in forest.files.items()}
    return Converted(fields, weights, flat.inputs, outputs, info, files)


def _initializer(flat: Flat) -> Any:
    """The graph that makes the model's tables and its forest."""
    nodes = [node for table in flat.tables for node in tables.filling(table, flat.names)]
    nodes += [node for forest in flat.forests for node in forests.loading(forest, flat.names)]
    return resources.initializer(nodes, flat.parts[0].graph.versions)


def _prepare(model: GraphModel, options: GraphOptions, js: Any) -> tuple[Flat, list[str]]:
    """Flattens and optimises, with the form of control flow that was asked for; returns notes, too.

    "auto" takes no control flow at all where all of it folds away, since TensorFlow.js can then run the model at
    once; else functions, which TensorFlow.js runs without keeping what each iteration made; unless a table is looked
    up in one, which functions in TensorFlow.js cannot do.
    """
    if options.control_flow_v2 is not True:
        lowered = flatten(model, options, LOWERINGS)
        notes = _optimise_all(lowered, js, options)
        looped = any(node.op in V1_CONTROL_FLOW for node in lowered.parts[0].graph.node)
        if options.control_flow_v2 is False or not looped:
            return lowered, notes
    flat = flatten(model, options, FUNCTIONAL)
    lookups = sorted(n.name for part in flat.parts[1:] for n in part.graph.node if n.op.startswith("LookupTable"))
    if not lookups:
        return flat, _optimise_all(flat, js, options)
    if options.control_flow_v2 == "auto":
        return lowered, notes
    raise UnsupportedError(
        f"The model looks up a table inside a loop or conditional ({lookups[0]}), which TensorFlow.js cannot do "
        'with control_flow_v2 = True; write False or "auto".'
    )


def _optimise_all(flat: Flat, js: Any, options: GraphOptions) -> list[str]:
    notes = list(flat.notes)
    for part in flat.parts:
        notes += optimise(part, js, options)
    return notes


def _function_json(part: Part) -> dict[str, object]:
    types = {node.name: node.attr["dtype"].type for node in part.graph.node if node.name in part.inputs}
    body = [node for node in part.graph.node if node.name not in types]
    results = [
        (f"result_{i}", dtype, f"{name}:0")
        for i, (name, dtype) in enumerate(zip(part.outputs, part.function.types, strict=True))
    ]
    return topology.function_json(part.function.name, [(name, types[name]) for name in part.inputs], results, body)


# An output is read from the node that computes it; from these it must be copied: a placeholder's or constant's
# tensor belongs to someone else, and the runtime handles the control flow's tensors in its own way.
_NEEDS_COPY = frozenset(["Placeholder", "Const", "Switch", "Merge", "Enter", "Exit", "NextIteration"])


def _without_copies(graph: Any, outputs: Sequence[Endpoint]) -> list[Endpoint]:
    sources = _uncopied(graph, [names.node_of(each.tensor) for each in outputs])
    return [dataclasses.replace(each, tensor=tensor) for each, tensor in zip(outputs, sources, strict=True)]


def _uncopied(graph: Any, outputs: Sequence[str]) -> list[str]:
    """For each output node the tensor it copies, where the node that computes this gives no other output."""
    nodes = {node.name: node for node in graph.node}
    copied = [nodes[name].input[0] if nodes[name].op == "Identity" else f"{name}:0" for name in outputs]
    used = collections.Counter(names.node_of(tensor) for tensor in copied)
    result = []
    for name, tensor in zip(outputs, copied, strict=True):
        source, index = names.split(tensor)
        alone = index == 0 and used[source] == 1 and nodes[source].op not in _NEEDS_COPY
        result.append(f"{source if alone else name}:0")
    return result


def _metadata(options: GraphOptions, outputs: Sequence[Endpoint]) -> dict[str, object] | None:
    metadata = dict(options.metadata)
    if options.use_structured_outputs_names:
        metadata["structuredOutputKeys"] = [each.key for each in outputs]
    return metadata or None


def _is_async(counts: Mapping[str, int], js: js_tables.Tables) -> bool:
    return any(op == decision_forests.RUNS or (op in js.ops and js.ops[op].is_async) for op in counts)
