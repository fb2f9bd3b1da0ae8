"""Which weight becomes which type."""

import numpy as np
import pytest
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.options import WeightOptions, quantize_from_bytes
from tfjs_convert.weights.patterns import resolve
from tfjs_convert.weights.weight import Weight

NAMES = ["conv/0/kernel", "conv/0/bias", "conv/1/kernel", "dense/kernel"]


def floats(*names, is_variable=True):
    return [Weight.of(name, np.ones(2, np.float32), is_variable) for name in names]


def test_fallthrough_takes_the_rest():
    chosen = resolve(floats(*NAMES), {"float16": ["conv/0/*"], "uint8": True})
    assert chosen == {
        "conv/0/kernel": "float16",
        "conv/0/bias": "float16",
        "conv/1/kernel": "uint8",
        "dense/kernel": "uint8",
    }


def test_a_bare_star_is_the_fallthrough():
    chosen = resolve(floats(*NAMES), {"float16": ["*"], "uint8": ["dense*/kernel"]})
    assert chosen == {name: "float16" for name in NAMES[:3]} | {"dense/kernel": "uint8"}


def test_a_string_is_one_pattern():
    assert resolve(floats(*NAMES), {"uint16": "conv*"}) == {name: "uint16" for name in NAMES[:3]}


def test_star_crosses_slashes():
    assert resolve(floats("a/b/c/kernel", "a/bias"), {"uint8": ["a*kernel"]}) == {"a/b/c/kernel": "uint8"}


def test_question_mark_and_set():
    names = ["w1", "w2", "w10", "W1"]
    assert resolve(floats(*names), {"uint8": ["w?"]}) == {"w1": "uint8", "w2": "uint8"}
    assert resolve(floats(*names), {"uint8": ["[wv]1*"]}) == {"w1": "uint8", "w10": "uint8"}


def test_full_names_only():
    with pytest.raises(OptionError, match="'kernel', which matches no weight"):
        resolve(floats(*NAMES), {"uint8": ["kernel"]})


def test_a_name_with_brackets_is_matched_by_itself():
    assert resolve(floats("w[0]", "w0"), {"uint8": ["w[0]"]}) == {"w[0]": "uint8", "w0": "uint8"}


def test_empty_map_and_empty_list():
    assert resolve(floats(*NAMES), {}) == {}
    assert resolve(floats(*NAMES), {"uint8": []}) == {}


@pytest.mark.parametrize(
    "quantize",
    [
        {"float16": ["conv/0/*"], "uint8": ["conv/0/bias"]},
        {"float16": ["dense/kernel"], "uint16": ["*kernel"]},
    ],
)
def test_conflicts(quantize):
    with pytest.raises(OptionError, match="to both float16 and uint"):
        resolve(floats(*NAMES), quantize)


@pytest.mark.parametrize("rest", [True, "*", ["*"]])
def test_one_fallthrough(rest):
    with pytest.raises(OptionError, match="all remaining weights to both"):
        WeightOptions(quantize={"float16": True, "uint8": rest})


def test_near_misses_are_listed():
    with pytest.raises(
        OptionError, match="'dense/kernal', which matches no weight; the nearest names are 'dense/kernel'"
    ):
        resolve(floats(*NAMES), {"uint8": ["dense/kernal"]})
    with pytest.raises(OptionError, match="nearest names are 'conv/0/bias', 'conv/0/kernel', 'conv/1/kernel'"):
        resolve(floats(*NAMES), {"uint8": ["zzzzzz"]})
    with pytest.raises(OptionError, match="the model has no weights"):
        resolve([], {"uint8": ["w"]})


def test_constants_are_quantized_only_under_their_full_name():
    weights = floats(*NAMES) + floats("conv/epsilon", "mask", is_variable=False)
    assert set(resolve(weights, {"uint8": True})) == set(NAMES)
    assert set(resolve(weights, {"uint8": ["conv*"]})) == set(NAMES[:3])
    assert set(resolve(weights, {"uint8": ["mask", "conv/0/*"]})) == {"mask", "conv/0/bias", "conv/0/kernel"}
    with pytest.raises(OptionError, match=r"'mas.', which matches nothing .* 'mask' is a constant"):
        resolve(weights, {"uint8": ["mas?"]})


def test_only_float32_is_quantized():
    weights = [
        Weight.of("f64", np.ones(2)),
        Weight.of("i32", np.ones(2, np.int32)),
        Weight.of("s", np.array(["a"], object)),
        Weight.of("b", np.ones(2, bool)),
    ]
    assert resolve(weights, {"uint8": True}) == {"f64": "uint8"}
    assert resolve(weights, {"uint8": True}, quantize_int32=True) == {"f64": "uint8", "i32": "uint8"}
    assert resolve(weights, {"float16": True}, quantize_int32=True) == {"f64": "float16"}
    with pytest.raises(OptionError, match="'i32' is int32, which is quantized only with quantize_int32"):
        resolve(weights, {"uint8": ["i32"]})
    with pytest.raises(OptionError, match="'s' is string"):
        resolve(weights, {"uint8": ["s"]})


@pytest.mark.parametrize(
    ("quantize", "message"),
    [
        ({"int8": True}, "the type 'int8'"),
        ({"bool": ["*"]}, "the type 'bool'"),
        ({"uint8": False}, r"quantize\['uint8'\] is False"),
        ({"uint8": 3}, "is 3"),
        ({"uint8": ["a", 3]}, "3"),
        ({"uint8": [""]}, r"\[''\]"),
        ("uint8", "'uint8'"),
    ],
)
def test_values_that_are_no_patterns(quantize, message):
    with pytest.raises(OptionError, match=message):
        WeightOptions(quantize=quantize)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shard_size_bytes": 0}, "shard_size_bytes is 0"),
        ({"shard_size_bytes": -1}, "shard_size_bytes is -1"),
        ({"shard_size_bytes": 1.5}, "shard_size_bytes is 1.5"),
        ({"shard_size_bytes": None}, "shard_size_bytes is None"),
        ({"shards": 0}, "shards is 0"),
        ({"shards": "one"}, "shards is 'one'"),
        ({"shards": True}, "shards is True"),
        ({"shards": 2, "content_hashed_names": True}, "drop one of the two"),
        ({"channel_spread": "ignore"}, "channel_spread is 'ignore'"),
        ({"quantize": "auto"}, "needs max_error"),
        ({"quantize": "auto", "max_error": -0.1}, "not negative"),
        ({"quantize": "auto", "max_error": float("nan")}, "finite"),
        ({"quantize": "auto", "max_error": "0.1"}, "write a number"),
        ({"quantize": {"uint8": True}, "max_error": 0.1}, "only with quantize"),
    ],
)
def test_other_options(options, message):
    with pytest.raises(OptionError, match=message):
        WeightOptions(**options)


def test_deprecated_quantization_bytes():
    assert quantize_from_bytes(None) == {}
    assert quantize_from_bytes(1) == {"uint8": True}
    assert quantize_from_bytes(2) == {"uint16": True}
    for bad in (0, 4, True, "1"):
        with pytest.raises(OptionError, match="quantization_bytes is"):
            quantize_from_bytes(bad)
