"""The action behind tfjs_layers_model for SavedModels: one that Keras 2 saved into one layers model."""

import sys

from tfjs_convert import action_flags, action_flags_layers, api_keras_saved_model


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    return action_flags_layers.run(
        action_flags.conversion_parser(__doc__), lambda _: api_keras_saved_model.convert_keras_saved_model
    )


if __name__ == "__main__":
    sys.exit(main())
