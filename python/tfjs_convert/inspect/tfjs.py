"""Reports on TensorFlow.js models and weights manifests."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from tfjs_convert import decision_forests, tables
from tfjs_convert.budget.measure import count_operations
from tfjs_convert.errors import ConversionError, InputError
from tfjs_convert.inspect import detect
from tfjs_convert.inspect.values import Values, endpoint, totals, weight
from tfjs_convert.layers.keras_config import parse_model
from tfjs_convert.layers_conversion import plain_tensor, tensors
from tfjs_convert.weights.dtypes import LITTLE_ENDIAN
from tfjs_convert.weights.reader import read_weights

_DTYPES = {"float": "float32", "double": "float64", "half": "float16"}
_NOT_COMPUTED = ("Const", "Placeholder", "NoOp")


def report(found: detect.Found) -> Values:
    """Inputs, outputs, operations or layers, backends, weights by size and quantization, shards.

    Raises:
      InputError: model.json is malformed.
    """
    fields = json.loads(found.path.read_bytes())
    manifest = fields if isinstance(fields, list) else fields.get("weightsManifest", [])
    report: Values = {}
    if found.kind != detect.MANIFEST:
        report = {key: fields.get(name) for key, name in _FACTS.items()}
        try:
            report["operations"] = dict(sorted(count_operations(fields).items()))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{found.path.name}: its topology is not as TensorFlow.js writes it ({error}).") from None
        report |= _graph(fields, report["operations"]) if found.kind == detect.GRAPH else _layers(fields)
    return report | _weights(manifest, found.path.parent)


_FACTS = {"generated_by": "generatedBy", "converted_by": "convertedBy", "metadata": "userDefinedMetadata"}


def _graph(fields: Mapping, operations: Mapping[str, int]) -> Values:
    signature = fields.get("signature") or (fields.get("userDefinedMetadata") or {}).get("signature") or {}
    known = tables.load()
    computed = [op for op in operations if op not in _NOT_COMPUTED]
    forest = [op for op in computed if op in decision_forests.OPS]
    missing = [op for op in computed if op not in forest and not (op in known.ops and known.ops[op].runs)]
    runnable = [op for op in computed if op not in missing and op not in forest]
    return {
        "inputs": [_endpoint(name, info) for name, info in (signature.get("inputs") or {}).items()],
        "outputs": [_endpoint(name, info) for name, info in (signature.get("outputs") or {}).items()],
        "missing": [{"operation": op, "count": operations[op]} for op in missing],
        "execution": "executeAsync" if forest or any(known.ops[op].is_async for op in runnable) else "predict",
        "backends": {
            backend: [op for op in runnable if known.missing_kernels(op, backend)] for backend in sorted(known.kernels)
        },
    }


def _endpoint(name: str, info: object) -> Values:
    info = info if isinstance(info, Mapping) else {}
    shape = info.get("tensorShape") or {}
    sizes = None if shape.get("unknownRank") else [int(dim.get("size", 0)) for dim in shape.get("dim", [])]
    dtype = str(info.get("dtype", "")).removeprefix("DT_").lower()
    return endpoint(name, _DTYPES.get(dtype, dtype) or None, sizes)


def _layers(fields: Mapping) -> Values:
    topology = fields.get("modelTopology")
    config = topology.get("model_config", topology) if isinstance(topology, Mapping) else None
    if not isinstance(config, Mapping):
        return {"problems": ["It holds weights only, and no topology."]}
    try:
        model = parse_model(dict(config), "`model.json`")
        inputs, outputs = tensors(model)
    except ConversionError as error:
        return {"problems": [str(error)]}
    return {
        "inputs": [plain_tensor(each) for each in inputs],
        "outputs": [plain_tensor(each) for each in outputs],
        "layers": [
            {"name": layer.name, "class": layer.class_name, "trainable": layer.trainable} for layer in model.walk()
        ],
        "training": fields.get("trainingConfig"),
    }


def _weights(manifest: object, folder: Path) -> Values:
    problems = []
    try:
        read_weights(manifest, folder)
    except InputError as error:
        problems.append(str(error))
    groups = manifest if isinstance(manifest, list) else []
    entries = [each for group in groups if isinstance(group, Mapping) for each in group.get("weights", [])]
    weights = [_weight(each) for each in entries if isinstance(each, Mapping)]
    paths = [str(path) for group in groups if isinstance(group, Mapping) for path in group.get("paths", [])]
    found: Values = {
        "weights": weights,
        **totals(weights),
        "quantization": _by_quantization(weights),
        "shards": [{"path": path, "bytes": _file_size(folder, path)} for path in dict.fromkeys(paths)],
    }
    return found | ({"problems": problems} if problems else {})


def _weight(entry: Mapping) -> Values:
    dtype, shape = str(entry.get("dtype")), [size for size in entry.get("shape") or [] if isinstance(size, int)]
    quantization = entry.get("quantization")
    coded = quantization.get("dtype") if isinstance(quantization, Mapping) else None
    kind = LITTLE_ENDIAN.get(coded or dtype)
    stored = None if kind is None else kind.itemsize * math.prod(shape)
    found = weight(str(entry.get("name")), LITTLE_ENDIAN.get(dtype, "object"), shape, stored)
    return {**found, "quantization": coded}


def _by_quantization(weights: Iterable[Values]) -> Values:
    """Weights and bytes by how they are stored."""
    weights = list(weights)
    stored = {id(each): each["quantization"] or each["dtype"] for each in weights}
    counts = Counter(stored.values())
    return {
        how: {
            "weights": counts[how],
            "bytes": sum(each["bytes"] or 0 for each in weights if stored[id(each)] == how),
        }
        for how in sorted(counts)
    }


def _file_size(folder: Path, path: str) -> int | None:
    """The size of a shard; null for one that is missing or outside of the folder."""
    if ".." in Path(path).parts or Path(path).is_absolute() or not (folder / path).is_file():
        return None
    return (folder / path).stat().st_size
