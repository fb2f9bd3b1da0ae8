"""What the topology in model.json says: names, places of weights, refusals, and notes."""

import json

import h5py
import numpy as np
import pytest
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import ConversionError, OptionError, UnsupportedError
from tfjs_convert.weights.options import WeightOptions

from tests.support.keras_h5_files import array, functional, input_layer, layer, sequential, write_h5
from tests.support.node import run_layers_model


def dense(name, units=2, inbound=None, **config):
    return layer("Dense", name, inbound, units=units, use_bias=False, activation="linear", **config)


def kernel(name, rows=3, columns=2, seed=0):
    return {name: {f"{name}/kernel": array(rows, columns, seed=seed)}}


def convert(tmp_path, config, weights, training=None, **options):
    path = write_h5(tmp_path / "model.h5", config, weights, training)
    return convert_keras_file(path, tmp_path / "out", **options), json.loads(
        (tmp_path / "out" / "model.json").read_text()
    )


def refusal(tmp_path, config, weights=None, kind=UnsupportedError):
    path = write_h5(tmp_path / "model.h5", config, weights)
    with pytest.raises(kind) as caught:
        convert_keras_file(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return str(caught.value)


def names(model):
    return [weight["name"] for group in model["weightsManifest"] for weight in group["weights"]]


def test_the_fields_of_model_json(tmp_path):
    result, model = convert(
        tmp_path, sequential(input_layer("x", [3]), dense("d")), kernel("d"), metadata={"labels": ["a", "b"]}
    )
    assert list(model) == [
        "format",
        "generatedBy",
        "convertedBy",
        "userDefinedMetadata",
        "modelTopology",
        "weightsManifest",
    ]
    assert model["format"] == "layers-model"
    assert model["generatedBy"] == "keras v2.15.0"
    assert model["userDefinedMetadata"] == {"labels": ["a", "b"]}
    assert model["modelTopology"]["keras_version"] == "2.15.0"
    assert model["modelTopology"]["model_config"]["class_name"] == "Sequential"
    assert [(t.name, t.dtype, t.shape) for t in result.inputs] == [("x", "float32", (None, 3))]
    assert [(t.name, t.dtype, t.shape) for t in result.outputs] == [("d", "float32", (None, 2))]
    assert result.info["ops"] == {"Dense": 1, "InputLayer": 1}


def test_one_group_for_all_or_one_for_each_layer(tmp_path):
    config = sequential(input_layer("x", [3]), dense("a", 4), layer("Dropout", "drop", rate=0.5), dense("b"))
    weights = kernel("a", 3, 4) | kernel("b", 4, 2)
    _, model = convert(tmp_path, config, weights)
    assert [len(group["weights"]) for group in model["weightsManifest"]] == [2]
    _, model = convert(tmp_path, config, weights, split_weights_by_layer=True)
    assert [[weight["name"] for weight in group["weights"]] for group in model["weightsManifest"]] == [
        ["a/kernel"],
        ["b/kernel"],
    ]


def test_weights_come_in_the_models_order_and_not_the_alphabets(tmp_path):
    config = sequential(input_layer("x", [3]), dense("z", 4), dense("a"))
    _, model = convert(tmp_path, config, kernel("a", 4, 2) | kernel("z", 3, 4))
    assert names(model) == ["z/kernel", "a/kernel"]


def test_shards_of_a_chosen_size(tmp_path):
    weights = kernel("d", 30, 20)
    _, model = convert(
        tmp_path,
        sequential(input_layer("x", [30]), dense("d", 20)),
        weights,
        weight_options=WeightOptions(shard_size_bytes=720),
    )
    paths = model["weightsManifest"][0]["paths"]
    assert [(tmp_path / "out" / path).stat().st_size for path in paths] == [720, 720, 720, 240]
    stored = b"".join((tmp_path / "out" / path).read_bytes() for path in paths)
    assert stored == weights["d"]["d/kernel"].tobytes()


def test_quantized_to_half_the_size(tmp_path):
    options = WeightOptions(quantize={"uint16": True})
    result, model = convert(
        tmp_path, sequential(input_layer("x", [3]), dense("d")), kernel("d"), weight_options=options
    )
    assert model["weightsManifest"][0]["weights"][0]["quantization"]["dtype"] == "uint16"
    assert result.info["shards"][0]["bytes"] == 12


def test_an_output_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("mine")
    path = write_h5(tmp_path / "model.h5", sequential(input_layer("x", [3]), dense("d")), kernel("d"))
    with pytest.raises(OptionError, match="is a file"):
        convert_keras_file(path, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_no_reference_to_time_or_place(tmp_path):
    config, weights = sequential(input_layer("x", [3]), dense("d")), kernel("d")
    infos = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        infos.append(convert(tmp_path / folder, config, weights)[0].info)
    assert (tmp_path / "one/out/model.json").read_bytes() == (tmp_path / "two/out/model.json").read_bytes()
    assert str(tmp_path) not in json.dumps(infos)
    for info in infos:
        info["provenance"].pop("source")  # HDF5 files bear the time of their making.
    assert infos[0] == infos[1]


@pytest.mark.parametrize("old", ["BatchNormalizationV1", "BatchNormalization"])
def test_old_class_names(tmp_path, old):
    config = sequential(input_layer("x", [3]), layer(old, "bn", axis=[1], epsilon=0.001, center=True, scale=False))
    arrays = {"bn": {"bn/beta": array(3), "bn/moving_mean": array(3), "bn/moving_variance": np.ones(3, np.float32)}}
    _, model = convert(tmp_path, config, arrays)
    assert model["modelTopology"]["model_config"]["config"]["layers"][1]["class_name"] == "BatchNormalization"
    assert names(model) == ["bn/beta", "bn/moving_mean", "bn/moving_variance"]


def test_unified_recurrent_layers_of_old(tmp_path):
    arrays = {"l": {"l/kernel": array(4, 8), "l/recurrent_kernel": array(2, 8), "l/bias": array(8)}}
    config = sequential(
        input_layer("x", [3, 4]),
        layer("UnifiedLSTM", "l", units=2, activation="tanh", recurrent_activation="sigmoid", time_major=False),
    )
    _, model = convert(tmp_path, config, arrays)
    assert model["modelTopology"]["model_config"]["config"]["layers"][1]["class_name"] == "LSTM"


def test_names_with_slashes_stay(tmp_path):
    config = functional([input_layer("x", [3], True), dense("foo/bar/d", inbound=[["x"]])], ["x"], ["foo/bar/d"])
    weights = {"foo/bar/d": {"foo/bar/d/kernel": array(3, 2)}}
    _, model = convert(tmp_path, config, weights)
    assert names(model) == ["foo/bar/d/kernel"]
    x = array(2, 3, seed=1)
    (output,) = run_layers_model(tmp_path / "out", {"x": x}).values()
    assert np.allclose(output, x @ weights["foo/bar/d"]["foo/bar/d/kernel"], atol=1e-6)


def test_names_that_the_runtime_does_not_accept_are_changed(tmp_path):
    config = sequential(input_layer("x", [3]), dense("_my layer:é"))
    weights = {"_my layer:é": {"_my layer:é/kernel": array(3, 2)}}
    result, _ = convert(tmp_path, config, weights)
    assert result.outputs[0].name == "layer_my_layer__"
    assert "`_my layer:é`" in result.info["notes"][0]
    assert run_layers_model(tmp_path / "out", {"x": array(2, 3)})["layer_my_layer__"].shape == (2, 2)


def test_names_of_weights_as_a_reloaded_model_had_them(tmp_path):
    """Old Keras numbered name scopes when it loaded a model again; only the order tells whose weights they are."""
    weights = {"a": {"a_7/kernel": array(3, 2)}, "b": {"a_9/kernel": array(2, 2)}}
    _, model = convert(tmp_path, sequential(input_layer("x", [3]), dense("a"), dense("b")), weights)
    assert names(model) == ["a/kernel", "b/kernel"]


def test_a_sequential_model_as_a_list_of_layers(tmp_path):
    config = {"class_name": "Sequential", "config": [dense("d", batch_input_shape=[None, 3], dtype="float32")]}
    result, _ = convert(tmp_path, config, kernel("d"))
    assert result.inputs[0].name == "d_input"
    assert run_layers_model(tmp_path / "out", {"d_input": array(2, 3)})["d"].shape == (2, 2)


def test_a_frozen_nested_model_stays_frozen(tmp_path):
    inner = sequential(input_layer("inner_x", [3]), dense("d", 3), name="inner")
    inner["config"]["trainable"] = False
    _, model = convert(
        tmp_path, sequential(input_layer("x", [3]), inner, dense("e")), {"inner": kernel("d", 3, 3)["d"]} | kernel("e")
    )
    nested, last = model["modelTopology"]["model_config"]["config"]["layers"][1:]
    assert nested["config"]["layers"][1]["config"]["trainable"] is False
    assert last["config"]["trainable"] is True


def test_activity_regularizers_are_left_out_with_a_note(tmp_path):
    regularizer = {"class_name": "L2", "config": {"l2": 0.5}}
    config = sequential(
        input_layer("x", [3]), dense("d", activity_regularizer=regularizer, kernel_regularizer=regularizer)
    )
    result, model = convert(tmp_path, config, kernel("d"))
    written = model["modelTopology"]["model_config"]["config"]["layers"][1]["config"]
    assert "activity_regularizer" not in written
    assert written["kernel_regularizer"] == {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}
    assert "activity_regularizer" in result.info["notes"][0]


def test_lambda_is_refused_and_never_run(tmp_path):
    code = ["4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAHMIAAAAfABkARMAUwA=\n", None, None]
    config = sequential(input_layer("x", [3]), layer("Lambda", "secret", function=code, function_type="lambda"))
    text = refusal(tmp_path, config)
    assert "`secret` (Lambda)" in text and 'tfjs_graph_model(name = "model", model = "model.h5")' in text


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            {"class_name": "Mine", "config": {"name": "m"}, "registered_name": "my>Mine", "module": "my"},
            "class of your own",
        ),
        ({"class_name": "Mine", "config": {"name": "m"}}, "no such layer"),
        (
            layer("Dense", "m", units=2, activation={"class_name": "function", "config": "f", "module": "x"}),
            "function of your own",
        ),
        (layer("LSTM", "m", units=2, activation="exponential"), "exponential"),
        (layer("GRU", "m", units=2, reset_after=True), "reset_after"),
        (layer("Softmax", "m", axis=[1, 2]), "several axes"),
        (
            layer(
                "Dense",
                "m",
                units=2,
                dtype={"class_name": "QuantizedDTypePolicy", "config": {"name": "int8_from_float32"}},
            ),
            "quantized",
        ),
    ],
)
def test_what_layers_cannot_express(tmp_path, entry, says):
    arrays = {"LSTM": [(3, 8), (2, 8), (8,)], "GRU": [(3, 6), (2, 6), (2, 6)], "Dense": [(3, 2), (2,)]}.get(
        entry["class_name"], []
    )
    roles = ["kernel", "recurrent_kernel", "bias"] if len(arrays) == 3 else ["kernel", "bias"]
    weights = {"m": {f"m/{role}": array(*shape) for role, shape in zip(roles, arrays, strict=False)}}
    text = refusal(tmp_path, sequential(input_layer("x", [4, 3]), entry), weights)
    assert "`m`" in text and says in text and "tfjs_graph_model(" in text and "\n" not in text


def test_an_argument_that_the_runtime_ignores_is_refused(tmp_path):
    text = refusal(tmp_path, sequential(input_layer("x", [3]), dense("d", made_up=3)), kernel("d"))
    assert "`made_up`, here 3" in text


def test_a_model_of_a_class_of_its_own(tmp_path):
    text = refusal(tmp_path, {"class_name": "MyModel", "config": {"name": "mine"}})
    assert "subclassed model" in text


def test_a_sequential_model_that_was_never_built(tmp_path):
    text = refusal(tmp_path, sequential(dense("d")), kernel("d"))
    assert "before it was built" in text


def test_a_model_called_in_training_mode(tmp_path):
    bn = layer("BatchNormalization", "bn", [["x"]], axis=-1, center=False, scale=False)
    bn["inbound_nodes"][0][0][3]["training"] = True
    config = functional([input_layer("x", [3], True), bn], ["x"], ["bn"])
    weights = {"bn": {"bn/moving_mean": array(3), "bn/moving_variance": array(3)}}
    assert "training=True" in refusal(tmp_path, config, weights)


@pytest.mark.parametrize(
    "outputs", [["a", 5, 0], ["nowhere", 0, 0]], ids=["a call that is not there", "a layer that is not there"]
)
def test_references_to_nothing(tmp_path, outputs):
    config = functional([input_layer("x", [3], True), dense("a", inbound=[["x"]])], ["x"], [outputs])
    refusal(tmp_path, config, kernel("a"), ConversionError)


def test_a_cycle(tmp_path):
    layers = [input_layer("x", [3], True), layer("Add", "a", [["x", "b"]]), dense("b", 3, [["a"]])]
    assert "no layer gives" in refusal(tmp_path, functional(layers, ["x"], ["b"]), kernel("b", 3, 3), ConversionError)


def test_layers_without_end(tmp_path):
    depth = 2000
    head = '{"class_name": "Sequential", "config": {"name": "s", "layers": ['
    path = write_h5(tmp_path / "model.h5", sequential(), None)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = head * depth + "]}}" * depth
    with pytest.raises(ConversionError):
        convert_keras_file(path, tmp_path / "out")


def test_float16_weights_become_float32(tmp_path):
    path = tmp_path / "model.h5"
    write_h5(path, sequential(input_layer("x", [3]), dense("d")), {"d": {"d/kernel": array(3, 2).astype(np.float16)}})
    convert_keras_file(path, tmp_path / "out")
    model = json.loads((tmp_path / "out" / "model.json").read_text())
    assert model["weightsManifest"][0]["weights"][0]["dtype"] == "float32"
    with h5py.File(path) as file:
        assert file["model_weights/d/d/kernel:0"].dtype == np.float16


@pytest.mark.parametrize(
    ("given", "written"), [("int64", "int32"), ("uint8", "int32"), ("float64", "float32"), ("bool", "bool")]
)
def test_input_dtypes(tmp_path, given, written):
    entry = input_layer("x", [3])
    entry["config"]["dtype"] = given
    result, model = convert(
        tmp_path,
        sequential(entry, layer("Embedding", "e", input_dim=4, output_dim=2)),
        {"e": {"e/embeddings": array(4, 2)}},
    )
    assert result.inputs[0].dtype == written
    assert model["modelTopology"]["model_config"]["config"]["layers"][0]["config"]["dtype"] == written


def test_an_input_of_strings(tmp_path):
    entry = input_layer("words", [3])
    entry["config"]["dtype"] = "string"
    assert "string input" in refusal(tmp_path, sequential(entry, layer("Flatten", "f")))
