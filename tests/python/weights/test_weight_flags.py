"""The flags on weights of the conversions' main programs, and what they become."""

import pytest
from tfjs_convert.action_flags import conversion_parser, weight_options
from tfjs_convert.errors import OptionError
from tfjs_convert.weights.options import WeightOptions


def options(*flags):
    common = ["--label=//m:web", "--input=m.h5", "--output_dir=out", "--info=out.info.json"]
    return weight_options(conversion_parser("test").parse_args([*common, *flags]))


def test_defaults_are_those_of_the_library():
    assert options() == WeightOptions()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--weight_shard_size_bytes=7"], {"shard_size_bytes": 7}),
        (["--shards=single"], {"shards": "single"}),
        (["--shards=3"], {"shards": 3}),
        (["--content_hashed_names"], {"content_hashed_names": True}),
        (
            ["--quantize=uint8:a/*", "--quantize=float16:*", "--quantize=uint8:b:0"],
            {"quantize": {"uint8": ["a/*", "b:0"], "float16": ["*"]}},
        ),
        (["--quantize_auto_max_error=1e-3"], {"quantize": "auto", "max_error": 0.001}),
        (["--channel_spread=refuse", "--quantize_int32"], {"channel_spread": "refuse", "quantize_int32": True}),
        (["--allow_nonfinite"], {"allow_nonfinite": True}),
    ],
    ids=str,
)
def test_each_flag(flags, expected, capsys):
    assert options(*flags) == WeightOptions(**expected)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("count", "dtype"), [(1, "uint8"), (2, "uint16")])
def test_quantization_bytes_is_read_with_a_notice(count, dtype, capsys):
    assert options(f"--quantization_bytes={count}") == WeightOptions(quantize={dtype: True})
    notice = f'//m:web: quantization_bytes is deprecated; write quantize = {{"{dtype}": ["*"]}} instead.\n'
    assert capsys.readouterr().err == notice


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--quantize_auto_max_error=tiny"], "quantize_auto_max_error is 'tiny'; write a fraction"),
        (["--quantize_auto_max_error=-1"], "max_error is -1.0"),
        (["--quantize_auto_max_error=nan"], "max_error is nan"),
        (["--quantize=int8:*"], "quantize names the type 'int8'"),
        (["--quantize=uint8:*", "--quantize=float16:*"], "gives all remaining weights to both"),
        (["--shards=0"], "shards is 0"),
        (["--shards=2", "--content_hashed_names"], "no room for shards = 2"),
    ],
)
def test_values_that_are_not_accepted(flags, message):
    with pytest.raises(OptionError, match=message):
        options(*flags)


@pytest.mark.parametrize(
    "flags",
    [
        ["--quantize=uint8:*", "--quantization_bytes=1"],
        ["--quantize=uint8:*", "--quantize_auto_max_error=0.1"],
        ["--quantize_auto_max_error=0.1", "--quantization_bytes=2"],
        ["--quantization_bytes=4"],
        ["--channel_spread=widen"],
    ],
)
def test_flags_that_contradict_each_other(flags, capsys):
    with pytest.raises(SystemExit):
        options(*flags)
    assert "not allowed with argument" in (error := capsys.readouterr().err) or "invalid choice" in error
