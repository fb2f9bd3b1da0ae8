"""Makes the models that the benchmark converts: random weights from fixed seeds, nothing downloaded.

Runs in the full runtime; a model that is there already is kept:

    models.py FOLDER NAME...
"""

import math
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

LARGE_SHAPE = (8192, 8192)  # 256 MiB of float32
LARGE_COUNT = 9


def large_kernel(index: int) -> np.ndarray:
    """Float32 `LARGE_SHAPE`: what kernel `index` of the model above 2 GB holds."""
    return np.random.default_rng(index).standard_normal(LARGE_SHAPE, np.float32) * np.float32(0.01)


def _tiny(path: Path) -> None:
    import tensorflow as tf

    random = np.random.default_rng(0)
    module = tf.Module()
    module.kernel = tf.Variable(random.normal(size=(4, 3)).astype(np.float32))
    module.bias = tf.Variable(random.normal(size=3).astype(np.float32))
    spec = tf.TensorSpec([None, 4], tf.float32, "x")
    module.call = tf.function(lambda x: {"y": tf.nn.relu(x @ module.kernel + module.bias)}, input_signature=[spec])
    tf.saved_model.save(module, str(path), signatures=module.call)


def _application(name: str, form: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        if form.startswith("keras2"):
            import tf_keras as keras
        else:
            import keras
        keras.utils.set_random_seed(0)
        model = getattr(keras.applications, name)(weights=None)
        if form == "keras3_export":
            model.export(str(path), verbose=False)
        else:
            model.save(str(path))

    return make


def _transformer(path: Path) -> None:
    """An encoder of 12 layers and 109 million parameters, whose GELU is written with `Erf`."""
    import tensorflow as tf

    width, heads, inner, words, length = 768, 12, 3072, 30522, 128
    random = np.random.default_rng(0)
    module = tf.Module()
    module.kept = []

    def variable(*shape: int) -> tf.Variable:
        module.kept.append(tf.Variable(random.standard_normal(shape, np.float32) * np.float32(0.02)))
        return module.kept[-1]

    def norm_variables() -> tuple[tf.Variable, tf.Variable]:
        return variable(width), variable(width)

    words_table, places_table = variable(words, width), variable(512, width)
    layers = [
        {
            **{name: (variable(width, width), variable(width)) for name in ("query", "key", "value", "out")},
            "up": (variable(width, inner), variable(inner)),
            "down": (variable(inner, width), variable(width)),
            "norms": (norm_variables(), norm_variables()),
        }
        for _ in range(12)
    ]

    def dense(x: tf.Tensor, parameters: tuple[tf.Variable, tf.Variable]) -> tf.Tensor:
        kernel, bias = parameters
        return tf.reshape(tf.reshape(x, [-1, kernel.shape[0]]) @ kernel + bias, [-1, length, kernel.shape[1]])

    def norm(x: tf.Tensor, parameters: tuple[tf.Variable, tf.Variable]) -> tf.Tensor:
        scale, offset = parameters
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-6) * scale + offset

    def split(x: tf.Tensor) -> tf.Tensor:
        return tf.transpose(tf.reshape(x, [-1, length, heads, width // heads]), [0, 2, 1, 3])

    def attention(x: tf.Tensor, layer: dict) -> tf.Tensor:
        query, key, value = (split(dense(x, layer[name])) for name in ("query", "key", "value"))
        scores = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / math.sqrt(width / heads))
        mixed = tf.transpose(tf.matmul(scores, value), [0, 2, 1, 3])
        return dense(tf.reshape(mixed, [-1, length, width]), layer["out"])

    def call(words: tf.Tensor) -> dict[str, tf.Tensor]:
        x = tf.gather(words_table, words) + places_table[:length]
        for layer in layers:
            x = norm(x + attention(x, layer), layer["norms"][0])
            y = dense(x, layer["up"])
            y = 0.5 * y * (1.0 + tf.math.erf(y / math.sqrt(2.0)))
            x = norm(x + dense(y, layer["down"]), layer["norms"][1])
        return {"encoded": x}

    module.call = tf.function(call, input_signature=[tf.TensorSpec([None, length], tf.int32, "words")])
    tf.saved_model.save(module, str(path), signatures=module.call)


def _large(path: Path) -> None:
    """Nine square layers: 2.25 GiB of weights, more than one protobuf message can hold."""
    import tensorflow as tf

    module = tf.Module()
    module.kernels = [tf.Variable(large_kernel(i), name=f"kernel_{i}") for i in range(LARGE_COUNT)]

    def call(x: tf.Tensor) -> dict[str, tf.Tensor]:
        for kernel in module.kernels:
            x = tf.nn.relu(x @ kernel)
        return {"y": x}

    module.call = tf.function(call, input_signature=[tf.TensorSpec([None, LARGE_SHAPE[0]], tf.float32, "x")])
    tf.saved_model.save(module, str(path), signatures=module.call)


MAKERS: dict[str, Callable[[Path], None]] = {
    "tiny": _tiny,
    "mobilenet_v2_keras3": _application("MobileNetV2", "keras3_export"),
    "mobilenet_v2_keras2": _application("MobileNetV2", "keras2_saved_model"),
    "efficientnet_b0_keras3": _application("EfficientNetB0", "keras3_export"),
    "efficientnet_b0_keras2": _application("EfficientNetB0", "keras2_saved_model"),
    "mobilenet_v2.h5": _application("MobileNetV2", "keras2_h5"),
    "mobilenet_v2.keras": _application("MobileNetV2", "keras3_zip"),
    "transformer": _transformer,
    "large": _large,
}


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:]:
        if (folder / name).exists():
            continue
        print(f"making {name}", file=sys.stderr)
        stem, dot, suffix = name.partition(".")
        unfinished = folder / f"{stem}.unfinished{dot}{suffix}"
        MAKERS[name](unfinished)
        os.rename(unfinished, folder / name)


if __name__ == "__main__":
    main()
