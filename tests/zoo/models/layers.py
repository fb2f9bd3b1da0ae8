"""Networks of Keras 2 and 3, exported as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, Written, floats, integers, saved_model

MODELS = family = Family()
FORMS = ({"control_flow_v2": False}, {"control_flow_v2": True})
IMAGES = tuple(floats(n, 16, 16, 3) for n in (2, 1))
STEPS = tuple(floats(n, 5, 3) for n in (2, 1))


def keras_3(make: Callable[[ModuleType], object], *arrays: np.ndarray) -> Source:
    """`model.export` of what `make(keras)` returns; `arrays` are values of its one input."""

    def write(folder: Path) -> Written:
        import keras

        keras.utils.set_random_seed(0)
        make(keras).export(str(folder), verbose=False)
        return _one_input(saved_model(folder), _input_name(folder))

    return Source(tuple({"x": array} for array in arrays), write)


def keras_2(make: Callable[[ModuleType], object], *arrays: np.ndarray) -> Source:
    """As `keras_3`, with a SavedModel of Keras 2."""

    def write(folder: Path) -> Written:
        import tf_keras

        tf_keras.utils.set_random_seed(0)
        make(tf_keras).save(str(folder), save_format="tf")
        return _one_input(saved_model(folder), _input_name(folder))

    return Source(tuple({"x": array} for array in arrays), write)


def _input_name(folder: Path) -> str:
    loaded = tf.saved_model.load(str(folder))
    (name,) = loaded.signatures["serving_default"].structured_input_signature[1]
    return name
