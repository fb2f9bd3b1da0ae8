"""Constraints on weights: TensorFlow.js applies them whenever a weight is set, thus when a model is loaded.

Keras applies them after each step of training only, so that a file's weights may break what their layer demands.
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Layer

EPSILON = 1e-7
TOLERANCE = 1e-5

_ROLES = {"depthwise": "depthwise_kernel", "pointwise": "pointwise_kernel", "recurrent": "recurrent_kernel"}


def is_broken(layer: Layer, key: str, constraint: dict) -> bool:
    """Whether applying `constraint`, the layer's argument `key` as TensorFlow.js reads it, would change the weight."""
    role = key.removesuffix("_constraint")
    weight = layer.variables.get(_ROLES.get(role, role))
    if weight is None:
        return False
    values = weight.load().astype(np.float64)
    return bool(np.abs(_applied(values, constraint) - values).max(initial=0.0) > TOLERANCE)


def _applied(values: np.ndarray, constraint: dict) -> np.ndarray:
    name, config = constraint["class_name"], constraint["config"]
    if name == "NonNeg":
        return np.maximum(values, 0)
    axis = config.get("axis", 0)
    if not isinstance(axis, int) or not -values.ndim <= axis < values.ndim:
        return values + 1  # The runtime could not apply it.
    norms = np.sqrt(np.sum(values**2, axis=axis, keepdims=True))
    if name == "UnitNorm":
        return values / (EPSILON + norms)
    top = config.get("max_value", 1.0 if name == "MinMaxNorm" else 2.0)
    if name == "MaxNorm":
        return values * (np.clip(norms, 0, top) / (EPSILON + norms))
    rate = config.get("rate", 1.0)
    wanted = rate * np.clip(norms, config.get("min_value", 0.0), top) + (1 - rate) * norms
    return values * (wanted / (EPSILON + norms))
