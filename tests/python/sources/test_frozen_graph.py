"""Frozen GraphDefs, binary and text, against TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tfjs_convert import api
from tfjs_convert.errors import InputError, OptionError

from tests.support import node, saved_models

v1 = tf.compat.v1
FEED = np.array([[1.0, -2.0, 3.0]], np.float32)


def _graph():
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 3], "x")
        v1.placeholder(tf.float32, [None], "unused")
        y = tf.matmul(x, tf.constant(np.eye(3, dtype=np.float32) * 2.0), name="scaled")
        tf.nn.softmax(y, name="Softmax")
        tf.math.top_k(y, 2, name="top")
        return graph.as_graph_def()


def _wanted(definition, tensors):
    with tf.Graph().as_default(), v1.Session() as session:
        tf.import_graph_def(definition, name="")
        return session.run(tensors, {"x:0": FEED})


@pytest.mark.parametrize("form", ["graph.pb", "graph.pbtxt"])
def test_both_forms_and_any_output(tmp_path, form):
    definition = _graph()
    file = tmp_path / form
    if form.endswith("txt"):
        file.write_text(text_format.MessageToString(definition))
    else:
        file.write_bytes(definition.SerializeToString())
    result = api.convert_frozen_graph(file, "Softmax, top:1,scaled:0", tmp_path / "js", metadata={"who": {"a": 1}})
    assert [(each.name, each.dtype) for each in result.outputs] == [
        ("Softmax", "float32"),
        ("top:1", "int32"),
        ("scaled:0", "float32"),
    ]
    assert [each.name for each in result.inputs] == ["x", "unused"]
    wanted = _wanted(definition, ["Softmax:0", "top:1", "scaled:0"])
    feeds = {"x": FEED, "unused": np.zeros(1, np.float32)}
    got = node.run_model(tmp_path / "js", feeds)
    saved_models.assert_close(got, dict(zip(["Softmax", "top:1", "scaled:0"], wanted, strict=True)))
    assert saved_models.model_json(tmp_path / "js")["userDefinedMetadata"] == {"who": {"a": 1}}


def test_errors(tmp_path):
    definition = _graph()
    file = tmp_path / "graph.pb"
    file.write_bytes(definition.SerializeToString())
    with pytest.raises(OptionError, match="no node 'softmax'; nodes that no other uses are: 'Softmax', 'top'"):
        api.convert_frozen_graph(file, "softmax", tmp_path / "js")
    with pytest.raises(OptionError, match="name them: 'Softmax', 'top'"):
        api.convert_frozen_graph(file, "", tmp_path / "js")
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"graph\.pb \(\d+ bytes\) is not a binary GraphDef, or is cut off"):
        api.convert_frozen_graph(file, "Softmax", tmp_path / "js")
    file.write_text(text_format.MessageToString(definition))
    with pytest.raises(InputError, match=r"must end in \.pbtxt"):
        api.convert_frozen_graph(file, "Softmax", tmp_path / "js")
    with pytest.raises(InputError, match="is not there"):
        api.convert_frozen_graph(tmp_path / "none.pb", "Softmax", tmp_path / "js")
    assert not (tmp_path / "js").exists()


def test_variable_left_in_the_graph(tmp_path):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None], "x")
        tf.multiply(x, v1.get_variable("w", []), name="y")
        (tmp_path / "graph.pb").write_bytes(graph.as_graph_def().SerializeToString())
    with pytest.raises(InputError, match="variable 'w' has no value"):
        api.convert_frozen_graph(tmp_path / "graph.pb", "y", tmp_path / "js")
