"""Operations that TensorFlow.js lacks or reads otherwise, one a model: how each is converted is read from here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Model, Source, floats, frozen, integers

raw = tf.raw_ops
MODELS = family = Family()
X, Y = floats(3, 4, scale=2.0), floats(3, 4, seed=1)
N, M = integers(3, 4, low=-20, high=21), integers(3, 4, low=1, high=7, seed=1)
SQUARE = floats(2, 3, 3)
COLOURS = np.random.default_rng(0).random((2, 4, 4, 3)).astype(np.float32)
ZEROS = np.where(np.abs(Y) < 0.5, 0, Y).astype(np.float32)
ROWS = floats(6, 3)
INDICES = np.array([[4], [1], [4]], np.int32)


def _add(op: str, feeds: Mapping[str, np.ndarray], suffix: str = "", **constants: object) -> None:
    """A frozen graph of one operation; its first output is compared."""

    def make() -> Source:
        def build(**inputs: tf.Tensor) -> list[tf.Tensor]:
            made = getattr(raw, op)(**inputs, **constants)
            first = made if isinstance(made, tf.Tensor) else made[0]
            return [tf.identity(first, "y")]

        return frozen(build, feeds)

    MODELS.append(Model(op + suffix, make, shows=op))


def _all() -> None:
    for op in ("Erfc", "Rint", "Inv"):
        _add(op, {"x": X})
    _add("Softsign", {"features": X})
    for op in ("Xlogy", "Xdivy"):
        _add(op, {"x": ZEROS, "y": np.abs(Y) + np.float32(0.5)})
    _add("Xlog1py", {"x": ZEROS, "y": np.abs(Y)})
    _add("MulNoNan", {"x": np.where(ZEROS == 0, np.inf, X).astype(np.float32), "y": ZEROS})
    _add("L2Loss", {"t": X})
    _add("ApproximateEqual", {"x": X, "y": X + np.float32(0.3) * np.sign(ZEROS)}, tolerance=0.2)
    for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        _add(op, {"x": N, "y": M})
    _add("Invert", {"x": N})
    for op in ("TruncateDiv", "TruncateMod", "Mod", "Div"):
        _add(op, {"x": N, "y": M})
    _add("FloorDiv", {"x": X, "y": np.abs(Y) + np.float32(0.1)})
    _add("Bucketize", {"input": X}, boundaries=[-1.0, 0.0, 0.5])
    _add("BatchMatMulV3", {"x": SQUARE, "y": SQUARE}, Tout=tf.float32)
    _add("Cross", {"a": ROWS, "b": ROWS[::-1]})
    for suffix in ("", "V2", "V3"):
        place = {"k": 1} if suffix else {}
        value = {"padding_value": 0.5} if suffix else {}
        sizes = {"num_rows": -1, "num_cols": -1} if suffix else {}
        diagonal = SQUARE[:, 0, :2] if suffix else SQUARE[:, 0]
        _add("MatrixDiag" + suffix, {"diagonal": ROWS}, **place, **sizes, **value)
        _add("MatrixDiagPart" + suffix, {"input": SQUARE}, **place, **value)
        _add("MatrixSetDiag" + suffix, {"input": SQUARE, "diagonal": diagonal}, **place)
    _add("MatrixBandPart", {"input": SQUARE}, num_lower=0, num_upper=-1)
    _add("Roll", {"input": ROWS}, shift=[2], axis=[0])
    _add("InvertPermutation", {"x": np.array([2, 0, 1, 3], np.int32)})
    for op in ("TensorScatterAdd", "TensorScatterSub"):
        _add(op, {"tensor": ROWS, "indices": INDICES, "updates": floats(3, 3, seed=2)})
    segments = np.array([0, 0, 1, 3, 3, 3], np.int32)
    _add("UnsortedSegmentSum", {"data": ROWS, "segment_ids": segments[::-1]}, num_segments=5)
    for op in ("SegmentSum", "SegmentMean"):
        _add(op, {"data": ROWS}, segment_ids=segments)
    for op in ("RGBToHSV", "HSVToRGB"):
        _add(op, {"images": COLOURS})
    _add("AdjustSaturation", {"images": COLOURS}, scale=0.4)
    _add("AdjustHue", {"images": COLOURS}, delta=0.15)
    _add("AdjustContrastv2", {"images": COLOURS}, contrast_factor=1.7)
    _add("SpaceToDepth", {"input": COLOURS}, block_size=2)
    _add("SpaceToBatch", {"input": COLOURS}, block_size=2, paddings=[[0, 0], [1, 1]])
    _add("BatchToSpace", {"input": np.concatenate([COLOURS, COLOURS])}, block_size=2, crops=[[0, 1], [1, 0]])
    norm = {"scale": [1.0, 2.0, 0.5], "offset": [0.1, 0.2, 0.3], "mean": [], "variance": [], "is_training": True}
    for suffix in ("", "V2", "V3"):
        _add("FusedBatchNorm" + suffix, {"x": COLOURS}, **norm)
    _add("OneHot", {"indices": np.array([2, 0, 1, 2], np.int32)}, depth=3, on_value=2.0, off_value=-1.0, axis=0)
    _add("Cumsum", {"x": X}, axis=-1)
    _add("Cumprod", {"x": X}, axis=-1)
    _add("EnsureShape", {"input": X}, shape=[None, 4])
    _add("RandomUniformInt", {"shape": np.array([2, 3], np.int32)}, minval=5, maxval=6, seed=1)
    _add("FakeQuantWithMinMaxVars", {"inputs": X}, min=-2.0, max=3.0)


_all()
