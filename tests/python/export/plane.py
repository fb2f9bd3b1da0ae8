"""Lays a plane through a table of points, and saves it as the Keras model or SavedModel that its format says."""

import importlib.util
import sys

import keras
import numpy as np
import tensorflow as tf
from least_squares import solve


def main(points, output, format):
    # Of the converter this Python knows nothing.
    assert importlib.util.find_spec("tfjs_convert") is None
    table = np.loadtxt(points, delimiter=",", dtype=np.float32)
    slopes, height = solve(table[:, :2], table[:, 2])
    model = keras.Sequential([keras.Input((2,), name="point"), keras.layers.Dense(1, name="height")])
    model.layers[0].set_weights([slopes.reshape(2, 1), height.reshape(1)])
    if format == "saved_model":
        spec = tf.TensorSpec([None, 2], tf.float32, "point")
        function = tf.function(lambda point: {"height": model(point)}, input_signature=[spec])
        module = tf.Module()
        module.model, module.function = model, function
        tf.saved_model.save(module, output, signatures=function)
    else:
        model.save(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
