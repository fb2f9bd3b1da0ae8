"""Shards named by content: a change reaches few files."""

import hashlib

import numpy as np
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight
from tfjs_convert.weights.writer import write_weights

OPTIONS = WeightOptions(content_hashed_names=True, shard_size_bytes=64_000)


def model(layers=60):
    rng = np.random.default_rng(1)
    weights = {}
    for i in range(layers):
        width = int(rng.integers(20, 80))
        weights[f"layer_{i}/kernel"] = rng.normal(size=(40, width)).astype(np.float32)
        weights[f"layer_{i}/bias"] = rng.normal(size=width).astype(np.float32)
    return weights


def write(tmp_path, name, weights):
    directory = tmp_path / name
    directory.mkdir()
    result = write_weights([[Weight.of(n, d) for n, d in weights.items()]], directory, OPTIONS)
    joined = b"".join((directory / path).read_bytes() for path in result.manifest[0]["paths"])
    assert joined == b"".join(d.tobytes() for d in weights.values())
    return {file.path for file in result.files}, result


def test_names_are_digests_and_sizes_are_bounded(tmp_path):
    paths, result = write(tmp_path, "m", model())
    assert len(paths) == len(result.files) >= 8
    for file in result.files:
        data = (tmp_path / "m" / file.path).read_bytes()
        assert file.path == f"weights-{hashlib.sha256(data).hexdigest()[:16]}.bin"
        assert len(data) <= 64_000
    assert len(paths) <= 4 * sum(f.bytes for f in result.files) / 64_000 + 1


def test_new_values_in_one_layer_change_one_file(tmp_path):
    before, _ = write(tmp_path, "before", model())
    changed = model()
    changed["layer_30/kernel"] += 1
    after, _ = write(tmp_path, "after", changed)
    assert len(after - before) == 1 and len(after) == len(before)


def test_a_wider_layer_changes_few_files(tmp_path):
    before, _ = write(tmp_path, "before", model())
    for layer in (5, 20, 40):
        changed = model()
        changed[f"layer_{layer}/kernel"] = np.zeros((40, 90), np.float32)
        changed[f"layer_{layer}/bias"] = np.zeros(90, np.float32)
        after, _ = write(tmp_path, f"after{layer}", changed)
        assert 1 <= len(after - before) <= 4 < len(before) / 2


def test_a_new_layer_changes_few_files(tmp_path):
    before, _ = write(tmp_path, "before", model())
    items = list(model().items())
    items.insert(41, ("extra/kernel", np.ones((40, 40), np.float32)))
    after, _ = write(tmp_path, "after", dict(items))
    assert 1 <= len(after - before) <= 4


def test_large_weights_have_shards_of_their_own(tmp_path):
    small, large = np.ones(10, np.float32), np.arange(40_000, dtype=np.float32)
    _, result = write(tmp_path, "m", {"a": small, "b": large, "c": small * 2})
    assert [file.bytes for file in result.files] == [40, 64_000, 64_000, 32_000, 40]


def test_equal_shards_are_one_file(tmp_path):
    _, result = write(tmp_path, "m", {"a": np.zeros(40_000, np.float32)})
    paths = result.manifest[0]["paths"]
    assert len(paths) == 3 and paths[0] == paths[1] != paths[2]
    assert len(result.files) == len(list((tmp_path / "m").iterdir())) == 2
