"""Maps before a convolution or product fold into it where border elements and precision allow."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import before_remap

from tests.support import graph_case as case

RNG = np.random.default_rng(11)


def const(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


def norm(x):
    c = x.shape[-1]
    variance = tf.constant(RNG.uniform(0.5, 2, c).astype(np.float32))
    return tf.raw_ops.FusedBatchNormV3(
        x=x, scale=const(c), offset=const(c), mean=const(c), variance=variance, is_training=False
    )[0]


def conv(x, padding, size=3, op="Conv2D"):
    return getattr(tf.raw_ops, op)(input=x, filter=const(size, size, 4, 3), strides=[1, 2, 2, 1], padding=padding)


def check(model, shape=(2, 7, 6, 4), outputs=("out",)):
    graph = case.build(model)
    feeds = {"x": RNG.normal(size=shape).astype(np.float32)}
    expected = case.run_tf(graph, outputs, feeds)
    before_remap(graph, outputs)
    for name, value in case.run_tf(graph, outputs, feeds).items():
        case.close(value, expected[name], 2e-5, 2e-5)
    return case.ops(graph)


def image():
    return case.placeholder("x", [None, 7, 6, 4])


@pytest.mark.parametrize("op", ["Conv2D", "DepthwiseConv2dNative"])
@pytest.mark.parametrize(("padding", "size", "folds"), [("VALID", 3, True), ("SAME", 1, True), ("SAME", 3, False)])
def test_norm_folds_unless_the_border_is_made_up(op, padding, size, folds):
    done = check(lambda: tf.identity(conv(norm(image()), padding, size, op), name="out"))
    assert done["FusedBatchNormV3"] == (0 if folds else 1)


def test_norm_written_out_folds_and_meets_the_bias():
    def model():
        y = conv(image() * const(4) + const(1, 1, 1, 4), "VALID")
        return tf.identity(tf.nn.bias_add(y, const(3)), name="out")

    assert check(model) == {"Conv2D": 1, "BiasAdd": 1, "Identity": 1}


@pytest.mark.parametrize("transpose", [False, True])
def test_norm_before_a_product(transpose):
    def model():
        x = case.placeholder("x", [None, 4])
        kernel = const(5, 4) if transpose else const(4, 5)
        return tf.identity(tf.matmul(x * const(4) + const(4), kernel, transpose_b=transpose), name="out")

    assert check(model, (3, 4)) == {"MatMul": 1, "BiasAdd": 1, "Identity": 1}


def test_factor_passes_zero_padding():
    def model():
        y = tf.pad(image() * 0.25, [[0, 0], [1, 1], [2, 0], [0, 0]])
        return tf.identity(conv(y, "VALID"), name="out")

    done = check(model)
    assert done == {"Conv2D": 1, "Identity": 1}, "the padding itself becomes the convolution's"


def test_offset_does_not_pass_padding():
    def model():
        y = tf.pad(image() * 0.25 + 1.0, [[0, 0], [1, 1], [2, 0], [0, 0]])
        return tf.identity(conv(y, "VALID"), name="out")

    assert check(model)["AddV2"] == 1


def test_large_offset_stays_for_precision():
    def model():
        x = case.placeholder("x", [None, 4])
        return tf.identity(tf.matmul(x * const(4) + 1e4, const(4, 5)), name="out")

    assert check(model, (3, 4))["AddV2"] == 1


def test_bare_offset_stays():
    """x may be large beside its spread, and x - mean exact: nothing says otherwise."""

    def model():
        x = case.placeholder("x", [None, 4])
        return tf.identity(tf.matmul(x - const(4), const(4, 5)), name="out")

    assert check(model, (3, 4))["Sub"] == 1


def test_map_with_two_readers_stays():
    def model():
        y = image() * const(4)
        return tf.identity(conv(y, "VALID"), name="out"), tf.tanh(y, name="other")

    assert check(model, outputs=("out", "other"))["Mul"] == 1


def test_map_that_enlarges_stays():
    def model():
        x = case.placeholder("x", [None, 7, 6, 1])
        return tf.identity(conv(x * const(4), "VALID"), name="out")

    assert check(model, (2, 7, 6, 1))["Mul"] == 1


def test_shared_kernel_is_copied():
    def model():
        x = image()
        kernel = const(3, 3, 4, 3)
        a = tf.nn.conv2d(x * const(4), kernel, 1, "VALID")
        b = tf.nn.conv2d(x, kernel, 1, "VALID")
        return tf.identity(a, name="out"), tf.identity(b, name="other")

    assert check(model, outputs=("out", "other"))["Mul"] == 0
