"""Makes small SavedModels with TensorFlow, converts them, and compares TensorFlow.js with TensorFlow by output name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tfjs_convert import api

from tests.support import node


def save(
    directory: Path,
    function: Callable,
    specs: Mapping[str, tf.TensorSpec] | Sequence[tf.TensorSpec],
    **tracked: object,
) -> Path:
    """Saves a Python function as the signature `serving_default`; `tracked` keeps its variables and tables."""
    module = tf.Module()
    for name, value in tracked.items():
        setattr(module, name, value)
    if isinstance(specs, Mapping):
        specs = [tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in specs.items()]
    concrete = tf.function(function, autograph=True).get_concrete_function(*specs)
    module.concrete = concrete
    tf.saved_model.save(module, str(directory), signatures=concrete)
    return directory


def run_tensorflow(
    saved_model: Path, feeds: Mapping[str, np.ndarray], signature: str = "serving_default"
) -> dict[str, np.ndarray]:
    """What TensorFlow computes, by output name."""
    loaded = tf.saved_model.load(str(saved_model))
    wanted = loaded.signatures[signature]
    types = {key: spec.dtype for key, spec in wanted.structured_input_signature[1].items()}
    given = {key: tf.constant(value, types[key]) for key, value in feeds.items()}
    return {key: value.numpy() for key, value in wanted(**given).items()}


def for_js(feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Feeds in the dtypes that TensorFlow.js has."""
    wide = {np.dtype("int64"): "int32", np.dtype("float64"): "float32", np.dtype("float16"): "float32"}
    return {
        key: np.asarray(value).astype(wide.get(np.asarray(value).dtype, np.asarray(value).dtype))
        for key, value in feeds.items()
    }


def assert_close(got: Mapping[str, np.ndarray], wanted: Mapping[str, np.ndarray], what: str = "") -> None:
    """Each output, by name: same shape, and equal within 1e-4 of its range (exactly, if it is no float)."""
    assert sorted(got) == sorted(wanted), what
    for key, value in wanted.items():
        other = got[key]
        assert other.shape == value.shape, f"{what} {key}: {other.shape} and not {value.shape}"
        if value.dtype.kind in "fc" and value.size:
            finite = value[np.isfinite(value)]
            reach = max(1.0, float(np.abs(finite).max())) if finite.size else 1.0
            np.testing.assert_allclose(other, value, rtol=0, atol=1e-4 * reach, err_msg=f"{what} {key}")
        else:
            np.testing.assert_array_equal(other, value.astype(other.dtype), err_msg=f"{what} {key}")


def check(
    directory: Path,
    saved_model: Path,
    feeds: Mapping[str, np.ndarray] | Sequence[Mapping[str, np.ndarray]],
    backends: Sequence[str] = ("cpu",),
    variants: Sequence[Mapping[str, object]] = ({},),
    **options: object,
) -> list[dict]:
    """Converts a SavedModel once for each of `variants` of the options, and compares each on each set of feeds.

    Returns:
      The model.json of each variant.
    """
    cases = [feeds] if isinstance(feeds, Mapping) else list(feeds)
    wanted = [run_tensorflow(saved_model, each, options.get("signature_name") or "serving_default") for each in cases]
    models, jobs, expected = [], [], []
    for i, variant in enumerate(variants):
        out = directory / f"js{i}"
        api.convert_saved_model(saved_model, out, **{**options, **variant})
        models.append(model_json(out))
        for backend in backends:
            for each, result in zip(cases, wanted, strict=True):
                jobs.append(node.Job(out, for_js(each), backend))
                expected.append((result, f"{variant} on {backend}"))
    for run, (result, what) in zip(node.run_models(jobs), expected, strict=True):
        assert run.error is None, f"{what}: {run.stage}: {run.error}"
        assert_close(run.outputs, result, what)
    return models


def model_json(directory: Path) -> dict:
    """The parsed model.json of an artifact."""
    return json.loads((directory / "model.json").read_text())


def ops(model: dict) -> list[str]:
    """The operations of a graph and of its functions."""
    topology = model["modelTopology"]
    functions = topology.get("library", {}).get("function", [])
    return [n["op"] for n in [*topology["node"], *(n for f in functions for n in f["nodeDef"])]]
