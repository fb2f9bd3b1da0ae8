"""Fits a tiny network to a table of points, and saves it as a Keras file."""

import sys

import keras
import numpy as np


def main(points, output):
    table = np.loadtxt(points, delimiter=",", dtype=np.float32)
    model = keras.Sequential(
        [
            keras.Input((2,), name="point"),
            keras.layers.Dense(4, activation="relu", name="hidden"),
            keras.layers.Dense(1, name="height"),
        ]
    )
    model.compile("adam", "mse")
    model.fit(table[:, :2], table[:, 2], epochs=5, verbose=0)
    model.save(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
