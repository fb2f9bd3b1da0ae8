"""A user's program writes a model: it runs seeded, its failures are told, and what it wrote is checked."""

import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import zipfile

import h5py
import pytest

PROGRAM = pathlib.Path("tools/export/export_model.py").absolute()

TRAIN = """
import sys
import numpy as np
import tensorflow as tf
from helper import SIZE

module = tf.Module()
module.w = tf.Variable(tf.random.normal([SIZE]) + np.random.rand(SIZE).astype(np.float32))
words = tf.constant(["one", "two", "three"])
module.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(words, tf.range(3)), -1)
module.other = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(tf.range(3), words), "none")
module.find = tf.function(lambda x: module.other.lookup(module.table.lookup(x)))
module.find.get_concrete_function(tf.TensorSpec([None], tf.string, name="x"))
f = tf.function(lambda x: {"y": x * module.w})
tf.saved_model.save(module, sys.argv[1], signatures=f.get_concrete_function(tf.TensorSpec([None, SIZE], name="x")))
"""

TRAIN_KERAS = """
import sys, zipfile
import keras

two = keras.initializers.Constant(2)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer=two)])
model.save(sys.argv[1])
with zipfile.ZipFile(sys.argv[1]) as archive:
    entries = {entry.filename: archive.read(entry) for entry in archive.infolist()}
saved = sys.argv[2]
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, content in entries.items():
        if name == "metadata.json":
            content = b'{"keras_version": "3.0.0", "date_saved": "%s"}' % saved.encode()
        archive.writestr(zipfile.ZipInfo(name, (int(saved[:4]), 1, 1, 0, 0, 0)), content)
"""

FIT = """
import sys
import keras
import numpy as np

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.random.rand(16, 3).astype(np.float32)
model.fit(x, x.sum(axis=1), epochs=2, verbose=0)
model.save(sys.argv[1])
"""

ZIP = "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'w')"


def export(tmp_path, *flags, hash_seed="0"):
    return subprocess.run(
        [sys.executable, "-s", "-P", str(PROGRAM), "--label=//:m", *flags],
        cwd=tmp_path,
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "TF_NUM_INTRAOP_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_script_gives_the_same_bytes_on_any_hash_seed(tmp_path):
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "helper.py").write_text("SIZE = 3\n")
    found = []
    for name, seed in (("a", "0"), ("b", "7")):
        flags = ["--script=train.py", "--argument={output}", "--format=saved_model", f"--output={name}"]
        done = export(tmp_path, *flags, hash_seed=seed)
        assert done.returncode == 0, done.stderr
        found.append(contents(tmp_path / name))
    assert found[0] == found[1]
    assert "saved_model.pb" in found[0]
    assert "fingerprint.pb" not in found[0]


def test_a_keras_file_holds_neither_times_nor_addresses(tmp_path):
    (tmp_path / "train.py").write_text(TRAIN_KERAS)
    found = []
    for name, date in (("a.keras", "2001-02-03@04:05:06"), ("b.keras", "2011-12-13@14:15:16")):
        flags = ["--script=train.py", "--argument={output}", f"--argument={date}", "--format=keras", f"--output={name}"]
        done = export(tmp_path, *flags)
        assert done.returncode == 0, done.stderr
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]
    with zipfile.ZipFile(tmp_path / "a.keras") as archive:
        assert json.loads(archive.read("metadata.json"))["date_saved"] == "1980-01-01@00:00:00"
        assert '"shared_object_id": 0' in archive.read("config.json").decode()
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as weights:
            assert weights["layers/dense/vars/0"][:].tolist() == [[2.0]]


@pytest.mark.parametrize("format", ["keras", "h5"])
@pytest.mark.parametrize("keras", ["keras", "tf_keras"])
def test_a_keras_file_has_the_same_bytes_later_and_on_any_hash_seed(tmp_path, keras, format):
    (tmp_path / "fit.py").write_text(FIT.replace("import keras", f"import {keras} as keras"))
    found = []
    for name, seed in ((f"a.{format}", "0"), (f"b.{format}", "7")):
        flags = ["--script=fit.py", "--argument={output}", f"--format={format}", f"--output={name}"]
        done = export(tmp_path, *flags, hash_seed=seed)
        assert done.returncode == 0, done.stderr
        if format == "keras":
            with zipfile.ZipFile(tmp_path / name) as archive:
                assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        found.append((tmp_path / name).read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("script", "format", "message"),
    [
        ("raise KeyError('weights')", "saved_model", "The script t.py raised KeyError; its traceback is above."),
        ("raise SystemExit(3)", "saved_model", "The script t.py exited with 3; its output is above."),
        ("pass", "saved_model", "The program wrote no SavedModel: there is no m; save it with"),
        ("import sys; open(sys.argv[1], 'w').write('x')", "keras", "wrote no Keras file: m is another kind of file;"),
        ("import os, sys; os.mkdir(sys.argv[1])", "h5", "wrote no HDF5 file: the folder m holds nothing;"),
        (f"{ZIP}.writestr('config.json', '')", "h5", "wrote no HDF5 file: m is a Keras archive;"),
    ],
)
def test_what_fails(tmp_path, script, format, message):
    (tmp_path / "t.py").write_text(script)
    done = export(tmp_path, "--script=t.py", "--argument={output}", f"--format={format}", "--output=m")
    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].startswith("//:m: ")
    assert ("KeyError: 'weights'" in done.stderr) == ("KeyError" in script)


def test_a_binary_runs_without_the_converters_python(tmp_path):
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "${PYTHONPATH-none} $PYTHONHASHSEED" > "$1/saved_model.pb"\nexit "$2"\n')
    program.chmod(0o755)
    (tmp_path / "m").mkdir()
    (tmp_path / "m/fingerprint.pb").write_text("")
    flags = ["--binary=program", "--argument={output}", "--format=saved_model", "--output=m"]
    done = export(tmp_path, *flags, "--argument=0")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m/saved_model.pb").read_text() == "none 0\n"
    assert list((tmp_path / "m").iterdir()) == [tmp_path / "m/saved_model.pb"]
    done = export(tmp_path, *flags, "--argument=4")
    assert done.returncode == 1
    assert "The program program exited with 4; its output is above." in done.stderr
