"""Groups of weights into shard files and a manifest, one weight in memory at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.weights.dtypes import stored_dtype
from tfjs_convert.weights.encode import EncodedWeight
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.patterns import resolve
from tfjs_convert.weights.shards import ShardFile, ShardWriter, shard_writer
from tfjs_convert.weights.weight import Weight


@dataclasses.dataclass(frozen=True)
class WeightsResult:
    """What was written.

    Attributes:
      manifest: `weightsManifest` of model.json, one entry a group.
      files: the shards, in the manifest's order, each file once.
      quality: one record a weight, in the manifest's order: range, and error and savings where it is quantized.
      parameters: number of values in the weights that are variables.
    """

    manifest: list[dict[str, object]]
    files: list[ShardFile]
    quality: list[dict[str, object]]
    parameters: int


def write_weights(groups: Sequence[Sequence[Weight]], directory: Path, options: WeightOptions) -> WeightsResult:
    """Writes the shards of all groups into an existing directory.

    Memory holds one loaded weight and a few parts of it. If anything fails, no shard of this call is left behind.

    Args:
      groups: the weights; each group's bytes are sharded on their own.
      directory: where the files go.
      options: quantization and sharding.

    Raises:
      ConversionError: a weight cannot be stored as asked, or the options contradict the model.
    """
    flat = [weight for group in groups for weight in group]
    _check_names(flat)
    if options.shards is not None and len(groups) > 1:
        raise OptionError(
            f"shards = {options.shards!r} says how many files hold all weights, and the model's weights are split into "
            f"{len(groups)} groups with files of their own; drop shards, or do not split weights by layer."
        )
    for weight in flat:
        stored_dtype(weight.name, weight.dtype)
    chosen = _choose(flat, options)

    manifest: list[dict[str, object]] = []
    quality: list[dict[str, object]] = []
    files: dict[str, ShardFile] = {}
    try:
        for number, group in enumerate(groups, 1):
            shards = shard_writer(directory, number, options)
            entries = []
            try:
                for weight in group:
                    entry, record = _write_weight(weight, chosen.get(weight.name), options, shards)
                    entries.append(entry)
                    quality.append(record)
                written = shards.finish()
            except BaseException:
                shards.abandon()
                raise
            files.update((file.path, file) for file in written)
            manifest.append({"paths": [file.path for file in written], "weights": entries})
    except BaseException:
        for path in files:
            (directory / path).unlink(missing_ok=True)
        raise
    parameters = sum(math.prod(weight.shape) for weight in flat if weight.is_variable)
    return WeightsResult(manifest, list(files.values()), quality, parameters)


def _write_weight(
    weight: Weight, quantized: str | None, options: WeightOptions, shards: ShardWriter
) -> tuple[dict[str, object], dict[str, object]]:
    """Writes one weight and returns its entry and its quality; its data is dropped before the next is loaded."""
    encoded = EncodedWeight(weight, quantized, options)
    shards.begin_weight(weight.name, encoded.nbytes)
    for part in encoded.parts():
        shards.write(part)
    return encoded.entry, encoded.quality()


def _choose(weights: Sequence[Weight], options: WeightOptions) -> dict[str, str]:
    if options.quantize != "auto":
        return resolve(weights, options.quantize, quantize_int32=options.quantize_int32)
    return {w.name: "auto" for w in weights if w.is_variable and stored_dtype(w.name, w.dtype) == "float32"}


def _check_names(weights: Sequence[Weight]) -> None:
    seen: set[str] = set()
    for weight in weights:
        if not isinstance(weight.name, str) or not weight.name:
            raise InputError(f"A weight is named {weight.name!r}; every weight needs a name that is not empty.")
        if weight.name in seen:
            raise InputError(
                f"Two weights are named {weight.name!r}; names must differ, since TensorFlow.js finds weights by name."
            )
        seen.add(weight.name)
