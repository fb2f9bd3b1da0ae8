"""`convert_jax`: JAX functions and Flax modules in TensorFlow.js, compared with JAX by output name."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import tensorflow as tf
import tfjs_convert
from tfjs_convert import compat

from tests.support.node import run_graph_model


def compare(folder, inputs, expected, tolerance=1e-5):
    """Runs the model, and compares each output by its name."""
    actual = run_graph_model(folder, inputs)
    assert sorted(actual) == sorted(expected)
    for name, value in expected.items():
        value = np.asarray(value)
        assert actual[name].shape == value.shape and actual[name].dtype == value.dtype, name
        assert np.abs(actual[name] - value).max() <= tolerance * max(1.0, np.abs(value).max()), name


def normal(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)


def test_a_plain_function(tmp_path):
    params = {"w": normal(4, 3), "b": normal(3)}
    result = tfjs_convert.convert_jax(
        lambda params, x: jnp.tanh(x @ params["w"] + params["b"]),
        params,
        input_signatures=[tf.TensorSpec([2, 4])],
        model_dir=tmp_path / "model",
    )
    assert [(tensor.name, tensor.shape) for tensor in result.inputs] == [("x", (2, 4))]
    x = normal(2, 4)
    compare(tmp_path / "model", {"x": x}, {"output_0": np.tanh(x @ params["w"] + params["b"])})


def test_the_upstream_documentations_pair_of_shape_and_dtype(tmp_path):
    tfjs_convert.convert_jax(
        lambda params, x: x * params,
        np.float32(3),
        input_signatures=[((2, 4), np.float32)],
        model_dir=tmp_path / "model",
    )
    compare(tmp_path / "model", {"x": normal(2, 4)}, {"output_0": normal(2, 4) * 3})


@pytest.mark.parametrize("batch", [1, 5])
def test_open_sizes_need_no_notation(batch, tmp_path):
    def attend(params, queries, keys):
        scores = nn.softmax(jnp.einsum("bqd,bkd->bqk", queries @ params["w"], keys))
        return {"scores": scores, "mean": (scores.sum((1, 2)) / scores.shape[1], scores.max())}

    result = tfjs_convert.convert_jax(
        attend,
        {"w": normal(4, 4)},
        input_signatures=[tf.TensorSpec([None, None, 4]), tf.TensorSpec([None, None, 4], name="values")],
        model_dir=tmp_path / "model",
    )
    assert not {"Assert", "PreventGradient", "If", "StatelessIf"} & set(result.info["ops"])
    queries, keys = normal(batch, 3, 4), normal(batch, 6, 4)
    expected = attend({"w": normal(4, 4)}, queries, keys)
    compare(
        tmp_path / "model",
        {"queries": queries, "values": keys},
        {"scores": expected["scores"], "mean_0": expected["mean"][0], "mean_1": expected["mean"][1]},
    )


def test_polymorphic_shapes(tmp_path):
    tfjs_convert.convert_jax(
        lambda params, x, y: (x.reshape(x.shape[0], -1) @ params, y),
        normal(16, 3),
        input_signatures=[tf.TensorSpec([None, 4, 4]), tf.TensorSpec([None])],
        polymorphic_shapes=["(n, 4, 4)", "(2*n,)"],
        model_dir=tmp_path / "model",
    )
    x, y = normal(3, 4, 4), normal(6)
    expected = {"output_0": x.reshape(3, 16) @ normal(16, 3), "output_1": y}
    compare(tmp_path / "model", {"x": x, "y": y}, expected)


def test_polymorphic_shapes_that_do_not_fit(tmp_path):
    with pytest.raises(tfjs_convert.InputError, match=r"syntax error .* different size 4"):
        tfjs_convert.convert_jax(
            lambda params, x: x,
            normal(1),
            input_signatures=[tf.TensorSpec([None, 2, 3, 4])],
            polymorphic_shapes=["(b, 4)"],
            model_dir=tmp_path / "model",
        )
    with pytest.raises(tfjs_convert.OptionError, match="2 polymorphic_shapes for 1 input_signatures"):
        tfjs_convert.convert_jax(
            lambda params, x: x,
            normal(1),
            input_signatures=[tf.TensorSpec([None, 2])],
            polymorphic_shapes=["(b, 2)", "(b, 2)"],
            model_dir=tmp_path / "model",
        )
    assert not (tmp_path / "model").exists()


def test_structures_of_inputs(tmp_path):
    spec = {"left": tf.TensorSpec([None, 2]), "rest": [tf.TensorSpec([3], tf.int32), tf.TensorSpec([], name="scale")]}
    tfjs_convert.convert_jax(
        lambda params, batch: batch["left"].sum(0) * batch["rest"][1] + batch["rest"][0].sum() * params,
        normal(2),
        input_signatures=[spec],
        model_dir=tmp_path / "model",
    )
    left, numbers = normal(4, 2), np.array([1, 2, 3], np.int32)
    inputs = {"batch_left": left, "batch_rest_0": numbers, "scale": np.float32(2)}
    compare(tmp_path / "model", inputs, {"output_0": left.sum(0) * 2 + 6 * normal(2)})


class Network(nn.Module):
    """Convolution, both kinds of normalization, pooling, attention and GELU."""

    @nn.compact
    def __call__(self, image, train=False):
        x = nn.Conv(8, (3, 3), strides=2)(image)
        x = nn.BatchNorm(use_running_average=not train)(x)
        x = nn.avg_pool(nn.relu(x), (2, 2), (2, 2))
        x = x.reshape(x.shape[0], -1, 8)
        x = x + nn.MultiHeadDotProductAttention(num_heads=2)(nn.LayerNorm()(x))
        x = nn.gelu(nn.Dense(12)(x), approximate=False).mean(1)
        return nn.log_softmax(nn.Dense(5)(x))


@pytest.mark.parametrize("size", [1, None])
def test_a_flax_module(size, tmp_path):
    module = Network()
    variables = module.init(jax.random.PRNGKey(1), np.zeros((1, 16, 16, 3)))
    variables["batch_stats"]["BatchNorm_0"]["mean"] = normal(8)
    result = tfjs_convert.convert_jax(
        module.apply,
        variables,
        input_signatures=[tf.TensorSpec([size, 16, 16, 3], name="image")],
        model_dir=tmp_path / "m",
    )
    assert "PreventGradient" not in result.info["ops"]
    image = normal(size or 3, 16, 16, 3)
    compare(tmp_path / "m", {"image": image}, {"output_0": module.apply(variables, image)})


@pytest.mark.parametrize("size", [1, None])
def test_an_embedding(size, tmp_path):
    """JAX fills what lies out of bounds with NaN, which is no diverged weight."""

    class Tokens(nn.Module):
        @nn.compact
        def __call__(self, ids):
            return nn.Dense(3)(nn.Embed(11, 4)(ids))

    variables = Tokens().init(jax.random.PRNGKey(0), np.zeros((1, 5), np.int32))
    tfjs_convert.convert_jax(
        Tokens().apply,
        variables,
        input_signatures=[tf.TensorSpec([size, 5], tf.int32, "ids")],
        model_dir=tmp_path / "m",
    )
    ids = np.array([[0, 1, 2, 10, 3]], np.int32)
    compare(tmp_path / "m", {"ids": ids}, {"output_0": Tokens().apply(variables, ids)})


def test_quantized(tmp_path):
    options = tfjs_convert.WeightOptions(quantize={"float16": ["*"]})
    result = tfjs_convert.convert_jax(
        lambda params, x: x @ params,
        normal(64, 64),
        input_signatures=[tf.TensorSpec([1, 64])],
        model_dir=tmp_path / "m",
        weight_options=options,
    )
    assert result.info["shards"][0]["bytes"] == 64 * 64 * 2
    compare(tmp_path / "m", {"x": normal(1, 64)}, {"output_0": normal(1, 64) @ normal(64, 64)}, tolerance=1e-3)


def test_the_upstream_names(tmp_path):
    compat.converters.convert_jax(
        apply_fn=lambda params, x: x + params,
        params=normal(3),
        input_signatures=[tf.TensorSpec([None, 3])],
        polymorphic_shapes=["(b, 3)"],
        model_dir=str(tmp_path / "m"),
        quantization_dtype_map={"float16": True},
    )
    compare(tmp_path / "m", {"x": normal(2, 3)}, {"output_0": normal(2, 3) + normal(3)}, tolerance=1e-3)
    with pytest.raises(ValueError, match="cannot be traced"):
        compat.converters.jax_conversion.convert_jax(
            lambda params, x: x @ params,
            normal(3, 3),
            input_signatures=[tf.TensorSpec([2, 4])],
            model_dir=str(tmp_path),
        )


def test_a_function_that_needs_values(tmp_path):
    with pytest.raises(tfjs_convert.InputError, match=r"cannot be traced .* TracerBoolConversionError"):
        tfjs_convert.convert_jax(
            lambda params, x: x if x[0] > 0 else -x,
            normal(1),
            input_signatures=[tf.TensorSpec([2])],
            model_dir=tmp_path / "m",
        )
    with pytest.raises(tfjs_convert.OptionError, match=r"of `x` is 'float32'; write tf.TensorSpec"):
        tfjs_convert.convert_jax(lambda params, x: x, normal(1), input_signatures=["float32"], model_dir=tmp_path / "m")
    assert not (tmp_path / "m").exists()
