"""What TensorFlow.js cannot run is named, with its place and the way out; what it can run passes."""

import re

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import tables
from tfjs_convert.errors import OptionError, UnsupportedError
from tfjs_convert.graph.ops.backends import supported
from tfjs_convert.graph.ops.check import check, check_custom_ops_used, layer_of

from tests.support import graph_case as case


@pytest.fixture(scope="module")
def js():
    return tables.load()


def image():
    return case.placeholder("x", [None, 8, 8, 4])


def message(graph, js, **options):
    with pytest.raises(UnsupportedError) as raised:
        check(graph, js, **options)
    return str(raised.value)


def test_known_operations_pass(js):
    def model():
        x = tf.nn.conv2d(image(), np.ones((3, 3, 4, 2), np.float32), 2, "SAME")
        return tf.one_hot(tf.argmax(tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID"), -1), 3)

    check(case.build(model), js)


def test_unknown_operations_are_all_named_with_nodes_layers_and_the_way_out(js):
    def model():
        x = case.placeholder("x", [None, 2, 2])
        with tf.name_scope("StatefulPartitionedCall/net/whiten"):
            for _ in range(5):
                x = tf.linalg.cholesky(x)
        with tf.name_scope("head"):
            return tf.math.lgamma(x, name="gamma")

    text = message(case.build(model), js)
    assert text.startswith("Unsupported Ops in the model after optimization: Cholesky (")
    assert "TensorFlow.js 4.22.0 cannot run them" in text and text.index("Cholesky") < text.index("Lgamma")
    assert "'StatefulPartitionedCall/net/whiten/Cholesky', 'StatefulPartitionedCall/net/whiten/Cholesky_1'" in text
    assert "and 2 more, from layer 'net/whiten'" in text
    assert "node 'head/gamma', from layer 'head'" in text
    for way in ("outputs", "custom_ops", "skip_op_check", "Cholesky, Lgamma in JavaScript"):
        assert way in text


def test_the_message_does_not_depend_on_the_order_of_nodes(js):
    def model(names):
        for name in names:
            getattr(tf.math, name.split("_")[0])(case.placeholder(f"{name}_x", [2]), name=name)

    names = ["lgamma_a", "digamma_b", "lgamma_c"]
    texts = {message(case.build(lambda order=order: model(order)), js) for order in (names, names[::-1])}
    assert len(texts) == 1


def test_functions_are_looked_into(js):
    @tf.function
    def inner(x):
        return tf.math.lgamma(x)

    graph = case.build(lambda: inner(case.placeholder("x", [2])))
    assert re.search(r"Lgamma \(.*__inference_inner_\d+/Lgamma", message(graph, js))


def test_custom_operations_pass_and_must_be_used(js):
    graph = case.build(lambda: tf.math.lgamma(case.placeholder("x", [2])))
    check(graph, js, custom_ops=["Lgamma"])
    check_custom_ops_used([case.build(image), graph], ["Lgamma"])
    with pytest.raises(OptionError, match="custom_ops names Digamma, Zeta, which"):
        check_custom_ops_used([graph], ["Zeta", "Lgamma", "Digamma"])


def test_debug_operations(js):
    def model():
        x = case.placeholder("x", [2])
        tf.raw_ops.Assert(condition=True, data=[x])
        tf.raw_ops.CheckNumerics(tensor=x, message="")

    graph = case.build(model)
    check(graph, js, strip_debug_ops=True, phase="before")
    assert "Assert" in message(graph, js) and "CheckNumerics" in message(graph, js)


def test_before_optimisation_what_will_be_folded_passes(js):
    graph = case.build(lambda: case.placeholder("x", [2]) + tf.math.lgamma(tf.math.lgamma(tf.constant([1.0, 2.0]))))
    check(graph, js, phase="before")
    assert "after optimization" in message(graph, js, phase="after")


def test_listed_operations_that_the_runtime_does_not_load(js):
    graph = case.build(
        lambda: tf.raw_ops.RaggedRange(starts=case.placeholder("x", [2], tf.int32), limits=[3, 4], deltas=[1, 1])
    )
    assert "its runtime does not load this operation's list" in message(graph, js)


def pool(**options):
    return tf.raw_ops.MaxPool(input=image(), **{"strides": [1, 2, 2, 1], "ksize": [1, 2, 2, 1], **options})


def conv(**options):
    kernel = np.ones((3, 3, 4, 2), np.float32)
    return tf.raw_ops.Conv2D(input=image(), filter=kernel, strides=[1, 2, 2, 1], padding="SAME", **options)


UNREADABLE = {
    "data_format NCHW is ignored": lambda: pool(
        padding="VALID", data_format="NCHW", ksize=[1, 1, 2, 2], strides=[1, 1, 2, 2]
    ),
    "its data_format NCHW": lambda: tf.raw_ops.BiasAdd(value=image(), bias=np.ones(8, np.float32), data_format="NCHW"),
    "axis 0 is ignored and the last taken": lambda: tf.one_hot(case.placeholder("i", [None], tf.int32), 3, axis=0),
    "explicit paddings are ignored": lambda: pool(padding="EXPLICIT", explicit_paddings=[0, 0, 1, 1, 1, 1, 0, 0]),
    "of which one must be 1": lambda: conv(dilations=[1, 2, 2, 1]),
    "TensorFlow.js has no uint16": lambda: tf.cast(case.placeholder("i", [None], tf.uint16), tf.float32),
    "TensorFlow.js has no bfloat16": lambda: tf.cast(image(), tf.bfloat16),
    "no such operation": lambda: tf.raw_ops.QuantizeV2(input=image(), min_range=0.0, max_range=1.0, T=tf.quint8),
}


@pytest.mark.parametrize(("clause", "model"), UNREADABLE.items())
def test_attributes_and_dtypes(clause, model, js):
    assert clause in message(case.build(model), js)


def test_fused_operations(js):
    graph = case.build(lambda: tf.nn.conv2d(image(), np.ones((3, 3, 4, 2), np.float32), 1, "SAME", name="out"))
    node = case.named(graph, "out")
    node.op = "_FusedConv2D"
    for names, accepted in (
        (["BiasAdd"], True), (["BiasAdd", "Relu"], True), (["NoOp", "Sigmoid"], True),
        (["FusedBatchNorm"], False), (["BiasAdd", "Tanh"], False), (["BiasAdd", "Add", "Relu"], False),
    ):  # fmt: skip
        node.attr["fused_ops"].list.s[:] = [n.encode() for n in names]
        if accepted:
            check(graph, js)
        else:
            assert f"it has fused {', '.join(names)}" in message(graph, js)


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("StatefulPartitionedCall/model/dense/MatMul", "model/dense"),
        ("PartitionedCall/StatefulPartitionedCall_1/a/b", "a"),
        ("__inference_f_12/conv/Conv2D", "conv"),
        ("MatMul", ""),
    ],
)
def test_layer(name, layer):
    assert layer_of(name) == layer


def test_backends(js):
    def model():
        x = case.placeholder("x", [None, 3])
        tf.einsum("ab,bc->ac", x, tf.ones([3, 2]))
        tf.signal.fft(tf.complex(x, x))
        tf.matmul(case.placeholder("i", [None, 3], tf.int32), tf.ones([3, 2], tf.int32))

    found = supported(case.build(model), js)
    assert found == {
        "cpu": [],
        "wasm": ["Complex", "Einsum", "FFT", "MatMul of integers"],
        "webgl": [],
        "webgpu": [],
    }
    unique = case.build(lambda: tf.unique(case.placeholder("x", [None])))
    assert supported(unique, js)["webgpu"] == ["Unique"] and supported(unique, js)["wasm"] == []


def test_backends_of_channels_first(js):
    graph = case.build(
        lambda: tf.raw_ops.Conv2D(
            input=image(),
            filter=np.ones((3, 3, 8, 2), np.float32),
            strides=[1, 1, 1, 1],
            padding="SAME",
            data_format="NCHW",
        )
    )
    assert supported(graph, js)["wasm"] == ["Conv2D with channels first"]
