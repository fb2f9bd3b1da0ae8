"""Graph models of before TensorFlow.js 1.0 to today's format: `bazel run //tools:pb2json -- OLD_MODEL NEW_MODEL`."""

import sys

from tfjs_convert.cli import pb2json

if __name__ == "__main__":
    sys.exit(pb2json.main())
