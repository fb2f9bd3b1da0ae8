"""The action behind tfjs_layers_model: one Keras file or layers model into one layers model."""

import sys

from tfjs_convert import action_flags, action_flags_layers


def main() -> int:
    """Converts as the flags say; returns the exit code."""
    return action_flags_layers.run(action_flags.conversion_parser(__doc__), action_flags_layers.conversion_without_core)


if __name__ == "__main__":
    sys.exit(main())
