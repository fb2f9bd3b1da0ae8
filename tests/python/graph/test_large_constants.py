"""Constants that are kept out of the optimizer give what those that it sees give."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from tfjs_convert import api

from tests.support import saved_models

X = tf.TensorSpec([None, 40], tf.float32)
SIZES = ({"large_bytes": 2**40}, {"large_bytes": 1000}, {"large_bytes": 0})


def test_same_numbers_and_nothing_left_to_compute(tmp_path):
    random = np.random.default_rng(0)
    w = tf.Variable(random.normal(size=(40, 40)).astype(np.float32))
    v = tf.Variable(random.normal(size=(40, 40)).astype(np.float32))
    half = tf.Variable(random.normal(size=(40, 40)).astype(np.float16))
    u = tf.Variable(random.normal(size=(20, 80)).astype(np.float32))

    def f(x):
        a, b = tf.split(u, 2, axis=1)
        return {
            "turned": tf.matmul(x, tf.transpose(v)),
            "normal": tf.matmul(x, tf.nn.l2_normalize(w, axis=0)),
            "half": tf.matmul(x, tf.cast(half, tf.float32)),
            "parts": tf.matmul(x[:, :20], a) - tf.matmul(x[:, :20], b),
        }

    model = saved_models.save(tmp_path / "model", f, {"x": X}, w=w, v=v, half=half, u=u)
    feeds = {"x": random.normal(size=(3, 40)).astype(np.float32)}
    for converted in saved_models.check(tmp_path, model, feeds, variants=SIZES)[1:]:
        assert not {"Transpose", "Cast", "Split", "Square", "Rsqrt"} & set(saved_models.ops(converted))


def test_variables_keep_their_names_and_only_they_are_marked(tmp_path):
    w = tf.Variable(np.ones((40, 40), np.float32), name="dense/kernel")

    def f(x):
        return {"y": tf.matmul(x, w) + tf.constant(np.arange(40, dtype=np.float32), name="mask")}

    model = saved_models.save(tmp_path / "model", f, {"x": X}, w=w)
    for i, size in enumerate(SIZES):
        result = api.convert_saved_model(model, tmp_path / f"js{i}", **size)
        names = [each["name"] for each in saved_models.model_json(tmp_path / f"js{i}")["weightsManifest"][0]["weights"]]
        assert "dense/kernel" in names
        assert result.info["execution"] == "predict"
