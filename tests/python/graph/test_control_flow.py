"""Conditionals and loops, in both forms, against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api

from tests.support import node, saved_models

FORMS = ({"control_flow_v2": False}, {"control_flow_v2": True}, {"control_flow_v2": "auto"})
X = tf.TensorSpec([None, 2], tf.float32)
N = tf.TensorSpec([], tf.int32)
ROWS = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)


def _check(tmp_path, function, specs, feeds, **tracked):
    model = saved_models.save(tmp_path / "model", function, specs, **tracked)
    return saved_models.check(tmp_path, model, feeds, variants=FORMS)


def test_branches_that_return_constants(tmp_path):
    def f(x):
        return {"y": tf.cond(tf.reduce_sum(x) > 0, lambda: tf.constant(1.0), lambda: tf.constant(-7.0))}

    _check(tmp_path, f, {"x": X}, [{"x": ROWS}, {"x": -ROWS}])


def test_branch_that_returns_the_predicate_and_an_outer_constant(tmp_path):
    def f(x):
        p = tf.reduce_sum(x) > 0
        c = tf.constant([4.0, 5.0])
        a, b = tf.cond(p, lambda: (p, c), lambda: (tf.logical_not(p), c * tf.reduce_max(x)))
        return {"a": a, "b": b}

    _check(tmp_path, f, {"x": X}, [{"x": ROWS}, {"x": -ROWS}])


def test_branches_without_arguments_have_empty_argument_lists(tmp_path):
    def f(x):
        first, second = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
        return {"y": tf.cond(tf.reduce_sum(x) > 0, lambda: first, lambda: second) + x}

    for model in _check(tmp_path, f, {"x": X}, [{"x": ROWS}, {"x": -ROWS}])[1:2]:
        functions = model["modelTopology"]["library"]["function"]
        assert len(functions) == 2
        assert all(each["signature"]["inputArg"] == [] for each in functions)
        assert all(len(each["signature"]["outputArg"]) == 1 for each in functions)


def test_nested_conditionals_and_case(tmp_path):
    w = tf.Variable([[1.0, 2.0], [3.0, 4.0]])

    def f(x, n):
        def inner():
            return tf.cond(n > 2, lambda: tf.matmul(x, w), lambda: x * 2.0)

        y = tf.cond(n > 0, inner, lambda: tf.zeros_like(x))
        z = tf.switch_case(n, [lambda: x + 1.0, lambda: tf.matmul(x, w) - 1.0], default=lambda: x * 0.0 + 9.0)
        return {"y": y, "z": z}

    feeds = [{"x": ROWS, "n": np.int32(n)} for n in (-1, 0, 1, 3)]
    _check(tmp_path, f, {"x": X, "n": N}, feeds, w=w)


def test_loop_with_conditional_and_variable(tmp_path):
    w = tf.Variable([[0.5, 1.0], [-1.0, 0.25]])

    def f(x, n):
        for _ in tf.range(n):
            if tf.reduce_sum(x) > 0:
                x = tf.matmul(x, w)
            else:
                x = x + 1.0
        return {"y": x}

    _check(tmp_path, f, {"x": X, "n": N}, [{"x": ROWS, "n": np.int32(n)} for n in (0, 1, 5)], w=w)


def test_nested_loops_make_a_new_list_each_time(tmp_path):
    def f(x, n):
        total = tf.TensorArray(tf.float32, size=n, element_shape=[])
        for i in tf.range(n):
            parts = tf.TensorArray(tf.float32, size=3, element_shape=[2])
            for j in tf.range(3):
                parts = parts.write(j, x[0] * tf.cast(i + j, tf.float32))
            total = total.write(i, tf.reduce_sum(parts.stack()))
        return {"y": total.stack()}

    _check(tmp_path, f, {"x": X, "n": N}, [{"x": ROWS, "n": np.int32(3)}])


def test_what_does_not_change_in_a_loop(tmp_path):
    def f(x, n):
        y, i = x, tf.constant(0)
        while i < n + tf.shape(x)[0] - 2:
            y = y * 0.5 + tf.exp(x) * tf.reduce_sum(x, axis=0)
            for j in tf.range(2):
                y += tf.sin(x) + tf.cast(j, tf.float32)
            i += 1
        return {"y": y}

    _check(tmp_path, f, {"x": X, "n": N}, [{"x": ROWS, "n": np.int32(n)} for n in (0, 1, 3)])


def test_pieces_joined_must_have_one_length(tmp_path):
    def f(x, n):
        pieces = tf.TensorArray(tf.float32, 2, element_shape=[None, 2], infer_shape=False)
        pieces = pieces.write(0, x[:n]).write(1, x[n:])
        return {"y": pieces.concat()}

    model = saved_models.save(tmp_path / "model", f, {"x": tf.TensorSpec([4, 2], tf.float32), "n": N})
    x = np.arange(8, dtype=np.float32).reshape(4, 2)
    saved_models.check(tmp_path, model, {"x": x, "n": np.int32(2)})
    result = api.convert_saved_model(model, tmp_path / "js")
    assert [note for note in result.info["notes"] if "must all have one length" in note]
    (run,) = node.run_models([node.Job(tmp_path / "js", {"x": x, "n": np.int32(1)}, "cpu")])
    assert "Incompatible shape during merge" in run.error


def test_loop_inside_a_branch_that_is_not_taken(tmp_path):
    def f(x, n):
        def loop():
            return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), (tf.constant(0), x))[1]

        return {"y": tf.cond(n > 0, loop, lambda: x)}

    _check(tmp_path, f, {"x": X, "n": N}, [{"x": ROWS, "n": np.int32(n)} for n in (0, 1)])


def test_loop_that_swaps_its_variables(tmp_path):
    def f(x, n):
        a, b = x, x * 10.0
        i = tf.constant(0)
        while i < n:
            a, b = b, a + b
            i += 1
        return {"a": a, "b": b, "i": i}

    _check(tmp_path, f, {"x": X, "n": N}, [{"x": ROWS, "n": np.int32(n)} for n in (0, 1, 4)])


def test_output_of_several_outputs_in_a_function(tmp_path):
    def f(x):
        def top():
            values, indices = tf.math.top_k(x, k=1)
            return values + 0.0, indices

        values, indices = tf.cond(tf.reduce_sum(x) > 0, top, lambda: (x[:, :1], tf.zeros_like(x[:, :1], tf.int32)))
        return {"values": values, "indices": indices}

    _check(tmp_path, f, {"x": X}, [{"x": ROWS}, {"x": -ROWS}])


def test_auto_needs_no_control_flow_where_it_folds_away(tmp_path):
    def f(x):
        training = tf.constant(False)
        return {"y": tf.cond(training, lambda: tf.nn.dropout(x, 0.5), lambda: x * 2.0)}

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    (converted,) = saved_models.check(tmp_path, model, {"x": ROWS}, control_flow_v2="auto")
    assert sorted(set(saved_models.ops(converted))) == ["Const", "Mul", "Placeholder"]


def test_function_constant_beside_a_node_whose_name_begins_alike(tmp_path):
    def f(x):
        def body(i, y):
            c = tf.constant([2.0, 3.0], name="c")
            return i + 1, tf.add(tf.multiply(y, c, name="c_mul"), c, name="cc")

        return {"y": tf.while_loop(lambda i, y: i < 3, body, (tf.constant(0), x))[1]}

    _check(tmp_path, f, {"x": X}, {"x": ROWS})


def test_debug_operations_go_with_the_conditionals_that_served_them(tmp_path):
    def f(x):
        tf.debugging.assert_less(tf.reduce_max(x), 100.0)
        tf.print(x)
        return {"y": tf.debugging.check_numerics(x, "bad") * 2.0}

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    for form in (False, True):
        (converted,) = saved_models.check(tmp_path, model, {"x": ROWS}, control_flow_v2=form)
        assert sorted(set(saved_models.ops(converted))) == ["Const", "Mul", "Placeholder"]


@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN", "Bidirectional"])
def test_recurrent_layers_of_keras_3(tmp_path, layer):
    import keras

    keras.utils.set_random_seed(0)
    if layer == "Bidirectional":
        inner = keras.layers.Bidirectional(keras.layers.LSTM(3))
    else:
        inner = getattr(keras.layers, layer)(3)
    model = keras.Sequential([keras.Input((None, 2)), inner, keras.layers.Dense(2)])
    model.export(str(tmp_path / "model"), verbose=False)
    (name,) = tf.saved_model.load(str(tmp_path / "model")).signatures["serving_default"].structured_input_signature[1]
    feeds = {name: np.random.default_rng(0).normal(size=(2, 4, 2)).astype(np.float32)}
    saved_models.check(tmp_path, tmp_path / "model", feeds, variants=FORMS)


def test_recurrent_layers_after_and_beside_each_other(tmp_path):
    import keras

    keras.utils.set_random_seed(0)
    x = keras.Input([4, 2], name="x")
    deep = keras.layers.LSTM(3)(keras.layers.LSTM(3, return_sequences=True)(x))
    beside = keras.layers.Bidirectional(keras.layers.GRU(2))(x)
    keras.Model(x, [deep, beside]).export(str(tmp_path / "model"), verbose=False)
    feeds = {"x": np.random.default_rng(0).normal(size=(2, 4, 2)).astype(np.float32)}
    saved_models.check(tmp_path, tmp_path / "model", feeds, variants=FORMS)
