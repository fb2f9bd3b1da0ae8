"""From a graph as a source read it to the parts of a TensorFlow.js graph model."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from tfjs_convert import tables as js_tables
from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.graph import cleanup, extract, grappler, names, rewrites, signature, tensors, topology
from tfjs_convert.graph.control_flow import LOWERINGS
from tfjs_convert.graph.expand import Expander
from tfjs_convert.graph.function import Library
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph.ops import backends, check
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.graph.stand_ins import StandIns
from tfjs_convert.tf_core import DT, GraphDef
from tfjs_convert.weights.weight import Weight

_DEBUG_EFFECTS = frozenset(["Assert", "PrintV2", "DebugNumericSummaryV2"])


@dataclasses.dataclass(frozen=True)
class Converted:
    """A graph model, ready to be written.

    Attributes:
      fields: the fields of model.json.
      weights: one group.
      inputs, outputs: as the user sees them, in order.
      info: what the graph contributes to the info file.
    """

    fields: dict[str, object]
    weights: list[Weight]
    inputs: list[Endpoint]
    outputs: list[Endpoint]
    info: dict[str, object]


def convert(model: GraphModel, options: GraphOptions) -> Converted:
    """Freezes, flattens, optimises, rewrites and checks a graph, and takes its constants out.

    Raises:
      ConversionError: the model is damaged, or uses what TensorFlow.js cannot run, or an option does not fit it.
    """
    tables = js_tables.load(options.tables)
    inputs = signature.fix_shapes(model.inputs, options.input_shapes)
    flat = _flatten(model, inputs, options)
    graph, inputs, outputs = flat.graph, flat.inputs, flat.outputs
    input_names = [names.node_of(each.tensor) for each in inputs]
    output_names = [names.node_of(each.tensor) for each in outputs]
    checks = {"strip_debug_ops": options.strip_debug_ops, "custom_ops": options.custom_ops}
    plain = {node.name for node in graph.node if node.op == "Const"} - set(flat.frozen)

    if not options.skip_op_check:
        check.check(graph, tables, phase="before", **checks)
    stand_ins = StandIns(options.large_bytes)
    stand_ins.fill(graph, flat.frozen)
    graph = grappler.run(graph, input_names, output_names, _simplify(options))
    stand_ins.restore(graph)
    notes = list(rewrites.before_remap(graph, output_names))
    stand_ins.hide(graph)
    graph = grappler.run(graph, input_names, output_names, grappler.FUSE)
    stand_ins.restore(graph)
    notes += rewrites.after_remap(graph, output_names)
    _tidy(graph, input_names, output_names, options)
    if not options.skip_op_check:
        check.check(graph, tables, phase="after", **checks)

    outputs = _without_copies(graph, outputs)
    cleanup.sort(graph, input_names, [names.node_of(each.tensor) for each in outputs])
    counts = collections.Counter(node.op for node in graph.node)
    supported = backends.supported(graph, tables)
    weights = extract.take_constants(graph.node, extract.trained(plain))
    fields = {
        "format": "graph-model",
        "generatedBy": model.version,
        "signature": signature.signature_json(inputs, outputs),
        "modelTopology": topology.graph_json(graph),
        "userDefinedMetadata": _metadata(options, outputs),
    }
    info = {
        "ops": dict(sorted(counts.items())),
        "execution": "executeAsync" if _is_async(counts) else "predict",
        "backends": supported,
        "notes": [*flat.notes, *notes],
    }
    return Converted(fields, weights, inputs, outputs, info)


@dataclasses.dataclass(frozen=True)
class _Flat:
    graph: Any
    inputs: list[Endpoint]
    outputs: list[Endpoint]
    frozen: Mapping[str, Any]
    notes: list[str]


def _flatten(model: GraphModel, inputs: Sequence[Endpoint], options: GraphOptions) -> _Flat:
    """Inlines everything; inputs become placeholders of their own names, each output a copy of its own."""
    renamed = signature.placeholder_names(inputs)
    x = Expander(Library(model.graph.library.function, model.op_list), model.variables, lowerings=LOWERINGS)
    # Inputs come first, so that they get the names they should have.
    wanted = [each.tensor for each in (*inputs, *model.outputs)]
    tensors_made = x.add_main(model.graph.node, wanted, renamed)
    fed, given = tensors_made[: len(inputs)], tensors_made[len(inputs) :]
    types = [_dtype(x, tensor, each.dtype) for tensor, each in zip(given, model.outputs, strict=True)]
    copies = [
        x.new(names.as_node(each.key), "Identity", [tensor], T=tensors.Type(dtype))
        for each, tensor, dtype in zip(model.outputs, given, types, strict=True)
    ]
    x.finish()

    graph = GraphDef()
    graph.versions.CopyFrom(model.graph.versions)
    graph.node.extend(x.nodes.values())
    inputs = [dataclasses.replace(each, tensor=tensor) for each, tensor in zip(inputs, fed, strict=True)]
    outputs = [
        dataclasses.replace(each, tensor=tensor, dtype=each.dtype)
        for each, tensor in zip(model.outputs, copies, strict=True)
    ]
    input_names = [names.node_of(each.tensor) for each in inputs]
    output_names = [names.node_of(each.tensor) for each in outputs]
    cleanup.bypass(graph, output_names, strip_debug_ops=options.strip_debug_ops)
    cleanup.sort(graph, input_names, output_names)
    shapes = dict(zip(input_names, (each.shape for each in inputs), strict=True))
    for node in graph.node:
        if node.name in shapes:
            signature.set_placeholder_shape(node, shapes[node.name])
    notes = _effects(x, graph, options)
    return _Flat(graph, inputs, outputs, x.frozen, notes)


def _dtype(x: Expander, tensor: str, declared: int) -> int:
    if declared:
        return declared
    node = x.nodes[names.node_of(tensor)]
    return node.attr["dtype"].type or node.attr["T"].type or DT.DT_FLOAT


def _effects(x: Expander, graph: Any, options: GraphOptions) -> list[str]:
    """What the model does besides computing its outputs; notes on what was dropped."""
    needed = {node.name for node in graph.node}
    unset = sorted(x.unset & needed)
    if unset:
        raise InputError(
            f"The variable {unset[0]!r} has no value in the model's checkpoint, so it cannot become a weight."
        )
    written = sorted(set(x.written) & needed)
    if written:
        raise UnsupportedError(
            f"The model changes its variable {written[0]!r} when it runs (node {x.written[written[0]]!r}), but "
            "TensorFlow.js graph models have no variables: make the state an input and an output of the function."
        )
    notes = [f"Writes to the variable {name!r}, which no output reads, were dropped." for name in sorted(x.written)]
    debug = sorted(node.name for node in x.nodes.values() if node.op in _DEBUG_EFFECTS)
    if debug and not options.strip_debug_ops and not options.skip_op_check:
        listed = ", ".join(f"{name} ({x.nodes[name].op})" for name in debug[:5])
        raise UnsupportedError(
            f"TensorFlow.js has no debug operations, and the model has: {listed}. "
            "Set strip_debug_ops = True to leave them out."
        )
    if debug:
        notes.append(f"{len(debug)} debug operations were left out.")
    return notes


def _simplify(options: GraphOptions) -> list[str]:
    return (grappler.STRIP_DEBUG_OPS if options.strip_debug_ops else []) + grappler.SIMPLIFY


def _tidy(graph: Any, inputs: Sequence[str], outputs: Sequence[str], options: GraphOptions) -> None:
    cleanup.bind_merged_constants(graph)
    cleanup.bypass(graph, outputs, strip_debug_ops=options.strip_debug_ops)
    cleanup.bypass_constant_enters(graph)
    cleanup.drop_control_edges(graph)
    cleanup.sort(graph, inputs, outputs)


# An output is read from the node that computes it; from these it must be copied: a placeholder's or constant's
# tensor belongs to someone else, and the runtime handles the control flow's tensors in its own way.
_NEEDS_COPY = frozenset(["Placeholder", "Const", "Switch", "Merge", "Enter", "Exit", "NextIteration"])


def _without_copies(graph: Any, outputs: Sequence[Endpoint]) -> list[Endpoint]:
    """Outputs that name the computing node itself, where that node gives this output alone."""
    nodes = {node.name: node for node in graph.node}
    sources = [nodes[names.node_of(each.tensor)] for each in outputs]
    used = collections.Counter(names.node_of(node.input[0]) for node in sources if node.op == "Identity")
    result = []
    for each, node in zip(outputs, sources, strict=True):
        if node.op == "Identity":
            source, index = names.split(node.input[0])
            if index == 0 and used[source] == 1 and nodes[source].op not in _NEEDS_COPY:
                result.append(dataclasses.replace(each, tensor=f"{source}:0"))
                continue
        result.append(each)
    return result


def _metadata(options: GraphOptions, outputs: Sequence[Endpoint]) -> dict[str, object] | None:
    metadata = dict(options.metadata)
    if options.use_structured_outputs_names:
        metadata["structuredOutputKeys"] = [each.key for each in outputs]
    return metadata or None


_ASYNC_OPS = frozenset(
    ["Switch", "Merge", "Enter", "Exit", "NextIteration", "StatelessIf", "If", "StatelessWhile", "While", "Where"]
    + ["NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV5"]
    + ["HashTable", "HashTableV2", "LookupTableFind", "LookupTableFindV2", "LookupTableSize", "LookupTableSizeV2"]
)


def _is_async(counts: Mapping[str, int]) -> bool:
    return any(op in _ASYNC_OPS for op in counts)
