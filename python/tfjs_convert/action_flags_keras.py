"""The flags of build actions that bring layers models back to Keras."""

from __future__ import annotations

import argparse
import pathlib
import shutil
from collections.abc import Callable

from tfjs_convert import action_flags, artifact
from tfjs_convert.result import ConversionResult


def main(doc: str, export: Callable[..., ConversionResult]) -> int:
    """Exports as the flags say.

    Args:
      doc: what the program does, for `--help`.
      export: takes the model, the output, and `keras` (2 or 3).

    Returns:
      The exit code.
    """
    parser = argparse.ArgumentParser(description=doc, allow_abbrev=False, fromfile_prefix_chars="@")
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--input", required=True, type=pathlib.Path, help="the layers model")
    parser.add_argument(
        "--output", dest="output_dir", required=True, type=pathlib.Path, help="the file or folder to write"
    )
    parser.add_argument("--info", required=True, type=pathlib.Path, help="the info file to write")
    parser.add_argument("--keras", type=int, choices=[2, 3], default=3, help="which Keras is to load it")
    parser.add_argument("--traceback", action="store_true", help="show where an error came from")

    def convert(flags: argparse.Namespace) -> None:
        if flags.output_dir.is_dir():
            # Bazel makes the folder of a directory output; what writes it makes it anew.
            shutil.rmtree(flags.output_dir)
        result = export(flags.input, flags.output_dir, keras=flags.keras)
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)
