"""What the main programs of build actions share: flags from a parameter file, and errors as one sentence.

Exit codes: 0 done, 1 the model or an option cannot be converted (one sentence on stderr), 2 a wrong flag.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from tfjs_convert import errors
from tfjs_convert.weights.options import DEFAULT_SHARD_SIZE_BYTES, WeightOptions, quantize_from_bytes


def conversion_parser(description: str, *, several: bool = False) -> argparse.ArgumentParser:
    """Returns a parser with the flags that every conversion has; `@FILE` reads one flag a line.

    Args:
      description: what the program does, for `--help`.
      several: whether it writes several models, so that `--output_dir` and `--info` are given for each.
    """
    action = "append" if several else "store"
    parser = argparse.ArgumentParser(description=description, fromfile_prefix_chars="@", allow_abbrev=False)
    parser.add_argument("--label", default="", help="the target, for messages")
    parser.add_argument("--input", action="append", required=True, help="the model; repeated for the files of a folder")
    parser.add_argument("--output_dir", action=action, required=True, type=pathlib.Path, help="the folder to write")
    parser.add_argument("--info", action=action, required=True, type=pathlib.Path, help="the info file to write")
    parser.add_argument(
        "--table", action="append", help="a table read from the TensorFlow.js packages; all in one folder"
    )
    parser.add_argument(
        "--metadata", action="append", default=[], metavar="KEY:FILE", help="JSON to carry in the model"
    )
    _add_weight_flags(parser)
    parser.add_argument("--traceback", action="store_true", help="show where an error came from")
    return parser


def _add_weight_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--weight_shard_size_bytes", type=int, default=DEFAULT_SHARD_SIZE_BYTES)
    parser.add_argument("--shards", type=_shards, help='"single", or the number of files')
    parser.add_argument("--content_hashed_names", action="store_true")
    quantize = parser.add_mutually_exclusive_group()
    quantize.add_argument("--quantize", action="append", default=[], metavar="DTYPE:PATTERN")
    quantize.add_argument("--quantize_auto_max_error", metavar="FRACTION")
    quantize.add_argument("--quantization_bytes", type=int, choices=[1, 2], help="deprecated")
    parser.add_argument("--channel_spread", choices=["raise", "refuse", "allow"], default="raise")
    parser.add_argument("--quantize_int32", action="store_true")
    parser.add_argument("--allow_nonfinite", action="store_true")


def _shards(text: str) -> str | int:
    return text if text == "single" else int(text)


def boolean(text: str) -> bool:
    """Reads `true` or `false`; any other word is an error rather than true."""
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"expected true or false, got {text!r}")
    return text.lower() == "true"


def weight_options(flags: argparse.Namespace) -> WeightOptions:
    """Collects the flags on weights, and says on stderr which of them are deprecated.

    Raises:
      errors.OptionError: a value is not accepted, or two contradict each other.
    """
    return WeightOptions(
        shard_size_bytes=flags.weight_shard_size_bytes,
        shards=flags.shards,
        content_hashed_names=flags.content_hashed_names,
        quantize=_quantize(flags),
        max_error=_max_error(flags),
        channel_spread=flags.channel_spread,
        quantize_int32=flags.quantize_int32,
        allow_nonfinite=flags.allow_nonfinite,
    )


def _max_error(flags: argparse.Namespace) -> float | None:
    if flags.quantize_auto_max_error is None:
        return None
    try:
        return float(flags.quantize_auto_max_error)
    except ValueError:
        raise errors.OptionError(
            f"quantize_auto_max_error is {flags.quantize_auto_max_error!r}; write a fraction of each weight's largest "
            "magnitude, such as 0.001."
        ) from None


def _quantize(flags: argparse.Namespace) -> Mapping[str, bool | Sequence[str]] | Literal["auto"]:
    if flags.quantize_auto_max_error is not None:
        return "auto"
    if flags.quantization_bytes is not None:
        meant = quantize_from_bytes(flags.quantization_bytes)
        instead = f'quantize = {{"{next(iter(meant))}": ["*"]}}'
        print(f"{flags.label}: quantization_bytes is deprecated; write {instead} instead.", file=sys.stderr)
        return meant
    quantize: dict[str, list[str]] = {}
    for entry in flags.quantize:
        dtype, _, pattern = entry.partition(":")
        quantize.setdefault(dtype, []).append(pattern)
    return quantize


def tables(flags: argparse.Namespace) -> pathlib.Path | None:
    """Returns the folder of the tables, or None for the default one."""
    return pathlib.Path(flags.table[0]).parent if flags.table else None


def metadata(flags: argparse.Namespace) -> dict[str, object]:
    """Reads the JSON files of `--metadata`.

    Raises:
      errors.InputError: a file is not JSON.
    """
    values = {}
    for entry in flags.metadata:
        key, _, path = entry.partition(":")
        try:
            values[key] = json.loads(pathlib.Path(path).read_text())
        except ValueError as error:
            raise errors.InputError(f"The metadata file {path} is not valid JSON: {error}.") from error
    return values


def model_root(inputs: Sequence[str]) -> pathlib.Path:
    """Returns the file or folder that is the model: the only input, or the folder of its saved_model.pb."""
    if len(inputs) == 1 and pathlib.Path(inputs[0]).name != "saved_model.pb":
        return pathlib.Path(inputs[0])
    return next(pathlib.Path(path).parent for path in inputs if pathlib.Path(path).name == "saved_model.pb")


def run(parser: argparse.ArgumentParser, convert: Callable[[argparse.Namespace], None]) -> int:
    """Parses the flags, converts, and turns a conversion's error into one sentence.

    Returns:
      The exit code. After an error neither the output folder nor the info file holds anything.
    """
    flags = parser.parse_args()
    try:
        convert(flags)
    except errors.ConversionError as error:
        for directory in _listed(flags.output_dir):
            shutil.rmtree(directory, ignore_errors=True)
        for info in _listed(flags.info):
            info.unlink(missing_ok=True)
        if flags.traceback:
            traceback.print_exc()
        print(f"{flags.label or parser.prog}: {error}", file=sys.stderr)
        return 1
    return 0


def _listed(value: pathlib.Path | list[pathlib.Path]) -> list[pathlib.Path]:
    return value if isinstance(value, list) else [value]
