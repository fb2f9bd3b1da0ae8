"""Constants behind sums, constant shapes, swapped reshapes and merged paddings."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import after_remap, before_remap

from tests.support import graph_case as case

RNG = np.random.default_rng(5)


def const(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


def check(model, shape, outputs=("out",)):
    graph = case.build(model)
    feeds = {"x": RNG.normal(size=shape).astype(np.float32)}
    expected = case.run_tf(graph, outputs, feeds)
    before_remap(graph, outputs)
    for name, value in case.run_tf(graph, outputs, feeds).items():
        case.close(value, expected[name], 2e-5, 2e-5)
    return graph


def conv(x, **options):
    return tf.raw_ops.Conv2D(
        input=x, filter=const(3, 3, x.shape[-1], 4), **{"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    )


@pytest.mark.parametrize("op", ["AddN", "AddV2"])
def test_constant_behind_a_residual_sum(op):
    def model():
        x = case.placeholder("x", [None, 6, 6, 4])
        y = conv(x)
        total = tf.add_n([tf.nn.relu(x), y]) if op == "AddN" else tf.nn.relu(x) + y
        return tf.identity(total + const(1, 1, 1, 4), name="out")

    done = case.ops(check(model, (2, 6, 6, 4)))
    assert done == {"Conv2D": 1, "BiasAdd": 1, op: 1, "Relu": 1, "Identity": 1}


def test_constant_behind_a_sum_read_twice_stays():
    def model():
        x = case.placeholder("x", [None, 6, 6, 4])
        total = tf.nn.relu(x) + conv(x)
        return tf.identity(total + const(1, 1, 1, 4), name="out"), tf.tanh(total, name="other")

    assert case.ops(check(model, (2, 6, 6, 4), ("out", "other")))["AddV2"] == 2


def test_shape_with_one_unknown_size_becomes_constant():
    def model():
        x = case.placeholder("x", [None, 6, 4])
        return tf.reshape(tf.tanh(x), tf.stack([tf.shape(x)[0], 2, 12]), name="out")

    done = check(model, (3, 6, 4))
    assert case.ops(done) == {"Tanh": 1, "Reshape": 1}


def test_shape_with_two_unknown_sizes_stays():
    def model():
        x = case.placeholder("x", [None, None, 4])
        return tf.reshape(tf.tanh(x), tf.stack([tf.shape(x)[0], tf.shape(x)[1], 2, 2]), name="out")

    assert case.ops(check(model, (3, 6, 4)))["Pack"] == 1


def test_successive_reshapes_are_one():
    def model():
        x = tf.tanh(case.placeholder("x", [None, 6, 4]))
        y = tf.reshape(tf.squeeze(tf.reshape(tf.expand_dims(x, 2), [-1, 24, 1]), [2]), [-1, 8, 3])
        seen = tf.reshape(x, [-1, 12], name="seen")
        return tf.identity(y, name="out"), seen, tf.reshape(seen, [-1, 2, 6], name="last")

    done = check(model, (3, 6, 4), ("out", "seen", "last"))
    assert case.ops(done) == {"Tanh": 1, "Reshape": 3, "Identity": 1}
    assert case.named(done, "last").input[0] == "seen", "what is fetched stays"


def test_pooled_channels_keep_their_axes():
    def model():
        y = conv(case.placeholder("x", [None, 6, 6, 4]))
        y = y * tf.sigmoid(y)
        pooled = tf.reduce_mean(y, [1, 2])
        return tf.reshape(pooled, tf.stack([tf.shape(pooled)[0], 1, 1, 4]), name="out")

    done = check(model, (2, 6, 6, 4))
    assert case.ops(done)["Reshape"] == 0 and case.named(done, "out").attr["keep_dims"].b


def test_pooled_channels_that_are_regrouped_do_not():
    def model():
        pooled = tf.reduce_mean(conv(case.placeholder("x", [None, 6, 6, 4])), [1, 2])
        return tf.reshape(pooled, [-1, 1, 1, 2], name="out")

    assert case.ops(check(model, (2, 6, 6, 4)))["Reshape"] == 1


def test_dense_on_a_sequence_is_one_fused_product(tmp_path):
    def model():
        x = case.placeholder("x", [None, 5, 4])
        y = tf.reshape(tf.matmul(tf.reshape(x, [-1, 4]), const(4, 6)), [-1, 5, 6])
        return tf.nn.relu(tf.nn.bias_add(y, const(6)), name="out")

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(3, 5, 4)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    before_remap(graph, ["out"])
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)
    after_remap(graph, ["out"])
    assert case.ops(graph) == {"_FusedMatMul": 1, "Reshape": 2}
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected)


def test_bias_along_another_axis_is_not_moved():
    def model():
        x = case.placeholder("x", [None, 4])
        y = tf.reshape(tf.matmul(x, const(4, 6)), [-1, 2, 3])
        return tf.nn.relu(tf.nn.bias_add(y, const(3)), name="out")

    done = check(model, (3, 4))
    assert case.named(done, case.of_op(done, "BiasAdd")[0].input[0]).op == "Reshape"


def test_reshape_read_twice_is_not_moved():
    def model():
        y = tf.reshape(tf.matmul(case.placeholder("x", [None, 4]), const(4, 6)), [-1, 2, 3])
        return tf.nn.relu(y, name="out"), tf.tanh(y, name="other")

    check(model, (3, 4), ("out", "other"))


@pytest.mark.parametrize("op", ["Conv2D", "DepthwiseConv2dNative"])
@pytest.mark.parametrize("padding", ["VALID", "EXPLICIT"])
def test_padding_becomes_explicit(op, padding, tmp_path):
    def model():
        x = tf.pad(case.placeholder("x", [None, 7, 6, 3]), [[0, 0], [1, 2], [0, 3], [0, 0]])
        extra = {"explicit_paddings": [0, 0, 1, 0, 2, 1, 0, 0]} if padding == "EXPLICIT" else {}
        return getattr(tf.raw_ops, op)(
            input=x, filter=const(3, 3, 3, 2), strides=[1, 2, 2, 1], padding=padding, name="out", **extra
        )

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(2, 7, 6, 3)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    before_remap(graph, ["out"])
    assert case.ops(graph) == {op: 1}
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected)


@pytest.mark.parametrize(
    "pad",
    [
        lambda x: tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=1.0),
        lambda x: tf.pad(x, [[1, 0], [1, 1], [1, 1], [0, 0]]),
    ],
    ids=["value", "batch"],
)
def test_other_paddings_stay(pad):
    def model():
        return tf.identity(conv(pad(case.placeholder("x", [None, 7, 6, 3])), padding="VALID"), name="out")

    done = case.ops(check(model, (2, 7, 6, 3)))
    assert done["Pad"] + done["PadV2"] == 1


def test_padding_of_channels_stays():
    """Not run in TensorFlow, whose oneDNN kernels merge such a padding wrongly."""

    def model():
        x = tf.pad(case.placeholder("x", [None, 7, 6, 3]), [[0, 0], [1, 1], [1, 1], [0, 1]])
        return tf.identity(conv(x, padding="VALID"), name="out")

    graph = case.build(model)
    before_remap(graph, ["out"])
    assert case.ops(graph)["Pad"] == 1


def test_padding_before_same_stays():
    def model():
        x = tf.pad(case.placeholder("x", [None, 7, 6, 3]), [[0, 0], [1, 1], [1, 1], [0, 0]])
        return tf.identity(conv(x), name="out")

    assert case.ops(check(model, (2, 7, 6, 3)))["Pad"] == 1


def test_kernels_are_stored_as_they_are_read():
    def model():
        x = case.placeholder("x", [None, 4])
        kernel = tf.expand_dims(tf.transpose(tf.reshape(const(2, 3, 4), [6, 4])), 0)
        half = tf.cast(tf.constant(RNG.normal(size=(6, 2)).astype(np.float16)), tf.float32)
        y = tf.matmul(x, tf.squeeze(kernel, [0])) * const(6)
        return tf.identity(tf.matmul(y, half), name="out")

    assert case.ops(check(model, (3, 4))) == {"MatMul": 2, "Identity": 1}


def test_constants_read_twice_or_fetched_are_not_stored_twice():
    def model():
        x = case.placeholder("x", [None, 4])
        kernel = const(6, 4)
        turned = tf.transpose(kernel, name="turned")
        return tf.matmul(x, turned, name="out"), turned, tf.matmul(x, kernel, transpose_b=True, name="other")

    done = case.ops(check(model, (3, 4), ("out", "turned", "other")))
    assert done["Transpose"] == 1


def test_integers_are_left_to_the_optimizer():
    def model():
        x = case.placeholder("x", [None, 4])
        return tf.reshape(tf.tanh(x), tf.reshape(tf.constant([[2, -1]]), [2]), name="out")

    assert case.ops(check(model, (3, 4)))["Reshape"] == 2
