"""The command `pb2json`: a graph model of before TensorFlow.js 1.0 to today's format."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from tfjs_convert.api_old_graph_model import convert_old_graph_model
from tfjs_convert.cli.metadata import read_metadata
from tfjs_convert.errors import ConversionError


def main(argv: Sequence[str] | None = None) -> int:
    """Converts as the words say; returns the exit code: 0, 1 for a model that cannot be converted, 2 for bad usage."""
    parser = argparse.ArgumentParser("pb2json", description=__doc__)
    parser.add_argument("input_path", type=Path, help="the folder with tensorflowjs_model.pb and weights_manifest.json")
    parser.add_argument("output_path", type=Path, help="the folder to write: model.json and the weights, as they are")
    parser.add_argument("--skip_op_check", action="store_true", help="convert operations that TensorFlow.js lacks")
    parser.add_argument("--metadata", help="JSON files to carry in userDefinedMetadata: key:path[,key:path…]")
    parser.add_argument("--traceback", action="store_true", help="show where an error was raised")
    flags = parser.parse_args(argv)
    # The old converter's users know the file's name rather than the folder's.
    source = flags.input_path.parent if flags.input_path.suffix == ".pb" else flags.input_path
    try:
        metadata = read_metadata(flags.metadata)
        result = convert_old_graph_model(
            source, flags.output_path, skip_op_check=flags.skip_op_check, metadata=metadata
        )
    except ConversionError as error:
        if flags.traceback:
            traceback.print_exc()
        print(f"pb2json: {error}", file=sys.stderr)
        return 1
    print(f"Wrote the {result.format} {result.directory} ({result.bytes:,} bytes).")
    return 0
