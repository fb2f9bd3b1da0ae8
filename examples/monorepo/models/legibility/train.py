"""Trains a tf.Module that says whether white text on a colour is easier to read than black text."""

import sys

import tensorflow as tf

STEPS = 300


class Legibility(tf.Module):
    """Logistic regression on a colour and its square."""

    def __init__(self):
        super().__init__()
        self.kernel = tf.Variable(tf.zeros([6, 1]))
        self.bias = tf.Variable(tf.zeros([1]))

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "colours")])
    def prefer_white(self, colours):
        features = tf.concat([colours, tf.square(colours)], axis=1)
        return {"white": tf.sigmoid(features @ self.kernel + self.bias)[:, 0]}


def luminance(colours):
    """As the Web Content Accessibility Guidelines define it for sRGB."""
    linear = tf.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return tf.linalg.matvec(linear, [0.2126, 0.7152, 0.0722])


def main(output):
    model = Legibility()
    colours = tf.random.uniform([4096, 3])
    bright = luminance(colours)
    white_reads_better = tf.cast(1.05 / (bright + 0.05) > (bright + 0.05) / 0.05, tf.float32)
    for _ in range(STEPS):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(
                tf.keras.losses.binary_crossentropy(white_reads_better, model.prefer_white(colours)["white"])
            )
        for variable, gradient in zip(model.variables, tape.gradient(loss, model.variables), strict=True):
            variable.assign_sub(10.0 * gradient)
    tf.saved_model.save(model, output, signatures=model.prefer_white)


if __name__ == "__main__":
    main(sys.argv[1])
