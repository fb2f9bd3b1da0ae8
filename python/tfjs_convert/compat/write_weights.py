"""`tensorflowjs.write_weights`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.compat.errors import CompatError, value_errors
from tfjs_convert.compat.options import QuantizationMap, weight_options
from tfjs_convert.weights import writer
from tfjs_convert.weights.weight import Weight


@value_errors
def write_weights(
    weight_groups: Sequence[Sequence[Mapping[str, Any]]],
    write_dir: str,
    shard_size_bytes: int = 1024 * 1024 * 4,
    write_manifest: bool = True,
    quantization_dtype_map: QuantizationMap = None,
) -> list[dict[str, Any]]:
    """Writes groups of `{"name": …, "data": array}` into shard files.

    Args:
      weight_groups: at least one group; names differ over all of them.
      write_dir: an existing folder.
      shard_size_bytes: largest size of one file.
      write_manifest: whether to write `weights_manifest.json`, too.
      quantization_dtype_map: types to patterns of names.

    Returns:
      The manifest.

    Raises:
      ValueError: the groups are malformed, or a weight cannot be stored as asked.
    """
    if not isinstance(weight_groups, list | tuple) or not weight_groups:
        raise CompatError("weight_groups is empty or no list; write a list of groups, each a list of weights.")
    groups = [[_weight(entry) for entry in _group(group)] for group in weight_groups]
    written = writer.write_weights(groups, Path(write_dir), weight_options(quantization_dtype_map, shard_size_bytes))
    if write_manifest:
        (Path(write_dir) / "weights_manifest.json").write_text(json.dumps(written.manifest))
    return written.manifest


def _group(group: object) -> Sequence[object]:
    if not isinstance(group, list | tuple):
        raise CompatError(f"A group of weights is a {type(group).__name__}; write a list of weights for each group.")
    return group


def _weight(entry: object) -> Weight:
    if not isinstance(entry, Mapping) or "name" not in entry or "data" not in entry:
        raise CompatError('A weight is no mapping with "name" and "data"; write {"name": "a", "data": array}.')
    return Weight.of(entry["name"], entry["data"])
