"""Checks each layer and argument against what the pinned TensorFlow.js reads, and writes them as it reads them."""

from __future__ import annotations

import math

from tfjs_convert.layers.constraints import is_broken
from tfjs_convert.layers.model import Layer
from tfjs_convert.layers.refuse import refuse
from tfjs_convert.tables import LayerClass, Tables

INPUT_DTYPES = {
    **dict.fromkeys(("float16", "bfloat16", "float32", "float64"), "float32"),
    **dict.fromkeys(("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"), "int32"),
    "bool": "bool",
}

SILENT = {
    "activity_regularizer": "it adds to the loss in training only, and TensorFlow.js refuses it",
}
"""Arguments that are left out with a note, and why that changes no result."""

HARMLESS = frozenset(
    {
        "autocast", "flash_attention", "fused", "implementation", "input_dim", "input_length", "optional", "rank",
        "ragged", "seed",
        "synchronized", "use_cudnn", "lora_rank", "lora_alpha", "quantization_config",
    }
)  # fmt: skip
"""Arguments that TensorFlow.js does not read where they stand, and that change nothing when a model is used."""

NOT_HERE = frozenset({"name", "trainable", "dtype", "input_dtype", "batch_input_shape", "input_shape"})
"""Arguments that are written apart, or belong to the input layer, which every model here has."""

NEUTRAL = {"groups": 1, "data_format": "channels_last", "scale": True, "center": True}
"""Values at which an argument that TensorFlow.js does not read does nothing."""

INITIALIZERS = {"LecunNormal": "LeCunNormal", "LecunUniform": "LeCunUniform"}
ANY_INITIALIZER = {"class_name": "Zeros", "config": {}}
"""Stands in for initializers that TensorFlow.js lacks: the weights are in the file, and initial values never show."""


def clean(layer: Layer, tables: Tables, notes: list[str]) -> dict[str, object]:
    """The configuration of `layer` as TensorFlow.js is to read it, without wrapped layers.

    Raises:
      UnsupportedLayerError: the class is unknown there, or an argument that matters is.
    """
    known = tables.classes.get(layer.class_name)
    if known is None or known.kind not in ("layer", "cell"):
        raise refuse(layer.name, layer.class_name, "the pinned TensorFlow.js has no such layer")
    if layer.class_name == "InputLayer":
        return _input(layer)
    config: dict[str, object] = {"name": layer.name, "trainable": layer.trainable}
    for key, value in layer.config.items():
        if key in NOT_HERE:
            continue
        if key in SILENT:
            if value is not None:
                notes.append(f"Layer `{layer.name}` ({layer.class_name}): `{key}` is left out: {SILENT[key]}.")
            continue
        if _is_object(key):
            _put_object(config, key, value, layer, known, notes)
        elif known.reads(key):
            config[key] = _plain(value, key, layer)
        elif key not in HARMLESS and not _does_nothing(key, value):
            raise refuse(
                layer.name,
                layer.class_name,
                f"TensorFlow.js ignores its argument `{key}`, here {value!r}, which changes its results",
            )
    return config


def _input(layer: Layer) -> dict[str, object]:
    dtype = str(layer.config.get("dtype") or "float32")
    if dtype not in INPUT_DTYPES:
        raise refuse(layer.name, layer.class_name, f"TensorFlow.js's layers take no {dtype} input")
    if layer.config.get("sparse") or layer.config.get("ragged"):
        raise refuse(layer.name, layer.class_name, "TensorFlow.js has no sparse or ragged tensors")
    shape = layer.config.get("batch_input_shape")
    if shape is None:
        raise refuse(layer.name, layer.class_name, "the shape of its input is not known")
    return {"name": layer.name, "batch_input_shape": list(shape), "dtype": INPUT_DTYPES[dtype], "sparse": False}


def _is_object(key: str) -> bool:
    return key.endswith(("_initializer", "_regularizer", "_constraint"))


def _put_object(config: dict, key: str, value: object, layer: Layer, known: LayerClass, notes: list[str]) -> None:
    if not known.reads(key):
        return
    # SeparableConv2D and its kin declare the general kernel's arguments, and throw if they are given.
    if key.startswith("kernel_") and layer.class_name in ("SeparableConv2D", "DepthwiseConv2D"):
        return
    if key.endswith("_initializer"):
        config[key] = initializer(value)
        return
    translated = regularizer(value) if key.endswith("_regularizer") else constraint(value)
    if translated is None and value is not None:
        notes.append(
            f"Layer `{layer.name}` ({layer.class_name}): its {key} is left out: TensorFlow.js has none like "
            "it; it matters in training only."
        )
    if translated is not None and key.endswith("_constraint") and is_broken(layer, key, translated):
        notes.append(
            f"Layer `{layer.name}` ({layer.class_name}): its {key} is left out: its weights break it, and "
            "TensorFlow.js would change them on loading."
        )
        translated = None
    config[key] = translated


def initializer(value: object) -> dict[str, object]:
    """A Keras initializer as TensorFlow.js names it, or one that stands in for it."""
    name, config = _parts(value)
    name = INITIALIZERS.get(name, name)
    if name in ("Zeros", "Ones"):
        return {"class_name": name, "config": {}}
    if name in ("GlorotUniform", "GlorotNormal", "HeNormal", "HeUniform", "LeCunNormal", "LeCunUniform"):
        return {"class_name": name, "config": {"seed": _seed(config)}}
    if name == "VarianceScaling":
        kept = {key: config[key] for key in ("scale", "mode", "distribution") if key in config}
        if kept.get("distribution") == "untruncated_normal":
            kept["distribution"] = "normal"
        return {"class_name": name, "config": {**kept, "seed": _seed(config)}}
    wanted = {
        "Constant": ("value",),
        "RandomUniform": ("minval", "maxval"),
        "RandomNormal": ("mean", "stddev"),
        "TruncatedNormal": ("mean", "stddev"),
        "Orthogonal": ("gain",),
    }.get(name)
    if wanted is None or not all(isinstance(config.get(key), (int, float)) for key in wanted):
        return dict(ANY_INITIALIZER)
    return {"class_name": name, "config": {**{key: config[key] for key in wanted}, "seed": _seed(config)}}


def _seed(config: dict) -> int | None:
    seed = config.get("seed")
    return seed if isinstance(seed, int) else None


def regularizer(value: object) -> dict[str, object] | None:
    """A Keras regularizer as TensorFlow.js's only one, L1L2; None if there is none like it."""
    name, config = _parts(value)
    if name in ("L1", "L2", "L1L2", "l1", "l2", "l1_l2"):
        default = 0.01 if isinstance(value, str) else 0.0
        both = {"l1": 0.0, "l2": 0.0}
        for key in both:
            if key in name.lower():
                both[key] = float(config.get(key, default) or 0.0)
        return {"class_name": "L1L2", "config": both}
    return None


def constraint(value: object) -> dict[str, object] | None:
    """A Keras constraint as TensorFlow.js names it; None if there is none like it."""
    name, config = _parts(value)
    name = {"max_norm": "MaxNorm", "non_neg": "NonNeg", "unit_norm": "UnitNorm", "min_max_norm": "MinMaxNorm"}.get(
        name, name
    )
    keys = {
        "MaxNorm": ("max_value", "axis"),
        "UnitNorm": ("axis",),
        "NonNeg": (),
        "MinMaxNorm": ("min_value", "max_value", "rate", "axis"),
    }
    if name not in keys or isinstance(config.get("axis"), list):
        return None
    return {"class_name": name, "config": {key: config[key] for key in keys[name] if key in config}}


def _parts(value: object) -> tuple[str, dict]:
    if isinstance(value, dict):
        config = value.get("config")
        return str(value.get("class_name")), config if isinstance(config, dict) else {}
    if isinstance(value, str):
        return "".join(
            part.capitalize() for part in value.split("_")
        ) if "_" in value and value != "l1_l2" else value, {}
    return "", {}


def _does_nothing(key: str, value: object) -> bool:
    if value is None or value is False or value == [] or value == {}:
        return True
    if key in NEUTRAL:
        return value == NEUTRAL[key]
    if key in ("dilation_rate", "strides"):
        return all(n == 1 for n in (value if isinstance(value, list) else [value]))
    return False


def _plain(value: object, key: str, layer: Layer) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        raise refuse(layer.name, layer.class_name, f"its argument `{key}` is {value}, which JSON cannot hold")
    if isinstance(value, dict):
        if value.get("type") == "ndarray" and isinstance(value.get("value"), (int, float)):
            return value["value"]
        raise refuse(layer.name, layer.class_name, f"its argument `{key}` is an object that TensorFlow.js cannot read")
    if isinstance(value, (list, tuple)):
        return [_plain(item, key, layer) for item in value]
    return value
