"""What a model would weigh, and how far its weights would move, as float32, float16, uint16 and uint8."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfjs_convert import canonical_json
from tfjs_convert.artifact import Artifact, write_model
from tfjs_convert.budget.measure import gzip_compressor, read_model_json
from tfjs_convert.errors import ConversionError, OptionError
from tfjs_convert.weights.encode import EncodedWeight
from tfjs_convert.weights.options import QUANTIZED_DTYPES, WeightOptions
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight

VARIANTS = ("float32", "float16", "uint16", "uint8")

_OPTIONS = WeightOptions(channel_spread="allow", allow_nonfinite=True)


@dataclasses.dataclass(frozen=True)
class WeightError:
    """How one weight fares in one variant.

    Attributes:
      rms: root mean square of the error over that of the values.
      worst_channel: largest error in any channel over that channel's largest magnitude; of the weight if it has none.
      step: the distance of two codes; 0 for float16.
    """

    rms: float
    worst_channel: float
    step: float


@dataclasses.dataclass(frozen=True)
class WeightFacts:
    """One weight of the model.

    Attributes:
      name, shape, dtype: as in the manifest.
      stored: the type of its bytes, `uint8` for a weight quantized so.
      bytes: what it takes in the model's files.
      is_variable: whether it was a trained variable.
      errors: by variant (without float32); empty if it is not quantized in any.
      channels: number of channels, 0 for none.
      lost: indices of the channels that uint8 is too coarse for.
      magnitudes: float [channels], each channel's largest magnitude; None without channels.
      notes: by variant, why it stays float32 there.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    stored: str
    bytes: int
    is_variable: bool
    errors: dict[str, WeightError]
    channels: int
    lost: np.ndarray
    magnitudes: np.ndarray | None
    notes: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Measured:
    """All variants of a model.

    Attributes:
      raw: bytes of weights and model.json, by variant.
      gzip: the same, compressed.
      weights: in the manifest's order.
    """

    raw: dict[str, int]
    gzip: dict[str, int]
    weights: list[WeightFacts]


def measure_variants(model_dir: Path, info: Mapping[str, object]) -> Measured:
    """Quantizes each variable of a model in each way, without writing anything; one weight in memory at a time.

    A weight that a type cannot hold stays float32 in that variant. Values that are stored quantized are taken as given.
    """
    model = read_model_json(model_dir)
    variables = variable_names(info)
    entries = [entry for group in model.get("weightsManifest") or [] for entry in group["weights"]]
    manifests: dict[str, list[dict[str, object]]] = {variant: [] for variant in VARIANTS}
    raw = dict.fromkeys(VARIANTS, 0)
    gzip = {variant: gzip_compressor() for variant in VARIANTS}
    compressed = dict.fromkeys(VARIANTS, 0)
    facts = []
    for entry, weight in zip(entries, _weights(model, model_dir, variables), strict=True):
        data = weight.load()
        loaded = Weight(weight.name, weight.shape, weight.dtype, lambda data=data: data, weight.is_variable)
        errors: dict[str, WeightError] = {}
        notes: dict[str, str] = {}
        for variant in VARIANTS:
            encoded = _encode(loaded, variant, notes)
            for part in encoded.parts():
                compressed[variant] += len(gzip[variant].compress(part))
            raw[variant] += encoded.nbytes
            manifests[variant].append(encoded.entry)
            if encoded.quantized:
                errors[variant] = _weight_error(encoded, data)
            if variant == "uint8":
                facts.append(_facts(entry, loaded, encoded, errors, notes))
    for variant in VARIANTS:
        shards = -(-raw[variant] // _OPTIONS.shard_size_bytes)
        paths = [f"group1-shard{i}of{shards}.bin" for i in range(1, shards + 1)]
        group = {"paths": paths, "weights": manifests[variant]}
        text = canonical_json.dumps({**model, "weightsManifest": [group]}, what="model.json")
        raw[variant] += len(text)
        packer = gzip_compressor()
        compressed[variant] += len(gzip[variant].flush()) + len(packer.compress(text)) + len(packer.flush())
    return Measured(raw, compressed, facts)


def write_variant(model_dir: Path, info: Mapping[str, object], directory: Path, variant: str) -> Artifact:
    """Writes a model anew with all its variables as one type, for instance to run it.

    Weights that the type cannot hold stay float32, as in `measure_variants`.

    Raises:
      OptionError: the variant is not one of `VARIANTS`.
    """
    if variant not in VARIANTS:
        raise OptionError(f"There is no variant {variant!r}; write one of {', '.join(VARIANTS)}.")
    model = read_model_json(model_dir)
    weights = _weights(model, model_dir, variable_names(info))
    names = []
    for weight in weights:
        notes: dict[str, str] = {}
        if _encode(weight, variant, notes).quantized:
            names.append(weight.name)
    fields = {key: value for key, value in model.items() if key not in ("convertedBy", "weightsManifest")}
    options = dataclasses.replace(_OPTIONS, quantize={variant: names} if names else {})
    return write_model(directory, fields, [weights], options)


def variable_names(info: Mapping[str, object]) -> set[str] | None:
    """Names of the weights that were variables, as the info file says; None if it does not."""
    records = info.get("weights")
    if not records:
        return None
    return {record["name"] for record in records if record.get("variable", True)}


def _weights(model: Mapping[str, object], model_dir: Path, variables: set[str] | None) -> list[Weight]:
    groups = read_weights(model.get("weightsManifest") or [], Path(model_dir))
    return [
        dataclasses.replace(weight, is_variable=variables is None or weight.name in variables)
        for group in groups
        for weight in group
    ]


def _encode(weight: Weight, variant: str, notes: dict[str, str]) -> EncodedWeight:
    if variant in QUANTIZED_DTYPES and weight.is_variable and weight.dtype == np.float32:
        try:
            return EncodedWeight(weight, variant, _OPTIONS)
        except ConversionError as error:
            notes[variant] = str(error)
    return EncodedWeight(weight, None, _OPTIONS)


def _weight_error(encoded: EncodedWeight, data: np.ndarray) -> WeightError:
    quality = encoded.quality()
    scale = math.sqrt(float(np.square(data, dtype=np.float64).mean()))
    worst = quality["relative_error"]
    if "channels" in quality:
        first = quality["channels"]["worst"][0]
        worst = first["max_error"] / first["max_magnitude"] if first["max_magnitude"] else 0.0
    step = encoded.affine.scale if encoded.affine else 0.0
    return WeightError(quality["rms_error"] / scale if scale else 0.0, worst, step)


def _facts(
    entry: Mapping[str, object],
    weight: Weight,
    encoded: EncodedWeight,
    errors: dict[str, WeightError],
    notes: dict[str, str],
) -> WeightFacts:
    stored = entry.get("quantization", entry)["dtype"]
    sizes = {"float32": 4, "int32": 4, "complex64": 8, "bool": 1, "uint8": 1, "uint16": 2, "float16": 2}
    nbytes = math.prod(weight.shape) * sizes[stored] if stored in sizes else encoded.nbytes
    magnitudes = encoded.channel_magnitudes if errors else None
    return WeightFacts(
        name=weight.name,
        shape=weight.shape,
        dtype=entry["dtype"],
        stored=stored,
        bytes=nbytes,
        is_variable=weight.is_variable,
        errors=errors,
        channels=0 if magnitudes is None else magnitudes.size,
        lost=encoded.lost_channels() if errors else np.empty(0, int),
        magnitudes=magnitudes,
        notes=notes,
    )
