"""Lookup tables, against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.errors import InputError, UnsupportedError

from tests.support import saved_models

WORDS = np.array([["b", "a"], ["zzz", "ü"], ["c", "c"]], object)
S2 = tf.TensorSpec([None, 2], tf.string)


def _constant(keys, values, default):
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), default)


def _feeds(words):
    return {"s": np.vectorize(lambda w: w.encode(), otypes=[object])(words)}


def _pairs(model):
    inputs = {k: v["resourceId"] for k, v in model["signature"]["inputs"].items() if "resourceId" in v}
    outputs = [v["resourceId"] for v in model["initializerSignature"]["outputs"].values()]
    return inputs, outputs


def test_keys_of_any_rank_keep_their_shape(tmp_path):
    table = _constant(["a", "b", "c", "ü"], tf.constant([1, 2, 3, 4], tf.int64), -1)

    def f(s):
        return {"matrix": table.lookup(s), "row": table.lookup(s[0]), "one": table.lookup(s[1, 1])}

    model = saved_models.save(tmp_path / "model", f, {"s": S2}, table=table)
    (converted,) = saved_models.check(tmp_path, model, _feeds(WORDS))
    inputs, outputs = _pairs(converted)
    assert list(inputs.values()) == outputs == [1]
    assert "LookupTableFindV2" in saved_models.ops(converted)
    initializer = [n["op"] for n in converted["modelInitializer"]["node"]]
    assert initializer == ["Const", "Const", "HashTableV2", "LookupTableImportV2", "Identity"]


def test_several_tables_of_which_the_signature_uses_some(tmp_path):
    first = _constant(["a", "b"], tf.constant([1.5, 2.5]), 0.5)
    unused = _constant(["x"], ["y"], "z")
    last = _constant(tf.constant([10, 20], tf.int32), tf.constant([7, 8], tf.int32), 0)

    def f(s, n):
        return {"a": first.lookup(s), "b": last.lookup(n)}

    specs = {"s": tf.TensorSpec([None], tf.string), "n": tf.TensorSpec([None], tf.int32)}
    model = saved_models.save(tmp_path / "model", f, specs, first=first, unused=unused, last=last)
    feeds = {"s": np.array([b"b", b"q"], object), "n": np.array([20, 10, 5], np.int32)}
    (converted,) = saved_models.check(tmp_path, model, feeds)
    inputs, outputs = _pairs(converted)
    assert sorted(inputs.values()) == sorted(outputs) == [1, 2]


def test_vocabulary_files_become_constants(tmp_path):
    (tmp_path / "words.txt").write_text("a\nb\nü\n")
    (tmp_path / "columns.txt").write_text("a,10\nb,20\n")
    ids = tf.lookup.StaticVocabularyTable(
        tf.lookup.TextFileInitializer(
            str(tmp_path / "words.txt"), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, -1
        ),
        num_oov_buckets=0 + 1,
    )
    columns = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(tmp_path / "columns.txt"), tf.string, 0, tf.int64, 1, delimiter=","), -5
    )
    back = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(tmp_path / "words.txt"), tf.int64, -1, tf.string, -2), "?"
    )

    def f(s):
        known = columns.lookup(s)
        return {"column": known, "word": back.lookup(tf.cast(known, tf.int64) // 10)}

    model = saved_models.save(tmp_path / "model", f, {"s": S2}, ids=ids, columns=columns, back=back)
    saved_models.check(tmp_path, model, _feeds(WORDS))


def test_tables_inside_branches_and_loops(tmp_path):
    table = _constant(tf.constant([0, 1, 2], tf.int32), tf.constant([1, 2, 0], tf.int32), -1)

    def f(n, x):
        for _ in tf.range(n):
            x = tf.cond(tf.reduce_sum(x) > 0, lambda x=x: table.lookup(x), lambda x=x: x + 1)
        return {"y": x}

    specs = {"n": tf.TensorSpec([], tf.int32), "x": tf.TensorSpec([None], tf.int32)}
    model = saved_models.save(tmp_path / "model", f, specs, table=table)
    feeds = [{"n": np.int32(n), "x": np.array([0, 1], np.int32)} for n in (0, 1, 4)]
    saved_models.check(tmp_path, model, feeds, variants=[{"control_flow_v2": v} for v in (False, "auto")])
    with pytest.raises(UnsupportedError, match='write False or "auto"'):
        api.convert_saved_model(model, tmp_path / "js", control_flow_v2=True)


def test_adapted_keras_lookup(tmp_path):
    import keras

    layer = keras.layers.StringLookup()
    layer.adapt(np.array(["b", "a", "b", "c"]))
    model = keras.Sequential([keras.Input((2,), dtype="string"), layer])
    module = tf.Module()
    module.model = model

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.string, "s")])
    def f(s):
        return {"y": model(s)}

    tf.saved_model.save(module, str(tmp_path / "model"), signatures=f)
    saved_models.check(tmp_path, tmp_path / "model", _feeds(WORDS))


def test_missing_vocabulary_is_one_sentence(tmp_path):
    (tmp_path / "words.txt").write_text("a\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(tmp_path / "words.txt"), tf.string, -2, tf.int64, -1), -1
    )
    model = saved_models.save(tmp_path / "model", lambda s: {"y": table.lookup(s)}, {"s": S2}, table=table)
    (model / "assets" / "words.txt").unlink()
    with pytest.raises(InputError, match=r"words\.txt is missing"):
        api.convert_saved_model(model, tmp_path / "js")
    assert not (tmp_path / "js").exists()
