"""The command line of the tensorflowjs package: `bazel run //tools:tensorflowjs_converter -- --help`."""

import sys

from tfjs_convert.cli import main

if __name__ == "__main__":
    sys.exit(main())
