"""The action behind tfjs_graph_model for Keras: one Keras file or layers model into one graph model."""

import sys

from tfjs_convert import action_flags, action_flags_graph, api_keras, artifact


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    parser = action_flags.conversion_parser(__doc__)
    action_flags_graph.add_graph_flags(parser)

    def convert(flags) -> None:  # noqa: ANN001
        source = action_flags.model_root(flags.input)
        result = api_keras.convert_keras(source, flags.output_dir, **action_flags_graph.graph_options(flags))
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)


if __name__ == "__main__":
    sys.exit(main())
