"""Moving, cutting, joining and making tensors."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import V1, Family, Source, floats, frozen, function, integers

raw = tf.raw_ops
MODELS = family = Family()
CUBE = floats(2, 3, 4)


@family()
def reshapes() -> Source:
    def body(x):
        return {
            "reshape": raw.Reshape(tensor=x, shape=[-1, 6]),
            "flat": tf.reshape(x, [tf.shape(x)[0], -1]),
            "expand": raw.ExpandDims(input=x, axis=-2),
            "squeeze": raw.Squeeze(input=x[:, :, :1, tf.newaxis], axis=[2]),
            "squeeze_all": raw.Squeeze(input=x[:1, :, :1]),
            "ensure": raw.EnsureShape(input=x, shape=[None, 3, 4]),
            "broadcast": raw.BroadcastTo(input=x[:, :, :1], shape=[4, 2, 3, 5]),
        }

    return function(body, {"x": CUBE})


@family()
def reshapes_of_any_batch() -> Source:
    def body(x):
        batch = tf.shape(x)[0]
        return {
            "flat": tf.reshape(x, [batch, -1]),
            "turned": tf.transpose(tf.reshape(x, [batch, 3, 2, 2]), [0, 2, 1, 3]),
            "ensure": raw.EnsureShape(input=x, shape=[None, 3, 4]),
            "zeros": tf.zeros([batch, 2]),
        }

    return function(body, {"x": CUBE}, {"x": floats(5, 3, 4)})


@family()
def broadcast_of_shapes() -> Source:
    def body(a, b):
        return {"shape": raw.BroadcastArgs(s0=a, s1=b)}

    return function(body, {"a": np.array([3, 1, 4], np.int32), "b": np.array([2, 4], np.int32)})


@family()
def paddings() -> Source:
    def body(x):
        return {
            "pad": raw.Pad(input=x, paddings=[[0, 0], [1, 2], [2, 0]]),
            "value": raw.PadV2(input=x, paddings=[[1, 0], [0, 0], [0, 3]], constant_values=7.0),
            "reflect": raw.MirrorPad(input=x, paddings=[[0, 0], [1, 2], [2, 0]], mode="REFLECT"),
            "symmetric": raw.MirrorPad(input=x, paddings=[[1, 1], [0, 3], [0, 0]], mode="SYMMETRIC"),
        }

    return function(body, {"x": CUBE})


@family()
def blocks() -> Source:
    def body(x):
        batched = raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[0, 0], [1, 1]])
        return {
            "batched": batched,
            "back": raw.BatchToSpaceND(input=batched, block_shape=[2, 2], crops=[[0, 0], [1, 1]]),
            "depth": raw.DepthToSpace(input=x, block_size=2),
        }

    return function(body, {"x": floats(1, 4, 6, 4)})


@family()
def casts() -> Source:
    def body(x, n, b):
        return {
            "float_to_int": raw.Cast(x=x, DstT=tf.int32),
            "float_to_bool": tf.cast(tf.round(x), tf.bool),
            "int_to_float": tf.cast(n, tf.float32),
            "int_to_bool": tf.cast(n, tf.bool),
            "bool_to_float": tf.cast(b, tf.float32),
            "bool_to_int": tf.cast(b, tf.int64),
        }

    return function(body, {"x": CUBE * 3, "n": integers(2, 3), "b": np.array([True, False])})


@family()
def slices() -> Source:
    def body(x, i):
        return {
            "slice": raw.Slice(input=x, begin=[0, 1, 0], size=[-1, 2, 3]),
            "strided": x[:, ::2, 1:],
            "negative": x[:, -1, ::-1],
            "masks": x[0, ..., tf.newaxis, 1:3],
            "strided_masks": x[tf.newaxis, ..., 0, ::2, tf.newaxis],
            "backwards": x[1, ::-2, tf.newaxis, -1],
            "dynamic": x[i:, : i + 1],
            "moved": tf.slice(x, [i, 0, i], [1, 2, 3]),
        }

    return function(body, {"x": CUBE, "i": np.int32(1)}, {"x": CUBE, "i": np.int32(0)})


@family()
def joins() -> Source:
    def body(x, y, n):
        return {
            "concat": raw.ConcatV2(values=[x, y], axis=-1),
            "v1": raw.Concat(concat_dim=1, values=[x, y]),
            "pack": raw.Pack(values=[x, y], axis=1),
            "integers": tf.concat([n, n + 1, n], 0),
            "booleans": tf.concat([n > 0, n > 1], 0),
            "tile": raw.Tile(input=x, multiples=[1, 2, 1]),
        }

    return function(body, {"x": CUBE, "y": CUBE + 1, "n": integers(3)})


@family()
def splits() -> Source:
    def body(x):
        a, b = raw.Split(axis=2, value=x, num_split=2)
        c, _, d = raw.SplitV(value=x, size_splits=[1, 1, 2], axis=2, num_split=3)
        e, _, f = raw.Unpack(value=x, num=3, axis=1)
        return {"a": a, "b": b, "c": c, "d": d, "e": e, "f": f}

    return function(body, {"x": CUBE})


@family()
def gathers() -> Source:
    def body(x, i, pairs):
        return {
            "v1": raw.Gather(params=x, indices=i),
            "v2": raw.GatherV2(params=x, indices=i, axis=-1),
            "batched": tf.gather(x, [[0, 1], [2, 2]], axis=1, batch_dims=1),
            "nd": raw.GatherNd(params=x, indices=pairs),
        }

    return function(
        body, {"x": CUBE, "i": np.array([[1, 0], [0, 1]], np.int32), "pairs": np.array([[1, 2], [0, 0]], np.int32)}
    )


@family()
def scatters() -> Source:
    def body(x, i, updates):
        return {
            "nd": raw.ScatterNd(indices=i, updates=updates, shape=[6, 3]),
            "update": raw.TensorScatterUpdate(tensor=x, indices=i, updates=updates),
            "dense": raw.SparseToDense(
                sparse_indices=[1, 4], output_shape=[6], sparse_values=updates[0, :2], default_value=-1.0
            ),
        }

    return function(body, {"x": floats(6, 3), "i": np.array([[4], [1]], np.int32), "updates": floats(2, 3)})


@family()
def reversals() -> Source:
    def body(x, b):
        return {
            "v1": raw.Reverse(tensor=x, dims=[False, True, True]),
            "v2": raw.ReverseV2(tensor=x, axis=[0, -1]),
            "booleans": raw.ReverseV2(tensor=b, axis=[0]),
        }

    return function(body, {"x": CUBE, "b": np.array([True, False, False])})


@family()
def shapes_of_tensors() -> Source:
    def body(x, y):
        first, second = raw.ShapeN(input=[x, y])
        return {
            "shape": raw.Shape(input=x),
            "first": first,
            "second": second,
            "size": raw.Size(input=y),
            "rank": raw.Rank(input=x),
        }

    return function(body, {"x": CUBE, "y": floats(3, 2)}, {"x": floats(4, 3, 4), "y": floats(7, 2)})


@family()
def creation() -> Source:
    def body(n, x, v, i):
        return {
            "fill": raw.Fill(dims=[n, 2], value=v),
            "range": raw.Range(start=0, limit=n, delta=1),
            "floats": raw.Range(start=0.5, limit=tf.cast(n, tf.float32), delta=0.5),
            "line": raw.LinSpace(start=v, stop=5.0, num=4),
            "zeros": raw.ZerosLike(x=x),
            "ones": raw.OnesLike(x=x),
            "hot": raw.OneHot(indices=i, depth=4, on_value=2.0, off_value=-1.0),
            "hot_axis": raw.OneHot(indices=i, depth=3, on_value=1, off_value=0, axis=0),
        }

    return function(
        body, *({"n": np.int32(n), "x": CUBE, "v": np.float32(1.5), "i": integers(4, low=0, high=5)} for n in (3, 5))
    )


@family()
def random_numbers() -> Source:
    """Random, but what is given of them is not."""

    def body(n):
        shape = tf.stack([n, 3])
        return {
            "uniform": tf.floor(raw.RandomUniform(shape=shape, dtype=tf.float32, seed=1)),
            "integers": raw.RandomUniformInt(shape=shape, minval=5, maxval=6, seed=1),
            "normal": tf.math.is_finite(raw.RandomStandardNormal(shape=shape, dtype=tf.float32, seed=1)),
            "truncated": tf.abs(raw.TruncatedNormal(shape=shape, dtype=tf.float32, seed=1)) <= 2.0,
            "drawn": raw.Multinomial(
                logits=tf.tile([[-99.0, 99.0]], [n, 1]), num_samples=3, seed=1, output_dtype=tf.int32
            ),
        }

    return function(body, {"n": np.int32(4)})


@family()
def copies() -> Source:
    def body(x, y):
        a, b = raw.IdentityN(input=[x, y])
        with tf.control_dependencies([tf.no_op()]):
            c = tf.stop_gradient(raw.Identity(input=x))
        return {"a": a, "b": b, "c": c, "d": raw.Snapshot(input=x), "e": raw.StopGradient(input=y) + 1.0}

    return function(body, {"x": CUBE, "y": floats(2)})


@family()
def placeholder_with_a_default() -> Source:
    def build(x):
        scale = V1.placeholder_with_default(np.float32(3.0), [], "scale")
        return [tf.multiply(x, scale, "y")]

    return frozen(build, {"x": CUBE})


@family()
def fake_quantization() -> Source:
    def body(x):
        return {"y": raw.FakeQuantWithMinMaxVars(inputs=x, min=-2.0, max=2.0, num_bits=8)}

    return function(body, {"x": CUBE})


@family()
def outputs_that_are_constants_or_inputs() -> Source:
    def body(x):
        return {"same": x, "constant": tf.constant([[1.0, 2.0]]), "integers": tf.constant([3, 4]), "twice": x}

    return function(body, {"x": CUBE})
