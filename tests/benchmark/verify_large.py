"""Reads a converted `large` model back, shard by shard, and compares every kernel with what went in.

verify_large.py DIRECTORY
"""

import json
import sys
from pathlib import Path

import numpy as np
from models import LARGE_COUNT, large_kernel
from tfjs_convert.weights.reader import read_weights


def main() -> None:
    directory = Path(sys.argv[1])
    model = json.loads((directory / "model.json").read_text())
    (group,) = read_weights(model["weightsManifest"], directory)
    kernels = [weight for weight in group if len(weight.shape) == 2]
    assert len(kernels) == LARGE_COUNT, [weight.name for weight in kernels]
    unmatched = set(range(LARGE_COUNT))
    for kernel in kernels:
        values = kernel.load()
        # Which of them it is shows in its first row, and then it must be that one to the last bit.
        (index,) = (i for i in unmatched if np.array_equal(_first_row(i), values[0]))
        assert np.array_equal(values, large_kernel(index)), kernel.name
        unmatched.remove(index)
    total = sum(path.stat().st_size for path in directory.glob("*.bin"))
    assert total > 2**31, total
    print(f"{total} bytes of weights in {len(list(directory.glob('*.bin')))} shards, each kernel equal to its source")


def _first_row(index: int) -> np.ndarray:
    width = large_kernel_width()
    return np.random.default_rng(index).standard_normal(width, np.float32) * np.float32(0.01)


def large_kernel_width() -> int:
    from models import LARGE_SHAPE

    return LARGE_SHAPE[1]


if __name__ == "__main__":
    main()
