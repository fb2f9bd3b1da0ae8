"""The action behind keras_model for SavedModels: one layers model into one SavedModel."""

import sys

from tfjs_convert import action_flags_keras, api_keras_back

if __name__ == "__main__":
    sys.exit(action_flags_keras.main(__doc__, api_keras_back.export_keras_saved_model))
