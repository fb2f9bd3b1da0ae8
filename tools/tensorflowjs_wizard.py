"""Asks what to convert and how: `bazel run //tools:tensorflowjs_wizard`."""

import sys

from tfjs_convert.wizard import main

if __name__ == "__main__":
    sys.exit(main())
