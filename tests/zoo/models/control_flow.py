"""Conditionals and loops: as functions and as TensorFlow 1 wrote them, each converted into both forms."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import V1, Family, Source, floats, frozen, function

raw = tf.raw_ops
MODELS = family = Family()
FORMS = ({"control_flow_v2": False}, {"control_flow_v2": True}, {"control_flow_v2": "auto"})
ROWS = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)
EITHER = ({"x": ROWS}, {"x": -ROWS})
COUNTS = tuple({"x": ROWS, "n": np.int32(n)} for n in (0, 1, 4))


@family(variants=FORMS)
def conditional() -> Source:
    def body(x):
        return {"y": tf.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0)}

    return function(body, *EITHER)


@family(variants=FORMS)
def conditional_with_a_variable() -> Source:
    w = tf.Variable(floats(2, 3))

    def body(x):
        if tf.reduce_max(x) > 1.0:
            y, z = tf.matmul(x, w), 1
        else:
            y, z = tf.zeros([tf.shape(x)[0], 3]), 2
        return {"y": y, "z": z}

    return function(body, *EITHER, w=w)


@family(variants=FORMS)
def nested_conditionals() -> Source:
    def body(x, n):
        def inner():
            return tf.cond(n > 1, lambda: x * 3.0, lambda: x + 5.0)

        return {"y": tf.cond(n > 0, inner, lambda: -x)}

    return function(body, *COUNTS)


@family(variants=FORMS)
def cases() -> Source:
    def body(x, n):
        return {"y": tf.switch_case(n, [lambda: x, lambda: x * 2.0, lambda: tf.exp(x)], default=lambda: x - 9.0)}

    return function(body, *COUNTS)


@family(variants=FORMS)
def loop() -> Source:
    def body(x, n):
        return {"y": tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 1.5 + 1.0), (0, x))[1]}

    return function(body, *COUNTS)


@family(variants=FORMS)
def loop_with_a_break_and_a_variable() -> Source:
    w = tf.Variable([[0.5, 1.0], [-1.0, 0.25]])

    def body(x, n):
        for i in tf.range(n):
            x = tf.matmul(x, w)
            if tf.reduce_sum(x) < -1.0:
                break
            x += tf.cast(i, tf.float32)
        return {"y": x}

    return function(body, *COUNTS, w=w)


@family(variants=FORMS)
def nested_loops() -> Source:
    def body(x, n):
        for i in tf.range(n):
            for j in tf.range(i):
                x = x + tf.sin(x) * tf.cast(j, tf.float32)
            x = x * 0.5
        return {"y": x}

    return function(body, *COUNTS)


@family(variants=FORMS)
def loop_in_a_conditional_in_a_loop() -> Source:
    def body(x, n):
        i = tf.constant(0)
        while i < n:
            if tf.reduce_sum(x) > 2.0:
                for _ in tf.range(3):
                    x -= 1.0
            else:
                x += 4.0
            i += 1
        return {"y": x, "i": i}

    return function(body, *COUNTS)


@family(variants=FORMS)
def loop_whose_shape_grows() -> Source:
    def body(x, n):
        def step(i, y):
            return i + 1, tf.concat([y, y[:1] * 2.0], 0)

        invariants = (tf.TensorShape([]), tf.TensorShape([None, 2]))
        return {"y": tf.while_loop(lambda i, y: i < n, step, (0, x), invariants)[1]}

    return function(body, *COUNTS)


@family(variants=FORMS)
def map_and_scan() -> Source:
    def body(x):
        return {
            "map": tf.map_fn(lambda row: tf.reduce_sum(row) * row, x),
            "scan": tf.scan(lambda total, row: total + row, x),
        }

    return function(body, {"x": floats(3, 4)}, {"x": floats(5, 4)})


@family(variants=FORMS)
def fold_and_vectorised_map() -> Source:
    def body(x):
        return {
            "fold": tf.foldl(lambda total, row: total * 0.5 + row, x),
            "vectorised": tf.vectorized_map(lambda row: row / (1.0 + tf.reduce_max(tf.abs(row))), x),
        }

    return function(body, {"x": floats(3, 4)})


@family(variants=FORMS)
def stateful_forms() -> Source:
    """`If` and `While`, which TensorFlow writes where a branch or body is not stateless."""

    def body(x, n):
        branch = tf.function(lambda x: x * 2.0).get_concrete_function(tf.TensorSpec([2, 2]))
        other = tf.function(lambda x: x - 2.0).get_concrete_function(tf.TensorSpec([2, 2]))
        specs = tf.TensorSpec([], tf.int32), tf.TensorSpec([2, 2])
        goes_on = tf.function(lambda i, y: i > 0).get_concrete_function(*specs)
        step = tf.function(lambda i, y: (i - 1, y + 1.0)).get_concrete_function(*specs)
        (chosen,) = raw.If(cond=n > 1, input=[x], Tout=[tf.float32], then_branch=branch, else_branch=other)
        _, looped = raw.While(input=[n, x], cond=goes_on, body=step)
        return {"chosen": chosen, "looped": looped}

    return function(body, *COUNTS)


@family(variants=FORMS)
def calls_of_functions() -> Source:
    @tf.function
    def inner(x, k):
        return tf.tanh(x) * k

    def body(x):
        return {"y": inner(x, 2.0) + inner(inner(x, 1.0), 3.0)}

    return function(body, *EITHER)


@family()
def conditional_of_tensorflow_1() -> Source:
    """Switch and Merge."""

    def build(x):
        y = V1.cond(tf.reduce_sum(x) > 0, lambda: x * 2.0, lambda: x - 1.0)
        return [tf.identity(y, "y")]

    return frozen(build, *EITHER)


@family()
def loop_of_tensorflow_1() -> Source:
    """Enter, Merge, LoopCond, Switch, NextIteration and Exit."""

    def build(x, n):
        _, y = V1.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y * 1.5 + 1.0), (tf.constant(0), x))
        return [tf.identity(y, "y")]

    return frozen(build, *COUNTS)


@family()
def nested_control_flow_of_tensorflow_1() -> Source:
    def build(x, n):
        def step(i, y):
            inner = V1.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z + 0.5), (tf.constant(0), y))[1]
            return i + 1, V1.cond(tf.reduce_sum(inner) > 3.0, lambda: inner - 2.0, lambda: inner * 2.0)

        return [tf.identity(V1.while_loop(lambda i, y: i < n, step, (tf.constant(0), x))[1], "y")]

    return frozen(build, *COUNTS)


@family()
def debug_operations() -> Source:
    """They go, and the conditionals that only served them."""

    def body(x):
        tf.debugging.assert_less(x, 100.0)
        tf.print(x)
        return {"y": tf.debugging.check_numerics(x, "not a number") + 1.0}

    return function(body, *EITHER)


@family()
def printing_of_tensorflow_1() -> Source:
    return frozen(lambda x: [tf.identity(raw.Print(input=x, data=[x], message="x is"), "y")], *EITHER)
