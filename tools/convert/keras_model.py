"""The action behind keras_model for files: one layers model into one .h5 or .keras file."""

import sys

from tfjs_convert import action_flags_keras, api_layers

if __name__ == "__main__":
    sys.exit(action_flags_keras.main(__doc__, api_layers.export_keras))
