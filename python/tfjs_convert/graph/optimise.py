"""What is done to each flat graph: the optimizer's two runs, the rewrites around its second, and the checks."""

from __future__ import annotations

from typing import Any

from tfjs_convert import decision_forests, tf_core
from tfjs_convert.graph import cleanup, fold_large, grappler, loops, narrow, rewrites, tables
from tfjs_convert.graph.flatten import Part
from tfjs_convert.graph.ops import check, limits
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.graph.rewrites import decompose


def optimise(part: Part, js: Any, options: GraphOptions) -> list[str]:
    """Optimises a graph in place; `js` are the tables of the TensorFlow.js that is to run it. Returns notes for the
    user.

    Raises:
      UnsupportedError: TensorFlow.js cannot run an operation, or TensorFlow refuses the graph.
    """
    checks = {"strip_debug_ops": options.strip_debug_ops, "custom_ops": [*options.custom_ops, *decision_forests.OPS]}
    if not options.skip_op_check:
        # What can be written otherwise is judged when it had its chance to be.
        accepted = {**checks, "custom_ops": [*checks["custom_ops"], *decompose.OPS, *decompose.LAYOUTS]}
        check.check(part.graph, js, phase="before", **accepted)
    part.foreign.hide(part.graph)
    part.stand_ins.fill(part.graph)
    part.graph = grappler.run(part.graph, part.inputs, part.outputs, _simplify(options))
    fold_large.fold(part.graph, part.outputs, part.stand_ins)
    # While large constants are still outside: their shapes are all that is asked for.
    shapes = tf_core.infer_shapes(part.graph, part.outputs) if decompose.wants_shapes(part.graph) else {}
    part.stand_ins.restore(part.graph)
    notes = decompose.decompose(part.graph, part.outputs, shapes)
    notes += rewrites.before_remap(part.graph, part.outputs)
    part.stand_ins.hide(part.graph)
    part.graph = grappler.run(part.graph, part.inputs, part.outputs, grappler.FUSE)
    part.stand_ins.restore(part.graph)
    part.foreign.restore(part.graph)
    notes += rewrites.after_remap(part.graph, part.outputs)
    _tidy(part, options)
    if not options.skip_op_check:
        check.check(part.graph, js, phase="after", **checks)
    return notes + limits.notes(part.graph)


def _simplify(options: GraphOptions) -> list[str]:
    return (grappler.STRIP_DEBUG_OPS if options.strip_debug_ops else []) + grappler.SIMPLIFY


def _tidy(part: Part, options: GraphOptions) -> None:
    cleanup.bind_merged_constants(part.graph)
    cleanup.drop_control_edges(part.graph)
    cleanup.bypass(part.graph, part.outputs, strip_debug_ops=options.strip_debug_ops)
    cleanup.bypass_constant_enters(part.graph)
    loops.hoist_invariants(part.graph)
    loops.bypass_inner_enters(part.graph)
    loops.await_constants(part.graph)
    tables.restore_shapes(part.graph)
    narrow.clamp_bounds(part.graph)
    cleanup.sort(part.graph, part.inputs, part.outputs)
