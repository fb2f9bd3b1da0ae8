"""The action behind tfjs_graph_model with signatures: one SavedModel into a graph model for each."""

import sys

from tfjs_convert import action_flags, action_flags_graph, api, artifact


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    parser = action_flags.conversion_parser(__doc__, several=True)
    action_flags_graph.add_graph_flags(parser)
    parser.add_argument("--signature_name", action="append", required=True, help="one for each --output_dir, in order")
    parser.add_argument("--saved_model_tags", default="serve")

    def convert(flags) -> None:  # noqa: ANN001
        results = api.convert_saved_model_signatures(
            action_flags.model_root(flags.input),
            dict(zip(flags.signature_name, flags.output_dir, strict=True)),
            saved_model_tags=flags.saved_model_tags,
            **action_flags_graph.graph_options(flags),
        )
        for name, path in zip(flags.signature_name, flags.info, strict=True):
            artifact.write_info(path, results[name].info)

    return action_flags.run(parser, convert)


if __name__ == "__main__":
    sys.exit(main())
