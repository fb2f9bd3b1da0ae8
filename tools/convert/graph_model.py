"""The action behind tfjs_graph_model: one SavedModel or frozen graph into one graph model."""

import sys

from tfjs_convert import action_flags, action_flags_graph, api, artifact


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    parser = action_flags.conversion_parser(__doc__)
    action_flags_graph.add_graph_flags(parser)
    parser.add_argument("--signature_name")
    parser.add_argument("--saved_model_tags")
    parser.add_argument(
        "--hub_module", action="store_true", help="signature and tags are by default what the model has"
    )
    parser.add_argument("--output_node_name", action="append", help="a node that a frozen graph returns; repeated")

    def convert(flags) -> None:  # noqa: ANN001
        options = action_flags_graph.graph_options(flags)
        if flags.output_node_name:
            result = api.convert_frozen_graph(flags.input[0], flags.output_node_name, flags.output_dir, **options)
        else:
            convert_source = api.convert_hub_module if flags.hub_module else api.convert_saved_model
            if flags.saved_model_tags is not None:
                options["saved_model_tags"] = flags.saved_model_tags
            result = convert_source(
                action_flags.model_root(flags.input), flags.output_dir, signature_name=flags.signature_name, **options
            )
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)


if __name__ == "__main__":
    sys.exit(main())
