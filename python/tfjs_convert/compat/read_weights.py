"""`tensorflowjs.read_weights`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.compat.errors import CompatError, value_errors
from tfjs_convert.weights import reader


@value_errors
def read_weights(weights_manifest: list[dict[str, Any]], base_path: str, flatten: bool = False) -> list[Any]:
    """Reads the shards of a manifest.

    Args:
      weights_manifest: `weightsManifest` of a model.json.
      base_path: the folder that the shards' paths are relative to.
      flatten: one list of weights instead of one for each group.

    Returns:
      Weights as `{"name": …, "data": array}`, dequantized; strings are `bytes`.

    Raises:
      ValueError: the manifest is malformed, or the shards do not fit it.
    """
    groups = [
        [{"name": weight.name, "data": weight.load()} for weight in group]
        for group in reader.read_weights(weights_manifest, Path(base_path))
    ]
    return [weight for group in groups for weight in group] if flatten else groups


@value_errors
def decode_weights(
    weights_manifest: list[dict[str, Any]], data_buffers: bytes | Sequence[bytes], flatten: bool = False
) -> list[Any]:
    """The same from memory: one buffer for each group, or a single one for the only group.

    Raises:
      ValueError: there are more or fewer buffers than groups, or they do not fit the manifest.
    """
    if not isinstance(weights_manifest, list):
        raise CompatError(f"The weights manifest is a {type(weights_manifest).__name__}; it must be a list of groups.")
    buffers = [data_buffers] if isinstance(data_buffers, bytes | bytearray | memoryview) else list(data_buffers)
    if len(buffers) != len(weights_manifest):
        raise CompatError(f"There are {len(buffers)} buffers for {len(weights_manifest)} groups of weights.")
    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        manifest = []
        for number, (group, buffer) in enumerate(zip(weights_manifest, buffers, strict=True)):
            (Path(temporary) / f"group{number}.bin").write_bytes(buffer)
            manifest.append({**group, "paths": [f"group{number}.bin"] if len(buffer) else []})
        return read_weights(manifest, temporary, flatten)
