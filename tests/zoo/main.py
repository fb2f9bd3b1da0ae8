"""Runs one family of a zoo as a build action, and writes what became of each model as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from pathlib import Path


def main() -> None:
    """Reads the flags; what the zoo needs of the machine is told by environment variables, as in tests."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--zoo", required=True, help="the module whose `run` converts a family")
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
        found = importlib.import_module(flags.zoo).run(flags.family)
    flags.output.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
