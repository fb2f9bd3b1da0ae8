"""Convolutions, pools, normalisation, and what is fused with them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, frozen, function

raw = tf.raw_ops
MODELS = family = Family()
IMAGE = floats(2, 9, 8, 3)
IMAGES = ({"x": IMAGE}, {"x": floats(1, 9, 8, 3, seed=5)})
CUBE = floats(1, 6, 6, 6, 2)


@family()
def convolutions() -> Source:
    w = tf.Variable(floats(3, 3, 3, 4))

    def body(x):
        return {
            "same": tf.nn.conv2d(x, w, 1, "SAME"),
            "valid": tf.nn.conv2d(x, w, [2, 1], "VALID"),
            "dilated": tf.nn.conv2d(x, w, 1, "SAME", dilations=2),
            "explicit": tf.nn.conv2d(x, w, 2, [[0, 0], [1, 2], [0, 1], [0, 0]]),
        }

    return function(body, *IMAGES, w=w)


@family()
def depthwise_convolutions() -> Source:
    w = tf.constant(floats(3, 3, 3, 2))

    def body(x):
        return {
            "same": tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME"),
            "strided": tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], "VALID"),
            "dilated": tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], "SAME", dilations=[2, 2]),
            "separable": tf.nn.separable_conv2d(x, w, floats(1, 1, 6, 4), [1, 1, 1, 1], "SAME"),
        }

    return function(body, *IMAGES)


@family()
def transposed_convolutions() -> Source:
    w = tf.constant(floats(3, 3, 5, 3))

    def body(x):
        return {
            "same": tf.nn.conv2d_transpose(x, w, [2, 18, 16, 5], 2, "SAME"),
            "valid": tf.nn.conv2d_transpose(x, w, [2, 11, 10, 5], 1, "VALID"),
        }

    return function(body, {"x": IMAGE})


@family()
def transposed_convolution_of_any_batch() -> Source:
    w = tf.constant(floats(3, 3, 5, 3))

    def body(x):
        return {"y": tf.nn.conv2d_transpose(x, w, tf.stack([tf.shape(x)[0], 18, 16, 5]), 2, "SAME")}

    return function(body, *IMAGES)


@family()
def convolutions_in_one_dimension() -> Source:
    def body(x):
        return {
            "y": tf.nn.conv1d(x, floats(3, 4, 5), 1, "SAME"),
            "causal": tf.nn.conv1d(tf.pad(x, [[0, 0], [4, 0], [0, 0]]), floats(3, 4, 5), 1, "VALID", dilations=2),
        }

    return function(body, {"x": floats(2, 10, 4)})


@family()
def convolutions_in_three_dimensions() -> Source:
    def body(x):
        return {
            "y": tf.nn.conv3d(x, floats(2, 3, 2, 2, 3), [1, 1, 1, 1, 1], "SAME"),
            "max": raw.MaxPool3D(input=x, ksize=[1, 2, 2, 2, 1], strides=[1, 2, 2, 2, 1], padding="VALID"),
            "average": raw.AvgPool3D(input=x, ksize=[1, 3, 3, 3, 1], strides=[1, 1, 1, 1, 1], padding="SAME"),
        }

    return function(body, {"x": CUBE})


@family()
def pools() -> Source:
    def body(x):
        window = {"ksize": [1, 3, 2, 1], "strides": [1, 2, 1, 1]}
        return {
            "max": raw.MaxPool(input=x, padding="SAME", **window),
            "average": raw.AvgPool(value=x, padding="SAME", **window),
            "average_valid": raw.AvgPool(value=x, padding="VALID", **window),
        }

    return function(body, *IMAGES)


@family()
def pools_with_positions() -> Source:
    def body(x):
        window = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}
        values, positions = raw.MaxPoolWithArgmax(input=x, **window)
        _, with_batch = raw.MaxPoolWithArgmax(input=x, include_batch_in_index=True, **window)
        return {"values": values, "positions": positions, "with_batch": with_batch}

    return function(body, {"x": IMAGE})


@family()
def dilation() -> Source:
    def body(x):
        f = tf.constant(floats(3, 3, 3))
        return {"y": raw.Dilation2D(input=x, filter=f, strides=[1, 1, 1, 1], rates=[1, 1, 1, 1], padding="SAME")}

    return function(body, {"x": IMAGE})


@family()
def local_response() -> Source:
    def body(x):
        return {"y": raw.LRN(input=x, depth_radius=1, bias=1.5, alpha=0.3, beta=0.6)}

    return function(body, {"x": IMAGE})


def _normalised(op: str) -> Source:
    """Of an input and not of constants, so that it is not folded; then of a convolution, with which it folds."""

    def build(x, mean):
        scale, offset, variance = (np.abs(floats(3, seed=i)) + np.float32(0.5) for i in range(3))
        normalise = getattr(raw, op)
        options = {"scale": scale, "offset": offset, "variance": variance, "epsilon": 0.01, "is_training": False}
        plain = normalise(x=tf.nn.relu(x), mean=mean, **options)
        folded = normalise(x=tf.nn.conv2d(x, floats(3, 3, 3, 3), 1, "SAME"), mean=[0.5, -0.5, 0.1], **options)
        return tf.identity(plain.y, "plain"), tf.nn.relu(folded.y, "folded")

    return frozen(build, {"x": IMAGE, "mean": floats(3)})


@family()
def batch_norm() -> Source:
    return _normalised("FusedBatchNorm")


@family()
def batch_norm_v2() -> Source:
    return _normalised("FusedBatchNormV2")


@family()
def batch_norm_v3() -> Source:
    return _normalised("FusedBatchNormV3")


@family()
def fused_with_biases_and_activations() -> Source:
    w, d, b = floats(3, 3, 3, 4), floats(3, 3, 3, 1), floats(4)

    def body(x):
        convolved = tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME"), b)
        depthwise = tf.nn.bias_add(tf.nn.depthwise_conv2d(x, d, [1, 1, 1, 1], "SAME"), b[:3])
        alpha = tf.constant([0.1, 0.2, 0.3])
        return {
            "relu": tf.nn.relu(convolved),
            "relu6": tf.nn.relu6(tf.nn.conv2d(x, w[1:], 2, "VALID") + b),
            "depthwise": tf.nn.elu(depthwise),
            "prelu": tf.nn.relu(x) - alpha * tf.nn.relu(-x),
            "sigmoid": tf.nn.sigmoid(tf.nn.conv2d(x, w[:2], 1, "VALID") + b),
        }

    return function(body, *IMAGES)


@family()
def channels_first() -> Source:
    """The converter turns them around, as the runtime ignores the layout."""

    def build(x):
        y = tf.nn.conv2d(x, floats(3, 3, 3, 4), [1, 1, 2, 2], "SAME", "NCHW")
        y = tf.nn.max_pool2d(tf.nn.bias_add(y, floats(4), "NCHW"), 2, 1, "SAME", "NCHW")
        return [tf.nn.relu(y, "y")]

    feeds = {"x": IMAGE.transpose(0, 3, 1, 2)}
    source = frozen(build, feeds)
    last = frozen(lambda x: _channels_last(x), feeds)
    return _with_reference(source, last)


def _channels_last(x):
    """The same model with its channels last, which TensorFlow can run on a processor."""
    y = tf.nn.conv2d(tf.transpose(x, [0, 2, 3, 1]), floats(3, 3, 3, 4), 2, "SAME")
    y = tf.nn.max_pool2d(tf.nn.bias_add(y, floats(4)), 2, 1, "SAME")
    return [tf.transpose(tf.nn.relu(y), [0, 3, 1, 2], name="y")]


def _with_reference(source: Source, reference: Source) -> Source:
    """`source`, whose numbers are those of `reference`."""

    def write(folder):
        written = source.write(folder / "model")
        return type(written)(written.convert, reference.write(folder / "reference").run, written.ops)

    return Source(source.feeds, write)
