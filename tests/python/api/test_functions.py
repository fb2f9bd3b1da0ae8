"""Functions held in memory become graph models, with their own names in their own order."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.api_functions import convert_concrete_function, convert_concrete_functions
from tfjs_convert.errors import InputError, OptionError

from tests.support.node import run_graph_model

X = np.array([[1, 2], [3, -4]], np.float32)


def test_names_and_order_are_the_functions_own(tmp_path):
    scale = tf.Variable([2.0, 3.0])

    @tf.function
    def score(pixels, offset):
        return {"zeta": pixels * scale + offset, "alpha": pixels - scale, "mid": tf.reduce_sum(pixels, 1)}

    specs = tf.TensorSpec([None, 2], name="pixels"), tf.TensorSpec([], name="offset")
    result = convert_concrete_function(score.get_concrete_function(*specs), tmp_path / "m")
    assert [each.name for each in result.inputs] == ["pixels", "offset"]
    assert [each.name for each in result.outputs] == ["alpha", "mid", "zeta"]
    found = run_graph_model(tmp_path / "m", {"pixels": X, "offset": np.float32(0.5)})
    for name, expected in score(X, 0.5).items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-6)


def test_several_functions_share_what_they_capture(tmp_path):
    module = tf.Module()
    module.kernel = tf.Variable(np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32))
    table = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([10, 20], tf.int32))
    module.table = tf.lookup.StaticHashTable(table, -1)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], name="x")])
    def embed(x):
        return x @ module.kernel

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")])
    def look_up(words):
        return {"ids": module.table.lookup(words)}

    functions = {"embed": embed, "look_up": look_up.get_concrete_function()}
    folders = {name: tmp_path / name for name in functions}
    convert_concrete_functions(functions, folders, trackable=module)
    (embedded,) = run_graph_model(folders["embed"], {"x": X}).values()
    np.testing.assert_allclose(embedded, X @ module.kernel.numpy(), rtol=1e-5)
    found = run_graph_model(folders["look_up"], {"words": np.array(["b", "c", "a"], object)})
    np.testing.assert_array_equal(found["ids"], [20, -1, 10])


def test_what_is_refused(tmp_path):
    with pytest.raises(InputError, match="'serving_default' is function, not a concrete function"):
        convert_concrete_function(lambda x: x, tmp_path / "m")
    with pytest.raises(InputError, match=r"is PolymorphicFunction|is Function"):
        convert_concrete_function(tf.function(lambda x: x), tmp_path / "m")
    function = tf.function(lambda x: {"y": {"nested": x}}).get_concrete_function(tf.TensorSpec([2], name="x"))
    with pytest.raises(InputError, match="cannot be saved as signatures"):
        convert_concrete_function(function, tmp_path / "m")
    with pytest.raises(OptionError, match="named \\['a'\\] and the directories \\['b'\\]"):
        convert_concrete_functions({"a": function}, {"b": tmp_path / "m"})
    assert list(tmp_path.iterdir()) == []
