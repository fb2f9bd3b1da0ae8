"""Shows what is in a model: `bazel run //tools:inspect -- FILE_OR_FOLDER`."""

import sys

from tfjs_convert.inspect.main import main

if __name__ == "__main__":
    sys.exit(main())
