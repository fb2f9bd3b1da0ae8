"""Public names and their order, options on inputs and outputs, and the bytes that depend on nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.errors import ConversionError, OptionError, UnsupportedError

from tests.support import node, saved_models

X = tf.TensorSpec([None, 2], tf.float32)
ROW = np.array([[1.0, -2.0]], np.float32)


def test_outputs_of_one_shape_keep_their_names(tmp_path):
    def f(x):
        return {"scores": x, "q": x * 2.0, "classes": x * 3.0, "mask": x * 4.0, "heat": x * 5.0, "same": x * 2.0}

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    saved_models.check(tmp_path, model, {"x": ROW})
    result = api.convert_saved_model(model, tmp_path / "named", use_structured_outputs_names=True)
    keys = saved_models.model_json(tmp_path / "named")["userDefinedMetadata"]["structuredOutputKeys"]
    assert keys == [each.name for each in result.outputs] == ["classes", "heat", "mask", "q", "same", "scores"]
    (run,) = node.run_models([node.Job(tmp_path / "named", {"x": ROW})])
    assert list(run.default_outputs) == keys


def test_inputs_of_one_shape_keep_their_names_and_the_functions_order(tmp_path):
    def f(b, a, c):
        return {"y": b - 10.0 * a + 100.0 * c}

    model = saved_models.save(tmp_path / "model", f, {"b": X, "a": X, "c": X})
    result = api.convert_saved_model(model, tmp_path / "js")
    assert [each.name for each in result.inputs] == ["b", "a", "c"]
    assert list(saved_models.model_json(tmp_path / "js")["signature"]["inputs"]) == ["b", "a", "c"]
    feeds = {"a": ROW, "b": ROW * 3.0, "c": ROW * 7.0}
    saved_models.check(tmp_path, model, feeds)


def test_more_than_ten_outputs_stay_in_order(tmp_path):
    def f(x):
        return [x * float(i) for i in range(12)]

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    result = api.convert_saved_model(model, tmp_path / "js")
    assert [each.name for each in result.outputs] == [f"output_{i}" for i in range(12)]
    saved_models.check(tmp_path, model, {"x": ROW})


def test_inputs_that_nothing_uses_stay(tmp_path):
    model = saved_models.save(tmp_path / "model", lambda x, dead: {"y": x + 1.0}, {"x": X, "dead": X})
    result = api.convert_saved_model(model, tmp_path / "js")
    assert [each.name for each in result.inputs] == ["x", "dead"]
    saved_models.check(tmp_path, model, {"x": ROW, "dead": ROW})


def test_outputs_that_are_inputs_or_constants_can_be_used_again(tmp_path):
    w = tf.Variable([3.0, 4.0])

    def f(x):
        return {"echo": x, "w": tf.identity(w), "half": tf.split(x, 2, axis=1)[1], "other": tf.split(x, 2, axis=1)[0]}

    model = saved_models.save(tmp_path / "model", f, {"x": X}, w=w)
    saved_models.check(tmp_path, model, [{"x": ROW}, {"x": ROW * 2.0}])


def test_empty_constants_keep_their_zero_length(tmp_path):
    model = saved_models.save(
        tmp_path / "model", lambda x: {"y": tf.concat([x, tf.zeros([0, 2])], 0), "z": tf.zeros([0, 3])}, {"x": X}
    )
    api.convert_saved_model(model, tmp_path / "js")
    text = (tmp_path / "js" / "model.json").read_text()
    assert '{"size":"0"}' in text


def test_input_shapes_fix_free_axes(tmp_path):
    model = saved_models.save(tmp_path / "model", lambda x: {"y": tf.reshape(x, [tf.size(x)])}, {"x": X})
    result = api.convert_saved_model(model, tmp_path / "js", input_shapes={"x": [3, -1]})
    assert result.inputs[0].shape == (3, 2)
    placeholder = saved_models.model_json(tmp_path / "js")["modelTopology"]["node"][0]
    assert placeholder["attr"]["shape"]["shape"]["dim"] == [{"size": "3"}, {"size": "2"}]
    got = node.run_model(tmp_path / "js", {"x": np.ones((3, 2), np.float32)})
    assert got["y"].shape == (6,)
    with pytest.raises(OptionError, match=r"the model's input has the shape \[-1, 2\]"):
        api.convert_saved_model(model, tmp_path / "js", input_shapes={"x": [3, 5]})
    with pytest.raises(OptionError, match="names 'z', which is no input of the model; its inputs are: 'x'"):
        api.convert_saved_model(model, tmp_path / "js", input_shapes={"z": [3, 2]})


def test_inputs_of_unknown_rank(tmp_path):
    w = tf.Variable([[1.0, -2.0], [0.5, 3.0]])

    def f(x, y):
        return {"sum": x * 2.0 + 1.0, "product": tf.nn.relu(tf.matmul(y, w))}

    specs = {"x": tf.TensorSpec(None, tf.float32), "y": tf.TensorSpec(None, tf.float32)}
    model = saved_models.save(tmp_path / "model", f, specs, w=w)
    rows = np.array([[1.0, -1.0]], np.float32)
    feeds = [{"x": np.float32(3.0), "y": rows}, {"x": np.ones([2, 1, 2], np.float32), "y": rows}]
    fixed = {"input_shapes": {"y": [-1, 2]}}
    free, shaped = saved_models.check(tmp_path, model, feeds, variants=({}, fixed))
    assert free["signature"]["inputs"]["y"]["tensorShape"] == {"unknownRank": True}
    assert shaped["signature"]["inputs"]["y"]["tensorShape"] == {"dim": [{"size": "-1"}, {"size": "2"}]}


def test_outputs_cut_the_graph(tmp_path):
    def f(x):
        return {"a": tf.nn.relu(x, name="middle") * 2.0, "b": x + 1.0}

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    result = api.convert_saved_model(model, tmp_path / "js", outputs=["b", "middle"])
    assert [each.name for each in result.outputs] == ["b", "middle"]
    got = node.run_model(tmp_path / "js", {"x": ROW})
    saved_models.assert_close(got, {"b": ROW + 1.0, "middle": np.maximum(ROW, 0)})
    assert "Mul" not in saved_models.ops(saved_models.model_json(tmp_path / "js"))
    with pytest.raises(OptionError, match=r"names 'c', which is no output \('a', 'b'\) and no node"):
        api.convert_saved_model(model, tmp_path / "js", outputs=["c"])


def test_custom_operations_must_be_used(tmp_path):
    model = saved_models.save(tmp_path / "model", lambda x: {"y": tf.math.digamma(x)}, {"x": X})
    with pytest.raises(UnsupportedError, match="Digamma"):
        api.convert_saved_model(model, tmp_path / "js", custom_ops=["Unused"])
    with pytest.raises(OptionError, match="names Unused, which the converted model does not use"):
        api.convert_saved_model(model, tmp_path / "js", custom_ops=["Digamma", "Unused"])
    api.convert_saved_model(model, tmp_path / "js", custom_ops=["Digamma"])
    assert "Digamma" in saved_models.ops(saved_models.model_json(tmp_path / "js"))


def test_numbers_that_do_not_fit_are_an_error(tmp_path):
    big = tf.Variable(np.array([2**40, 1], np.int64))
    model = saved_models.save(tmp_path / "big", lambda i: {"y": i + big}, {"i": tf.TensorSpec([2], tf.int64)}, big=big)
    with pytest.raises(ConversionError, match="1099511627776"):
        api.convert_saved_model(model, tmp_path / "js")
    assert not (tmp_path / "js").exists()


def test_slices_to_the_end_in_64_bits(tmp_path):
    def f(x):
        end = np.array([2**62, 2**63 - 1], np.int64)
        return {"y": tf.strided_slice(x, np.array([1, 0], np.int64), end, np.array([1, 1], np.int64))}

    model = saved_models.save(tmp_path / "model", f, {"x": X})
    saved_models.check(tmp_path, model, {"x": np.arange(6, dtype=np.float32).reshape(3, 2)})


def test_small_integer_constants_are_cast(tmp_path):
    def f(i):
        table = tf.constant(np.array([[1, 2], [250, 4]], np.uint8))
        signs = tf.constant(np.array([-3, 5], np.int8))
        return {"y": tf.cast(tf.gather(table, i), tf.float32) * tf.cast(tf.gather(signs, i), tf.float32)[:, None]}

    model = saved_models.save(tmp_path / "model", f, {"i": tf.TensorSpec([2], tf.int32)})
    saved_models.check(tmp_path, model, {"i": np.array([1, 0], np.int32)})


def test_bfloat16_constants_are_cast(tmp_path):
    def f(i, x):
        table = tf.constant([[1.0, 2.5], [-3.140625, 4.0]], tf.bfloat16)
        scale = tf.constant([0.5, 3.0], tf.bfloat16)
        return {"y": tf.cast(tf.gather(table, i), tf.float32) * x, "z": x * tf.cast(scale, tf.float32)}

    specs = {"i": tf.TensorSpec([2], tf.int32), "x": tf.TensorSpec([2, 2], tf.float32)}
    model = saved_models.save(tmp_path / "model", f, specs)
    saved_models.check(tmp_path, model, {"i": np.array([1, 0], np.int32), "x": np.ones((2, 2), np.float32)})


def test_unsigned_constants_of_16_bits_are_an_error(tmp_path):
    def f(i):
        return {"y": tf.gather(tf.constant(np.array([1, 60000], np.uint16)), i)}

    model = saved_models.save(tmp_path / "model", f, {"i": tf.TensorSpec([2], tf.int32)})
    with pytest.raises(ConversionError, match=r"TensorFlow\.js has no uint16"):
        api.convert_saved_model(model, tmp_path / "js")
    assert not (tmp_path / "js").exists()


def test_names_go_before_shapes(tmp_path):
    """Keys of a signature that are other tensors' names, and tensors of one shape and dtype, keep to their own."""

    def f(b, a):
        c = tf.identity(a - b, name="a_out")
        return {"b": tf.identity(c * 10.0, name="a"), "a_out": a + 1.0, "a": c}

    specs = {"b": X, "a": X}
    model = saved_models.save(tmp_path / "model", f, specs)
    rows = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)
    saved_models.check(tmp_path, model, {"a": rows, "b": rows * 3})


_CONVERT = """
import sys
from tfjs_convert import api
from tfjs_convert.artifact import write_info
result = api.convert_saved_model(sys.argv[1], sys.argv[2], control_flow_v2=sys.argv[3] == "v2")
write_info(sys.argv[2] + "/info.json", result.info)
"""


def _digest(directory):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(directory.iterdir())}


@pytest.mark.parametrize("form", ["v1", "v2"])
def test_same_bytes_for_any_hash_seed_and_path(tmp_path, form):
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1, 2], [2, 3]), 0)
    w = tf.Variable(np.ones((2, 2), np.float32))

    def f(x, n):
        for _ in tf.range(n):
            x = tf.cond(tf.reduce_sum(x) > 0, lambda x=x: tf.matmul(x, w), lambda x=x: x + 1.0)
        outputs = {f"out_{i}": x * float(i) for i in range(11)}
        return {**outputs, "looked": table.lookup(n)}

    specs = {"x": X, "n": tf.TensorSpec([], tf.int32)}
    first = saved_models.save(tmp_path / "model", f, specs, table=table, w=w)
    second = tmp_path / "another folder" / "deeper"
    shutil.copytree(first, second)
    (second / "fingerprint.pb").write_bytes(b"different")
    digests = []
    for seed, source in (("0", first), ("1", second), ("12345", first), ("random", second)):
        out = tmp_path / f"js{seed}"
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", _CONVERT, source, out, form], check=True, env=environment, timeout=120)
        digests.append(_digest(out))
    assert all(each == digests[0] for each in digests), digests
    info = json.loads((tmp_path / "js0" / "info.json").read_text())
    assert info["provenance"]["source"]
    assert str(tmp_path) not in json.dumps(info)
