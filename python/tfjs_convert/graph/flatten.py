"""One flat graph, and one for each function that stays, from a model's graph: frozen, and without debug operations."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from tfjs_convert.errors import InputError, OptionError, UnsupportedError
from tfjs_convert.graph import cleanup, forests, names, signature, tables, tensors, widen
from tfjs_convert.graph.expand import Expander, Lowering
from tfjs_convert.graph.foreign import Foreign
from tfjs_convert.graph.function import Library
from tfjs_convert.graph.function_graph import FunctionGraph
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.graph.stand_ins import StandIns
from tfjs_convert.tf_core import GraphDef

_DEBUG_EFFECTS = frozenset(["Assert", "PrintV2", "DebugNumericSummaryV2"])


@dataclasses.dataclass
class Part:
    """The main graph, or a function.

    Attributes:
      graph: its GraphDef.
      inputs, outputs: names of its placeholders, and of the nodes whose first output it gives.
      stand_ins: its large constants.
      foreign: its operations that TensorFlow's core does not have.
      function: what function it is; None for the main graph.
    """

    graph: Any
    inputs: list[str]
    outputs: list[str]
    stand_ins: StandIns
    foreign: Foreign
    function: FunctionGraph | None = None


@dataclasses.dataclass
class Flat:
    """A model's flat graphs.

    Attributes:
      parts: the main graph, then its functions.
      inputs, outputs: what is public; their tensors are nodes of the main graph.
      plain: names of the constants that the model was written with.
      computed: names of what works on these alone, and may become a constant.
      tables: its lookup tables.
      forests: its decision forest, if it has one.
      names: the names that are taken.
      notes: for the user.
    """

    parts: list[Part]
    inputs: list[Endpoint]
    outputs: list[Endpoint]
    plain: set[str]
    computed: set[str]
    tables: list[tables.Table]
    forests: list[forests.Forest]
    names: names.Names
    notes: list[str]


def flatten(model: GraphModel, options: GraphOptions, lowerings: Mapping[str, Lowering]) -> Flat:
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
    trees = forests.take(main.graph, x.origin, model, number=len(found) + 1)
    main.inputs += [each.name for each in (*found, *trees)]
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
    computed = {name for part in parts for name in _computed(part.graph, plain)}
    notes = _effects(x, parts, options) + [forests.NOTE for _ in trees]
    return Flat(parts, inputs, outputs, plain, computed, found, trees, x.names, notes)


def _part(
    model: GraphModel,
    options: GraphOptions,
    x: Expander,
    inputs: list[str],
    outputs: list[str],
    function: FunctionGraph | None = None,
) -> Part:
    graph = GraphDef()
    graph.versions.CopyFrom(model.graph.versions)
    graph.node.extend(x.nodes.values())
    cleanup.bypass(graph, outputs, strip_debug_ops=options.strip_debug_ops)
    cleanup.sort(graph, inputs, outputs)
    widen.widen(graph)
    return Part(graph, inputs, outputs, StandIns(x.frozen, options.large_bytes), Foreign(x.library), function)


def _computed(graph: Any, plain: set[str]) -> set[str]:
    """Nodes of a sorted graph that work on plain constants alone."""
    found: set[str] = set()
    for node in graph.node:
        read = [names.node_of(tensor) for tensor in node.input if not tensor.startswith("^")]
        if read and all(name in plain or name in found for name in read):
            found.add(node.name)
    return found


def _functions_of(graph: Any) -> set[str]:
    return {attr.func.name for node in graph.node for attr in node.attr.values() if attr.WhichOneof("value") == "func"}


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


def _effects(x: Expander, parts: Sequence[Part], options: GraphOptions) -> list[str]:
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
