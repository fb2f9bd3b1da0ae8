"""The `trainingConfig` that TensorFlow.js's loader compiles a model with.

It takes Keras 2's form, of optimizers, losses and metrics that it has; anything else makes loading fail, so that a
model compiled with something else comes without, and a note says so. (tfjs-layers `engine/training.ts`,
`loadTrainingConfig`.)
"""

from __future__ import annotations

from tfjs_convert.layers.model import Model

OPTIMIZERS = {
    "SGD": {"learning_rate": 0.01},
    "Adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "Adamax": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "decay": 0.0},
    "RMSprop": {"learning_rate": 0.001, "decay": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": False},
    "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1},
    "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-7},
}
"""Classes that TensorFlow.js has, with the arguments it reads and Keras's defaults."""

UNSAID = (
    "amsgrad", "clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps", "loss_scale_factor",
    "use_ema", "weight_decay",
)  # fmt: skip
"""Arguments of Keras's optimizers that change training and that TensorFlow.js would pass over."""

RENAMED = {"lr": "learning_rate"}
JS_NAMES = {"RMSprop": "RMSProp"}

LOSSES = (
    "mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error",
    "squared_hinge",
    "hinge", "categorical_hinge", "logcosh", "categorical_crossentropy", "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "kullback_leibler_divergence", "poisson", "cosine_proximity",
)  # fmt: skip
LOSS_NAMES = {
    "mse": "mean_squared_error", "mae": "mean_absolute_error", "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error", "kld": "kullback_leibler_divergence",
    "kl_divergence": "kullback_leibler_divergence",
    "log_cosh": "logcosh",
}  # fmt: skip
METRICS = (
    "binary_accuracy", "categorical_accuracy", "precision", "categorical_crossentropy",
    "sparse_categorical_crossentropy", "mse", "mae",
    "mape", "cosine", "accuracy", "acc",
)  # fmt: skip
METRIC_NAMES = {
    "mean_squared_error": "mse", "mean_absolute_error": "mae", "mean_absolute_percentage_error": "mape",
    "cosine_similarity": "cosine",
}  # fmt: skip


def training_config(model: Model, given: dict | None, notes: list[str]) -> dict[str, object] | None:
    """TensorFlow.js's training configuration out of Keras's (`training_config` or `compile_config`); None if it has
    none.
    """
    if not given:
        return None
    try:
        return _convert(model, given)
    except _NotThereError as error:
        notes.append(
            f"The model is not compiled in TensorFlow.js: {error}; call `model.compile` before training it there."
        )
        return None


class _NotThereError(Exception):
    pass


def _convert(model: Model, given: dict) -> dict[str, object]:
    if given.get("loss_weights"):
        raise _NotThereError("its loss weights cannot be loaded there")
    loss = given.get("loss")
    if loss is None:
        raise _NotThereError("its training has no loss")
    result: dict[str, object] = {
        "optimizer_config": _optimizer(given.get("optimizer_config") or given.get("optimizer")),
        "loss": _each(loss, _loss, model),
    }
    metrics = given.get("metrics")
    if metrics:
        flat = (
            metrics[0] if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list) else metrics
        )
        names = [_metric(item) for item in flat] if isinstance(flat, list) else None
        if names is None or None in names:
            raise _NotThereError("its metrics are not among those that can be loaded there")
        result["metrics"] = names
    return result


def _optimizer(value: object) -> dict[str, object]:
    if isinstance(value, str):
        value = {"class_name": value, "config": {}}
    if not isinstance(value, dict):
        raise _NotThereError("its optimizer is not in the file")
    name = str(value.get("class_name", "")).rsplit(">", 1)[-1]
    name = next((known for known in OPTIMIZERS if known.lower() == name.lower()), name)
    defaults = OPTIMIZERS.get(name)
    if defaults is None:
        raise _NotThereError(f"it has no optimizer `{name}`")
    config = value.get("config") or {}
    config = {RENAMED.get(key, key): item for key, item in config.items()}
    unsaid = next((key for key in UNSAID if config.get(key)), None)
    if unsaid is not None:
        raise _NotThereError(f"its optimizer's `{unsaid}` cannot be said there")
    if name == "SGD" and config.get("momentum"):
        name, defaults = "Momentum", {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False}
    if name == "RMSprop" and "rho" in config:
        config["decay"] = config["rho"]
    found = {}
    for key, default in defaults.items():
        item = config.get(key, default)
        if isinstance(item, dict):
            raise _NotThereError(f"its optimizer's `{key}` is a schedule")
        found[key] = item
    js = {"beta_1": "beta1", "beta_2": "beta2", "nesterov": "use_nesterov"}
    return {"class_name": JS_NAMES.get(name, name), "config": {js.get(key, key): item for key, item in found.items()}}


def _each(value: object, convert: object, model: Model) -> object:
    if isinstance(value, list):
        return [convert(item) for item in value]
    if isinstance(value, dict) and "class_name" not in value:
        return {key: convert(item) for key, item in value.items()}
    return convert(value)


def _loss(value: object) -> str:
    if isinstance(value, dict):
        config = value.get("config")
        if isinstance(config, dict):
            if config.get("from_logits") or config.get("label_smoothing"):
                raise _NotThereError("its loss is computed from logits, or smooths labels, which cannot be said there")
            value = config.get("name") or _snake(str(value.get("class_name")))
        else:
            value = config
    name = _snake(str(value)) if value else ""
    name = LOSS_NAMES.get(name, name)
    if name not in LOSSES:
        raise _NotThereError(f"it has no loss `{name}`")
    return name


def _metric(value: object) -> str | None:
    if isinstance(value, dict):
        config = value.get("config")
        value = _snake(str(value.get("class_name"))) if isinstance(config, dict) else config
        if isinstance(config, dict) and value == "mean_metric_wrapper":
            value = config.get("fn") if isinstance(config.get("fn"), str) else config.get("name")
    name = METRIC_NAMES.get(str(value), str(value))
    return name if name in METRICS else None


def _snake(name: str) -> str:
    result = ""
    for index, char in enumerate(name):
        if char.isupper() and index and not name[index - 1].isupper() and name[index - 1] != "_":
            result += "_"
        result += char.lower()
    return result
