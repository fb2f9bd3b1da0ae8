"""Per-channel affine maps, y = x * scale + offset with constants, in every form that graphs write them.

- `FusedBatchNorm`, `…V2`, `…V3` (inputs x, gamma, beta, mean, variance) and `BatchNormWithGlobalNormalization` (x,
  mean, variance, beta, gamma) in inference: scale = gamma / sqrt(variance + epsilon), offset = beta - mean * scale.
- `Mul`, `RealDiv`, `Add`, `AddV2`, `BiasAdd`, `Sub` and `Neg` with a constant: Keras 3 writes its batch norm so.
"""

from dataclasses import dataclass

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.evaluate import evaluate
from tfjs_convert.graph.view import GraphView, NodeDef
from tfjs_convert.tf_core import types_pb2

_FUSED = ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3")
FLOATS = (types_pb2.DT_FLOAT, types_pb2.DT_HALF, types_pb2.DT_BFLOAT16, types_pb2.DT_DOUBLE)


@dataclass(frozen=True)
class Affine:
    """y = x * scale + offset; None stands for 1 and 0.

    `x` is the input's index. `channels_first` is True or False where the operation's own `data_format` says along which
    axis its vectors lie, None where NumPy's broadcasting does. `scale` and `offset` are float64.
    """

    x: int
    scale: np.ndarray | None
    offset: np.ndarray | None
    channels_first: bool | None


def read(view: GraphView, node: NodeDef) -> Affine | None:
    """`node` as an affine map of one input by constants, or None if it is not one."""
    if node.op in _FUSED or node.op == "BatchNormWithGlobalNormalization":
        return _batch_norm(view, node)
    if node.op not in ("Mul", "RealDiv", "Div", "Add", "AddV2", "BiasAdd", "Sub", "Neg"):
        return None
    if attr(node, "T").type not in FLOATS:
        return None
    data = view.data_inputs(node)
    if node.op == "Neg":
        return Affine(0, np.float64(-1), None, None)
    if len(data) != 2:
        return None
    first, second = evaluate(view, data[0]), evaluate(view, data[1])
    if (first is None) == (second is None):
        return None
    x = 1 if second is None else 0
    with np.errstate(all="ignore"):
        constant = np.asarray(first if second is None else second).astype(np.float64)
    if node.op == "BiasAdd":
        if x != 0 or constant.ndim != 1:
            return None
        return Affine(0, None, constant, attr(node, "data_format").s == b"NCHW")
    if node.op == "Mul":
        return Affine(x, constant, None, None)
    if node.op in ("RealDiv", "Div"):
        if x != 0 or not np.all(constant):
            return None
        return Affine(0, 1 / constant, None, None)
    if node.op == "Sub":
        return Affine(0, None, -constant, None) if x == 0 else Affine(1, np.float64(-1), constant, None)
    return Affine(x, None, constant, None)


def _batch_norm(view: GraphView, node: NodeDef) -> Affine | None:
    data = view.data_inputs(node)
    if len(data) != 5 or not view.uses_only_first_output(node.name):
        return None
    constants = [evaluate(view, t) for t in data[1:]]
    if any(c is None or c.ndim != 1 for c in constants):
        return None
    with np.errstate(all="ignore"):
        constants = [c.astype(np.float64) for c in constants]
    if node.op in _FUSED:
        # Absent means the default, training.
        if "is_training" not in node.attr or attr(node, "is_training").b:
            return None
        gamma, beta, mean, variance = constants
        epsilon = attr(node, "epsilon").f if "epsilon" in node.attr else 1e-4
        multiply = True
        channels_first = attr(node, "data_format").s in (b"NCHW", b"NCDHW")
    else:
        mean, variance, beta, gamma = constants
        epsilon = attr(node, "variance_epsilon").f
        multiply = attr(node, "scale_after_normalization").b
        channels_first = False
    if not mean.shape == variance.shape == beta.shape == gamma.shape or np.any(variance + epsilon <= 0):
        return None
    scale = 1 / np.sqrt(variance + epsilon)
    if multiply:
        scale = scale * gamma
    return Affine(0, scale, beta - mean * scale, channels_first)


def per_channel(array: np.ndarray, rank: int, exact_rank: bool, axis: int, channels: int) -> np.ndarray | None:
    """`array` as a vector of `channels` elements, if NumPy's broadcasting spreads it along one axis only.

    `axis` counts from the end (-1: channels last). `rank` is the other operand's rank, or a lower bound of it unless
    `exact_rank`. None if the array varies along another axis, or would raise the result's rank or enlarge it.
    """
    if array.size == 1 and array.ndim <= rank:
        return np.full(channels, array.reshape(-1)[0])
    if array.ndim > rank or (axis != -1 and not exact_rank) or array.ndim < -axis:
        return None
    if array.shape[axis] != channels or array.size != channels:
        return None
    return array.reshape(-1)
