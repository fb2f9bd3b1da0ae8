"""Saves a model with an operation that TensorFlow.js lacks."""

import sys

import tensorflow as tf


class Whitening(tf.Module):
    """Divides points by what they have in common."""

    def __init__(self):
        super().__init__()
        self.scale = tf.Variable([1.0, 2.0])

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "points")])
    def whiten(self, points):
        common = tf.matmul(points, points, transpose_a=True) + tf.linalg.diag(self.scale)
        return {"whitened": points @ tf.linalg.inv(common)}


def main(output):
    model = Whitening()
    tf.saved_model.save(model, output, signatures=model.whiten)


if __name__ == "__main__":
    main(sys.argv[1])
