"""The action behind tfjs_graph_model: one SavedModel into one graph model."""

import sys

from tfjs_convert import action_flags, api, artifact


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    parser = action_flags.conversion_parser(__doc__)
    parser.add_argument("--signature_name")
    parser.add_argument("--saved_model_tags", default="serve")
    parser.add_argument("--control_flow_v2", choices=["auto", "false", "true"], default="auto")
    parser.add_argument("--strip_debug_ops", type=action_flags.boolean, default=True)
    parser.add_argument("--skip_op_check", action="store_true")
    parser.add_argument("--use_structured_outputs_names", action="store_true")

    def convert(flags) -> None:  # noqa: ANN001
        result = api.convert_saved_model(
            action_flags.model_root(flags.input),
            flags.output_dir,
            signature_name=flags.signature_name,
            saved_model_tags=flags.saved_model_tags,
            control_flow_v2={"auto": "auto", "true": True, "false": False}[flags.control_flow_v2],
            strip_debug_ops=flags.strip_debug_ops,
            skip_op_check=flags.skip_op_check,
            use_structured_outputs_names=flags.use_structured_outputs_names,
            metadata=action_flags.metadata(flags),
            weight_options=action_flags.weight_options(flags),
            tables=action_flags.tables(flags),
        )
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)


if __name__ == "__main__":
    sys.exit(main())
