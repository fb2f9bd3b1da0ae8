"""Which graph, signature and values are read from a SavedModel, and what is said when they cannot be."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.errors import ConversionError, InputError, OptionError
from tfjs_convert.sources.saved_model import SavedModelReader

from tests.support import saved_models

v1 = tf.compat.v1
X = tf.TensorSpec([None, 2], tf.float32)
FEEDS = {"x": np.array([[1.0, -2.0], [0.5, 4.0]], np.float32)}


def _save_v1(directory, build, tags=("serve",), **arguments):
    with tf.Graph().as_default(), v1.Session() as session:
        inputs, outputs, initializer = build()
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        builder = v1.saved_model.Builder(str(directory))
        definition = v1.saved_model.predict_signature_def(inputs, outputs)
        builder.add_meta_graph_and_variables(
            session, list(tags), {"serving_default": definition}, main_op=initializer, **arguments
        )
        builder.save()
    return directory


def test_no_saved_model_pb(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"holds no saved_model\.pb \(found: notes\.txt\)"):
        api.convert_saved_model(tmp_path, tmp_path / "js")
    with pytest.raises(InputError, match="no such directory"):
        api.convert_saved_model(tmp_path / "nowhere", tmp_path / "js")
    with pytest.raises(InputError, match=r"notes\.txt is not a SavedModel: .* \(found: a file\)"):
        api.convert_saved_model(tmp_path / "notes.txt", tmp_path / "js")
    assert not (tmp_path / "js").exists()


@pytest.mark.parametrize("kept", [0, 40, 500, -3])
def test_truncated_saved_model_pb(tmp_path, kept):
    model = saved_models.save(tmp_path / "model", lambda x: {"y": x * 2.0}, {"x": X})
    file = model / "saved_model.pb"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"saved_model\.pb \(\d+ bytes\) (is|holds).*cut off"):
        api.convert_saved_model(model, tmp_path / "js")
    assert not (tmp_path / "js").exists()


def test_truncated_and_missing_variables(tmp_path):
    w = tf.Variable(np.ones((2, 300), np.float32))
    model = saved_models.save(tmp_path / "model", lambda x: {"y": tf.matmul(x, w)}, {"x": X}, w=w)
    data = model / "variables" / "variables.data-00000-of-00001"
    whole = data.read_bytes()
    data.write_bytes(whole[:1000])
    with pytest.raises(InputError, match="data-00000-of-00001 is cut off"):
        api.convert_saved_model(model, tmp_path / "js")
    data.unlink()
    with pytest.raises(InputError, match="data-00000-of-00001 is missing"):
        api.convert_saved_model(model, tmp_path / "js")
    data.write_bytes(whole)
    index = model / "variables" / "variables.index"
    index.write_bytes(index.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"variables\.index is not a checkpoint index, or is cut off"):
        api.convert_saved_model(model, tmp_path / "js")
    index.unlink()
    with pytest.raises(InputError, match=r"variables\.index is missing"):
        api.convert_saved_model(model, tmp_path / "js")
    assert not (tmp_path / "js").exists()


def test_choice_of_signature(tmp_path):
    module = tf.Module()
    module.a = tf.function(lambda x: {"y": x + 1.0}).get_concrete_function(tf.TensorSpec([None, 2], tf.float32, "x"))
    module.b = tf.function(lambda x: {"z": x * 3.0}).get_concrete_function(tf.TensorSpec([None, 2], tf.float32, "x"))
    tf.saved_model.save(module, str(tmp_path / "two"), signatures={"first": module.a, "second": module.b})
    tf.saved_model.save(module, str(tmp_path / "one"), signatures={"only": module.b})
    tf.saved_model.save(module, str(tmp_path / "none"))
    with pytest.raises(OptionError, match='choose one: signature_name = "first", signature_name = "second"'):
        api.convert_saved_model(tmp_path / "two", tmp_path / "js")
    with pytest.raises(OptionError, match="no signature 'third'; it has: signature_name = \"first\""):
        api.convert_saved_model(tmp_path / "two", tmp_path / "js", signature_name="third")
    with pytest.raises(InputError, match="has no signature"):
        api.convert_saved_model(tmp_path / "none", tmp_path / "js")
    with pytest.raises(OptionError, match="no signature '__saved_model_init_op'"):
        api.convert_saved_model(tmp_path / "one", tmp_path / "js", signature_name="__saved_model_init_op")
    assert [each.name for each in api.convert_saved_model(tmp_path / "one", tmp_path / "js1").outputs] == ["z"]
    saved_models.check(tmp_path, tmp_path / "two", FEEDS, signature_name="second")
    both = api.convert_saved_model_signatures(
        tmp_path / "two", {"first": tmp_path / "a", "second": tmp_path / "b"}, saved_model_tags=None
    )
    assert {name: [o.name for o in each.outputs] for name, each in both.items()} == {"first": ["y"], "second": ["z"]}
    assert (tmp_path / "b" / "model.json").read_bytes() == (tmp_path / "js0" / "model.json").read_bytes()


def test_choice_of_meta_graph_by_tags(tmp_path):
    def build(factor):
        x = v1.placeholder(tf.float32, [None, 2], "x")
        return {"x": x}, {"y": tf.multiply(x, factor, name="y")}

    builder = v1.saved_model.Builder(str(tmp_path / "model"))
    for i, tags in enumerate((["serve"], ["serve", "gpu"], [])):
        with tf.Graph().as_default(), v1.Session() as session:
            v1.get_variable("unused", [1])
            inputs, outputs = build(float(i + 2))
            session.run(v1.global_variables_initializer())
            definition = {"serving_default": v1.saved_model.predict_signature_def(inputs, outputs)}
            if i == 0:
                builder.add_meta_graph_and_variables(session, tags, definition)
            else:
                builder.add_meta_graph(tags, definition)
    builder.save()
    for tags, factor in (("serve", 2.0), ("gpu, serve", 3.0), (["serve", "gpu"], 3.0), ("", 4.0)):
        reader = SavedModelReader(tmp_path / "model", tags)
        (constant,) = [n for n in reader.read().graph.node if n.op == "Const" and n.name.endswith("y/y")]
        assert constant.attr["value"].tensor.float_val[0] == factor
    with pytest.raises(OptionError, match=r'tagged \'train\'; it has: saved_model_tags = "", .*"gpu,serve", .*"serve"'):
        SavedModelReader(tmp_path / "model", "train")


@pytest.mark.parametrize("resource", [True, False])
def test_variables_of_tensorflow_1(tmp_path, resource):
    def build():
        x = v1.placeholder(tf.float32, [None, 2], "x")
        with v1.variable_scope("layer", use_resource=resource):
            w = v1.get_variable("w", [2, 3])
            parts = v1.get_variable("parts", [5, 3], partitioner=v1.fixed_size_partitioner(3))
            b = v1.get_variable("b", [3])
        y = tf.matmul(x, w) + b
        looked_up = v1.nn.embedding_lookup(parts, tf.constant([4, 0]), partition_strategy="div")
        return {"x": x}, {"y": y, "parts": tf.identity(parts), "row": looked_up}, None

    model = _save_v1(tmp_path / "model", build)
    saved_models.check(tmp_path, model, FEEDS)


def test_control_flow_of_tensorflow_1(tmp_path):
    def build():
        x = v1.placeholder(tf.float32, [None, 2], "x")
        w = v1.get_variable("w", [2, 2], initializer=v1.constant_initializer(0.5))
        positive = v1.cond(tf.reduce_sum(x) > 100.0, lambda: x * 2.0, lambda: tf.constant([[7.0]]))
        loop = v1.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.matmul(y, w) + 1.0), [tf.constant(0), x])
        return {"x": x}, {"branch": positive, "loop": loop[1], "count": loop[0]}, None

    v1.disable_control_flow_v2()
    try:
        model = _save_v1(tmp_path / "model", build)
    finally:
        v1.enable_control_flow_v2()
    nodes = SavedModelReader(model).read().graph.node
    assert {"Switch", "Enter"} <= {node.op for node in nodes}
    saved_models.check(tmp_path, model, [FEEDS, {"x": np.full((1, 2), 99.0, np.float32)}])


def test_tables_of_tensorflow_1(tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\n")

    def build():
        s = v1.placeholder(tf.string, [None, None], "s")
        v1.get_variable("unused", [1])
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1.0, 2.0]), -1.0)
        file = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(str(tmp_path / "words.txt"), tf.string, -2, tf.int64, -1), 9
        )
        return {"s": s}, {"y": table.lookup(s), "n": file.lookup(s)}, v1.tables_initializer()

    with tf.Graph().as_default():
        pass
    model = tmp_path / "model"
    with tf.Graph().as_default(), v1.Session() as session:
        inputs, outputs, initializer = build()
        session.run([v1.global_variables_initializer(), initializer])
        v1.saved_model.simple_save(session, str(model), inputs, outputs, legacy_init_op=initializer)
    saved_models.check(tmp_path, model, {"s": np.array([[b"b", b"x"], [b"a", b"a"]], object)})


def test_variables_of_every_type(tmp_path):
    half = tf.Variable(np.array([1.5, -2.5], np.float16))
    brain = tf.Variable(tf.constant([1.0, 3.140625], tf.bfloat16))
    whole = tf.Variable(np.array([3, -4], np.int64))
    small = tf.Variable(np.array([200, 7], np.uint8))
    truth = tf.Variable([True, False])
    text = tf.Variable(["a", "ü"])
    scalar = tf.Variable(2.0)

    def f(x):
        y = x * tf.cast(half, tf.float32) + tf.cast(brain, tf.float32) + tf.cast(whole, tf.float32)
        y = tf.where(truth, y, y * scalar) + tf.cast(small, tf.float32)
        return {"y": y, "text": tf.identity(text)}

    tracked = {"half": half, "brain": brain, "whole": whole, "small": small, "truth": truth, "text": text, "s": scalar}
    model = saved_models.save(tmp_path / "model", f, {"x": X}, **tracked)
    saved_models.check(tmp_path, model, FEEDS)


@pytest.mark.parametrize("is_part", [False, True])
def test_keras_3_model_that_tensorflow_saved(tmp_path, is_part):
    """Its variables are restored into copies, unless Keras itself exports it."""
    x = keras.Input((2,), name="x")
    hidden = keras.layers.BatchNormalization(moving_variance_initializer=keras.initializers.Constant(3))(x)
    model = keras.Model(x, keras.layers.Dense(3, name="y", bias_initializer="ones")(hidden))
    module = tf.Module()
    module.model = model
    module.factor = tf.Variable(2.0)
    spec = tf.TensorSpec([None, 2], tf.float32, "x")
    module.run = tf.function(lambda x: {"y": module.factor * model(x)}, input_signature=[spec])
    if is_part:
        tf.saved_model.save(module, str(tmp_path / "model"), signatures=module.run)
    else:
        tf.saved_model.save(model, str(tmp_path / "model"))
    ((key,), _) = SavedModelReader(tmp_path / "model").endpoints("serving_default")
    feeds = {key.key: FEEDS["x"]}
    (wanted,) = saved_models.run_tensorflow(tmp_path / "model", feeds).values()
    np.testing.assert_allclose(wanted, (2 if is_part else 1) * np.asarray(model(FEEDS["x"])), rtol=1e-5)
    saved_models.check(tmp_path, tmp_path / "model", feeds)


def test_variable_gathered_without_reading_it_whole(tmp_path):
    table = tf.Variable(np.arange(12, dtype=np.float32).reshape(2, 3, 2))

    def f(i):
        return {"rows": tf.gather(table, i), "deep": tf.gather(table, tf.stack([i, i]), batch_dims=1, axis=1)}

    model = saved_models.save(tmp_path / "model", f, {"i": tf.TensorSpec([2], tf.int32)}, table=table)
    saved_models.check(tmp_path, model, {"i": np.array([1, 0], np.int32)})


def test_model_that_changes_a_variable(tmp_path):
    count = tf.Variable(0.0)

    def counts(x):
        count.assign_add(1.0)
        return {"y": x * 2.0}

    def reads(x):
        return {"y": x + count.assign_add(1.0)}

    model = saved_models.save(tmp_path / "counts", counts, {"x": X}, count=count)
    saved_models.check(tmp_path, model, FEEDS)
    notes = api.convert_saved_model(model, tmp_path / "js").info["notes"]
    assert any("Variable" in note and "dropped" in note for note in notes)
    model = saved_models.save(tmp_path / "reads", reads, {"x": X}, count=count)
    with pytest.raises(ConversionError, match="changes its variable"):
        api.convert_saved_model(model, tmp_path / "js2")


def test_asset_that_climbs_out_is_refused(tmp_path):
    (tmp_path / "words.txt").write_text("a\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(tmp_path / "words.txt"), tf.string, -2, tf.int64, -1), -1
    )
    spec = {"s": tf.TensorSpec([None], tf.string)}
    model = saved_models.save(tmp_path / "model", lambda s: {"y": table.lookup(s)}, spec, table=table)
    file = model / "saved_model.pb"
    data = file.read_bytes()
    assert data.count(b"words.txt") >= 1
    file.write_bytes(data.replace(b"words.txt", b"../../etc"))
    with pytest.raises(InputError, match="outside its folder assets"):
        api.convert_saved_model(model, tmp_path / "js")
