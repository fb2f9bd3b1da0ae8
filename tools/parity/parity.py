"""The test behind tfjs_parity_test: a model in TensorFlow.js against recorded outputs of its source."""

import sys

from tfjs_convert.parity import main

if __name__ == "__main__":
    sys.exit(main.main())
