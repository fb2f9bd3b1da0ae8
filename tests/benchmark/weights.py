"""How fast weights are quantized and written, and how much memory that takes.

Prints one JSON object. Speeds of quantizing are set against NumPy casting the same array to the same type, both
measured in turn in this process, best of several runs:

    python tests/benchmark/weights.py [--elements 16777216] [--megabytes 1024]
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tfjs_convert.weights.chunks import CHUNK_ELEMENTS, chunks
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.quality import Range
from tfjs_convert.weights.quantize import overflows_float16
from tfjs_convert.weights.quantize_array import quantize_array
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights


def best_seconds(function: Callable[[], object], runs: int = 5) -> float:
    """The shortest of several runs."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def to_float16(array: np.ndarray) -> np.ndarray:
    """Float16 by the parts that the writer uses: range first, then the cast."""
    found = Range(None)
    for part in chunks(array):
        found.add(part)
    assert not overflows_float16(found.lo, found.hi)
    halves = np.empty(array.size, np.float16)
    for start, part in zip(range(0, array.size, CHUNK_ELEMENTS), chunks(array), strict=True):
        np.copyto(halves[start : start + part.size], part, casting="same_kind")
    return halves


def quantizing(elements: int) -> dict[str, dict[str, float]]:
    """Nanoseconds an element, for quantizing and for casting, and the quotient of their speeds."""
    array = np.random.default_rng(0).normal(size=elements).astype(np.float32)
    report = {}
    for dtype in ("float16", "uint16", "uint8"):
        positive = np.abs(array) if dtype != "float16" else array  # casting a negative number to unsigned is undefined
        ours = (
            best_seconds(lambda p=positive, d=dtype: quantize_array(p, d) if d != "float16" else to_float16(p))
            / elements
            * 1e9
        )
        cast = best_seconds(lambda p=positive, d=dtype: p.astype(d)) / elements * 1e9
        report[dtype] = {
            "quantize_ns": round(ours, 3),
            "numpy_cast_ns": round(cast, 3),
            "fraction_of_cast_speed": round(cast / ours, 3),
        }
    return report


def writing(megabytes: int) -> dict[str, object]:
    """Seconds and growth of peak memory for a model of 4 MB weights that are made when they are loaded."""
    side = 1024
    base = np.random.default_rng(1).normal(size=(side, side)).astype(np.float32)
    weights = [
        Weight(f"layer_{i}/kernel", (side, side), base.dtype, lambda i=i: base + np.float32(i))
        for i in range(megabytes * 2**20 // base.nbytes)
    ]
    report: dict[str, object] = {"model_megabytes": megabytes}
    for name, quantize_map in (("float32", {}), ("uint8", {"uint8": True}), ("float16", {"float16": True})):
        with tempfile.TemporaryDirectory() as directory:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            start = time.perf_counter()
            write_weights([weights], Path(directory), WeightOptions(quantize=quantize_map, channel_spread="allow"))
            seconds = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report[name] = {
            "seconds": round(seconds, 2),
            "megabytes_a_second": round(megabytes / seconds),
            "peak_growth_megabytes": round((after - before) / 1024, 1),
        }
    return report


def main() -> None:
    """Runs both parts; writing goes first, while the process is small."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, default=1 << 24)
    parser.add_argument("--megabytes", type=int, default=1024)
    options = parser.parse_args()
    report = {
        "writing": writing(options.megabytes),
        "quantizing": quantizing(options.elements),
        "numpy": np.__version__,
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
