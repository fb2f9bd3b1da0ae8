"""The flags of build actions that make layers models."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tfjs_convert import action_flags, api_layers, artifact
from tfjs_convert.errors import InputError
from tfjs_convert.result import ConversionResult


def conversion_without_core(source: Path) -> Callable[..., ConversionResult]:
    """The conversion for a Keras file, or for a layers model given as a folder or its model.json."""
    if (source / "saved_model.pb").is_file():
        raise InputError(
            f"{source.name} is a SavedModel; write from_saved_model = True, and name it with a tf_saved_model."
        )
    if not source.is_dir() and source.suffix != ".json":
        return api_layers.convert_keras_file

    def convert(path: Path, output_dir: Path, *, tables: Path | None, **options: object) -> ConversionResult:
        # The topology stays as it is, so there is nothing to look up.
        del tables
        return api_layers.convert_layers_model(path, output_dir, **options)

    return convert


def run(parser: argparse.ArgumentParser, choose: Callable[[Path], Callable[..., ConversionResult]]) -> int:
    """Converts as the flags say.

    Args:
      parser: from `action_flags.conversion_parser`.
      choose: gives the conversion for a file or folder.

    Returns:
      The exit code.
    """
    parser.add_argument("--split_weights_by_layer", action="store_true")
    parser.add_argument("--keep_optimizer", action="store_true")

    def convert(flags: argparse.Namespace) -> None:
        source = action_flags.model_root(flags.input)
        result = choose(source)(
            source,
            flags.output_dir,
            split_weights_by_layer=flags.split_weights_by_layer,
            metadata=action_flags.metadata(flags),
            weight_options=action_flags.weight_options(flags),
            tables=action_flags.tables(flags),
            **({"keep_optimizer": True} if flags.keep_optimizer else {}),
        )
        artifact.write_info(flags.info, result.info)

    return action_flags.run(parser, convert)
