"""Writes modules of TensorFlow Hub as TensorFlow 1 did: `tfhub_module.pb`, graphs without restoring operations."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

v1 = tf.compat.v1


def write(
    directory: Path, feeds: Mapping[str, np.ndarray], tag_sets: Sequence[Sequence[str]] = ((),)
) -> dict[str, np.ndarray]:
    """A module of `x` [?, 2] with a partitioned variable and a table, and the signature `default`.

    Args:
      directory: where to write it.
      feeds: a value of `x`.
      tag_sets: a graph is written for each: modules of the time have one without tags, and often one tagged `train`.

    Returns:
      What TensorFlow computes for `feeds`, by output name.
    """
    with tf.Graph().as_default() as graph, v1.Session() as session, tempfile.TemporaryDirectory() as folder:
        x = v1.placeholder(tf.float32, [None, 2], "x")
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1, 2], [10.0, 20.0]), 0.0)
        w = v1.get_variable("w", [4, 1], partitioner=v1.fixed_size_partitioner(2), use_resource=False)
        y = tf.matmul(tf.concat([x, x], 1), w)
        z = table.lookup(tf.cast(x, tf.int32))
        definition = v1.saved_model.predict_signature_def({"x": x}, {"y": y, "z": z})
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        wanted = session.run({"y": y, "z": z}, {x: feeds["x"]})
        v1.train.Saver(sharded=True).save(session, f"{folder}/saved", write_meta_graph=False)
        meta_graph = v1.train.export_meta_graph(graph=graph, clear_extraneous_savers=True)
        (directory / "variables").mkdir(parents=True)
        for file in Path(folder).glob("saved.*"):
            shutil.copy(file, directory / "variables" / file.name.replace("saved", "variables", 1))
    meta_graph.signature_def["default"].CopyFrom(definition)
    meta_graph.ClearField("saver_def")
    model = saved_model_pb2.SavedModel()
    for tags in tag_sets:
        written = model.meta_graphs.add()
        written.CopyFrom(meta_graph)
        written.meta_info_def.tags.extend(tags)
    (directory / "saved_model.pb").write_bytes(model.SerializeToString())
    (directory / "tfhub_module.pb").write_bytes(b"\x08\x03")
    return wanted
