"""validate.mjs on sound and broken models: what passes, and the one sentence of each failure."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.support import tiny_models as tiny
from tests.support.node import PROGRAMS, node, run_program


def validate(model: Path, *flags: str) -> dict:
    report = model.parent / "report.json"
    done = run_program("validate.mjs", f"--model={model}", f"--report={report}", *flags)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
    return json.loads(report.read_text())


def failure(model: Path, *flags: str) -> str:
    """The sentence on stderr, with the model's path as MODEL."""
    report = model.parent / "report.json"
    done = run_program("validate.mjs", f"--model={model}", f"--report={report}", *flags)
    assert done.returncode == 1
    assert not report.exists()
    assert done.stdout == ""
    assert re.fullmatch(r"[^\n]+\.\n", done.stderr), done.stderr
    return done.stderr.strip().replace(str(model), "MODEL")


def write_info(model: Path, **fields: object) -> str:
    shards = [
        {"path": path.name, "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(model.glob("*.bin"))
    ]
    info = model.parent / "info.json"
    info.write_text(json.dumps({"shards": shards, **fields}))
    return f"--info={info}"


@pytest.mark.parametrize("backend", ["auto", "cpu", "wasm"])
def test_a_sound_graph_model(tmp_path, backend):
    report = validate(tiny.affine(tmp_path / "m"), f"--backend={backend}")
    assert report == {
        "format": "graph-model",
        "backend": "cpu" if backend == "cpu" else "wasm",
        "execution": "predict",
        "inputs": [{"name": "features", "dtype": "float32", "shape": [1, 3]}],
        "outputs": [
            {"name": "zeta/y", "dtype": "float32", "shape": [1, 4], "not_finite_on": []},
            {"name": "alpha", "dtype": "float32", "shape": [1, 4], "not_finite_on": []},
        ],
    }


def test_a_sound_layers_model_with_its_info_file(tmp_path):
    model = tiny.dense(tmp_path / "m")
    info = write_info(model, outputs=[{"name": "scores", "dtype": "float32", "shape": [None, 2]}])
    report = validate(model, info)
    assert report["format"] == "layers-model"
    assert report["outputs"] == [{"name": "scores", "dtype": "float32", "shape": [1, 2], "not_finite_on": []}]


def single(directory, op, *, kind="float32", out=None, sizes=(2,), out_sizes=None, weights=None, inputs=("x",), **attr):
    """A model of one op on the placeholder x and constants."""
    weights = weights or {}
    nodes = [
        tiny.placeholder("x", kind, *sizes),
        *(tiny.constant(name, array) for name, array in weights.items()),
        tiny.node("y", op, *inputs, T=tiny.dtype(kind), **attr),
    ]
    out_sizes = sizes if out_sizes is None else out_sizes
    return tiny.write_graph_model(
        directory,
        nodes,
        {"x": tiny.entry("x:0", kind, *sizes)},
        {"y": tiny.entry("y:0", out or kind, *out_sizes)},
        weights,
    )


def test_a_missing_kernel_sends_auto_to_cpu_and_fails_wasm(tmp_path):
    model = single(tmp_path / "m", "Einsum", sizes=(2, 2), equation=tiny.text("ij->ji"))
    assert validate(model)["backend"] == "cpu"
    (tmp_path / "report.json").unlink()
    assert 'the wasm backend has no kernel "Einsum": use another backend.' in failure(model, "--backend=wasm")


def test_a_dynamic_op_is_reported_as_execute_async(tmp_path):
    model = single(tmp_path / "m", "Where", kind="bool", out="int32", sizes=(-1,), out_sizes=(-1, 1))
    assert validate(model)["execution"] == "executeAsync"
    (tmp_path / "report.json").unlink()
    assert "executeAsync" in failure(model, "--mode=predict")
    assert "needs executeAsync()" in failure(model, write_info(model, execution="predict"))


def test_strings_are_fed_empty(tmp_path):
    model = single(
        tmp_path / "m", "StringToHashBucketFast", kind="string", out="int32", sizes=(-1,), num_buckets=tiny.integer(10)
    )
    report = validate(model)
    assert report["inputs"] == [{"name": "x", "dtype": "string", "shape": [1]}]


def test_free_axes_grow_until_the_model_runs(tmp_path):
    kernel = np.ones((5, 5, 1, 1), np.float32)
    model = single(
        tmp_path / "m",
        "Conv2D",
        sizes=(-1, -1, -1, 1),
        weights={"kernel": kernel},
        inputs=("x", "kernel"),
        strides={"list": {"i": ["1", "1", "1", "1"]}},
        padding=tiny.text("VALID"),
        data_format=tiny.text("NHWC"),
        dilations={"list": {"i": ["1", "1", "1", "1"]}},
    )
    report = validate(model)
    assert report["inputs"][0]["shape"] == [1, 32, 32, 1]
    assert report["outputs"][0]["shape"] == [1, 28, 28, 1]


def test_an_output_finite_on_other_inputs_than_ones_passes_with_a_note(tmp_path):
    nodes = [
        tiny.placeholder("x", "float32", 2),
        tiny.constant("one", np.float32(1)),
        tiny.node("rest", "Sub", "one", "x", T=tiny.dtype("float32")),
        tiny.node("y", "Log", "rest", T=tiny.dtype("float32")),
    ]
    model = tiny.write_graph_model(
        tmp_path / "m",
        nodes,
        {"x": tiny.entry("x:0", "float32", 2)},
        {"y": tiny.entry("y:0", "float32", 2)},
        {"one": np.array(1, np.float32)},
    )
    assert validate(model)["outputs"][0]["not_finite_on"] == ["ones of shape [2]"]


def test_nan_among_the_weights_fails(tmp_path):
    weights = {"w": np.array([1, np.nan], np.float32)}
    model = single(tmp_path / "m", "AddV2", weights=weights, inputs=("x", "w"))
    assert failure(model).startswith('The output "y" of "MODEL" is NaN at element 1, and never finite on ones, zeros')


def test_the_name_given_stands_in_the_sentence(tmp_path):
    weights = {"w": np.array([np.inf, 0], np.float32)}
    model = single(tmp_path / "m", "AddV2", weights=weights, inputs=("x", "w"))
    assert failure(model, "--label=//pkg:model").startswith('The output "y" of "//pkg:model" is Infinity at element 0')


def test_unknown_op_unless_only_loaded(tmp_path):
    model = single(tmp_path / "m", "NoSuchOp")
    assert 'register "NoSuchOp" as a custom op' in failure(model)
    assert validate(model, "--mode=load") == {"format": "graph-model", "backend": "wasm"}


def test_unknown_layer(tmp_path):
    model = tiny.dense(tmp_path / "m")
    path = model / "model.json"
    path.write_text(path.read_text().replace('"Dense"', '"Attention"'))
    assert failure(model).endswith('tf.loadLayersModel has no "Attention": convert to a graph model instead.')


def test_missing_shard(tmp_path):
    model = tiny.affine(tmp_path / "m", shard_size=20)
    (model / "group1-shard2of4.bin").unlink()
    assert failure(model) == (
        'The shard "group1-shard2of4.bin" of "MODEL" cannot be read (ENOENT); convert the model again.'
    )


@pytest.mark.parametrize("cut", ["group1-shard2of4.bin", "group1-shard4of4.bin"])
def test_truncated_shard_is_named_with_and_without_info(tmp_path, cut):
    model = tiny.affine(tmp_path / "m", shard_size=20)
    info = write_info(model)
    (model / cut).write_bytes((model / cut).read_bytes()[:-3])
    length = (model / cut).stat().st_size
    assert f'the shard "{cut}" of "MODEL" seems cut ({length} bytes)' in failure(model)
    told = f'The shard "{cut}" of "MODEL" has {length} bytes, but the info file says {length + 3}'
    assert told in failure(model, info)


def test_a_changed_byte_is_found_by_the_info_file(tmp_path):
    model = tiny.affine(tmp_path / "m")
    info = write_info(model)
    shard = model / "group1-shard1of1.bin"
    shard.write_bytes(b"\x01" + shard.read_bytes()[1:])
    assert "does not have the sha256 that the info file says" in failure(model, info)


def test_trailing_bytes(tmp_path):
    model = tiny.affine(tmp_path / "m")
    shard = model / "group1-shard1of1.bin"
    shard.write_bytes(shard.read_bytes() + b"12345")
    assert "hold 5 bytes more than its manifest lists" in failure(model)


def test_cut_strings(tmp_path):
    words = np.array([b"first", b"second"], dtype=object)
    model = tiny.write_graph_model(
        tmp_path / "m",
        [tiny.constant("words", words), tiny.node("y", "Identity", "words", T=tiny.dtype("string"))],
        {},
        {"y": tiny.entry("y:0", "string", 2)},
        {"words": words},
    )
    assert validate(model)["outputs"][0]["dtype"] == "string"
    (tmp_path / "report.json").unlink()
    shard = model / "group1-shard1of1.bin"
    shard.write_bytes(shard.read_bytes()[:-1])
    assert failure(model).startswith('The weights end within "words"')


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/hostname", "http://example.com/w.bin", "a\\..\\b.bin"])
def test_shards_outside_the_folder_are_not_opened(tmp_path, name):
    model = tiny.affine(tmp_path / "m")
    (tmp_path / "secret.bin").write_bytes(bytes(64))
    content = json.loads((model / "model.json").read_text())
    content["weightsManifest"][0]["paths"] = [name]
    (model / "model.json").write_text(json.dumps(content))
    assert "shards must lie in the folder" in failure(model)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.pop("modelTopology"), "has no modelTopology."),
        (lambda m: m.pop("weightsManifest"), "has no weightsManifest."),
        (lambda m: m.update(format="saved"), 'has format "saved"; it must be graph-model or layers-model.'),
        (lambda m: m["weightsManifest"][0]["weights"][0].update(dtype="uint8"), 'has dtype "uint8"'),
        (lambda m: m["signature"]["outputs"].update(extra=tiny.entry("no:0", "float32", 1)), "gives [zeta/y,alpha]"),
        (lambda m: m["signature"]["outputs"]["alpha"].update(name="zeta_out:0"), "two outputs of its signature stand"),
        (lambda m: m["signature"]["outputs"]["alpha"]["tensorShape"]["dim"].pop(), "[?] is promised"),
    ],
)
def test_broken_model_json(tmp_path, change, sentence):
    model = tiny.affine(tmp_path / "m")
    content = json.loads((model / "model.json").read_text())
    change(content)
    (model / "model.json").write_text(json.dumps(content))
    assert sentence in failure(model)


def test_text_that_is_not_json_and_no_model_at_all(tmp_path):
    model = tiny.affine(tmp_path / "m")
    (model / "model.json").write_text('{"format": NaN}')
    assert "is not valid JSON" in failure(model)
    assert "cannot be read (ENOENT)" in failure(tmp_path / "absent")


def test_an_output_that_only_the_info_file_names(tmp_path):
    model = tiny.affine(tmp_path / "m")
    info = write_info(model, outputs=[{"name": "beta", "dtype": "float32", "shape": [None, 4]}])
    assert failure(model, info).startswith('The model "MODEL" has no output "beta"; it has "zeta/y", "alpha"')


def test_a_layers_output_of_another_shape_than_promised(tmp_path):
    model = tiny.dense(tmp_path / "m")
    info = write_info(model, outputs=[{"name": "scores", "dtype": "float32", "shape": [None, 3]}])
    assert 'The output "scores" of "MODEL" has shape [1,2]' in failure(model, info)


def test_the_packages_must_be_named(tmp_path):
    model = tiny.affine(tmp_path / "m")
    absent = f"--node_modules={tmp_path}"
    done = subprocess.run(
        [node(), PROGRAMS / "validate.mjs", f"--model={model}", "--report=r", absent], capture_output=True
    )
    assert done.returncode == 1
    assert b"holds no @tensorflow/tfjs-core" in done.stderr
