"""Sums and the like, over axes and along them."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function, integers

raw = tf.raw_ops
MODELS = family = Family()
CUBE = floats(2, 3, 4)


@family()
def over_one_axis() -> Source:
    def body(x):
        return {
            "sum": raw.Sum(input=x, axis=1),
            "mean": raw.Mean(input=x, axis=-1, keep_dims=True),
            "max": raw.Max(input=x, axis=0),
            "min": raw.Min(input=x, axis=1, keep_dims=True),
            "prod": raw.Prod(input=x, axis=2),
            "norm": raw.EuclideanNorm(input=x, axis=1),
        }

    return function(body, {"x": CUBE}, {"x": floats(5, 3, 4, seed=1)})


@family()
def over_several_axes() -> Source:
    def body(x):
        return {
            "sum": raw.Sum(input=x, axis=[0, 2]),
            "mean": raw.Mean(input=x, axis=[1, 2], keep_dims=True),
            "max": raw.Max(input=x, axis=[0, 1, 2]),
            "all": tf.reduce_sum(x),
            "norm": raw.EuclideanNorm(input=x, axis=[0, 2], keep_dims=True),
            "variance": tf.math.reduce_variance(x, axis=[0, 1]),
            "log_sum_exp": tf.reduce_logsumexp(x, axis=-1),
        }

    return function(body, {"x": CUBE})


@family()
def of_integers() -> Source:
    def body(x):
        return {
            "sum": raw.Sum(input=x, axis=1),
            "mean": raw.Mean(input=x, axis=1),
            "max": raw.Max(input=x, axis=0),
            "min": raw.Min(input=x, axis=[0, 1]),
            "prod": raw.Prod(input=x, axis=0),
        }

    return function(body, {"x": integers(3, 4, low=1, high=9)})


@family()
def of_booleans() -> Source:
    def body(x):
        return {"all": raw.All(input=x > 0, axis=1), "any": raw.Any(input=x > 4, axis=[0], keep_dims=True)}

    return function(body, {"x": integers(4, 3)})


@family()
def positions() -> Source:
    def body(x, n):
        return {
            "max": raw.ArgMax(input=x, dimension=1),
            "min": raw.ArgMin(input=x, dimension=-1, output_type=tf.int32),
            "max_of_integers": raw.ArgMax(input=n, dimension=0),
        }

    return function(body, {"x": CUBE, "n": integers(7, 3, low=0, high=99)})


@family()
def cumulative() -> Source:
    def body(x):
        return {
            "sum": raw.Cumsum(x=x, axis=1),
            "before": raw.Cumsum(x=x, axis=2, exclusive=True),
            "after": raw.Cumsum(x=x, axis=2, reverse=True, exclusive=True),
            "prod": raw.Cumprod(x=x, axis=0),
            "prod_after": raw.Cumprod(x=x, axis=2, reverse=True),
        }

    return function(body, {"x": CUBE})


@family()
def counts() -> Source:
    def body(n, rows):
        return {
            "bincount": raw.Bincount(arr=n, size=6, weights=tf.constant([], tf.float32)),
            "weighted": raw.DenseBincount(input=n, size=6, weights=tf.cast(n, tf.float32) * 0.5),
            "rows": raw.DenseBincount(input=rows, size=5, weights=tf.constant([], tf.float32)),
            "present": raw.DenseBincount(input=rows, size=5, weights=tf.constant([], tf.float32), binary_output=True),
        }

    return function(body, {"n": integers(12, low=0, high=6), "rows": integers(2, 9, low=0, high=5)})


@family()
def softmax() -> Source:
    def body(x):
        return {"softmax": raw.Softmax(logits=x), "log": raw.LogSoftmax(logits=x), "axis": tf.nn.softmax(x, axis=1)}

    return function(body, {"x": CUBE * np.float32(4)})


@family()
def cumulative_from_the_last_axis() -> Source:
    def body(x):
        return {"sum": raw.Cumsum(x=x, axis=-1), "prod": raw.Cumprod(x=x, axis=-2, exclusive=True)}

    return function(body, {"x": CUBE})
