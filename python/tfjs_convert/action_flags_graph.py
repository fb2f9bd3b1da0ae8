"""The flags of build actions that make graph models."""

from __future__ import annotations

import argparse

from tfjs_convert import action_flags


def add_graph_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the options that graph models have from every source."""
    parser.add_argument("--control_flow_v2", choices=["auto", "false", "true"], default="auto")
    parser.add_argument("--strip_debug_ops", type=action_flags.boolean, default=True)
    parser.add_argument("--skip_op_check", action="store_true")
    parser.add_argument("--use_structured_outputs_names", action="store_true")
    parser.add_argument("--input_shape", action="append", type=_shape, default=[], metavar="NAME:SIZE,SIZE")
    parser.add_argument(
        "--custom_op", action="append", type=_custom_op, default=[], metavar="NAME:FILE", help="an operation's module"
    )
    parser.add_argument("--output", action="append", default=[], help="an output to keep; repeated, in order")


def graph_options(flags: argparse.Namespace) -> dict[str, object]:
    """The options as keyword arguments of the conversions, with weights, metadata and tables."""
    return {
        "control_flow_v2": {"auto": "auto", "true": True, "false": False}[flags.control_flow_v2],
        "strip_debug_ops": flags.strip_debug_ops,
        "skip_op_check": flags.skip_op_check,
        "use_structured_outputs_names": flags.use_structured_outputs_names,
        "custom_ops": dict(flags.custom_op),
        "input_shapes": dict(flags.input_shape),
        "outputs": flags.output,
        "metadata": action_flags.metadata(flags),
        "weight_options": action_flags.weight_options(flags),
        "tables": action_flags.tables(flags),
    }


def _shape(text: str) -> tuple[str, list[int]]:
    # Names may hold colons; sizes hold none.
    name, _, sizes = text.rpartition(":")
    return name, [int(size) for size in sizes.split(",") if size]


def _custom_op(text: str) -> tuple[str, str]:
    name, _, path = text.partition(":")
    return name, path
