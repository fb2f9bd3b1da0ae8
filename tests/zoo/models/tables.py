"""Lookup tables."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf

from tests.zoo.model import V1, Family, Source, Written, function, saved_model, strings, v1_saved_model

raw = tf.raw_ops
MODELS = family = Family()
WORDS = strings("b", "zzz", "ü", "a")
ROWS = strings(["b", "a"], ["zzz", "ü"])


def _table(keys: object, values: object, default: object) -> tf.lookup.StaticHashTable:
    return tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), default)


def _vocabulary(*lines: str) -> str:
    """A text file, which TensorFlow copies into the model's assets."""
    file = Path(tempfile.mkdtemp(prefix="zoo-")) / "words.txt"
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


@family()
def strings_to_integers() -> Source:
    table = _table(["a", "b", "ü"], tf.constant([1, 2, 3], tf.int64), -1)
    return function(lambda s: {"y": table.lookup(s)}, {"s": WORDS}, {"s": WORDS[:2]}, table=table)


@family()
def integers_to_floats() -> Source:
    table = _table(tf.constant([1, 5], tf.int32), tf.constant([0.5, -2.5]), 9.0)
    return function(lambda n: {"y": table.lookup(n) * 2.0}, {"n": np.array([5, 1, 7], np.int32)}, table=table)


@family()
def wide_integers_to_strings() -> Source:
    table = _table(tf.constant([1, 5], tf.int64), ["one", "five"], "?")
    return function(lambda n: {"y": table.lookup(n)}, {"n": np.array([5, 1, 7], np.int64)}, table=table)


@family()
def strings_to_strings() -> Source:
    table = _table(["a", "b"], ["A", "B"], "?")
    return function(lambda s: {"y": table.lookup(s)}, {"s": WORDS}, table=table)


@family()
def keys_of_rank_two() -> Source:
    table = _table(["a", "b", "ü"], tf.constant([1, 2, 3], tf.int64), -1)

    def body(s):
        return {"matrix": table.lookup(s), "one": table.lookup(s[0, 0])}

    return function(body, {"s": ROWS}, {"s": ROWS[:1]}, table=table)


@family()
def several_tables() -> Source:
    first = _table(["a", "b"], tf.constant([1.5, 2.5]), 0.5)
    second = _table(tf.constant([10, 20], tf.int32), tf.constant([7, 8], tf.int32), 0)
    unused = _table(["x"], ["y"], "z")

    def body(s, n):
        return {"a": first.lookup(s), "b": second.lookup(n)}

    feeds = {"s": WORDS, "n": np.array([20, 10, 5], np.int32)}
    return function(body, feeds, first=first, second=second, unused=unused)


@family()
def size_of_a_table() -> Source:
    table = _table(["a", "b"], tf.constant([1, 2], tf.int64), -1)
    return function(lambda s: {"y": table.lookup(s) + table.size()}, {"s": WORDS}, table=table)


@family()
def vocabulary_file() -> Source:
    initializer = tf.lookup.TextFileInitializer(
        _vocabulary("a", "b", "ü"),
        tf.string,
        tf.lookup.TextFileIndex.WHOLE_LINE,
        tf.int64,
        tf.lookup.TextFileIndex.LINE_NUMBER,
    )
    table = tf.lookup.StaticHashTable(initializer, -1)
    return function(lambda s: {"y": table.lookup(s)}, {"s": WORDS}, table=table)


@family()
def columns_of_a_vocabulary_file() -> Source:
    initializer = tf.lookup.TextFileInitializer(_vocabulary("a,10", "b,20"), tf.string, 0, tf.int64, 1, delimiter=",")
    table = tf.lookup.StaticHashTable(initializer, -5)
    return function(lambda s: {"y": table.lookup(s)}, {"s": ROWS}, table=table)


@family(variants=({"control_flow_v2": False}, {"control_flow_v2": "auto"}))
def lookup_in_a_loop() -> Source:
    table = _table(tf.constant([0, 1, 2], tf.int32), tf.constant([1, 2, 0], tf.int32), -1)

    def body(n, x):
        for _ in tf.range(n):
            x = table.lookup(x)
        return {"y": x}

    return function(body, *({"n": np.int32(n), "x": np.array([0, 1], np.int32)} for n in (0, 4)), table=table)


@family()
def bag_of_words() -> Source:
    """A text model: words to numbers, to vectors, to a class."""
    table = _table(["good", "bad", "movie"], tf.constant([1, 2, 3], tf.int64), 0)
    vectors = tf.Variable(np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32))
    w = tf.Variable(np.random.default_rng(1).normal(size=(5, 2)).astype(np.float32))

    def body(words):
        embedded = tf.gather(vectors, table.lookup(words))
        return {"classes": tf.nn.softmax(tf.reduce_mean(embedded, 1) @ w)}

    sentences = strings(["good", "movie", ""], ["a", "bad", "movie"])
    return function(body, {"words": sentences}, {"words": sentences[:1]}, table=table, vectors=vectors, w=w)


@family()
def words_split_and_looked_up() -> Source:
    table = _table(["good", "bad", "movie"], tf.constant([1, 2, 3], tf.int64), 0)

    def body(text):
        words = raw.StringSplit(input=text, delimiter=" ", skip_empty=True)
        return {"ids": table.lookup(words.values), "rows": words.indices[:, 0]}

    return function(body, {"text": strings("good good movie", "bad")}, table=table)


@family()
def text_vectorization_by_hashing() -> Source:
    vectors = tf.Variable(np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32))

    def body(words):
        return {"y": tf.gather(vectors, raw.StringToHashBucketFast(input=words, num_buckets=20))}

    return function(body, {"words": ROWS}, vectors=vectors)


def _keras(make: Callable) -> Callable[[Path], Written]:
    def write(folder: Path) -> Written:
        import keras

        model = make(keras)
        model.export(str(folder), verbose=False)
        return saved_model(folder)

    return write


@family()
def string_lookup_of_keras_3() -> Source:
    def make(keras):
        layer = keras.layers.StringLookup(vocabulary=["a", "b", "c"], num_oov_indices=1)
        x = keras.Input((2,), dtype="string", name="s")
        return keras.Model(
            x, keras.layers.Embedding(5, 3, embeddings_initializer=keras.initializers.RandomUniform(seed=1))(layer(x))
        )

    return Source(({"s": ROWS},), _keras(make))


@family()
def integer_lookup_of_keras_3() -> Source:
    def make(keras):
        layer = keras.layers.IntegerLookup(vocabulary=[10, 20, 30], num_oov_indices=1)
        x = keras.Input((2,), dtype="int64", name="n")
        return keras.Model(x, layer(x))

    return Source(({"n": np.array([[20, 5], [30, 10]], np.int64)},), _keras(make))


@family()
def table_of_tensorflow_1() -> Source:
    """HashTableV2 with a variable; its outputs keep their names."""

    def build(s):
        table = V1.lookup.StaticHashTable(
            V1.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64)), 0
        )
        w = V1.get_variable("w", initializer=tf.constant([[1.0], [2.0], [3.0]]))
        return {"y": tf.gather(w, table.lookup(s))}

    return v1_saved_model(build, {"s": WORDS})


@family()
def reference_table_of_tensorflow_1() -> Source:
    """HashTable, InitializeTable, LookupTableFind, LookupTableSize: those before resources."""

    def build(s):
        table = raw.HashTable(key_dtype=tf.string, value_dtype=tf.float32, shared_name="words")
        initialize = raw.InitializeTable(table_handle=table, keys=["a", "b"], values=[1.5, 2.5])
        V1.add_to_collection(V1.GraphKeys.TABLE_INITIALIZERS, initialize)
        found = raw.LookupTableFind(table_handle=table, keys=s, default_value=-1.0)
        return {"y": found + tf.cast(raw.LookupTableSize(table_handle=table), tf.float32)}

    return v1_saved_model(build, {"s": WORDS})


@family()
def tables_filled_by_other_operations() -> Source:
    """LookupTableImport into a reference, InitializeTableV2 into a resource."""

    def build(s):
        first = raw.HashTable(key_dtype=tf.string, value_dtype=tf.float32, shared_name="first")
        second = raw.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64, shared_name="second")
        filled = raw.LookupTableImport(table_handle=first, keys=["a", "b"], values=[1.5, 2.5])
        initialized = raw.InitializeTableV2(table_handle=second, keys=["a"], values=tf.constant([7], tf.int64))
        V1.add_to_collection(V1.GraphKeys.TABLE_INITIALIZERS, filled)
        V1.add_to_collection(V1.GraphKeys.TABLE_INITIALIZERS, initialized)
        return {
            "y": raw.LookupTableFind(table_handle=first, keys=s, default_value=-1.0),
            "z": raw.LookupTableFindV2(table_handle=second, keys=s, default_value=tf.constant(-1, tf.int64)),
        }

    return v1_saved_model(build, {"s": WORDS})


@family()
def mutable_table() -> Source:
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(["a", "b"], tf.constant([1, 2], tf.int64))
    return function(lambda s: {"y": table.lookup(s)}, {"s": WORDS}, table=table)
