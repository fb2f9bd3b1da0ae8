"""Strings, ragged and sparse tensors."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function, strings

raw = tf.raw_ops
MODELS = family = Family()
WORDS = strings("hello", "wörld", "", "a b  c")


@family()
def strings_as_they_are() -> Source:
    def body(s):
        return {"same": tf.identity(s), "rows": tf.reshape(s, [2, 2]), "constant": tf.constant(["x", "ü"])}

    return function(body, {"s": WORDS})


@family()
def strings_moved() -> Source:
    def body(s):
        return {
            "joined": tf.concat([s, s[1:2]], 0),
            "sliced": tf.slice(s, [1], [2]),
            "stacked": tf.stack([s, s], 1),
            "squeezed": tf.squeeze(tf.expand_dims(s, 0), 0),
        }

    return function(body, {"s": WORDS})


@family()
def strings_chosen() -> Source:
    def body(s):
        return {
            "gathered": tf.gather(s, [[3, 0]]),
            "nd": tf.gather_nd(s, [[1], [0]]),
            "masked": tf.boolean_mask(s, tf.equal(s, "hello")),
            "strided": s[::2],
            "tiled": tf.tile(s, [2]),
            "filled": tf.fill([2, 2], s[0]),
            "unstacked": tf.unstack(tf.reshape(s, [2, 2]))[1],
        }

    return function(body, {"s": WORDS})


@family(refused="it takes no strings")
def strings_turned_around() -> Source:
    return function(lambda s: {"y": tf.transpose(tf.reshape(s, [2, 2])), "z": tf.reverse(s, [0])}, {"s": WORDS})


@family()
def comparisons_of_strings() -> Source:
    def body(s, t):
        return {"equal": raw.Equal(x=s, y=t), "different": raw.NotEqual(x=s, y=t)}

    return function(body, {"s": WORDS, "t": strings("hello", "world", "", "x")})


@family()
def replaced_by_patterns() -> Source:
    def body(s):
        return {"y": raw.StaticRegexReplace(input=s, pattern="[aeo]+", rewrite="_", replace_global=True)}

    return function(body, {"s": WORDS})


@family()
def hashed() -> Source:
    def body(s):
        return {"bucket": raw.StringToHashBucketFast(input=s, num_buckets=100)}

    return function(body, {"s": strings("hello", "world", "a much longer string than the others are, to be sure", "")})


@family()
def split() -> Source:
    def body(s):
        parts = raw.StringSplit(input=s, delimiter=" ", skip_empty=True)
        return {"indices": parts.indices, "values": parts.values, "shape": parts.shape}

    return function(body, {"s": WORDS})


@family()
def grams() -> Source:
    def body(s):
        made = raw.StringNGrams(
            data=s,
            data_splits=tf.constant([0, 2, 4]),
            separator="|",
            ngram_widths=[1, 2],
            left_pad="<",
            right_pad=">",
            pad_width=1,
            preserve_short_sequences=False,
        )
        return {"grams": made.ngrams, "splits": made.ngrams_splits}

    return function(body, {"s": WORDS})


@family()
def empty_rows_filled() -> Source:
    def body(values):
        made = raw.SparseFillEmptyRows(
            indices=tf.constant([[0, 1], [2, 0]], tf.int64),
            values=values,
            dense_shape=tf.constant([4, 3], tf.int64),
            default_value=9.0,
        )
        return {
            "indices": made.output_indices,
            "values": made.output_values,
            "empty": made.empty_row_indicator,
            "back": made.reverse_index_map,
        }

    return function(body, {"values": floats(2)})


@family()
def sparse_in_another_shape() -> Source:
    def body(indices):
        made = raw.SparseReshape(
            input_indices=indices, input_shape=tf.constant([4, 6], tf.int64), new_shape=tf.constant([8, -1], tf.int64)
        )
        return {"indices": made.output_indices, "shape": made.output_shape}

    return function(body, {"indices": np.array([[0, 5], [2, 0], [3, 3]], np.int64)})


@family()
def sparse_segments() -> Source:
    def body(x, i):
        segments = tf.constant([0, 0, 1, 2])
        return {
            "sum": raw.SparseSegmentSum(data=x, indices=i, segment_ids=segments),
            "mean": raw.SparseSegmentMean(data=x, indices=i, segment_ids=segments),
        }

    return function(body, {"x": floats(5, 3), "i": np.array([1, 4, 0, 2], np.int32)})


@family()
def embeddings_of_sparse_ids() -> Source:
    w = tf.Variable(floats(10, 3))

    def body(ids):
        values = tf.sparse.from_dense(ids)
        return {"y": tf.nn.embedding_lookup_sparse(w, values, None, combiner="mean")}

    return function(body, {"ids": np.array([[1, 2, 0], [3, 0, 0]], np.int32)}, w=w)


@family(refused="its runtime does not load this operation's list", shows="RaggedGather")
def ragged_gather() -> Source:
    def body(x):
        made = raw.RaggedGather(
            params_nested_splits=[tf.constant([0, 1, 3])], params_dense_values=x, indices=[1], OUTPUT_RAGGED_RANK=1
        )
        return {"y": made.output_dense_values}

    return function(body, {"x": floats(3)})


@family(refused="its runtime does not load this operation's list", shows="RaggedRange")
def ragged_range() -> Source:
    def body(n):
        return {"y": raw.RaggedRange(starts=[0, 2], limits=n, deltas=[1, 1]).rt_dense_values}

    return function(body, {"n": np.array([3, 4], np.int32)})


@family(refused="its runtime does not load this operation's list", shows="RaggedTensorToTensor")
def ragged_to_dense() -> Source:
    def body(x):
        return {"y": tf.RaggedTensor.from_row_splits(x, [0, 1, 3], validate=False).to_tensor()}

    return function(body, {"x": floats(3)})
