# ruff: noqa: E501 (tables: one case a line)
"""Keras's training configuration in the form that TensorFlow.js compiles a model with, or a note that it cannot."""

import json

import pytest
from tfjs_convert.api_layers import convert_keras_file

from tests.support.keras_h5_files import array, input_layer, layer, sequential, write_h5
from tests.support.node import run_layers_model

MODEL = sequential(input_layer("x", [3]), layer("Dense", "d", units=2, use_bias=False, activation="softmax"))


def convert(tmp_path, training):
    path = write_h5(tmp_path / "m.h5", MODEL, {"d": {"d/kernel": array(3, 2)}}, training)
    result = convert_keras_file(path, tmp_path / "out")
    # Loading compiles: a configuration that the loader refuses would fail here.
    run_layers_model(tmp_path / "out", {"x": array(1, 3)})
    return result, json.loads((tmp_path / "out" / "model.json").read_text()).get("trainingConfig")


def optimizer(name, **config):
    return {"class_name": name, "config": config}


@pytest.mark.parametrize(
    ("given", "class_name", "expected"),
    [
        (optimizer("Adam", lr=0.5, beta_1=0.8, beta_2=0.9, epsilon=1e-5, decay=0.0), "Adam", {"learning_rate": 0.5,
        "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-5}),
        (optimizer("Custom>Adam", learning_rate=0.5), "Adam", {"learning_rate": 0.5, "beta1": 0.9, "beta2": 0.999,
        "epsilon": 1e-7}),
        (optimizer("SGD", learning_rate=0.1, momentum=0.0), "SGD", {"learning_rate": 0.1}),
        (optimizer("SGD", learning_rate=0.1, momentum=0.9, nesterov=True), "Momentum", {"learning_rate": 0.1,
        "momentum": 0.9, "use_nesterov": True}),
        (optimizer("RMSprop", learning_rate=0.1, rho=0.8), "RMSProp", {"learning_rate": 0.1, "decay": 0.8, "momentum":
        0.0, "epsilon": 1e-7, "centered": False}),
        (optimizer("Adagrad", learning_rate=0.1), "Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.1}),
        (optimizer("Adadelta", learning_rate=0.1, rho=0.9), "Adadelta", {"learning_rate": 0.1, "rho": 0.9, "epsilon":
        1e-7}),
        (optimizer("Adamax", learning_rate=0.1), "Adamax", {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999,
        "epsilon": 1e-7, "decay": 0.0}),
    ],
)  # fmt: skip
def test_optimizers(tmp_path, given, class_name, expected):
    result, found = convert(tmp_path, {"loss": "mse", "optimizer_config": given, "metrics": None})
    assert found["optimizer_config"] == {"class_name": class_name, "config": expected}
    assert result.info["notes"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("mse", "mean_squared_error"),
        ("categorical_crossentropy", "categorical_crossentropy"),
        ({"class_name": "BinaryCrossentropy", "config": {"from_logits": False, "label_smoothing": 0.0,
        "name": "binary_crossentropy"}}, "binary_crossentropy"),
        ({"class_name": "function", "config": "mean_absolute_error", "module": "builtins"}, "mean_absolute_error"),
        (["mae"], ["mean_absolute_error"]),
        ({"d": "mse"}, {"d": "mean_squared_error"}),
    ],
)  # fmt: skip
def test_losses(tmp_path, given, expected):
    _, found = convert(tmp_path, {"loss": given, "optimizer_config": optimizer("Adam")})
    assert found["loss"] == expected


@pytest.mark.parametrize("given", [["accuracy"], [["accuracy"]], ["mae", "mse"]])
def test_metrics(tmp_path, given):
    _, found = convert(tmp_path, {"loss": "mse", "optimizer_config": optimizer("Adam"), "metrics": given})
    assert found["metrics"] == (given[0] if isinstance(given[0], list) else given)


@pytest.mark.parametrize(
    ("training", "says"),
    [
        ({"loss": "mse", "optimizer_config": optimizer("Nadam")}, "no optimizer `Nadam`"),
        ({"loss": "huber", "optimizer_config": optimizer("Adam")}, "no loss `huber`"),
        ({"loss": "mse", "optimizer_config": optimizer("Adam"), "loss_weights": [1.0]}, "loss weights"),
        ({"loss": "mse", "optimizer_config": optimizer("Adam"), "metrics": ["auc"]}, "metrics"),
        ({"loss": "mse", "optimizer_config": optimizer("Adam", learning_rate={"class_name": "ExponentialDecay",
        "config": {}})}, "schedule"),
        ({"loss": {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}}, "optimizer_config": optimizer("Adam")}, "logits"),
        ({"loss": None, "optimizer_config": optimizer("Adam")}, "no loss"),
    ],
)  # fmt: skip
def test_what_cannot_be_compiled_is_noted_and_still_loads(tmp_path, training, says):
    result, found = convert(tmp_path, training)
    assert found is None
    assert says in result.info["notes"][0]


def test_a_model_that_was_not_compiled(tmp_path):
    result, found = convert(tmp_path, None)
    assert found is None and result.info["notes"] == []
