"""The only writer of model.json: a model's directory, complete or untouched, with the same bytes for the same model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tfjs_convert import canonical_json
from tfjs_convert.canonical_json import Ordered
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.copy import copy_weights
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.shards import SHARD_NAME, ShardFile
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import WeightsResult, write_weights

CONVERTED_BY = "rules_tfjs"
"""No version: a new tool that converts a model as the old one did makes the same bytes."""

MODEL_JSON = "model.json"

_FIELDS = (
    "format",
    "generatedBy",
    "convertedBy",
    "signature",
    "userDefinedMetadata",
    "modelTopology",
    "trainingConfig",
    "modelInitializer",
    "initializerSignature",
    "weightsManifest",
)
_SIGNATURES = ("signature", "initializerSignature")


@dataclasses.dataclass(frozen=True)
class Artifact:
    """A model that was written.

    Attributes:
      directory: where it is.
      model_json: the file model.json.
      shards: the weight files, in the manifest's order.
      weights: manifest, quality and parameters of the weights.
    """

    directory: Path
    model_json: ShardFile
    shards: list[ShardFile]
    weights: WeightsResult

    @property
    def files(self) -> list[ShardFile]:
        """All files of the model, model.json first."""
        return [self.model_json, *self.shards]

    @property
    def quality(self) -> list[dict[str, object]]:
        """One record a weight: range, and error and savings where it is quantized."""
        return self.weights.quality

    def info(self) -> dict[str, object]:
        """The parts of the info file that this module knows: `bytes`, `shards`, `parameters`, `weights`."""
        return {
            "bytes": sum(file.bytes for file in self.files),
            "shards": [dataclasses.asdict(file) for file in self.shards],
            "parameters": self.weights.parameters,
            "weights": self.quality,
        }


def write_model(
    directory: Path, fields: Mapping[str, object], groups: Sequence[Sequence[Weight]], options: WeightOptions
) -> Artifact:
    """Writes model.json and the weight shards.

    Everything is first written beside its place and moved when it is complete. In a directory that exists, a shard
    that is there already with the same bytes is left alone, shards of an earlier conversion that are no longer
    used are removed, and files that are no part of a model stay.

    Args:
      directory: the model's directory; made if it is absent.
      fields: the fields of model.json but `convertedBy` and `weightsManifest`; those that are None are left out, except
        `generatedBy` and `modelTopology`, which are written as null. Keys are put in a fixed order, except that
        `inputs` and `outputs` of a signature keep theirs, which is the order of the model's arguments and results.
      groups: the weights.
      options: quantization and sharding.

    Raises:
      ConversionError: something in the fields or weights cannot be written; the directory is then as it was before.
    """
    return _write(directory, fields, lambda folder: write_weights(groups, folder, options))


def copy_model(
    directory: Path, fields: Mapping[str, object], manifest: Sequence[Mapping[str, object]], source: Path
) -> Artifact:
    """Writes model.json beside copies of another model's shards, as `write_model` does.

    Args:
      directory: the model's directory; made if it is absent.
      fields: as for `write_model`.
      manifest: the other model's weights.
      source: the folder that the manifest's paths are relative to.

    Raises:
      ConversionError: the shards do not fit the manifest; the directory is then as it was before.
    """
    return _write(directory, fields, lambda folder: copy_weights(manifest, source, folder))


def _write(directory: Path, fields: Mapping[str, object], put_weights: Callable[[Path], WeightsResult]) -> Artifact:
    unknown = sorted(set(fields) - set(_FIELDS) | ({"convertedBy", "weightsManifest"} & set(fields)))
    if unknown:
        raise ValueError(f"write_model takes no field {unknown[0]!r}")
    directory = Path(directory)
    if directory.exists() and not directory.is_dir():
        raise OptionError(
            f"The output {directory.name!r} is a file; name a directory that is new, empty or an earlier output."
        )
    existed = directory.is_dir()
    directory.parent.mkdir(parents=True, exist_ok=True)
    # Inside a directory that exists: its parent may not be ours to write to.
    temporary = Path(tempfile.mkdtemp(prefix=".tfjs-", dir=directory if existed else directory.parent))
    try:
        weights = put_weights(temporary)
        data = canonical_json.dumps(_ordered(fields, weights.manifest), what=MODEL_JSON)
        (temporary / MODEL_JSON).write_bytes(data)
        if existed:
            _move_into(temporary, directory, weights.files)
        else:
            temporary.chmod(0o777 & ~_umask())
            os.rename(temporary, directory)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    model_json = ShardFile(MODEL_JSON, len(data), hashlib.sha256(data).hexdigest())
    return Artifact(directory, model_json, weights.files, weights)


def write_info(path: Path, info: Mapping[str, object]) -> None:
    """Writes the info file that goes with a model, with sorted keys, for programs and people to read.

    Raises:
      InputError: the info holds what JSON cannot.
    """
    data = canonical_json.dumps(info, what=Path(path).name, indent=1)
    _replace_file(Path(path), data)


def _ordered(fields: Mapping[str, object], manifest: list[dict[str, object]]) -> Ordered:
    given = {**fields, "convertedBy": CONVERTED_BY, "weightsManifest": [_ordered_group(group) for group in manifest]}
    for key in _SIGNATURES:
        if given.get(key) is not None:
            given[key] = _ordered_signature(given[key])
    kept = {"generatedBy", "modelTopology"} & set(fields)
    return Ordered((key, given[key]) for key in _FIELDS if key in kept or given.get(key) is not None)


def _ordered_signature(signature: object) -> object:
    if not isinstance(signature, Mapping):
        return signature
    return {
        key: Ordered(value) if key in ("inputs", "outputs") and isinstance(value, Mapping) else value
        for key, value in signature.items()
    }


def _ordered_group(group: Mapping[str, object]) -> Ordered:
    entries = [
        Ordered((key, Ordered(value) if isinstance(value, Mapping) else value) for key, value in entry.items())
        for entry in group["weights"]
    ]
    return Ordered(paths=group["paths"], weights=entries)


def _move_into(temporary: Path, directory: Path, shards: Sequence[ShardFile]) -> None:
    stale = _earlier_shards(directory) - {shard.path for shard in shards}
    for shard in shards:
        if not _is_same(directory / shard.path, shard):
            os.replace(temporary / shard.path, directory / shard.path)
    os.replace(temporary / MODEL_JSON, directory / MODEL_JSON)
    for name in sorted(stale):
        (directory / name).unlink(missing_ok=True)


def _is_same(path: Path, shard: ShardFile) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != shard.bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == shard.sha256


def _earlier_shards(directory: Path) -> set[str]:
    """Names of files in the directory that an earlier conversion wrote as shards."""
    names = {path.name for path in directory.iterdir() if re.fullmatch(SHARD_NAME, path.name)}
    try:
        manifest = json.loads((directory / MODEL_JSON).read_bytes())["weightsManifest"]
        listed = {path for group in manifest for path in group["paths"]}
    except (OSError, ValueError, TypeError, KeyError):
        return names
    # Only files right here: a manifest from elsewhere may name anything.
    plain = {path.removeprefix("./") for path in listed if isinstance(path, str) and path.endswith(".bin")}
    return names | {name for name in plain if "/" not in name and (directory / name).is_file()}


def _replace_file(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".tfjs-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
