"""Writes the tiny models of the consumer workspaces; runs in the runtime with TensorFlow and Keras.

    make_models.py --output_dir=DIR

DIR then holds the SavedModels `scorer`, `retrained_scorer` (the same with other weights), `ranker`, `inverse` (with an
operation that TensorFlow.js does not know), and the Keras file `classifier.h5`.
"""

import argparse
import pathlib
import warnings

import numpy as np
import tensorflow as tf
import tf_keras


class Scorer(tf.Module):
    """Two signatures; the first has two outputs."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        numbers = np.random.default_rng(seed)
        self.kernel = tf.Variable(numbers.normal(size=(3, 4)).astype(np.float32), name="kernel")
        self.bias = tf.Variable(numbers.normal(size=4).astype(np.float32), name="bias")

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "features")])
    def score(self, features: tf.Tensor) -> dict[str, tf.Tensor]:
        product = features @ self.kernel
        return {"zeta": product + self.bias, "alpha": tf.nn.relu(product)}

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "features")])
    def embed(self, features: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"embedding": tf.tanh(features @ self.kernel)}


class Inverse(tf.Module):
    """MatrixInverse has no counterpart in TensorFlow.js."""

    @tf.function(input_signature=[tf.TensorSpec([2, 2], tf.float32, "matrix")])
    def invert(self, matrix: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"inverse": tf.linalg.inv(matrix)}


def main() -> None:
    """Writes all of them."""
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--output_dir", type=pathlib.Path, required=True)
    directory = parser.parse_args().output_dir
    for name, seed in {"scorer": 0, "retrained_scorer": 1, "ranker": 2}.items():
        scorer = Scorer(seed)
        signatures = {"serving_default": scorer.score, "embed": scorer.embed}
        tf.saved_model.save(scorer, str(directory / name), signatures=signatures)
    inverse = Inverse()
    tf.saved_model.save(inverse, str(directory / "inverse"), signatures=inverse.invert)
    warnings.simplefilter("ignore", UserWarning)
    tf_keras.utils.set_random_seed(3)
    layers = [
        tf_keras.layers.Dense(4, "relu", input_shape=(3,), name="hidden"),
        tf_keras.layers.Dense(2, name="classes"),
    ]
    tf_keras.Sequential(layers, name="classifier").save(
        directory / "classifier.h5", save_format="h5", include_optimizer=False
    )


if __name__ == "__main__":
    main()
