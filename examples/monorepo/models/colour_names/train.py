"""Trains a Keras model that names colours: red, green and blue from 0 to 1 in, a probability for each name out."""

import json
import pathlib
import sys

import keras
import numpy as np

NAMES = json.loads(pathlib.Path(__file__).with_name("names.json").read_text())
EPOCHS = 8


def name_of(red, green, blue):
    """What people call a colour, by rules of thumb; the model learns what they leave fuzzy."""
    high, low = max(red, green, blue), min(red, green, blue)
    chroma = high - low
    if high < 0.2:
        return "black"
    if chroma < 0.12:
        return "white" if low > 0.85 else "grey"
    if high == red:
        hue = (green - blue) / chroma * 60 % 360
    elif high == green:
        hue = (blue - red) / chroma * 60 + 120
    else:
        hue = (red - green) / chroma * 60 + 240
    if hue < 45 or hue >= 345:
        if low > 0.55:
            return "pink"
        if 12 <= hue < 45:
            return "orange" if high > 0.7 else "brown"
        return "red"
    for name, end in {"yellow": 68, "green": 160, "cyan": 195, "blue": 255, "purple": 300, "pink": 345}.items():
        if hue < end:
            return name
    raise AssertionError(hue)


def main(output):
    colours = np.random.default_rng(0).random((20_000, 3), np.float32)
    names = np.array([NAMES.index(name_of(*colour)) for colour in colours.tolist()])
    model = keras.Sequential(
        [
            keras.Input((3,), name="colours"),
            keras.layers.Dense(48, "relu"),
            keras.layers.Dense(48, "relu"),
            keras.layers.Dense(len(NAMES), "softmax", name="names"),
        ],
        name="colour_names",
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(colours, names, batch_size=256, epochs=EPOCHS, verbose=0)
    model.save(output)


if __name__ == "__main__":
    main(sys.argv[1])
