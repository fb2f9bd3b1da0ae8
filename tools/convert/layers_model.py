"""The action behind tfjs_layers_model: one Keras file into one layers model."""

import sys

from tfjs_convert import action_flags, api_layers, artifact


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    parser = action_flags.conversion_parser(__doc__)
    parser.add_argument("--split_weights_by_layer", action="store_true")

    def convert(flags) -> None:  # noqa: ANN001
        result = api_layers.convert_keras_file(
            action_flags.model_root(flags.input),
            flags.output_dir,
            split_weights_by_layer=flags.split_weights_by_layer,
            metadata=action_flags.metadata(flags),
            weight_options=action_flags.weight_options(flags),
            tables=action_flags.tables(flags),
        )
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)


if __name__ == "__main__":
    sys.exit(main())
