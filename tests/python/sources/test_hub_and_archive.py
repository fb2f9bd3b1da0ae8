"""Hub modules of both formats, and models in archives."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import api
from tfjs_convert.errors import InputError
from tfjs_convert.sources import archive

from tests.support import node, old_hub_module, saved_models

X = tf.TensorSpec([None, 2], tf.float32)
FEEDS = {"x": np.array([[1.0, -2.0]], np.float32)}


def _module(directory, name):
    w = tf.Variable([[1.0], [2.0]])
    module = tf.Module()
    module.w = w
    function = tf.function(lambda x: {"y": tf.matmul(x, w)})
    module.f = function.get_concrete_function(tf.TensorSpec([None, 2], tf.float32, "x"))
    tf.saved_model.save(module, str(directory), signatures={name: module.f})
    return directory


@pytest.mark.parametrize("name", ["serving_default", "default", "features"])
def test_new_module_has_the_signature_that_it_has(tmp_path, name):
    _module(tmp_path / "module", name)
    api.convert_hub_module(tmp_path / "module", tmp_path / "js")
    saved_models.assert_close(node.run_model(tmp_path / "js", FEEDS), {"y": np.array([[-3.0]], np.float32)})


def test_old_module_without_restoring_operation(tmp_path):
    wanted = old_hub_module.write(tmp_path / "module", FEEDS)
    api.convert_hub_module(tmp_path / "module", tmp_path / "js")
    saved_models.assert_close(node.run_model(tmp_path / "js", FEEDS), wanted)


def test_no_module(tmp_path):
    with pytest.raises(InputError, match="is no hub module"):
        api.convert_hub_module(tmp_path, tmp_path / "js")


@pytest.mark.parametrize("name", ["model.tar.gz", "model.zip", "model.tar"])
def test_archives_give_the_same_bytes_as_the_folder(tmp_path, name):
    folder = _module(tmp_path / "folder" / "inner", "serving_default")
    if name.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            for path in sorted(folder.rglob("*")):
                file.write(path, path.relative_to(folder.parent))
    else:
        with tarfile.open(tmp_path / name, "w:gz" if name.endswith("gz") else "w") as file:
            file.add(folder, "inner")
    api.convert_saved_model(folder, tmp_path / "a")
    api.convert_saved_model(tmp_path / name, tmp_path / "b")
    assert (tmp_path / "a" / "model.json").read_bytes() == (tmp_path / "b" / "model.json").read_bytes()


def _tar(path, name, kind=tarfile.REGTYPE, link=""):
    with tarfile.open(path, "w") as file:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, 3 if kind == tarfile.REGTYPE else 0
        file.addfile(info, io.BytesIO(b"abc"))


@pytest.mark.parametrize(
    ("entry", "kind", "said"),
    [
        ("../saved_model.pb", tarfile.REGTYPE, "outside its folder"),
        ("/etc/saved_model.pb", tarfile.REGTYPE, "outside its folder"),
        ("a/../../saved_model.pb", tarfile.REGTYPE, "outside its folder"),
        ("saved_model.pb", tarfile.SYMTYPE, "link or a device"),
        ("saved_model.pb", tarfile.LNKTYPE, "link or a device"),
        ("saved_model.pb", tarfile.FIFOTYPE, "link or a device"),
        ("notes.txt", tarfile.REGTYPE, "exactly one SavedModel or hub module; it holds: none"),
    ],
)
def test_unsafe_archives_are_refused(tmp_path, entry, kind, said):
    _tar(tmp_path / "model.tar", entry, kind, "/etc/passwd")
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match=said):
        archive.unpack(tmp_path / "model.tar", tmp_path / "out")
    assert not (tmp_path / "saved_model.pb").exists()


def test_zip_with_a_link_two_models_or_too_much(tmp_path):
    link = zipfile.ZipInfo("saved_model.pb")
    link.external_attr = (0o120777) << 16
    cases = {"link": [(link, b"/etc/passwd")], "two": [("a/saved_model.pb", b""), ("b/saved_model.pb", b"")]}
    cases["much"] = [("saved_model.pb", bytes(5000))]
    for name, said in (("link", "link or a device"), ("two", "it holds: a, b"), ("much", "more than 4000 bytes")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as file:
            for entry, data in cases[name]:
                file.writestr(entry, data)
        with pytest.raises(InputError, match=said):
            archive.unpack(tmp_path / f"{name}.zip", tmp_path / name, max_bytes=4000)


def test_archive_that_is_cut_off(tmp_path):
    folder = _module(tmp_path / "folder", "serving_default")
    with tarfile.open(tmp_path / "whole.tar.gz", "w:gz") as file:
        file.add(folder, "model")
    data = (tmp_path / "whole.tar.gz").read_bytes()
    for name in ("cut.tar.gz", "cut.zip"):
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        with pytest.raises(InputError, match="no archive that can be read"):
            api.convert_saved_model(tmp_path / name, tmp_path / "js")
    assert not os.path.exists(tmp_path / "js")
