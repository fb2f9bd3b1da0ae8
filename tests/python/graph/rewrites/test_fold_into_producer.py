"""Batch norms and other constant maps fold into the linear operation before them, and only where that is exact."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import before_remap

from tests.support import graph_case as case

RNG = np.random.default_rng(7)
C = 6


def const(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


def positive(*shape):
    return tf.constant(RNG.uniform(0.5, 2, size=shape).astype(np.float32))


def image(channels=4):
    return case.placeholder("x", [None, 9, 8, channels])


def image_data(channels=4):
    return RNG.normal(size=(2, 9, 8, channels)).astype(np.float32)


def conv(x, **options):
    options = {"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    return tf.raw_ops.Conv2D(input=x, filter=const(3, 3, x.shape[-1], C), **options)


def depthwise(x, **options):
    options = {"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    return tf.raw_ops.DepthwiseConv2dNative(input=x, filter=const(3, 3, x.shape[-1], 2), **options)


def transposed(x):
    return tf.nn.conv2d_transpose(x, const(3, 3, C, x.shape[-1]), [2, 18, 16, C], 2)


def fused_norm(kind):
    def norm(y):
        c = y.shape[-1]
        args = dict(x=y, scale=const(c), offset=const(c), mean=const(c), variance=positive(c))
        return getattr(tf.raw_ops, kind)(**args, epsilon=1e-2, is_training=False)[0]

    return norm


def keras3_norm(y):
    """As keras.ops.batch_normalization writes it, with constants broadcast over the last axis."""
    c = y.shape[-1]
    shape = [1] * (len(y.shape) - 1) + [c]
    mean, variance, gamma, beta = (tf.reshape(v, shape) for v in (const(c), positive(c), const(c), const(c)))
    inverse = tf.math.rsqrt(variance + 1e-3) * gamma
    return y * inverse + (beta - mean * inverse)


def folded_norm(y):
    """What remains of it after constant folding, with the other operand order."""
    c = y.shape[-1]
    return tf.raw_ops.AddV2(x=const(1, 1, 1, c), y=tf.raw_ops.Mul(x=const(1, 1, 1, c), y=y))


NORMS = {
    "v1": fused_norm("FusedBatchNorm"),
    "v2": fused_norm("FusedBatchNormV2"),
    "v3": fused_norm("FusedBatchNormV3"),
    "keras3": keras3_norm,
    "folded": folded_norm,
}
LINEARS = {"conv": conv, "depthwise": depthwise, "transposed": transposed}


def check(graph, feeds, outputs=("out",), tolerance=2e-5):
    """Rewrites a copy, compares the numbers, and returns it."""
    rewritten = tf.compat.v1.GraphDef()
    rewritten.CopyFrom(graph)
    before_remap(rewritten, list(outputs))
    expected, actual = (case.run_tf(g, outputs, feeds) for g in (graph, rewritten))
    for name in outputs:
        case.close(actual[name], expected[name], tolerance, tolerance)
    return rewritten


@pytest.mark.parametrize("linear", LINEARS)
@pytest.mark.parametrize("norm", NORMS)
def test_norms_fold(linear, norm):
    graph = case.build(lambda: tf.identity(NORMS[norm](LINEARS[linear](image())), name="out"))
    done = case.ops(check(graph, {"x": image_data()}))
    for left in ("Mul", "AddV2", "Rsqrt", "Sub", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        assert done[left] == 0, done
    assert done["BiasAdd"] == 1


@pytest.mark.parametrize("multiply", [True, False])
def test_the_oldest_norm_folds(multiply):
    """TensorFlow no longer makes this operation, so it is put in place of a fused norm with the same numbers."""
    gamma = RNG.normal(size=C).astype(np.float32) if multiply else np.ones(C, np.float32)

    def model():
        y = tf.raw_ops.FusedBatchNorm(
            x=conv(image()),
            scale=tf.constant(gamma, name="gamma"),
            offset=tf.constant(RNG.normal(size=C).astype(np.float32), name="beta"),
            mean=tf.constant(RNG.normal(size=C).astype(np.float32), name="mean"),
            variance=tf.constant(RNG.uniform(0.5, 2, C).astype(np.float32), name="variance"),
            epsilon=1e-2,
            is_training=False,
            name="norm",
        )
        return tf.identity(y[0], name="out")

    graph = case.build(model)
    feeds = {"x": image_data()}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    node = case.named(graph, "norm")
    inputs = [node.input[0], "mean", "variance", "beta", "gamma"]
    node.Clear()
    node.name, node.op = "norm", "BatchNormWithGlobalNormalization"
    node.input.extend(inputs)
    node.attr["T"].type = tf.float32.as_datatype_enum
    node.attr["variance_epsilon"].f = 1e-2
    node.attr["scale_after_normalization"].b = multiply
    if not multiply:
        case.constants.set(case.named(graph, "gamma"), np.full(C, 5, np.float32))
    before_remap(graph, ["out"])
    assert case.ops(graph) == {"Conv2D": 1, "BiasAdd": 1, "Identity": 1}
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected, 2e-5, 2e-5)


@pytest.mark.parametrize("norm", ["v3", "keras3"])
@pytest.mark.parametrize(
    "options",
    [
        {"strides": [1, 2, 2, 1], "padding": "VALID"},
        {"dilations": [1, 2, 2, 1]},
        {"padding": "EXPLICIT", "explicit_paddings": [0, 0, 1, 2, 0, 1, 0, 0]},
    ],
    ids=["strides", "dilations", "explicit"],
)
def test_norms_fold_whatever_the_geometry(norm, options):
    for linear in (conv, depthwise):
        graph = case.build(lambda linear=linear: tf.identity(NORMS[norm](linear(image(), **options)), name="out"))
        assert case.ops(check(graph, {"x": image_data()}))["BiasAdd"] == 1


@pytest.mark.parametrize("norm", ["v3", "keras3", "folded"])
def test_bias_between_is_scaled_and_merged(norm):
    graph = case.build(lambda: tf.identity(NORMS[norm](tf.nn.bias_add(conv(image()), const(C))), name="out"))
    done = case.ops(check(graph, {"x": image_data()}))
    assert done == {"Conv2D": 1, "BiasAdd": 1, "Identity": 1}


@pytest.mark.parametrize("transpose", [False, True])
def test_dense_norm_folds(transpose):
    def model():
        y = tf.matmul(
            case.placeholder("x", [None, 4]), const(*((C, 4) if transpose else (4, C))), transpose_b=transpose
        )
        return tf.identity(keras3_norm(y), name="out")

    done = case.ops(check(case.build(model), {"x": RNG.normal(size=(3, 4)).astype(np.float32)}))
    assert done == {"MatMul": 1, "BiasAdd": 1, "Identity": 1}


def test_batched_product_norm_folds():
    def model():
        x = case.placeholder("x", [None, 5, 4])
        return tf.identity(tf.raw_ops.BatchMatMulV2(x=x, y=const(4, C)) * const(C) + const(1, C), name="out")

    done = case.ops(check(case.build(model), {"x": RNG.normal(size=(3, 5, 4)).astype(np.float32)}))
    assert done == {"BatchMatMulV2": 1, "BiasAdd": 1, "Identity": 1}


def test_folds_through_a_reshape_that_keeps_the_channels():
    def model():
        x = case.placeholder("x", [None, 5, 4])
        y = tf.reshape(tf.matmul(tf.reshape(x, [-1, 4]), const(4, C)), [-1, 5, C])
        return tf.identity(y * const(1, 1, C) + const(C), name="out")

    done = case.ops(check(case.build(model), {"x": RNG.normal(size=(3, 5, 4)).astype(np.float32)}))
    assert done == {"MatMul": 1, "BiasAdd": 1, "Reshape": 2, "Identity": 1}


def test_does_not_fold_through_a_reshape_that_mixes_channels():
    def model():
        y = tf.reshape(conv(image()), [-1, 9 * 8 * C])
        return tf.identity(y * const(9 * 8 * C), name="out")

    assert case.ops(check(case.build(model), {"x": image_data()}))["Mul"] == 1


def test_conv1d_norm_folds_through_squeeze():
    def model():
        x = tf.expand_dims(case.placeholder("x", [None, 9, 4]), 1)
        y = tf.raw_ops.Conv2D(input=x, filter=const(1, 3, 4, C), strides=[1, 1, 1, 1], padding="SAME")
        return tf.identity(keras3_norm(tf.squeeze(y, [1])), name="out")

    done = case.ops(check(case.build(model), {"x": RNG.normal(size=(2, 9, 4)).astype(np.float32)}))
    assert done["Mul"] == done["AddV2"] == 0


@pytest.mark.parametrize("norm", ["v3", "folded"])
def test_factor_passes_padding_and_offset_stays_behind(norm):
    def model():
        y = tf.pad(conv(image()), [[0, 0], [1, 2], [0, 1], [0, 0]])
        return tf.identity(NORMS[norm](y), name="out")

    done = case.ops(check(case.build(model), {"x": image_data()}))
    assert done == {"Conv2D": 1, "Pad": 1, "BiasAdd": 1, "Identity": 1}


def test_padding_by_a_value_is_left_alone():
    def model():
        y = tf.pad(conv(image()), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=3.0)
        return tf.identity(y * const(C), name="out")

    assert case.ops(check(case.build(model), {"x": image_data()}))["Mul"] == 1


@pytest.mark.parametrize(
    "shape", [(8, 1), (9, 8, C), (8, C), (2, 1, 1, C), (1, 1, 1, 1, C)], ids=["width", "full", "rows", "batch", "rank5"]
)
def test_constants_along_other_axes_stay_additions(shape):
    graph = case.build(lambda: tf.identity(tf.raw_ops.AddV2(x=conv(image()), y=const(*shape)), name="out"))
    assert case.ops(check(graph, {"x": image_data()}))["AddV2"] == 1


def test_residual_sum_stays_an_addition():
    def model():
        x = image(C)
        return tf.identity(conv(x) + x, name="out")

    done = case.ops(check(case.build(model), {"x": image_data(C)}))
    assert done["AddV2"] == 1 and done["BiasAdd"] == 0


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("op", ["Add", "AddV2"])
def test_addition_of_a_vector_becomes_a_bias(op, swapped):
    def model():
        operands = [tf.matmul(case.placeholder("x", [None, 4]), const(4, C)), const(C)]
        x, y = operands[::-1] if swapped else operands
        return getattr(tf.raw_ops, op)(x=x, y=y, name="out")

    done = check(case.build(model), {"x": RNG.normal(size=(3, 4)).astype(np.float32)})
    assert case.ops(done) == {"MatMul": 1, "BiasAdd": 1}
    assert case.named(done, "out").attr["data_format"].s == b"NHWC"


def test_bias_to_two_readers_of_one_product_stays_right():
    def model():
        y = tf.matmul(case.placeholder("x", [None, 4]), const(4, C))
        return tf.raw_ops.AddV2(x=y, y=const(C), name="out"), tf.nn.relu(y, name="other")

    graph = case.build(model)
    check(graph, {"x": RNG.normal(size=(3, 4)).astype(np.float32)}, ("out", "other"))


def test_training_norm_is_left_alone():
    def model():
        y = conv(image())
        return tf.raw_ops.FusedBatchNormV3(
            x=y,
            scale=const(C),
            offset=const(C),
            mean=tf.zeros([0]),
            variance=tf.zeros([0]),
            is_training=True,
            name="out",
        )

    assert case.ops(check(case.build(model), {"x": image_data()}))["FusedBatchNormV3"] == 1


def test_norm_whose_second_output_is_read_is_left_alone():
    def model():
        y = tf.raw_ops.FusedBatchNormV3(
            x=conv(image()),
            scale=const(C),
            offset=const(C),
            mean=const(C),
            variance=positive(C),
            is_training=False,
            name="out",
        )
        return tf.identity(y[1], name="mean")

    assert case.ops(check(case.build(model), {"x": image_data()}, ("out", "mean")))["FusedBatchNormV3"] == 1


def test_kernel_that_is_computed_is_left_alone():
    def model():
        y = tf.raw_ops.Conv2D(
            input=image(), filter=case.placeholder("kernel", [3, 3, 4, C]), strides=[1, 1, 1, 1], padding="SAME"
        )
        return tf.identity(y * const(C), name="out")

    feeds = {"x": image_data(), "kernel": RNG.normal(size=(3, 3, 4, C)).astype(np.float32)}
    assert case.ops(check(case.build(model), feeds))["Mul"] == 1


@pytest.mark.parametrize("dtype", [tf.float64, tf.float16])
def test_other_float_widths(dtype):
    def model():
        x = tf.cast(image(), dtype)
        kernel, scale, offset = (tf.constant(v.astype(dtype.as_numpy_dtype)) for v in ARRAYS)
        y = tf.raw_ops.Conv2D(input=x, filter=kernel, strides=[1, 1, 1, 1], padding="SAME")
        return tf.identity(y * scale + offset, name="out")

    ARRAYS = [RNG.normal(size=s) for s in ((3, 3, 4, C), (C,), (1, 1, 1, C))]
    done = check(case.build(model), {"x": image_data()}, tolerance=2e-2 if dtype == tf.float16 else 1e-9)
    assert case.ops(done)["BiasAdd"] == 1
    assert {c.attr["dtype"].type for c in case.of_op(done, "Const")} == {dtype.as_datatype_enum}


def test_integer_products_are_left_alone():
    def model():
        x = case.placeholder("x", [None, 3], tf.int32)
        return tf.identity(tf.matmul(x, tf.ones([3, 2], tf.int32)) * tf.constant([2, 3]), name="out")

    graph = case.build(model)
    assert case.ops(check(graph, {"x": np.arange(6, dtype=np.int32).reshape(2, 3)}))["Mul"] == 1


def test_fetched_values_in_between_stay():
    def model():
        y = tf.identity(conv(image()) * const(C), name="out")
        z = tf.raw_ops.AddV2(x=conv(image_of()), y=const(C), name="biased")
        return y, tf.raw_ops.Mul(x=z, y=const(C), name="last")

    def image_of():
        return case.placeholder("z", [None, 9, 8, 4])

    outputs = ("out", "biased", "last")
    done = check(case.build(model), {"x": image_data(), "z": image_data()}, outputs)
    assert case.ops(done)["Mul"] == 1, "only the factor on the fetched value has to stay"


def test_grouped_convolution():
    def model():
        y = tf.raw_ops.Conv2D(input=image(), filter=const(3, 3, 2, C), strides=[1, 1, 1, 1], padding="SAME")
        return tf.identity(keras3_norm(y), name="out")

    graph = case.build(model)
    rewritten = tf.compat.v1.GraphDef()
    rewritten.CopyFrom(graph)
    before_remap(rewritten, ["out"])
    assert case.ops(rewritten) == {"Conv2D": 1, "BiasAdd": 1, "Identity": 1}


@pytest.mark.parametrize("depth", [False, True])
def test_channels_first(depth, tmp_path):
    """TensorFlow has no such convolution on a CPU, so the expectation is made with channels last."""
    kernel = RNG.normal(size=(3, 3, 4, 2 if depth else C)).astype(np.float32)
    count = 8 if depth else C
    scale, offset = RNG.normal(size=(2, count)).astype(np.float32)

    def model(layout):
        shape = [None, 9, 8, 4] if layout == "NHWC" else [None, 4, 9, 8]
        op = tf.raw_ops.DepthwiseConv2dNative if depth else tf.raw_ops.Conv2D
        y = op(
            input=case.placeholder("x", shape), filter=kernel, strides=[1, 1, 1, 1], padding="SAME", data_format=layout
        )
        along = [1, 1, 1, count] if layout == "NHWC" else [count, 1, 1]
        return tf.identity(y * scale.reshape(along) + offset.reshape(along), name="out")

    first = case.build(lambda: model("NCHW"))
    before_remap(first, ["out"])
    assert case.ops(first)["BiasAdd"] == 1 and case.ops(first)["Mul"] == 0
    assert case.of_op(first, "BiasAdd")[0].attr["data_format"].s == b"NCHW"
    # The folded kernel and bias are the same arrays that channels last gives.
    last = case.build(lambda: model("NHWC"))
    before_remap(last, ["out"])
    arrays = [
        sorted((case.constants.get(n) for n in case.of_op(g, "Const")), key=lambda a: a.size) for g in (first, last)
    ]
    for a, b in zip(*arrays, strict=True):
        np.testing.assert_array_equal(a, b)


def test_vector_along_the_last_axis_of_channels_first_is_left_alone():
    def model():
        y = tf.raw_ops.Conv2D(
            input=case.placeholder("x", [None, 4, 9, C]),
            filter=const(3, 3, 4, C),
            strides=[1, 1, 1, 1],
            padding="SAME",
            data_format="NCHW",
        )
        return tf.identity(y * const(C), name="out")

    graph = case.build(model)
    before_remap(graph, ["out"])
    assert case.ops(graph)["Mul"] == 1
