"""Writing holds a few shards in memory and not the model."""

import tracemalloc

import numpy as np
import pytest
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.reader import read_weights
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights

MEGABYTE = 1 << 20
SHAPE = (1024, 512)
COUNT = 40


def model(dtype="float32"):
    def weight(i):
        def load():
            data = np.arange(SHAPE[0] * SHAPE[1], dtype=dtype).reshape(SHAPE)
            data -= i
            data /= 16
            return data

        return Weight(f"w{i}", SHAPE, np.dtype(dtype), load)

    return [weight(i) for i in range(COUNT)]


def peak_of(function):
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"quantize": {"uint8": True}},
        {"quantize": {"float16": True}},
        {"quantize": "auto", "max_error": 0.01},
        {"content_hashed_names": True},
        {"shards": 3},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_peak_is_a_few_shards(tmp_path, dtype, options):
    if "shards" not in options:
        options = {**options, "shard_size_bytes": 2 * MEGABYTE}
    weights = model(dtype)
    peak = peak_of(lambda: write_weights([weights], tmp_path, WeightOptions(**options)))
    # The model takes 80 MB (160 MB as float64), each weight one shard of 2 MB (4 MB).
    assert peak < 10 * MEGABYTE


def test_a_fortran_ordered_weight_is_not_copied(tmp_path):
    data = np.asfortranarray(np.random.default_rng(0).normal(size=(4000, 2000)).astype(np.float32))
    peak = peak_of(lambda: write_weights([[Weight.of("w", data)]], tmp_path, WeightOptions(quantize={"uint16": True})))
    assert peak < 6 * MEGABYTE < data.nbytes / 4


def test_reading_and_writing_again(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    manifest = write_weights([model()], first, WeightOptions()).manifest

    def again():
        write_weights(read_weights(manifest, first), second, WeightOptions(quantize={"uint8": True}))

    assert peak_of(again) < 10 * MEGABYTE
