"""No rewrite changes a value that something else reads: the four cases in which the upstream converter does."""

import numpy as np
import tensorflow as tf
from tfjs_convert.graph.rewrites import after_remap, before_remap

from tests.support import graph_case as case

RNG = np.random.default_rng(3)


def const(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


def norm(y):
    c = y.shape[-1]
    return tf.raw_ops.FusedBatchNormV3(
        x=y,
        scale=const(c),
        offset=const(c),
        mean=const(c),
        variance=tf.constant(RNG.uniform(0.5, 2, c).astype(np.float32)),
        is_training=False,
    )[0]


def conv(x, kernel):
    return tf.nn.conv2d(x, kernel, 1, "SAME")


def agree(model, outputs, tmp_path, shape=(2, 5, 5, 3)):
    """Rewrites, runs in TensorFlow.js and compares with TensorFlow; returns the rewritten graph."""
    graph = case.build(model)
    feeds = {"x": RNG.normal(size=shape).astype(np.float32)}
    expected = case.run_tf(graph, outputs, feeds)
    before_remap(graph, outputs)
    after_remap(graph, outputs)
    for values in case.run_js(graph, outputs, feeds, tmp_path / "model").values():
        for name in outputs:
            case.close(values[name], expected[name], 1e-4, 1e-4)
    return graph


def test_convolution_read_beside_its_norm(tmp_path):
    """A: the second reader must get the convolution without the norm."""

    def model():
        y = conv(case.placeholder("x", [None, 5, 5, 3]), const(3, 3, 3, 4))
        return tf.nn.relu(norm(y), name="a"), tf.tanh(y, name="b")

    assert case.ops(agree(model, ("a", "b"), tmp_path))["FusedBatchNormV3"] == 1


def test_bias_read_beside_its_norm(tmp_path):
    """A, with the second reader on the biased value."""

    def model():
        y = tf.nn.bias_add(conv(case.placeholder("x", [None, 5, 5, 3]), const(3, 3, 3, 4)), const(4))
        return tf.nn.relu(norm(y), name="a"), tf.tanh(y, name="b")

    agree(model, ("a", "b"), tmp_path)


def test_kernel_shared_by_a_folded_and_another_convolution(tmp_path):
    """B: the other convolution keeps the kernel as it was."""

    def model():
        x = case.placeholder("x", [None, 5, 5, 3])
        kernel = const(3, 3, 3, 4)
        return tf.nn.relu(norm(conv(x, kernel)), name="a"), tf.tanh(conv(x * 2.0, kernel), name="b")

    graph = agree(model, ("a", "b"), tmp_path)
    assert case.ops(graph)["FusedBatchNormV3"] == 0
    assert sum(case.constants.shape(n) == (3, 3, 3, 4) for n in case.of_op(graph, "Const")) == 2


def test_kernel_shared_by_two_folded_convolutions(tmp_path):
    """B, with a norm of its own behind either."""

    def model():
        x = case.placeholder("x", [None, 5, 5, 3])
        kernel = const(3, 3, 3, 4)
        return tf.nn.relu(norm(conv(x, kernel)), name="a"), tf.tanh(norm(conv(x, kernel)), name="b")

    assert case.ops(agree(model, ("a", "b"), tmp_path))["FusedBatchNormV3"] == 0


def test_depthwise_read_beside_its_bias_and_activation(tmp_path):
    """C: readers of the depthwise convolution, and of its biased value, must not get the activated one."""

    def model():
        x = case.placeholder("x", [None, 5, 5, 3])
        y = tf.nn.depthwise_conv2d(x, const(3, 3, 3, 2), [1, 1, 1, 1], "SAME")
        biased = tf.nn.bias_add(y, const(6))
        z = tf.nn.depthwise_conv2d(x, const(3, 3, 3, 2), [1, 1, 1, 1], "SAME")
        other = tf.nn.bias_add(z, const(6))
        return tf.nn.relu(biased, name="a"), tf.tanh(y, name="b"), tf.nn.relu(other, name="c"), tf.tanh(other, name="d")

    ops = case.ops(agree(model, ("a", "b", "c", "d"), tmp_path))
    assert ops["DepthwiseConv2dNative"] == 1 and ops["FusedDepthwiseConv2dNative"] == 1 and ops["Relu"] == 2


def test_parts_of_prelu_read_elsewhere(tmp_path):
    """D: neither a constant nor a Relu that others read may change."""

    def prelu(x, alpha):
        return tf.nn.relu(x) + alpha * tf.nn.relu(-x)

    def model():
        x = case.placeholder("x", [None, 5, 5, 3])
        alpha = const(3)
        first = tf.identity(prelu(x, alpha), name="a")
        again = tf.tanh(alpha * x, name="b")
        y = tf.sin(x)
        positive = tf.nn.relu(y)
        return first, again, tf.identity(positive + const(3) * tf.nn.relu(-y), name="c"), tf.tanh(positive, name="d")

    ops = case.ops(agree(model, ("a", "b", "c", "d"), tmp_path))
    assert ops["Prelu"] == 1 and ops["Relu"] == 2


def test_two_prelus_with_one_constant(tmp_path):
    """D: the sign is turned once for each, not in the constant that both read."""

    def model():
        x = case.placeholder("x", [None, 5, 5, 3])
        alpha = const(3)
        y = tf.nn.relu(x) + alpha * tf.nn.relu(-x)
        return tf.identity(tf.nn.relu(y) + alpha * tf.nn.relu(-y), name="a")

    assert case.ops(agree(model, ("a",), tmp_path))["Prelu"] == 2
