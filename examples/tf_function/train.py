"""Trains a line through noisy points, and saves two functions of it: the line itself, and its error on given points."""

import sys

import tensorflow as tf


class Line(tf.Module):
    """y = slope x + offset."""

    def __init__(self):
        super().__init__()
        self.slope = tf.Variable(0.0)
        self.offset = tf.Variable(0.0)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def predict(self, x):
        return {"y": self.slope * x + self.offset}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x"), tf.TensorSpec([None], tf.float32, "y")])
    def score(self, x, y):
        error = self.slope * x + self.offset - y
        return {"squared_error": tf.square(error), "mean": tf.reduce_mean(tf.square(error))}


def main(output):
    line = Line()
    x = tf.random.uniform([256], -1.0, 1.0)
    y = 3.0 * x - 1.0 + tf.random.normal([256], stddev=0.1)
    for _ in range(200):
        with tf.GradientTape() as tape:
            loss = line.score(x, y)["mean"]
        for variable, gradient in zip(line.variables, tape.gradient(loss, line.variables), strict=True):
            variable.assign_sub(0.3 * gradient)
    tf.saved_model.save(line, output, signatures={"predict": line.predict, "score": line.score})


if __name__ == "__main__":
    main(sys.argv[1])
