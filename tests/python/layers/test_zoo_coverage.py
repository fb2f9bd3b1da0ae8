"""The zoo has every layer of TensorFlow.js, and what it has not of Keras's is left out or refused by name."""

from pathlib import Path

import pytest
from tfjs_convert import tables
from tfjs_convert.api_layers import convert_keras_file
from tfjs_convert.errors import ConversionError
from tfjs_convert.layers.random_images import RANDOM
from tfjs_convert.layers.rewrite import RULES

from tests.support.keras_h5_files import array, input_layer, layer, sequential, write_h5
from tests.support.layer_zoo import ZOO
from tests.support.zoo_runs import FAMILIES, results

BASES = {"Layer", "Wrapper", "AbstractRNNCell", "InputLayer"}
NOT_IN_KERAS = {"ConvLSTM2DCell": "Keras shows no such class", "RandomWidth": "left out; Keras 3 has none"}
NOT_BUILT = {"SpectralNormalization": "tf_keras fails to build its own; the zoo has Keras 3's"}


def zoo(family):
    return results(family, Path(__file__).parent)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_layer_class_of_the_runtime_is_compared(family):
    right = [m for m in zoo(family)["models"].values() if not m["failed"] and m["outcome"] != "refused"]
    written = {name for model in right for name in [*model["written"], *model["classes"]]}
    known = set(tables.load().of_kind("layer")) | set(tables.load().of_kind("cell"))
    assert known - written == set(NOT_IN_KERAS)


def test_the_zoo_was_run_whole():
    for family, (generation, _) in FAMILIES.items():
        assert set(zoo(family)["models"]) == {entry.name for entry in ZOO if generation in entry.generations}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_other_layer_of_keras(family, tmp_path):
    shown = {name for model in zoo(family)["models"].values() for name in model["classes"]}
    others = sorted(set(zoo(family)["layers"]) - shown - BASES - set(NOT_BUILT))
    assert len(others) > 10
    for name in others:
        config = sequential(
            input_layer("x", [4, 4, 3]), layer(name, "it"), layer("Dense", "d", units=2, use_bias=False)
        )
        path = write_h5(tmp_path / "m.h5", config, {"d": {"d/kernel": array(3, 2)}})
        if name in RANDOM:
            info = convert_keras_file(path, tmp_path / name).info
            assert info["ops"] == {"InputLayer": 1, "Dense": 1} and "`it`" in info["notes"][0], name
        else:
            assert name not in RULES
            with pytest.raises(ConversionError, match=rf"`it` \({name}\)"):
                convert_keras_file(path, tmp_path / name)
