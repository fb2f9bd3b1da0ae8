"""From a graph as a source read it to the parts of a TensorFlow.js graph model."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from tfjs_convert import tables as js_tables
from tfjs_convert.errors import InputError, OptionError, UnsupportedError
from tfjs_convert.graph import (
    cleanup,
    extract,
    fold_large,
    grappler,
    loops,
    names,
    narrow,
    rewrites,
    signature,
    tables,
    tensors,
    topology,
    widen,
)
from tfjs_convert.graph.control_flow import LOWERINGS
from tfjs_convert.graph.expand import Expander, FunctionGraph, Lowering
from tfjs_convert.graph.function import V1_CONTROL_FLOW, Library
from tfjs_convert.graph.functional import FUNCTIONAL
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph.ops import backends, check
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.graph.stand_ins import StandIns
from tfjs_convert.tf_core import GraphDef
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


@dataclasses.dataclass
class _Part:
    """The main graph, or a function.

    Attributes:
      graph: its GraphDef.
      inputs, outputs: names of its placeholders, and of the nodes whose first output it gives.
      stand_ins: its large constants.
      function: what function it is; None for the main graph.
    """

    graph: Any
    inputs: list[str]
    outputs: list[str]
    stand_ins: StandIns
    function: FunctionGraph | None = None


@dataclasses.dataclass
class _Flat:
    parts: list[_Part]
    inputs: list[Endpoint]
    outputs: list[Endpoint]
    plain: set[str]
    tables: list[tables.Table]
    names: names.Names
    notes: list[str]


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
    cleanup.copy_constant_outputs(main.graph, main.outputs)
    outputs = _without_copies(main.graph, flat.outputs)
    for part in flat.parts:
        part.outputs = [names.node_of(tensor) for tensor in _uncopied(part.graph, part.outputs)]
        cleanup.sort(part.graph, part.inputs, part.outputs)
    whole = GraphDef()
    for part in flat.parts:
        whole.node.extend(node for node in part.graph.node if node.op != "Const")
    counts = collections.Counter(node.op for part in flat.parts for node in part.graph.node)
    supported = backends.supported(whole, js)
    filling = tables.initializer(flat.tables, main.graph.versions, flat.names)
    plain = flat.plain | {node.name for node in filling.node}
    weights = extract.constants([*(part.graph for part in flat.parts), filling], extract.trained(plain))
    public = signature.signature_json(flat.inputs, outputs)
    public["inputs"].update(tables.signature_inputs(flat.tables))
    fields = {
        "format": "graph-model",
        "generatedBy": model.version,
        "signature": public,
        "modelTopology": topology.graph_json(main.graph, [_function_json(part) for part in flat.parts[1:]]),
        "userDefinedMetadata": _metadata(options, outputs),
        "modelInitializer": topology.graph_json(filling) if flat.tables else None,
        "initializerSignature": tables.initializer_signature(flat.tables) if flat.tables else None,
    }
    info = {
        "ops": dict(sorted(counts.items())),
        "execution": "executeAsync" if _is_async(counts) else "predict",
        "backends": supported,
        "notes": notes,
    }
    return Converted(fields, weights, flat.inputs, outputs, info)


def _prepare(model: GraphModel, options: GraphOptions, js: Any) -> tuple[_Flat, list[str]]:
    """Flattens and optimises, with the form of control flow that was asked for; returns notes, too.

    "auto" takes no control flow at all where all of it folds away, since TensorFlow.js can then run the model at
    once; else functions, which TensorFlow.js runs without keeping what each iteration made; unless a table is looked
    up in one, which functions in TensorFlow.js cannot do.
    """
    if options.control_flow_v2 is not True:
        lowered = _flattened(model, options, LOWERINGS)
        notes = _optimise_all(lowered, js, options)
        looped = any(node.op in V1_CONTROL_FLOW for node in lowered.parts[0].graph.node)
        if options.control_flow_v2 is False or not looped:
            return lowered, notes
    flat = _flattened(model, options, FUNCTIONAL)
    lookups = sorted(n.name for part in flat.parts[1:] for n in part.graph.node if n.op.startswith("LookupTable"))
    if not lookups:
        return flat, _optimise_all(flat, js, options)
    if options.control_flow_v2 == "auto":
        return lowered, notes
    raise UnsupportedError(
        f"The model looks up a table inside a loop or conditional ({lookups[0]}), which TensorFlow.js cannot do "
        'with control_flow_v2 = True; write False or "auto".'
    )


def _optimise_all(flat: _Flat, js: Any, options: GraphOptions) -> list[str]:
    notes = list(flat.notes)
    for part in flat.parts:
        notes += _optimise(part, js, options)
    return notes


def _flattened(model: GraphModel, options: GraphOptions, lowerings: Mapping[str, Lowering]) -> _Flat:
    """Inlines everything; inputs become placeholders of their own names, each output a copy of its own."""
    inputs = signature.fix_shapes(model.inputs, options.input_shapes)
    renamed = signature.placeholder_names(inputs, model.signature)
    x = Expander(Library(model.graph.library.function, model.op_list), model.variables, lowerings=lowerings)
    # Inputs come first, so that they get the names they should have.
    wanted = [each.tensor for each in (*inputs, *model.outputs)]
    made = x.add_main(model.graph.node, wanted, renamed)
    fed, given = made[: len(inputs)], made[len(inputs) :]
    outputs = [dataclasses.replace(each, tensor=tensor) for each, tensor in zip(model.outputs, given, strict=True)]
    if options.outputs:
        outputs = _chosen(x, outputs, options.outputs)
    outputs = [dataclasses.replace(each, dtype=each.dtype or x.output_type(each.tensor)) for each in outputs]
    copies = [x.new(names.as_node(each.key), "Identity", [each.tensor], T=tensors.Type(each.dtype)) for each in outputs]
    x.finish()
    for function in x.functions:
        function.x.finish()
    inputs = [dataclasses.replace(each, tensor=tensor) for each, tensor in zip(inputs, fed, strict=True)]
    outputs = [dataclasses.replace(each, tensor=tensor) for each, tensor in zip(outputs, copies, strict=True)]

    main = _part(model, options, x, [names.node_of(t) for t in fed], [names.node_of(t) for t in copies])
    shapes = {names.node_of(each.tensor): each.shape for each in inputs}
    for node in main.graph.node:
        if node.name in shapes:
            signature.set_placeholder_shape(node, shapes[node.name])
    found = tables.take(main.graph, x.origin, model)
    main.inputs += [table.name for table in found]
    parts = [main]
    used = _functions_of(main.graph)
    # Made from the inside out, so that going backwards a function comes after those that call it.
    for function in reversed(x.functions):
        if function.name in used:
            part = _part(model, options, function.x, function.arguments, function.results, function)
            used |= _functions_of(part.graph)
            parts.append(part)
    plain = {n.name for part in parts for n in part.graph.node if n.op == "Const"}
    plain -= {name for part in parts for name in (part.function.x if part.function else x).frozen}
    notes = _effects(x, parts, options)
    return _Flat(parts, inputs, outputs, plain, found, x.names, notes)


def _part(
    model: GraphModel,
    options: GraphOptions,
    x: Expander,
    inputs: list[str],
    outputs: list[str],
    function: FunctionGraph | None = None,
) -> _Part:
    graph = GraphDef()
    graph.versions.CopyFrom(model.graph.versions)
    graph.node.extend(x.nodes.values())
    cleanup.bypass(graph, outputs, strip_debug_ops=options.strip_debug_ops)
    cleanup.sort(graph, inputs, outputs)
    widen.widen(graph)
    return _Part(graph, inputs, outputs, StandIns(x.frozen, options.large_bytes), function)


def _functions_of(graph: Any) -> set[str]:
    return {attr.func.name for node in graph.node for attr in node.attr.values() if attr.WhichOneof("value") == "func"}


def _optimise(part: _Part, js: Any, options: GraphOptions) -> list[str]:
    checks = {"strip_debug_ops": options.strip_debug_ops, "custom_ops": options.custom_ops}
    if not options.skip_op_check:
        check.check(part.graph, js, phase="before", **checks)
    part.stand_ins.fill(part.graph)
    part.graph = grappler.run(part.graph, part.inputs, part.outputs, _simplify(options))
    fold_large.fold(part.graph, part.outputs, part.stand_ins)
    part.stand_ins.restore(part.graph)
    notes = list(rewrites.before_remap(part.graph, part.outputs))
    part.stand_ins.hide(part.graph)
    part.graph = grappler.run(part.graph, part.inputs, part.outputs, grappler.FUSE)
    part.stand_ins.restore(part.graph)
    notes += rewrites.after_remap(part.graph, part.outputs)
    _tidy(part, options)
    if not options.skip_op_check:
        check.check(part.graph, js, phase="after", **checks)
    return notes


def _function_json(part: _Part) -> dict[str, object]:
    types = {node.name: node.attr["dtype"].type for node in part.graph.node if node.name in part.inputs}
    body = [node for node in part.graph.node if node.name not in types]
    results = [
        (f"result_{i}", dtype, f"{name}:0")
        for i, (name, dtype) in enumerate(zip(part.outputs, part.function.types, strict=True))
    ]
    return topology.function_json(part.function.name, [(name, types[name]) for name in part.inputs], results, body)


def _chosen(x: Expander, outputs: Sequence[Endpoint], wanted: Sequence[str]) -> list[Endpoint]:
    """The outputs that `wanted` names: public ones, or nodes of the flat graph, by which it is cut."""
    public = {each.key: each for each in outputs}
    chosen = []
    for name in wanted:
        node, index = names.split(name)
        if name in public:
            chosen.append(public[name])
        elif node in x.nodes:
            chosen.append(Endpoint(name, f"{node}:{index}"))
        else:
            listed = ", ".join(repr(key) for key in public)
            raise OptionError(
                f"outputs names {name!r}, which is no output ({listed}) and no node of the model's graph."
            )
    return chosen


def _effects(x: Expander, parts: Sequence[_Part], options: GraphOptions) -> list[str]:
    """What the model does besides computing its outputs; notes on what was dropped."""
    needed = {node.name for part in parts for node in part.graph.node}
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
    made = [*x.nodes.values(), *(node for function in x.functions for node in function.x.nodes.values())]
    ops = {node.name: node.op for node in made if node.op in _DEBUG_EFFECTS}
    debug = sorted(ops)
    if debug and not options.strip_debug_ops and not options.skip_op_check:
        listed = ", ".join(f"{name} ({ops[name]})" for name in debug[:5])
        raise UnsupportedError(
            f"TensorFlow.js has no debug operations, and the model has: {listed}. "
            "Set strip_debug_ops = True to leave them out."
        )
    if debug:
        notes.append(f"{len(debug)} debug operations were left out.")
    return notes


def _simplify(options: GraphOptions) -> list[str]:
    return (grappler.STRIP_DEBUG_OPS if options.strip_debug_ops else []) + grappler.SIMPLIFY


def _tidy(part: _Part, options: GraphOptions) -> None:
    cleanup.bind_merged_constants(part.graph)
    cleanup.drop_control_edges(part.graph)
    cleanup.bypass(part.graph, part.outputs, strip_debug_ops=options.strip_debug_ops)
    cleanup.bypass_constant_enters(part.graph)
    loops.hoist_invariants(part.graph)
    loops.bypass_inner_enters(part.graph)
    tables.restore_shapes(part.graph)
    narrow.clamp_bounds(part.graph)
    cleanup.sort(part.graph, part.inputs, part.outputs)


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


_ASYNC_OPS = frozenset(
    ["Switch", "Merge", "Enter", "Exit", "NextIteration", "StatelessIf", "If", "StatelessWhile", "While", "Where"]
    + ["NonMaxSuppressionV2", "NonMaxSuppressionV3", "NonMaxSuppressionV5"]
    + ["HashTable", "HashTableV2", "LookupTableFind", "LookupTableFindV2", "LookupTableSize", "LookupTableSizeV2"]
)


def _is_async(counts: Mapping[str, int]) -> bool:
    return any(op in _ASYNC_OPS for op in counts)
