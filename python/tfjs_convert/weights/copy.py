"""The shards of a model as they are, quantization and all, under the names that shards have today."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.shard_bytes import ShardedBytes
from tfjs_convert.weights.shards import ShardFile
from tfjs_convert.weights.writer import WeightsResult

_PART = 1 << 22


def copy_weights(manifest: Sequence[Mapping[str, Any]], source: Path, directory: Path) -> WeightsResult:
    """Copies the shards of every group; each keeps its bytes and its size.

    Args:
      manifest: the model's.
      source: the folder that its paths are relative to.
      directory: an existing folder.

    Raises:
      InputError: the manifest is malformed, or a shard is missing, of another size, or outside of the folder.
    """
    groups = read_weights(manifest, source)
    copied, files = [], []
    for number, group in enumerate(manifest, 1):
        shards = ShardedBytes(group.get("paths", []), source)
        offset = 0
        paths = []
        for place, size in enumerate(shards.sizes, 1):
            paths.append(f"group{number}-shard{place}of{len(shards.sizes)}.bin")
            files.append(_copy(shards, offset, size, directory / paths[-1]))
            offset += size
        copied.append({"paths": paths, "weights": [dict(entry) for entry in group["weights"]]})
    parameters = sum(math.prod(weight.shape) for group in groups for weight in group)
    return WeightsResult(copied, files, [], parameters)


def _copy(shards: ShardedBytes, offset: int, size: int, target: Path) -> ShardFile:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        for start in range(0, size, _PART):
            part = shards.read(offset + start, min(_PART, size - start))
            digest.update(part)
            out.write(part)
    return ShardFile(target.name, size, digest.hexdigest())
