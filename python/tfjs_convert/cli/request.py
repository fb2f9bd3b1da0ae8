"""A command line, read and checked: what is asked for, in the order in which the upstream command checks it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from absl import flags

from tfjs_convert.cli import formats
from tfjs_convert.cli.errors import UsageError
from tfjs_convert.cli.flags import QUANTIZE
from tfjs_convert.cli.metadata import read_metadata
from tfjs_convert.cli.words import PATHS, normalize
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.options import DEFAULT_SHARD_SIZE_BYTES, WeightOptions, quantize_from_bytes


@dataclasses.dataclass(frozen=True)
class Request:
    """What to convert, from which format to which, and how.

    Attributes:
      input_path: a file or folder.
      output_path: the folder or file to write.
      input_format: a key of `formats.INPUTS`.
      output_format: a key of `formats.OUTPUTS`.
      flags: all flags by name, with their values.
      given: names of the flags that were on the command line.
      weights: quantization and sharding.
      metadata: JSON values by key.
      warnings: sentences for the user.
    """

    input_path: Path
    output_path: Path
    input_format: str
    output_format: str
    flags: dict[str, Any]
    given: frozenset[str]
    weights: WeightOptions
    metadata: dict[str, object]
    warnings: tuple[str, ...] = ()


def parse(words: Sequence[str], values: flags.FlagValues) -> list[str]:
    """Reads the words into the flags `values`; returns the paths.

    Raises:
      UsageError: a flag is unknown or its value is not accepted.
    """
    try:
        words = values.read_flags_from_files(list(words), force_gnu=False)
        return values(["", *normalize(words, values)])[1:]
    except (flags.Error, OSError) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise UsageError(f"{text[:1].upper()}{text[1:]}.".replace("Flag --", "The flag --", 1)) from None


def check(paths: Sequence[str], values: flags.FlagValues) -> Request:
    """Checks what the flags and paths ask for together, before anything is opened but metadata files.

    Raises:
      UsageError: something is missing, or does not go with something else.
      InputError: a metadata file cannot be read.
    """
    if len(paths) > PATHS:
        raise UsageError(
            f"There are {len(paths)} paths ({', '.join(map(repr, paths))}); write one input_path and one output_path."
        )
    for place, name in enumerate(("input_path", "output_path")):
        if len(paths) <= place or not paths[place]:
            raise UsageError(f"Missing {name} argument: write the flags, an input_path and an output_path; see --help.")
    given = frozenset(name for name in values if values[name].present)
    source = values.input_format
    target = values.output_format or formats.output_of(source)
    shard_size = values.weight_shard_size_bytes
    if shard_size is not None:
        if target not in (formats.LAYERS, formats.GRAPH):
            raise UsageError(
                "The --weight_shard_size_bytes flag is only supported when the output_format is tfjs_layers_model or "
                f"tfjs_graph_model, and it is {target}."
            )
        if shard_size <= 0:
            raise UsageError(f"Expected weight_shard_size_bytes to be a positive integer, but got {shard_size}.")
    quantize, warnings = _quantize(values)
    if source == formats.FROZEN and not values.output_node_names:
        raise UsageError('The --output_node_names flag is required for "tf_frozen_model".')
    if (
        values.signature_name
        and source not in formats.WITH_SIGNATURES
        and (source, target)
        != (
            formats.KERAS_SAVED_MODEL,
            formats.GRAPH,
        )
    ):
        raise UsageError(
            'The --signature_name flag is applicable only to "tf_saved_model" and "tf_hub" input formats, but the '
            f'current input format is "{source}".'
        )
    if values.control_flow_v2 and target != formats.GRAPH:
        raise UsageError(
            'The --control_flow_v2 flag is applicable only to "tfjs_graph_model" as output format, but the current '
            f'output format is "{target}".'
        )
    metadata = read_metadata(values.metadata)
    try:
        weights = WeightOptions(shard_size_bytes=shard_size or DEFAULT_SHARD_SIZE_BYTES, quantize=quantize)
    except OptionError as error:
        raise UsageError(str(error)) from None
    return Request(
        input_path=Path(paths[0]),
        output_path=Path(paths[1]),
        input_format=source,
        output_format=target,
        flags={name: values[name].value for name in values},
        given=given,
        weights=weights,
        metadata=metadata,
        warnings=tuple(warnings),
    )


def _quantize(values: flags.FlagValues) -> tuple[dict[str, bool | list[str]], list[str]]:
    chosen = {name.removeprefix("quantize_"): values[name].value for name in QUANTIZE if values[name].value is not None}
    if values.quantization_bytes is None:
        return chosen, []
    meant = quantize_from_bytes(int(values.quantization_bytes))
    instead = f"--quantize_{next(iter(meant))}"
    if chosen:
        raise UsageError(
            f"The --quantization_bytes flag cannot be used together with --quantize_{next(iter(chosen))}; write only "
            "--quantize_float16, --quantize_uint8 or --quantize_uint16."
        )
    return meant, [f"The --quantization_bytes flag is deprecated; write {instead} instead."]
