"""What is fused, split and dropped at the end; the numbers come from TensorFlow.js, which alone has the fused ops."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import after_remap

from tests.support import graph_case as case

RNG = np.random.default_rng(2)
ACTIVATIONS = {
    "Relu": tf.nn.relu,
    "Relu6": tf.nn.relu6,
    "Elu": tf.nn.elu,
    "LeakyRelu": lambda x: tf.nn.leaky_relu(x, 0.3),
    "Sigmoid": tf.sigmoid,
}


def const(*shape):
    return tf.constant(RNG.normal(size=shape).astype(np.float32))


def prelu(x, *shape):
    return tf.nn.relu(x) + const(*shape) * tf.nn.relu(-x)


def conv(x, **options):
    return tf.raw_ops.Conv2D(
        input=x, filter=const(3, 3, 4, 6), **{"strides": [1, 1, 1, 1], "padding": "SAME", **options}
    )


def depthwise(x):
    return tf.raw_ops.DepthwiseConv2dNative(
        input=x, filter=const(3, 3, 4, 2), strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 2, 2, 1]
    )


def product(x):
    return tf.matmul(x, const(6, 4), transpose_b=True)


def batched(x):
    return tf.raw_ops.BatchMatMulV2(x=x, y=const(4, 6))


LINEARS = {
    "_FusedConv2D": (conv, [None, 6, 5, 4]),
    "FusedDepthwiseConv2dNative": (depthwise, [None, 6, 5, 4]),
    "_FusedMatMul": (product, [None, 4]),
    "batched": (batched, [None, 3, 4]),
}


def check(model, feeds, tmp_path, outputs=("out",), backends=("cpu", "wasm")):
    graph = case.build(model)
    expected = case.run_tf(graph, outputs, feeds)
    after_remap(graph, outputs)
    for values in case.run_js(graph, outputs, feeds, tmp_path, backends).values():
        for name in outputs:
            case.close(values[name], expected[name], 1e-4, 1e-5)
    return graph


def data(shape):
    return {"x": RNG.normal(size=[2, *shape[1:]]).astype(np.float32)}


@pytest.mark.parametrize("linear", LINEARS)
def test_bias_and_every_activation(linear, tmp_path):
    """One graph with a branch for each activation, with and without a bias."""
    function, shape = LINEARS[linear]

    def model():
        x = case.placeholder("x", shape)
        for name, activation in ACTIVATIONS.items():
            with_bias = function(x)
            tf.identity(activation(tf.nn.bias_add(with_bias, const(with_bias.shape[-1]))), name=f"biased_{name}")
            tf.identity(activation(function(x)), name=f"bare_{name}")
        y = function(x)
        tf.identity(tf.nn.bias_add(y, const(y.shape[-1])), name="bias_only")

    outputs = [f"{kind}_{a}" for kind in ("biased", "bare") for a in ACTIVATIONS] + ["bias_only"]
    graph = check(model, data(shape), tmp_path, outputs)
    op = "_FusedMatMul" if linear == "batched" else linear
    done = case.ops(graph)
    # WASM adds no bias right to batches, and nobody reads a depthwise convolution's slope.
    assert done["AddV2"] + done["BiasAdd"] == (6 if linear == "batched" else 0)
    assert done["LeakyRelu"] == (2 if "Depthwise" in op else 1 if linear == "batched" else 0)
    assert done[op] == {"batched": 5, "FusedDepthwiseConv2dNative": 10}.get(linear, 11)
    for node in case.of_op(graph, op):
        names = list(node.attr["fused_ops"].list.s)
        assert node.attr["num_args"].i == (1 if names[0] == b"BiasAdd" else 0) == len(node.input) - 2


@pytest.mark.parametrize("linear", LINEARS)
def test_prelu(linear, tmp_path):
    function, shape = LINEARS[linear]

    def model():
        x = case.placeholder("x", shape)
        y = function(x)
        c = y.shape[-1]
        tf.identity(prelu(tf.nn.bias_add(y, const(c)), c), name="biased")
        tf.identity(prelu(function(x), *([1] * (len(y.shape) - 2)), c), name="bare")
        if len(y.shape) == 4:
            tf.identity(prelu(function(x), *y.shape[1:]), name="full")
        tf.identity(prelu(tf.sin(x), shape[-1]), name="alone")

    outputs = ["biased", "bare", "alone"] + (["full"] if len(shape) == 4 else [])
    done = case.ops(check(model, data(shape), tmp_path, outputs))
    # A product without a bias would take the slopes for one, and products of batches have none.
    assert done["Prelu"] == {2: 2, 3: 3, 4: 1}[len(shape)] and done["Relu"] == done["Neg"] == 0


def test_prelu_in_its_other_forms(tmp_path):
    def model():
        x = case.placeholder("x", [None, 3])
        tf.raw_ops.AddV2(x=tf.nn.relu(-x) * const(3), y=tf.nn.relu(x), name="swapped")
        tf.raw_ops.Sub(x=tf.nn.relu(x), y=const(3) * tf.nn.relu(-x), name="difference")
        tf.raw_ops.AddV2(x=tf.maximum(x, 0.0), y=const(3) * tf.minimum(0.0, x), name="clipped")
        tf.raw_ops.AddV2(x=tf.nn.relu(x), y=const(1) * tf.nn.relu(-x), name="scalar")

    outputs = ["swapped", "difference", "clipped", "scalar"]
    done = case.ops(check(model, data([None, 3]), tmp_path, outputs))
    assert done == {"Prelu": 4}


def test_what_looks_like_prelu_and_is_not(tmp_path):
    def model():
        x, z = case.placeholder("x", [None, 3]), case.placeholder("z", [None, 3])
        tf.raw_ops.AddV2(x=tf.nn.relu(x), y=z * 2.0, name="a")
        tf.raw_ops.AddV2(x=tf.nn.relu(x), y=const(3) * tf.nn.relu(-z), name="b")
        tf.raw_ops.Sub(x=const(3) * tf.nn.relu(-x), y=tf.nn.relu(x), name="c")
        y = tf.reshape(x, [-1, 3, 1])
        tf.raw_ops.AddV2(x=tf.nn.relu(y), y=const(3, 1) * tf.nn.relu(-y), name="d")

    feeds = data([None, 3]) | {"z": RNG.normal(size=(2, 3)).astype(np.float32)}
    assert case.ops(check(model, feeds, tmp_path, ["a", "b", "c", "d"]))["Prelu"] == 0


def test_fetched_and_twice_read_values_are_kept(tmp_path):
    def model():
        x = case.placeholder("x", [None, 4])
        y = tf.nn.bias_add(product(x), const(6), name="biased")
        tf.nn.relu(y, name="out")
        z = product(x)
        tf.nn.relu(z, name="once")
        tf.nn.elu(z, name="twice")

    done = case.ops(check(model, data([None, 4]), tmp_path, ["out", "biased", "once", "twice"]))
    assert done == {"_FusedMatMul": 1, "Relu": 2, "MatMul": 1, "Elu": 1}


def test_integer_product_is_not_fused():
    def model():
        y = tf.matmul(case.placeholder("x", [None, 3], tf.int32), tf.ones([3, 2], tf.int32))
        return tf.nn.bias_add(y, tf.constant([1, 2]), name="out")

    graph = case.build(model)
    after_remap(graph, ["out"])
    assert case.ops(graph)["MatMul"] == 1


def test_bias_that_grappler_fused_into_a_transposed_product(tmp_path):
    def model():
        x = case.placeholder("x", [None, 4])
        y = tf.matmul(x, tf.transpose(const(6, 4), name="kernel"), name="product")
        tf.nn.bias_add(y, tf.constant([1.0, 2, 3, 4, 5, 6], name="bias"), name="out")

    graph = case.build(model)
    feeds = data([None, 4])
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    for kernel in (case.named(graph, "kernel").input[0], "given"):
        fused = tf.compat.v1.GraphDef()
        fused.CopyFrom(graph)
        node = case.named(fused, "out")
        node.Clear()
        node.CopyFrom(case.named(graph, "product"))
        node.name, node.op = "out", "_FusedMatMul"
        node.input[:] = ["x", kernel, "bias"]
        node.attr["transpose_b"].b = True
        node.attr["fused_ops"].list.s[:] = [b"BiasAdd"]
        node.attr["num_args"].i = 1
        for gone in ("product", "kernel"):
            fused.node.remove(case.named(fused, gone))
        fed = dict(feeds)
        if kernel == "given":
            fused.node.append(case.of_op(case.build(lambda: case.placeholder("given", [6, 4])), "Placeholder")[0])
            fed["given"] = case.constants.get(case.named(graph, case.named(graph, "kernel").input[0]))
        after_remap(fused, ["out"])
        for values in case.run_js(fused, ["out"], fed, tmp_path / kernel.replace("/", "_")).values():
            case.close(values["out"], expected)
        assert case.ops(fused)["_FusedMatMul"] == (0 if kernel == "given" else 1)


@pytest.mark.parametrize("bias", [(1, 1, 1, 6), (6, 5, 6), (5, 6), ()], ids=str)
@pytest.mark.parametrize("activation", [False, True])
def test_bias_of_another_rank_runs_on_wasm(bias, activation, tmp_path):
    """As the upstream converter and Grappler fuse it: the runtime's WASM backend refuses any rank but 1."""
    kernel, added = RNG.normal(size=(3, 3, 4, 6)).astype(np.float32), RNG.normal(size=bias).astype(np.float32)

    def model():
        x = case.placeholder("x", [None, 6, 5, 4])
        y = tf.nn.conv2d(x, tf.constant(kernel, name="kernel"), 1, "SAME") + tf.constant(added, name="bias")
        return tf.nn.leaky_relu(y, 0.3, name="out") if activation else tf.identity(y, name="out")

    graph = case.build(model)
    feeds = data([None, 6, 5, 4])
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    names = [b"BiasAdd", b"LeakyRelu"] if activation else [b"BiasAdd"]
    fused = tf.compat.v1.GraphDef()
    fused.CopyFrom(graph)
    node = case.named(fused, "out")
    plain = case.of_op(graph, "Conv2D")[0]
    node.Clear()
    node.CopyFrom(plain)
    node.name, node.op, node.device = "out", "_FusedConv2D", "/device:CPU:0"
    node.input[:] = ["x", "kernel", "bias"]
    node.attr["fused_ops"].list.s[:] = names
    node.attr["num_args"].i = 1
    node.attr["leakyrelu_alpha"].f = 0.3
    for i in reversed(range(len(fused.node))):
        if fused.node[i].name not in ("x", "kernel", "bias", "out"):
            del fused.node[i]
    after_remap(fused, ["out"])
    assert not any(n.device for n in fused.node)
    for values in case.run_js(fused, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected, 1e-4, 1e-5)
    for n in case.of_op(fused, "_FusedConv2D"):
        assert n.attr["num_args"].i == 0 or len(case.constants.shape(case.named(fused, n.input[2]))) == 1


def test_fused_batch_norm_is_split_off(tmp_path):
    """Grappler may fuse a norm it could not fold; the runtime rejects that."""

    def model():
        y = conv(case.placeholder("x", [None, 6, 5, 4]))
        norm = tf.raw_ops.FusedBatchNormV3(
            x=y, scale=const(6), offset=const(6), mean=const(6), variance=tf.ones([6]), is_training=False, name="norm"
        )
        return tf.nn.relu(norm[0], name="out")

    graph = case.build(model)
    feeds = data([None, 6, 5, 4])
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    fused, norm, plain = (case.named(graph, n) for n in ("out", "norm", case.of_op(graph, "Conv2D")[0].name))
    inputs = [*plain.input, *norm.input[1:]]
    epsilon = norm.attr["epsilon"].f
    fused.Clear()
    fused.CopyFrom(plain)
    fused.name, fused.op = "out", "_FusedConv2D"
    fused.input[:] = inputs
    fused.attr["fused_ops"].list.s[:] = [b"FusedBatchNorm", b"Relu"]
    fused.attr["num_args"].i = 4
    fused.attr["epsilon"].f = epsilon
    for gone in ("norm", plain.name):
        graph.node.remove(case.named(graph, gone))
    after_remap(graph, ["out"])
    assert case.ops(graph) == {"Conv2D": 1, "FusedBatchNormV3": 1, "Relu": 1}
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected, 1e-4, 1e-5)


def test_ordering_edges_go_and_effects_stay():
    def model():
        x = case.placeholder("x", [None, 3])
        y = tf.tanh(x, name="y")
        with tf.control_dependencies([y]):
            c = tf.constant(1.0, name="c")
            group = tf.no_op(name="group")
        with tf.control_dependencies([group]):
            tf.add(x, c, name="out")
        with tf.control_dependencies([tf.raw_ops.Assert(condition=True, data=["no"], name="assert")]):
            checked = tf.no_op(name="checked")
        with tf.control_dependencies([checked]):
            tf.sin(x, name="other")
        case.placeholder("unused_control_flow_input_3", [])

    graph = case.build(model)
    after_remap(graph, ["out", "other"])
    assert list(case.named(graph, "out").input) == ["x", "c"]
    assert list(case.named(graph, "c").input) == ["^y"], "says which loop the constant is in"
    assert list(case.named(graph, "other").input) == ["x", "^checked"]
    assert case.ops(graph)["NoOp"] == 1
    assert [n.name for n in case.of_op(graph, "Placeholder")] == ["x"]
