"""The action of `jax_saved_model`: what it takes, that its bytes never differ, and each mistake in one sentence."""

import hashlib
import importlib.util
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

PROGRAM = pathlib.Path("tools/export/export_jax.py").absolute()

NETWORK = """
import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np

class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return {"probability": nn.softmax(nn.Dense(3)(nn.relu(nn.Dense(4)(x))))}

def params():
    return Net().init(jax.random.PRNGKey(0), jnp.zeros((1, 2)))

def apply(params, left, right):
    return jnp.dot(left, params["dense"]["kernel"]) + right

def decide(params, x):
    return x if x.sum() > 0 else -x

def broken():
    raise KeyError("weights")

number = 3
"""


def export(folder, *flags, seed="0"):
    (folder / "deep").mkdir(exist_ok=True)
    (folder / "deep/network.py").write_text(NETWORK)
    command = [sys.executable, "-s", "-P", str(PROGRAM), "--label=//:m", "--src=deep/network.py", *flags]
    if not any(flag.startswith("--output") for flag in flags):
        command.append("--output=m")
    environment = os.environ | {"PYTHONHASHSEED": seed, "JAX_PLATFORMS": "cpu"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def main(tmp_path, monkeypatch):
    """The program's main function in this process, beside the network; starting each anew would take minutes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "network", raising=False)
    (tmp_path / "network.py").write_text(NETWORK)
    spec = importlib.util.spec_from_file_location("export_jax", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda *flags: module.main(["--label=//:m", "--src=network.py", *flags, "--output=m"])


FLAX = ("--function=network:Net", "--params_function=network:params", "--input_signature=x:float32[?, 2]")


def test_a_flax_module_gives_the_same_bytes_on_any_hash_seed(tmp_path):
    found = []
    for name, seed in (("a", "0"), ("b", "7")):
        done = export(tmp_path, *FLAX, f"--output={name}", seed=seed)
        assert done.returncode == 0, done.stderr
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        found.append([(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files])
    assert found[0] == found[1]
    assert "fingerprint.pb" not in dict(found[0])
    signature = tf.saved_model.load(str(tmp_path / "a")).signatures["serving_default"]
    y = signature(x=tf.ones([5, 2]))["probability"].numpy()
    assert y.shape == (5, 3)
    assert np.abs(y.sum(1) - 1).max() < 1e-6


@pytest.mark.parametrize("kind", ["npz", "msgpack"])
def test_parameters_from_a_file(kind, tmp_path):
    kernel = np.arange(6, dtype=np.float32).reshape(2, 3)
    if kind == "npz":
        np.savez(tmp_path / "p.npz", **{"dense/kernel": kernel})
    else:
        from flax import serialization

        (tmp_path / "p.msgpack").write_bytes(serialization.to_bytes({"dense": {"kernel": kernel}}))
    signatures = ("--input_signature=float32[?,2]", "--input_signature=offset:float32[3]")
    done = export(tmp_path, "--function=deep.network:apply", f"--params=p.{kind}", *signatures)
    assert done.returncode == 0, done.stderr
    signature = tf.saved_model.load(str(tmp_path / "m")).signatures["serving_default"]
    left, right = np.ones((4, 2), np.float32), np.ones(3, np.float32)
    found = signature(left=tf.constant(left), offset=tf.constant(right))["output_0"]
    assert np.array_equal(found, left @ kernel + right)


APPLY = ("--function=network:apply", "--input_signature=float32[2]", "--input_signature=float32[3]")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--function=network", *FLAX[1:]), """function is 'network'; write "module:name","""),
        (("--function=net:apply", *FLAX[1:]), "names the module 'net', and none of srcs ends in net.py: network.py;"),
        (("--function=network:aply", *FLAX[1:]), "has no attribute 'aply'; name a function or module of that file."),
        (
            ("--function=network:number", *FLAX[1:]),
            "'network:number' is int; name a function of parameters and inputs,",
        ),
        (("--function=network:decide", *FLAX[1:]), "cannot be traced with these parameters and inputs: TracerBool"),
        ((*FLAX[:2], "--input_signature=x:float32"), "input_signatures[0] is 'x:float32'; write \"name:dtype[sizes]\""),
        ((*FLAX[:2], "--input_signature=x:float32[a]"), "whose sizes are not numbers or `?`; write"),
        ((*FLAX[:2], "--input_signature=x:floot[2]"), "and 'floot' is no dtype; write"),
        ((*FLAX[:2], "--input_signature=x:float32[?, 3]"), "cannot be traced with these parameters and inputs: Scope"),
        ((FLAX[0], FLAX[2], "--params_function=network:broken"), "'network:broken' raised KeyError; its traceback is"),
        ((*APPLY, "--params=text.npz"), "text.npz is neither an .npz file nor Flax's .msgpack; write flax"),
        ((*APPLY, "--params=pickled.npz"), "pickled.npz cannot be read (Object arrays cannot be loaded"),
        ((*APPLY, "--params=clash.npz"), "The parameters have an array `dense` and others below it; rename one"),
    ],
)
def test_what_fails(flags, message, main, tmp_path, capsys):
    (tmp_path / "text.npz").write_text("kernel")
    np.savez(tmp_path / "pickled.npz", dense=np.array([{}], dtype=object))
    np.savez(tmp_path / "clash.npz", **{"dense": np.ones(2), "dense/kernel": np.ones(2)})
    assert main(*flags) == 1
    told = capsys.readouterr().err
    last = told.splitlines()[-1]
    assert last.startswith("//:m: ") and message in last
    assert ("Traceback" in told) == ("broken" in "".join(flags))
    assert not (tmp_path / "m").exists()
