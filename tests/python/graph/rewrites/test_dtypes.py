"""Booleans and integers where the runtime, or its WASM backend, goes wrong."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites.decompose import decompose

from tests.support import graph_case as case

RNG = np.random.default_rng(31)
YES = RNG.random((3, 5)) > 0.5
NO = RNG.random((3, 5)) > 0.5
FLOATS = np.where(YES, 0, RNG.normal(size=(3, 5)) * 0.4).astype(np.float32)
INTEGERS = RNG.integers(-9, 9, (3, 4)).astype(np.int32)

CASES = {
    "SelectV2": (lambda c, x: tf.where(c, x, False), [YES, NO]),
    "SelectV2_broadcast": (lambda c, x, y: tf.where(c, x, y), [YES, NO[:, :1], NO[:1] ^ True]),
    "Select": (lambda c, x: tf.raw_ops.Select(condition=c, x=x, y=~x), [YES, NO]),
    "Select_rows": (lambda c, x: tf.raw_ops.Select(condition=c, x=x, y=-x), [np.array([True, False, True]), FLOATS]),
    "Select_square_rows": (lambda c, x: tf.raw_ops.Select(condition=c, x=x, y=~x), [YES[:, 0], NO[:, :3]]),
    "ConcatV2": (lambda x, y: tf.concat([x, y, y], 1), [YES, NO]),
    "ReverseV2": (lambda x: tf.reverse(x, [1]), [YES]),
    "Cast": (lambda x: tf.cast(x, tf.bool), [FLOATS]),
    "Mean": (lambda x: tf.reduce_mean(x, 1), [INTEGERS]),
    "Mean_kept": (lambda x: tf.reduce_mean(x, [0, 1], keepdims=True), [INTEGERS]),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    feeds = {f"{name}_in{i}": array for name, (_, arrays) in CASES.items() for i, array in enumerate(arrays)}

    def model():
        for name, (function, arrays) in CASES.items():
            keys = [f"{name}_in{i}" for i in range(len(arrays))]
            given = [case.placeholder(k, feeds[k].shape, feeds[k].dtype) for k in keys]
            tf.identity(function(*given), name=name)

    graph = case.build(model)
    before = case.run_tf(graph, list(CASES), feeds)
    decompose(graph, list(CASES))
    after = case.run_tf(graph, list(CASES), feeds)
    return before, [after, *case.run_js(graph, list(CASES), feeds, tmp_path_factory.mktemp("m")).values()]


@pytest.mark.parametrize("name", CASES)
def test_values(results, name):
    before, after = results
    for values in after:
        np.testing.assert_array_equal(values[name], before[name])


def test_what_works_is_left():
    def model():
        x = case.placeholder("x", [3, 5])
        y = tf.where(x > 0, x, 1.0)
        tf.reduce_mean(tf.concat([x, tf.reverse(y, [0]), tf.cast(tf.cast(x, tf.int32), tf.float32)], 0))
        tf.cast(tf.cast(x, tf.int32), tf.bool)

    assert decompose(case.build(model), []) == []
