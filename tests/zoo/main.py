"""Runs one family of the zoo as a build action, and writes what became of each model as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> None:
    """Reads the flags; what the zoo needs of the machine is told by environment variables, as in tests."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--family", required=True)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--node", required=True)
    parser.add_argument("--node_modules", required=True)
    parser.add_argument("--tables", required=True)
    flags = parser.parse_args()
    os.environ["TFJS_TEST_NODE"] = os.path.abspath(flags.node)
    os.environ["TFJS_TEST_NODE_MODULES"] = os.path.abspath(flags.node_modules)
    os.environ["TFJS_CONVERT_TABLES"] = os.path.abspath(flags.tables)
    sys.path.insert(0, str(Path(__file__).absolute().parents[2]))
    from tfjs_convert import quiet

    with quiet.native_stderr():
        from tests.zoo import zoo

        zoo.write(zoo.run(flags.family), flags.output)


if __name__ == "__main__":
    main()
