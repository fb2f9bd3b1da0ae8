"""What depends on the values: positions, sets, boxes, the largest."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function, integers

raw = tf.raw_ops
MODELS = family = Family()
BOXES = np.array([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1]], np.float32)
SCORES = np.array([0.9, 0.75, 0.6, 0.95, 0.5], np.float32)


@family()
def positions_that_are_true() -> Source:
    def body(x):
        return {"where": raw.Where(condition=x > 0.0), "masked": tf.boolean_mask(x, x > 0.0)}

    return function(body, {"x": floats(3, 4)}, {"x": floats(2, 4, seed=1)})


@family()
def boxes_v2() -> Source:
    def body(boxes, scores):
        chosen = raw.NonMaxSuppressionV2(boxes=boxes, scores=scores, max_output_size=3, iou_threshold=0.5)
        return {"chosen": chosen, "boxes": tf.gather(boxes, chosen)}

    return function(body, {"boxes": BOXES, "scores": SCORES})


@family()
def boxes_v3() -> Source:
    def body(boxes, scores):
        return {"chosen": tf.image.non_max_suppression(boxes, scores, 4, 0.5, 0.55)}

    return function(body, {"boxes": BOXES, "scores": SCORES})


@family()
def boxes_v4() -> Source:
    def body(boxes, scores):
        chosen, count = tf.image.non_max_suppression_padded(boxes, scores, 4, 0.5, 0.55, pad_to_max_output_size=True)
        v4 = raw.NonMaxSuppressionV4(
            boxes=boxes,
            scores=scores,
            max_output_size=4,
            iou_threshold=0.5,
            score_threshold=0.55,
            pad_to_max_output_size=True,
        )
        return {"count": v4.valid_outputs, "v4": v4.selected_indices, "chosen": chosen[:count]}

    return function(body, {"boxes": BOXES, "scores": SCORES})


@family()
def boxes_v5() -> Source:
    def body(boxes, scores):
        chosen, soft = tf.image.non_max_suppression_with_scores(boxes, scores, 4, 0.5, 0.2, 0.5)
        return {"chosen": chosen, "scores": soft}

    return function(body, {"boxes": BOXES, "scores": SCORES})


@family()
def largest() -> Source:
    def body(x, n, k):
        values, indices = raw.TopKV2(input=x, k=3)
        most, where = tf.math.top_k(n, k)
        return {"values": values, "indices": indices, "integers": most, "of_any_number": where}

    n = np.array([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]], np.int32)
    return function(body, {"x": floats(2, 5), "n": n, "k": np.int32(2)})


@family()
def sorting() -> Source:
    def body(x):
        return {"sorted": tf.sort(x, direction="DESCENDING"), "order": tf.argsort(x)}

    return function(body, {"x": floats(2, 5)})


@family()
def unique() -> Source:
    def body(n):
        values, where = raw.Unique(x=n)
        v2, where_v2 = raw.UniqueV2(x=n, axis=[0])
        return {"values": values, "where": where, "v2": v2, "where_v2": where_v2}

    return function(body, {"n": integers(9, low=0, high=4)})


@family()
def differences_of_lists() -> Source:
    def body(a, b):
        values, where = raw.ListDiff(x=a, y=b)
        return {"values": values, "where": where}

    return function(body, {"a": integers(9, low=0, high=9), "b": integers(4, low=0, high=9, seed=1)})


@family()
def bounds() -> Source:
    def body(edges, x):
        return {
            "lower": raw.LowerBound(sorted_inputs=edges, values=x),
            "upper": raw.UpperBound(sorted_inputs=edges, values=x),
        }

    edges = np.sort(floats(2, 6), axis=1)
    return function(body, {"edges": edges, "x": np.concatenate([edges[:, :2], floats(2, 3, seed=1)], 1)})
