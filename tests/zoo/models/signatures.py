"""Ways in and out: names, order, several signatures, batches, formats, quantized weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.weights.options import WeightOptions

from tests.zoo.model import V1, Family, Source, Written, floats, frozen, function, integers, saved_model, v1_saved_model

MODELS = family = Family()
X = floats(3, 4)
BATCHES = ({"x": X}, {"x": floats(1, 4)}, {"x": floats(7, 4)})
PAIR = {"a": floats(3, 4), "b": floats(3, 4, seed=1)}


@family()
def any_batch() -> Source:
    w = tf.Variable(floats(4, 2))
    return function(lambda x: {"y": tf.nn.softmax(x @ w)}, *BATCHES, w=w)


@family()
def inputs_of_equal_shape() -> Source:
    return function(lambda b, a: {"difference": a - b}, PAIR)


@family()
def outputs_of_equal_shape() -> Source:
    return function(lambda a, b: {"s": a + b, "q": a - b, "r": a * b, "a": a, "p": b / 2.0}, PAIR)


@family()
def twelve_outputs() -> Source:
    return function(lambda x: {f"y{i}": x * float(i) for i in range(12)}, *BATCHES)


@family(variants=({}, {"use_structured_outputs_names": True}))
def structured_outputs() -> Source:
    return function(lambda x: {"c": x + 1.0, "a": x + 2.0, "b": x + 3.0}, {"x": X})


@family()
def outputs_of_one_node() -> Source:
    def body(x):
        first, second = tf.split(x, 2, 1)
        return {"second": second, "first": first, "again": second}

    return function(body, *BATCHES)


@family()
def input_that_is_not_used() -> Source:
    return function(lambda a, b: {"y": a * 2.0}, PAIR)


@family()
def scalars_and_empty_tensors() -> Source:
    def body(n, x):
        return {"n": n + 1, "none": x[:0], "sum": tf.reduce_sum(x) * tf.cast(n, tf.float32)}

    return function(body, {"n": np.int32(4), "x": X})


@family()
def inputs_of_every_dtype() -> Source:
    def body(f, i, w, b, u):
        return {
            "sum": tf.cast(f, tf.float32) + tf.cast(i, tf.float32) + tf.cast(w, tf.float32),
            "b": tf.logical_not(b),
            "u": u,
        }

    feeds = {"f": floats(3), "i": integers(3), "w": integers(3).astype(np.int64), "b": np.array([True, False, True])}
    return function(body, {**feeds, "u": np.array([0, 128, 255], np.uint8)})


@family(variants=({"input_shapes": {"x": [3, 4]}},))
def shape_fixed_by_an_option() -> Source:
    w = tf.Variable(floats(4, 2))

    def body(x):
        return {"y": tf.reshape(x @ w, [tf.shape(x)[0] * 2])}

    return function(body, {"x": X}, specs={"x": tf.TensorSpec([None, 4])}, w=w)


def _several(signature: str) -> Source:
    def write(folder: Path) -> Written:
        module = tf.Module()
        module.w = tf.Variable(floats(4, 2))
        spec = tf.TensorSpec([None, 4], name="x")
        encode = tf.function(lambda x: {"y": x @ module.w}, input_signature=[spec])
        double = tf.function(lambda x: {"z": x * 2.0}, input_signature=[spec])
        tf.saved_model.save(module, str(folder), signatures={"encode": encode, "double": double})
        return saved_model(folder, signature)

    return Source(BATCHES, write)


@family()
def first_of_two_signatures() -> Source:
    return _several("encode")


@family()
def second_of_two_signatures() -> Source:
    return _several("double")


@family(
    variants=[
        {"weight_options": WeightOptions(quantize={"float16": True})},
        {"weight_options": WeightOptions(quantize={"uint16": True})},
        {"weight_options": WeightOptions(shard_size_bytes=1000)},
    ],
    tolerance=5e-3,
)
def quantized_weights() -> Source:
    w, b = tf.Variable(floats(4, 64)), tf.Variable(floats(64))
    return function(lambda x: {"y": tf.tanh(x @ w + b)}, *BATCHES, w=w, b=b)


@family(variants=[{"weight_options": WeightOptions(quantize={"uint8": True})}], tolerance=5e-2)
def weights_of_one_byte() -> Source:
    w, b = tf.Variable(floats(4, 64)), tf.Variable(floats(64))
    return function(lambda x: {"y": tf.tanh(x @ w + b)}, *BATCHES, w=w, b=b)


@family()
def frozen_graph() -> Source:
    return frozen(lambda x: [tf.nn.softmax(x @ tf.constant(floats(4, 2)), name="classes")], *BATCHES)


@family()
def frozen_graph_as_text() -> Source:
    return frozen(lambda x: [tf.nn.softmax(x @ tf.constant(floats(4, 2)), name="classes")], *BATCHES, text=True)


def _with_variables(x, use_resource: bool) -> dict:
    with V1.variable_scope("net", use_resource=use_resource):
        w = V1.get_variable("w", initializer=tf.constant(floats(4, 6)))
        b = V1.get_variable("b", initializer=tf.constant(floats(6)))
    return {"y": tf.nn.relu(x @ w + b), "z": tf.nn.sigmoid(x)}


@family()
def variables_of_tensorflow_1() -> Source:
    return v1_saved_model(lambda x: _with_variables(x, use_resource=False), *BATCHES)


@family()
def resource_variables_of_tensorflow_1() -> Source:
    return v1_saved_model(lambda x: _with_variables(x, use_resource=True), *BATCHES)


@family()
def partitioned_variables_of_tensorflow_1() -> Source:
    def build(x):
        partitioner = V1.fixed_size_partitioner(2)
        with V1.variable_scope("net", partitioner=partitioner, use_resource=True):
            w = V1.get_variable("w", [4, 6], initializer=V1.random_normal_initializer(seed=1))
        return {"y": x @ w}

    return v1_saved_model(build, *BATCHES)


@family()
def hub_module_of_tensorflow_1() -> Source:
    """A SavedModel whose tags and signature are a hub module's, with its marker."""

    def convert(folder: Path, output: Path, **options: object):
        marker = folder / "tfhub_module.pb"
        if not marker.exists():
            marker.write_bytes(b"\x08\x03")
        return api.convert_hub_module(folder, output, **options)

    return v1_saved_model(lambda x: _with_variables(x, use_resource=False), *BATCHES, convert=convert)


@family()
def hub_module_of_tensorflow_2() -> Source:
    inner = function(lambda x: {"y": tf.nn.relu(x) + 1.0}, *BATCHES)

    def write(folder: Path) -> Written:
        written = inner.write(folder)
        return Written(
            lambda output, **options: api.convert_hub_module(folder, output, **options), written.run, written.ops
        )

    return Source(inner.feeds, write)


@family()
def tagged_meta_graph() -> Source:
    def write(folder: Path) -> Written:
        inner = function(lambda x: {"y": x + 1.0}, *BATCHES).write(folder / "model")
        return Written(
            lambda output, **options: api.convert_saved_model(
                folder / "model", output, saved_model_tags=["serve"], **options
            ),
            inner.run,
            inner.ops,
        )

    return Source(BATCHES, write)


@family(refused="make the state an input and an output")
def counter_that_changes() -> Source:
    count = tf.Variable(0.0)

    def body(x):
        count.assign_add(1.0)
        return {"y": x + count}

    return function(body, {"x": X}, count=count)


@family(refused="int64")
def integer_too_large() -> Source:
    return function(lambda n: {"y": n + tf.constant(2**40, tf.int64)}, {"n": np.array([1, 2], np.int64)})
