"""Chains of random operations, with random second readers, give the same numbers after all rewrites."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import before_remap
from tfjs_convert.graph.rewrites.decompose import decompose

from tests.support import graph_case as case

SEEDS = range(24)


def step(rng, x):
    """One random operation on an image or on a matrix of features."""
    c = x.shape[-1]

    def const(*shape):
        return tf.constant(rng.uniform(-1.5, 1.5, shape).astype(np.float32))

    def vector():
        return const(*([1] * rng.integers(0, len(x.shape))), c)

    def norm():
        variance = tf.constant(rng.uniform(0.5, 2, c).astype(np.float32))
        return tf.raw_ops.FusedBatchNormV3(
            x=x, scale=const(c), offset=const(c), mean=const(c), variance=variance, is_training=False
        )[0]

    shared = {
        "mul": lambda: x * vector(),
        "rmul": lambda: vector() * x,
        "add": lambda: x + vector(),
        "sub": lambda: x - vector(),
        "rsub": lambda: vector() - x,
        "scalar": lambda: x * 0.7,
        "bias": lambda: tf.nn.bias_add(x, const(c)),
        "relu": lambda: tf.nn.relu(x),
        "leaky": lambda: tf.nn.leaky_relu(x),
        "prelu": lambda: tf.nn.relu(x) + const(c) * tf.nn.relu(-x),
        "sum": lambda: x + tf.tanh(x),
        "addn": lambda: tf.add_n([tf.tanh(x), x]),
    }
    image = {
        "conv": lambda: tf.nn.conv2d(x, const(3, 3, c, 4), 1, str(rng.choice(["SAME", "VALID"]))),
        "point": lambda: tf.nn.conv2d(x, const(1, 1, c, 5), 1, "SAME"),
        "groups": lambda: tf.nn.conv2d(x, const(3, 3, 1, 2 * c), 1, "SAME"),
        "depthwise": lambda: tf.nn.depthwise_conv2d(x, const(3, 3, c, 1), [1, 1, 1, 1], "SAME"),
        "pad": lambda: tf.pad(x, [[0, 0], [1, 0], [1, 2], [0, 0]]),
        "norm": norm,
        "pool": lambda: tf.nn.max_pool2d(x, 2, 1, "SAME"),
    }
    matrix = {
        "dense": lambda: tf.matmul(x, const(c, 6)),
        "turned": lambda: tf.matmul(x, const(5, c), transpose_b=True),
        "reshape": lambda: tf.reshape(tf.reshape(x, tf.stack([tf.shape(x)[0], 1, c])), [-1, c]),
    }
    choices = {**shared, **(image if len(x.shape) == 4 else matrix)}
    weights = np.array([3.0 if k in ("conv", "point", "depthwise", "dense") else 1.0 for k in choices])
    return choices[str(rng.choice(list(choices), p=weights / weights.sum()))]()


@pytest.mark.parametrize("seed", SEEDS)
def test_chain(seed):
    shape = [10, 10, 3] if seed % 2 else [4]

    def model():
        rng = np.random.default_rng(seed)
        x = case.placeholder("x", [None, *shape])
        outputs.clear()
        for i in range(14):
            x = step(rng, x)
            if len(x.shape) == 4 and min(x.shape[1:3]) < 4:
                break
            if rng.random() < 0.12:
                outputs.append(f"side_{i}")
                tf.identity(x, name=outputs[-1])
        outputs.append("out")
        tf.identity(x, name="out")

    outputs = []
    graph = case.build(model)
    feeds = {"x": np.random.default_rng(seed).normal(size=(2, *shape)).astype(np.float32)}
    expected = case.run_tf(graph, outputs, feeds)
    before = sum(case.ops(graph).values())
    decompose(graph, outputs)
    before_remap(graph, outputs)
    assert sum(case.ops(graph).values()) <= before
    for name, value in case.run_tf(graph, outputs, feeds).items():
        scale = max(1.0, float(np.abs(expected[name]).max()))
        np.testing.assert_allclose(value / scale, expected[name] / scale, rtol=1e-4, atol=2e-5, err_msg=name)
