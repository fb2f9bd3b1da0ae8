"""The action behind tfjs_parity_test: runs a source in TensorFlow on seeded inputs and records both sides."""

import sys

from tfjs_convert.parity import reference

if __name__ == "__main__":
    sys.exit(reference.main())
