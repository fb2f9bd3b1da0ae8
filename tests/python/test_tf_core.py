"""The compiled core is reached without the package; what moved is named here when the pin is raised."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api, tf_core
from tfjs_convert.errors import UnsupportedError

from tests.support import saved_models

v1 = tf.compat.v1


def _python(code: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_every_private_name_is_where_it_was():
    native = tf_core._native()
    session = ["PyGraph", "TF_CloseSession", "TF_DeleteSession", "TF_GraphImportGraphDefWithResults"]
    session += ["TF_ImportGraphDefOptionsAddReturnOutput", "TF_ImportGraphDefResultsReturnOutputs"]
    session += ["TF_NewBufferFromString", "TF_NewImportGraphDefOptions", "TF_NewSessionRef", "TF_SessionRun_wrapper"]
    session += ["_TF_NewSessionOptions", "_TF_SetConfig", "get_version"]
    used = {
        "session": session,
        "cluster": ["TF_NewVirtualCluster"],
        "optimizer": ["TF_OptimizeGraphSerialized"],
        "op_registry": ["get"],
    }
    moved = [f"{m}.{n}" for m, each in used.items() for n in each if not hasattr(getattr(native, m), n)]
    assert moved == [], f"TensorFlow {tf_core.version()} no longer has {moved}"


def test_conversion_does_not_run_the_package_which_can_be_imported_afterwards(tmp_path):
    spec = {"x": tf.TensorSpec([None, 2], tf.float32)}
    model = saved_models.save(tmp_path / "model", lambda x: {"y": tf.nn.relu(x)}, spec)
    code = """
import sys
from tfjs_convert import api
api.convert_saved_model(sys.argv[1], sys.argv[2])
heavy = ("tensorflow.python.eager", "tensorflow.python.ops", "keras")
loaded = [name for name in sys.modules if name.startswith(heavy)]
assert loaded == [], loaded
assert len([name for name in sys.modules if name.startswith("tensorflow")]) < 120
import tensorflow as tf
print(int(tf.constant(3) + tf.constant(4)))
"""
    assert _python(code, str(model), str(tmp_path / "js")).strip().endswith("7")


def test_children_of_a_warm_parent_convert_alike(tmp_path):
    w = tf.Variable(np.ones((2, 2), np.float32))
    spec = {"x": tf.TensorSpec([None, 2], tf.float32)}
    model = saved_models.save(tmp_path / "model", lambda x: {"y": tf.matmul(x, w)}, spec, w=w)
    code = """
import os, sys
from tfjs_convert import api, tf_core
tf_core.warm()
for i in range(3):
    child = os.fork()
    if child == 0:
        api.convert_saved_model(sys.argv[1], f"{sys.argv[2]}{i}")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
    _python(code, str(model), str(tmp_path / "js"))
    api.convert_saved_model(model, tmp_path / "js3")
    files = [(tmp_path / f"js{i}" / "model.json").read_bytes() for i in range(4)]
    assert files[1:] == files[:-1]


def test_what_the_core_refuses_is_one_sentence(tmp_path):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None], "x")
        tf.nn.relu(x, name="y")
    wrong = graph.as_graph_def()
    wrong.node[1].attr["T"].type = tf.int32.as_datatype_enum
    unknown = graph.as_graph_def()
    unknown.node[1].op = "MadeUpOp"
    for definition, said in (
        (wrong, r"^TensorFlow's graph optimizer refuses the model's graph: Input 0 of node y .*int32\.$"),
        (unknown, r"^The model uses the operation MadeUpOp, which TensorFlow 2\.\d+\.\d+ does not have"),
    ):
        (tmp_path / "graph.pb").write_bytes(definition.SerializeToString())
        with pytest.raises(UnsupportedError, match=said) as caught:
            api.convert_frozen_graph(tmp_path / "graph.pb", "y", tmp_path / "js", skip_op_check=True)
        assert "\n" not in str(caught.value) and os.uname().nodename not in str(caught.value)
    assert not (tmp_path / "js").exists()


def test_evaluation_with_fed_values():
    graph = tf_core.GraphDef()
    graph.node.add(name="a", op="Placeholder").attr["dtype"].type = tf_core.DT.DT_FLOAT
    graph.node.add(name="b", op="Neg", input=["a"]).attr["T"].type = tf_core.DT.DT_FLOAT
    (value,) = tf_core.evaluate(graph, {"a:0": np.array([1.0, -2.0], np.float32)}, ["b:0"])
    np.testing.assert_array_equal(value, [-1.0, 2.0])
