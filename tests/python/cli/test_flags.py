"""Each flag of the command line without TensorFlow: what it does to a layers model, and what is refused."""

import json

import numpy as np
import pytest
from tfjs_convert import version
from tfjs_convert.cli import flags

from tests.support import keras_h5_files as files
from tests.support.command import converted, converter, refused
from tests.support.node import run_layers_model

KERNEL = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
X = np.linspace(-1, 2, 8, dtype=np.float32).reshape(2, 4)
BIAS = np.array([0.5, -0.5, 2], np.float32)
OUT = np.array([[1, -1], [0.5, 2], [-3, 0.25]], np.float32)


@pytest.fixture(scope="module")
def h5(tmp_path_factory):
    """A Keras 2 file whose folder has a space in its name."""
    path = tmp_path_factory.mktemp("made with Keras") / "two layers.h5"
    config = files.sequential(
        files.input_layer("x", [4]),
        files.layer("Dense", "hidden", units=3, activation="linear", use_bias=True),
        files.layer("Dense", "out", units=2, activation="linear", use_bias=False),
    )
    weights = {
        "hidden": {"hidden/kernel:0": KERNEL, "hidden/bias:0": BIAS},
        "out": {"out/kernel:0": OUT},
    }
    return files.write_h5(path, config, weights)


def model(directory):
    return json.loads((directory / "model.json").read_text())


def weights(directory):
    return {each["name"]: each for group in model(directory)["weightsManifest"] for each in group["weights"]}


def quantized(directory):
    return {name: each["quantization"]["dtype"] for name, each in weights(directory).items() if "quantization" in each}


def test_converts_and_says_so(h5, tmp_path):
    run = converted("--input_format=keras", h5, tmp_path / "web model")
    assert run.stdout.startswith(f"Wrote the layers-model {tmp_path / 'web model'} (") and "1 weight file" in run.stdout
    assert run.stderr == ""
    outputs = run_layers_model(tmp_path / "web model", {"x": X})
    np.testing.assert_allclose(outputs["out"], (X @ KERNEL + BIAS) @ OUT, rtol=1e-5, atol=1e-5)


def test_relative_paths(h5, tmp_path):
    (tmp_path / "model.h5").write_bytes(h5.read_bytes())
    converted("--input_format", "keras", "model.h5", "a/b", cwd=tmp_path)
    assert (tmp_path / "a" / "b" / "model.json").is_file()


@pytest.mark.parametrize("dtype", ["float16", "uint8", "uint16"])
def test_bare_quantize_flag_swallows_no_path(h5, tmp_path, dtype):
    converted("--input_format=keras", f"--quantize_{dtype}", h5, tmp_path / "out")
    assert set(quantized(tmp_path / "out")) == {"hidden/kernel", "hidden/bias", "out/kernel"}
    assert dtype in quantized(tmp_path / "out").values()


@pytest.mark.parametrize(
    "words",
    [
        ["--quantize_float16=hidden/*"],
        ["--quantize_float16", "hidden/*"],
        ["-quantize_float16", "hidden/*"],
        ["--quantize_f=hidden/*"],
        ["--quantize_float16=hidden/kernel,hidden/bias"],
    ],
)
def test_quantize_by_name(h5, tmp_path, words):
    converted("--input_format=keras", *words, h5, tmp_path / "out")
    assert quantized(tmp_path / "out") == {"hidden/kernel": "float16", "hidden/bias": "float16"}


def test_two_kinds_of_quantization(h5, tmp_path):
    converted("--input_format=keras", h5, "--quantize_float16", "out/*", tmp_path / "out", "--quantize_uint16")
    assert quantized(tmp_path / "out") == {
        "out/kernel": "float16",
        "hidden/kernel": "uint16",
        "hidden/bias": "uint16",
    }


@pytest.mark.parametrize("number, dtype", [("1", "uint8"), ("2", "uint16")])
def test_quantization_bytes(h5, tmp_path, number, dtype):
    run = converted("--input_format=keras", f"--quantization_bytes={number}", h5, tmp_path / "out")
    assert f"deprecated; write --quantize_{dtype} instead" in run.stderr
    assert dtype in quantized(tmp_path / "out").values()


def test_negated_flag_is_off(h5, tmp_path):
    converted("--input_format=keras", "--quantize_uint8", "--noquantize_uint8", h5, tmp_path / "out")
    assert quantized(tmp_path / "out") == {}


def test_shards(h5, tmp_path):
    converted("--input_format=keras", "--weight_shard_size_bytes=25", h5, tmp_path / "out")
    assert [len(group["paths"]) for group in model(tmp_path / "out")["weightsManifest"]] == [4]
    sizes = [(tmp_path / "out" / f"group1-shard{i}of4.bin").stat().st_size for i in (1, 2, 3, 4)]
    assert sizes == [25, 25, 25, 9]


def test_split_weights_by_layer(h5, tmp_path):
    converted("--input_format=keras", "--split_weights_by_layer", h5, tmp_path / "out")
    groups = model(tmp_path / "out")["weightsManifest"]
    assert [[each["name"] for each in group["weights"]] for group in groups] == [
        ["hidden/kernel", "hidden/bias"],
        ["out/kernel"],
    ]


def test_metadata(h5, tmp_path):
    (tmp_path / "a, b:c.json").write_text('{"n": [1, 2]}')
    (tmp_path / "d.json").write_text('"d"')
    flag = "--metadata=labels:a, b:c.json,more:d.json"
    run = converter("--input_format=keras", flag, h5, tmp_path / "out", cwd=tmp_path)
    assert run.returncode == 1 and "'a'" in run.stderr
    (tmp_path / "C:a, b.json").write_text('{"n": [1, 2]}')
    flag = "--metadata=labels:C:a, b.json,more:d.json"
    converted("--input_format=keras", flag, h5, tmp_path / "out", cwd=tmp_path)
    assert model(tmp_path / "out")["userDefinedMetadata"] == {"labels": {"n": [1, 2]}, "more": "d"}


def test_layers_model_again(h5, tmp_path):
    """The options of the way from Keras hold for a layers model, too."""
    (tmp_path / "m.json").write_text("[3]")
    converted("--input_format=keras", h5, tmp_path / "one")
    converted(
        *("--input_format=tfjs_layers_model", "--output_format=tfjs_layers_model", "--split_weights_by_layer"),
        *("--metadata", f"m:{tmp_path / 'm.json'}", "--quantize_uint16", "--weight_shard_size_bytes=20"),
        *(tmp_path / "one" / "model.json", tmp_path / "two"),
    )
    two = model(tmp_path / "two")
    assert two["userDefinedMetadata"] == {"m": [3]}
    assert [len(group["paths"]) for group in two["weightsManifest"]] == [2, 1]
    outputs = run_layers_model(tmp_path / "two", {"x": X})
    np.testing.assert_allclose(outputs["out"], (X @ KERNEL + BIAS) @ OUT, atol=1e-3)


def test_weights_only(tmp_path):
    import h5py

    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [b"d"]
        file.attrs["keras_version"] = b"2.15.0"
        group = file.create_group("d")
        group.attrs["weight_names"] = [b"d/kernel:0"]
        group["d/kernel:0"] = KERNEL
    run = converted("--input_format=keras", tmp_path / "w.h5", tmp_path / "out")
    assert "weights only" in run.stderr
    assert model(tmp_path / "out")["modelTopology"] is None
    assert list(weights(tmp_path / "out")) == ["d/kernel"]


def test_flags_without_effect_are_named(h5, tmp_path):
    words = ["--input_format=keras", "--skip_op_check", "--saved_model_tags=serve"]
    run = converted(*words, h5, tmp_path / "out")
    assert run.stderr.splitlines() == [
        f"tensorflowjs_converter: The flag --{name} has no effect from keras to tfjs_layers_model."
        for name in ("saved_model_tags", "skip_op_check")
    ]


@pytest.mark.parametrize("flag", ["--version", "-v", "--vers"])
def test_version(flag):
    run = converted(flag)
    first, *rest = run.stdout.splitlines()
    assert version.VERSION in first
    assert {line.split()[0] for line in rest if line.startswith("  ")} == {
        *("keras", "tf_keras", "tensorflow", "h5py", "numpy")
    }


def test_help_names_every_flag():
    page = converted("--help").stdout
    names = [name for name in flags.define() if len(name) > 1]
    assert len(names) == 21
    for name in names:
        assert f"--{name}" in page
    assert sorted(name for group in flags.GROUPS.values() for name in group) == sorted(names)
    assert converted("-h").stdout == page


USAGE = {
    "no paths": ([], "input_path"),
    "no output": (["in"], "output_path"),
    "empty input": (["", "out"], "input_path"),
    "three paths": (["a", "b", "c"], "'c'"),
    "unknown flag": (["--strip_debug", "--nonsense", "a", "b"], "no flag --nonsense; see --help"),
    "near flag": (["--input_formt=keras", "a", "b"], "did you mean --input_format"),
    "ambiguous": (["--quantize_u", "a", "b"], "--quantize_uint16, --quantize_uint8"),
    "input_format": (["--input_format=nonsense", "a", "b"], "--input_format"),
    "output_format": (["--output_format=nonsense", "a", "b"], "--output_format"),
    "output_format's value": (["--output_format"], "needs a value"),
    "pair": (["--input_format=tf_saved_model", "--output_format=keras", "a", "b"], "tf_saved_model - keras"),
    "signature_name": (
        ["--input_format=keras", "--signature_name=s", "a", "b"],
        "The --signature_name flag is applicable only to",
    ),
    "output_node_names": (["--input_format=tf_frozen_model", "a", "b"], "--output_node_names flag is required"),
    "empty output_node_names": (["--input_format=tf_frozen_model", "--output_node_names=", "a", "b"], "required"),
    "control_flow_v2": (
        ["--input_format=keras", "--control_flow_v2=True", "a", "b"],
        'output format is "tfjs_layers_model"',
    ),
    "control_flow_v2's value": (["--control_flow_v2=perhaps", "a", "b"], "true or false"),
    "strip_debug_ops": (["--strip_debug_ops=perhaps", "a", "b"], "--strip_debug_ops=perhaps: write true or false"),
    "use_structured_outputs_names": (["--use_structured_outputs_names=2", "a", "b"], "true or false"),
    "experiments": (["--experiments=2", "a", "b"], "true or false"),
    "skip_op_check": (["--skip_op_check=2", "a", "b"], "true or false"),
    "split_weights_by_layer": (["--split_weights_by_layer=2", "a", "b"], "true or false"),
    "version": (["--version=2"], "true or false"),
    "quantize_float16": (["--quantize_float16=a,,b", "a", "b"], "a pattern is empty"),
    "quantize_uint8": (["--quantize_uint8=", "a", "b"], "a pattern is empty"),
    "quantize_uint16": (["--quantize_uint8", "--quantize_uint16", "a", "b"], "both uint8 and uint16"),
    "quantize_*'s values": (["--quantize_uint8", "a", "--quantize_uint16", "b", "c"], "write --FLAG=VALUE"),
    "quantization_bytes": (["--quantization_bytes=4", "a", "b"], "<1|2>"),
    "quantization_bytes and": (["--quantization_bytes=1", "--quantize_uint8", "a", "b"], "cannot be used together"),
    "weight_shard_size_bytes": (["--weight_shard_size_bytes=0", "a", "b"], "weight_shard_size_bytes"),
    "negative size": (["--weight_shard_size_bytes", "-5", "a", "b"], "got -5"),
    "size of words": (["--weight_shard_size_bytes=big", "a", "b"], "--weight_shard_size_bytes=big"),
    "size of Keras": (
        ["--input_format=tfjs_layers_model", "--weight_shard_size_bytes=9", "a", "b"],
        "tfjs_layers_model or tfjs_graph_model",
    ),
    "keras_version": (["--keras_version=4", "a", "b"], "--keras_version"),
    "metadata": (["--metadata=labels", "a", "b"], "key:path"),
    "metadata's key": (["--metadata=:x.json", "a", "b"], "key:path"),
}


@pytest.mark.parametrize("case", USAGE)
def test_bad_usage(case, tmp_path):
    words, said = USAGE[case]
    assert said in refused(2, *words, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


FAILURES = {
    "metadata is not there": (["--metadata=a:gone.json", "model.h5", "out"], "'gone.json' cannot be opened"),
    "metadata is no JSON": (["--metadata=a:text", "model.h5", "out"], "cannot read valid JSON"),
    "metadata is far away": (["--metadata=a:https://x.org/y.json", "model.h5", "out"], "nothing is downloaded"),
    "input is not there": (["gone.h5", "out"], "Nonexistent path"),
    "input is a folder": (["folder", "out"], "Expected path to point to an HDF5 file, but it points to a directory"),
    "input is far away": (["https://x.org/y/1", "out"], "https://x.org/y/1 is an address"),
    "input is text": (["text", "out"], "neither an HDF5 file nor a zip archive"),
    "output is a file": (["model.h5", "text"], "already exists as a file"),
    "a pattern that matches nothing": (["--quantize_uint8=conv*", "model.h5", "out"], "matches no weight"),
    ".keras is a folder": (["--input_format=keras_keras", "folder", "out"], "directory"),
    ".keras is not there": (["--input_format=keras_keras", "gone", "out"], "Nonexistent path to a .keras file"),
    "SavedModel is not there": (["--input_format=tf_saved_model", "gone", "out"], "Nonexistent path 'gone'"),
    "hub module is far away": (["--input_format=tf_hub", "https://tfhub.dev/x", "out"], "nothing is downloaded here"),
    "hub module is not there": (["--input_format=tf_hub", "gone", "out"], "Nonexistent path"),
    "layers model is a folder": (
        ["--input_format=tfjs_layers_model", "folder", "a.h5"],
        "input path should be a model.json file",
    ),
    "layers model is not there": (["--input_format=tfjs_layers_model", "gone", "a.h5"], "Nonexistent path"),
    "layers model is text": (
        ["--input_format=tfjs_layers_model", "text", "a.h5"],
        "cannot read valid JSON content from 'text'",
    ),
    "layers model is something else": (["--input_format=tfjs_layers_model", "list.json", "a.h5"], "weightsManifest"),
    "output is a folder": (
        ["--input_format=tfjs_layers_model", "list.json", "folder"],
        "but received an existing directory",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failures(case, h5, tmp_path):
    (tmp_path / "model.h5").write_bytes(h5.read_bytes())
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("hello")
    (tmp_path / "list.json").write_text("[]")
    words, said = FAILURES[case]
    first = [] if any(word.startswith("--input_format") for word in words) else ["--input_format=keras"]
    assert said in refused(1, *first, *words, cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "list.json", "model.h5", "text"]
    assert (tmp_path / "text").read_text() == "hello"


def test_metadata_key_twice(tmp_path):
    (tmp_path / "a.json").write_text("1")
    assert "'k' twice" in refused(2, "--metadata=k:a.json,k:a.json", "in", "out", cwd=tmp_path)


def test_traceback_on_demand(tmp_path):
    run = converter("--input_format=keras", "--traceback", "gone.h5", "out", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("Traceback") and "Nonexistent path" in run.stderr.splitlines()[-1]


def test_missing_package_is_named(h5, tmp_path, monkeypatch, capsys):
    import sys

    from tfjs_convert.cli import main

    monkeypatch.setitem(sys.modules, "tfjs_convert.api_layers", None)
    assert main(["--input_format=keras", str(h5), str(tmp_path / "out")]) == 1
    assert "needs is missing" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_flagfile(h5, tmp_path):
    (tmp_path / "flags").write_text("--input_format=keras\n--quantize_float16=out/*\n")
    converted("--flagfile=flags", h5, "out", cwd=tmp_path)
    assert quantized(tmp_path / "out") == {"out/kernel": "float16"}


def test_words_after_two_dashes_are_paths(h5, tmp_path):
    (tmp_path / "--model.h5").write_bytes(h5.read_bytes())
    converted("--input_format=keras", "--quantize_uint8", "--", "--model.h5", "out", cwd=tmp_path)
    assert quantized(tmp_path / "out")
