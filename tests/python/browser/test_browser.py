"""The browser test's door: models in a real Chromium, faithful ones and such as are broken on purpose."""

import json
import shlex
import subprocess

import numpy as np
import pytest
from tfjs_convert.parity.main import main
from tfjs_convert.parity.recording import Run, write_runs

from tests.support import browser, node
from tests.support import tiny_models as tiny

X = np.array([[1, -2, 3], [0.5, 0, -1]], np.float32)
PRODUCT = X @ np.arange(12, dtype=np.float32).reshape(3, 4)
OUTPUTS = {"zeta/y": PRODUCT + np.array([0.5, -0.5, 1, 0], np.float32), "alpha": np.maximum(PRODUCT, 0)}
RUNS = [Run("seed_0", {"features": X}, OUTPUTS)]
ALL = ["--backend=cpu", "--backend=wasm", "--backend=webgl", "--backend=webgpu"]


@pytest.fixture
def run(tmp_path, capfd):
    """Compares a model in the browser with runs; returns the exit code, stdout and stderr."""

    def compare(model, *flags, runs=RUNS, executable=None, run_flags=()):
        write_runs(tmp_path / "reference", runs)
        page = [f"--browser={executable or browser.browser()}", f"--driver={browser.driver()}", *run_flags]
        command = ["--label=//m:browser", f"--model={model}", f"--reference={tmp_path / 'reference'}"]
        command += [f"--node={node.node()}", f"--node_modules={browser.page_scripts()}"]
        command += [f"--run={browser.PROGRAMS / 'run.mjs'}", *(f"--run_flag={flag}" for flag in page)]
        code = main([*command, *flags])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return compare


def with_module(directory, source):
    """A faithful model that brings a module of operations, which the page runs before it loads the model."""
    model = tiny.affine(directory / "m")
    (model / "custom_ops.mjs").write_text(source)
    info = directory / "info.json"
    info.write_text(json.dumps({"custom_ops": {"Own": "own.mjs"}}))
    return model, f"--info={info}"


def test_a_faithful_graph_model_passes_on_every_backend(tmp_path, run):
    code, out, err = run(tiny.affine(tmp_path / "m"), *ALL)
    assert (code, err) == (0, "")
    titles = [line for line in out.splitlines() if line.endswith("(predict)")]
    assert titles == [f"{name}, seed_0 (predict)" for name in ("cpu", "wasm", "webgl", "webgpu")]


def test_a_layers_model_in_two_runs(tmp_path, run):
    info = tmp_path / "info.json"
    info.write_text(json.dumps({"inputs": [{"name": "in"}], "outputs": [{"name": "out"}]}))
    kernel = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    runs = [Run(f"seed_{s}", {"in": s * X}, {"out": s * X @ kernel + np.float32([0.5, -0.5])}) for s in (1, 2)]
    code, out, err = run(tiny.dense(tmp_path / "m"), f"--info={info}", "--backend=webgl", runs=runs)
    assert (code, err, out.count("webgl, seed_")) == (0, "", 2)


def test_every_dtype_goes_there_and_back(tmp_path, run):
    arrays = {
        "float32": np.array([1.5, np.inf], np.float32),
        "int32": np.array([-(2**31), 7], np.int32),
        "bool": np.array([True, False]),
        "string": np.array([b"a", b"\xff\x00"], object),
    }
    nodes = [tiny.placeholder(f"in_{kind}", kind, 2) for kind in arrays]
    nodes += [tiny.node(f"out_{kind}", "Identity", f"in_{kind}", T=tiny.dtype(kind)) for kind in arrays]
    ports = [{kind: tiny.entry(f"{side}_{kind}:0", kind, 2) for kind in arrays} for side in ("in", "out")]
    runs = [Run("seed_0", arrays, arrays)]
    code, _, err = run(tiny.write_graph_model(tmp_path / "m", nodes, *ports), "--backend=wasm", runs=runs)
    assert (code, err) == (0, "")


def test_a_wrong_number_is_named_with_its_place(tmp_path, run):
    wrong = {**OUTPUTS, "alpha": OUTPUTS["alpha"].copy()}
    wrong["alpha"][1, 2] += 5
    code, out, err = run(tiny.affine(tmp_path / "m"), "--backend=webgl", runs=[Run("seed_0", {"features": X}, wrong)])
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith(
        '//m:browser: On webgl, seed_0: The output "alpha" is off by 5 at [1, 2], where the reference has 5'
    )
    assert out.splitlines()[3].endswith("FAILS")


@pytest.mark.parametrize(
    ("alpha", "sentence"),
    [
        (OUTPUTS["alpha"].astype(np.int32), 'The output "alpha" holds floats, but the reference holds integers.'),
        (OUTPUTS["alpha"][:1], 'The output "alpha" has shape [2, 4], but the reference has [1, 4].'),
    ],
)
def test_another_dtype_or_shape_fails(tmp_path, run, alpha, sentence):
    runs = [Run("seed_0", {"features": X}, {**OUTPUTS, "alpha": alpha})]
    assert run(tiny.affine(tmp_path / "m"), "--backend=cpu", runs=runs)[::2] == (
        1,
        f"//m:browser: On cpu, seed_0: {sentence}\n",
    )


def test_a_missing_shard_is_named(tmp_path, run):
    model = tiny.affine(tmp_path / "m")
    (model / "group1-shard1of1.bin").unlink()
    code, _, err = run(model, "--backend=wasm")
    assert (code, err.count("\n")) == (1, 1)
    assert "TensorFlow.js fails (load): " in err
    assert "/source/group1-shard1of1.bin is answered with 404" in err


def test_an_error_in_the_console_fails_though_the_numbers_are_right(tmp_path, run):
    model, info = with_module(
        tmp_path, "export function register() { console.error('own trouble'); console.warn('advice'); }"
    )
    code, _, err = run(model, info, "--backend=cpu")
    assert (code, err) == (
        1,
        '//m:browser: On cpu, seed_0, TensorFlow.js fails (console): the page logs the error "own trouble".\n',
    )


def test_a_warning_is_no_error(tmp_path, run):
    model, info = with_module(tmp_path, "export function register() { console.warn('advice'); }")
    assert run(model, info, "--backend=cpu")[::2] == (0, "")


def test_an_error_that_nobody_catches_fails(tmp_path, run):
    model, info = with_module(
        tmp_path, "export function register() { setTimeout(() => { throw new Error('late'); }); }"
    )
    code, _, err = run(model, info, "--backend=cpu")
    assert (code, 'TensorFlow.js fails (console): the page throws "late".' in err) == (1, True)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/source/none.txt", "/source/none.txt is answered with 404"),
        ("http://127.0.0.1:1/elsewhere", "/elsewhere cannot be fetched (net::ERR_UNSAFE_PORT)"),
    ],
)
def test_a_request_that_fails_fails(tmp_path, run, address, sentence):
    model, info = with_module(tmp_path, f"await fetch('{address}').catch(() => 0); export const register = () => 0;")
    code, _, err = run(model, info, "--backend=cpu")
    assert (code, err) == (1, f"//m:browser: On cpu, seed_0, TensorFlow.js fails (request): {sentence}.\n")


def test_a_load_that_takes_too_long_fails_once_for_all_inputs(tmp_path, run):
    model, info = with_module(tmp_path, "await new Promise(() => {});")
    runs = [Run(name, {"features": X}, OUTPUTS) for name in ("seed_0", "seed_1")]
    code, _, err = run(model, info, "--backend=cpu", runs=runs, run_flags=["--load_seconds=2"])
    assert (code, err.count("TensorFlow.js fails (load): the model is not loaded after 2 s.")) == (1, 2)


def test_a_broken_backend_leaves_the_others_alone(tmp_path, run):
    wrapper = tmp_path / "browser" / "browser"
    wrapper.parent.mkdir()
    library = browser.browser().parent / "lib"
    wrapper.write_text(
        f"#!/usr/bin/env bash\nexport LD_LIBRARY_PATH={shlex.quote(str(library))}\n"
        f'exec {shlex.quote(str(browser.browser()))} "${{@/--enable-unsafe-webgpu/--no-pings}}"\n'
    )
    wrapper.chmod(0o755)
    code, out, err = run(tiny.affine(tmp_path / "m"), "--backend=webgpu", "--backend=cpu", executable=wrapper)
    assert (code, err.count("\n"), "cpu, seed_0 (predict)" in out) == (1, 1, True)
    assert "(load): this browser has no WebGPU adapter; leave webgpu out of backends" in err


def test_a_browser_that_does_not_start_is_one_sentence(tmp_path, run):
    executable = tmp_path / "no_browser"
    executable.write_text("#!/bin/sh\nexit 3\n")
    executable.chmod(0o755)
    code, _, err = run(tiny.affine(tmp_path / "m"), executable=executable)
    assert (code, err.count("\n")) == (1, 1)
    assert 'The browser "' in err
    assert 'no_browser" did not start' in err


@pytest.fixture
def bundle(tmp_path):
    model = tiny.affine(tmp_path / "m")
    info = tmp_path / "m.info.json"
    ports = [("features", [None, 3]), ("zeta/y", [None, 4]), ("alpha", [None, 4])]
    features, *outputs = [{"name": name, "dtype": "float32", "shape": shape} for name, shape in ports]
    info.write_text(json.dumps({"format": "graph-model", "inputs": [features], "outputs": outputs}))
    output = tmp_path / "bundle"
    command = [node.node(), str(browser.PROGRAMS.parent / "web" / "bundle.mjs"), f"--output_dir={output}"]
    command += [f"--headers_dir={tmp_path / 'headers'}", f"--info={tmp_path / 'bundle.json'}"]
    subprocess.run([*command, "--model_name=affine", f"--model_dir={model}", f"--model_info={info}"], check=True)
    return output


def test_a_bundle_is_loaded_by_its_own_loader(run, bundle):
    code, out, err = run(bundle, "--backend=webgl", run_flags=["--bundle_model=affine"])
    assert (code, err, "webgl, seed_0 (predict)" in out) == (0, "", True)


def test_a_bundle_whose_shard_was_cut_fails(run, bundle):
    (shard,) = bundle.glob("models/affine/*.bin")
    shard.write_bytes(shard.read_bytes()[:-4])
    code, _, err = run(bundle, "--backend=webgl", run_flags=["--bundle_model=affine"])
    assert (code, err.count("\n")) == (1, 1)
    assert f"(load): models/affine/{shard.name} has 60 bytes instead of 64." in err


def test_a_runtime_in_one_script(tmp_path, run):
    names = ["core", "converter", "layers", "backend-cpu"]
    files = [browser.page_scripts() / f"@tensorflow/tfjs-{name}/dist/tf-{name}.es2017.min.js" for name in names]
    script = tmp_path / "runtime" / "tfjs.js"
    script.parent.mkdir()
    script.write_text("\n".join(file.read_text() for file in files))
    flags = [f"--runtime_bundle={script}"]
    model = tiny.affine(tmp_path / "m")
    assert run(model, "--backend=cpu", run_flags=flags)[::2] == (0, "")
    code, _, err = run(model, "--backend=webgl", run_flags=flags)
    assert (code, err.count("\n")) == (1, 1)
    assert "TensorFlow.js fails (load): Backend name 'webgl' not found in registry" in err
