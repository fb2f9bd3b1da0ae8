"""A manifest of any origin and its shards into weights, checked at once and loaded when asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.weights import strings
from tfjs_convert.weights.dtypes import LITTLE_ENDIAN
from tfjs_convert.weights.quantize import Affine
from tfjs_convert.weights.shard_bytes import ShardedBytes
from tfjs_convert.weights.weight import Weight

_READABLE = (*LITTLE_ENDIAN, "string")


def read_weights(manifest: object, directory: Path) -> list[list[Weight]]:
    """Reads a manifest; each weight's numbers are read, and dequantized, when it is loaded.

    Strings are scanned at once, since only their lengths say where the next weight begins.

    Args:
      manifest: `weightsManifest` of model.json, written by TensorFlow.js, the upstream converter or this one.
      directory: the folder that the shards' paths are relative to.

    Returns:
      One list of weights a group, in the manifest's order. Quantized weights have the dtype they had before
      (float32 or int32), strings are `bytes`.

    Raises:
      InputError: the manifest is malformed, or a shard is missing, too short, too long, or outside of the folder.
    """
    if not isinstance(manifest, list):
        raise InputError(f"The weights manifest is a {type(manifest).__name__}; it must be a list of groups.")
    names: set[str] = set()
    groups = []
    for number, group in enumerate(manifest, 1):
        if not isinstance(group, Mapping) or not isinstance(group.get("weights"), list):
            raise InputError(f"Group {number} of the weights manifest has no list of weights.")
        paths = group.get("paths", [])
        if not isinstance(paths, list):
            raise InputError(f"Group {number} of the weights manifest has no list of paths.")
        source = ShardedBytes(paths, Path(directory))
        groups.append(_read_group(number, group["weights"], source, names))
    return groups


def _read_group(number: int, entries: list[object], source: ShardedBytes, names: set[str]) -> list[Weight]:
    weights = []
    offset = 0
    for entry in entries:
        name, shape, dtype, quantization = _check_entry(entry, number)
        if name in names:
            raise InputError(f"The weights manifest holds two weights named {name!r}; each name may occur once.")
        names.add(name)
        count = math.prod(shape)
        if dtype == "string":
            nbytes = strings.scan(source, offset, count, name)
            weights.append(_string_weight(name, shape, source, offset, nbytes))
        else:
            coded = LITTLE_ENDIAN[quantization["dtype"] if quantization else dtype]
            nbytes = count * coded.itemsize
            weights.append(_number_weight(name, shape, dtype, coded, quantization, source, offset))
        offset += nbytes
    if offset != source.total:
        comparison = "fewer" if source.total < offset else "more"
        raise InputError(
            f"The shards of group {number} hold {source.total} bytes, {comparison} than the {offset} that its "
            f"{len(weights)} weights take ({source.describe()}); copy all files of one conversion together."
        )
    return weights


def _check_entry(entry: object, number: int) -> tuple[str, tuple[int, ...], str, Mapping[str, object] | None]:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not name:
        raise InputError(f"Group {number} of the weights manifest has a weight without a name.")
    shape, dtype, quantization = entry.get("shape"), entry.get("dtype"), entry.get("quantization")
    if not isinstance(shape, list) or not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape):
        raise InputError(f"Weight {name!r} in the manifest has the shape {shape!r}; a shape is a list of sizes.")
    if dtype not in _READABLE:
        raise InputError(
            f"Weight {name!r} in the manifest has the dtype {dtype!r}; readable are {', '.join(_READABLE)}."
        )
    if quantization is not None:
        _check_quantization(name, dtype, quantization)
    return name, tuple(shape), dtype, quantization


def _check_quantization(name: str, dtype: str, quantization: object) -> None:
    coded = quantization.get("dtype") if isinstance(quantization, Mapping) else None
    accepted = {"float32": ("float16", "uint8", "uint16"), "int32": ("uint8", "uint16")}.get(dtype, ())
    if coded not in accepted:
        raise InputError(
            f"Weight {name!r} in the manifest is {dtype} quantized as {coded!r}; "
            "float32 can be float16, uint8 or uint16, and int32 can be uint8 or uint16."
        )
    if coded == "float16":
        return
    for key in ("min", "scale"):
        value = quantization.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise InputError(
                f"Weight {name!r} in the manifest is quantized as {coded} with {key} = {value!r}; it must be a number."
            )


def _string_weight(name: str, shape: tuple[int, ...], source: ShardedBytes, offset: int, nbytes: int) -> Weight:
    def load() -> np.ndarray:
        return strings.decode(bytes(source.read(offset, nbytes)), shape)

    return Weight(name, shape, np.dtype(object), load)


def _number_weight(
    name: str,
    shape: tuple[int, ...],
    dtype: str,
    coded: np.dtype,
    quantization: Mapping[str, object] | None,
    source: ShardedBytes,
    offset: int,
) -> Weight:
    def load() -> np.ndarray:
        codes = np.frombuffer(source.read(offset, math.prod(shape) * coded.itemsize), coded).reshape(shape)
        if not quantization:
            return codes
        if quantization["dtype"] == "float16":
            return codes.astype("<f4")
        line = Affine(quantization["dtype"], float(quantization["min"]), float(quantization["scale"]))
        return line.decode(codes, dtype)

    return Weight(name, shape, LITTLE_ENDIAN[dtype], load)
