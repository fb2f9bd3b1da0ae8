"""The programs of the actions write the same bytes whatever the hash seed, the folder, and the order of the inputs."""

import os
import pathlib
import subprocess
import sys

import pytest

from tests.integration import consumer

SEEDS = ["0", "1", "4242"]


def convert(program, seed, inputs, folder):
    """Runs a program of tools/convert in its own folder; returns the hashes of what it wrote."""
    folder.mkdir(parents=True)
    core = [str(site) for site in consumer.RUNFILES.parent.glob("*rules_tfjs_core/site-packages")]
    flags = [
        "--label=//:model",
        *(f"--input={path}" for path in inputs),
        "--output_dir=model",
        "--info=model.info.json",
        *(f"--table={path}" for path in sorted(pathlib.Path(os.environ["TFJS_CONVERT_TABLES"]).glob("*.json"))),
    ]
    subprocess.run(
        [sys.executable, "-s", "-P", consumer.RUNFILES / "tools/convert" / program, *flags],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": ":".join([os.environ["PYTHONPATH"], *core]),
        },
        check=True,
    )
    return consumer.hashes(folder / "model", folder / "model.info.json")


@pytest.mark.parametrize(
    ("program", "model"),
    [("graph_model.py", "scorer"), ("graph_model.py", "ranker"), ("layers_model.py", "classifier.h5")],
)
def test_the_same_bytes_under_every_hash_seed(program, model, tmp_path):
    results = []
    for at, seed in enumerate(SEEDS):
        source = tmp_path / "-".join(["source"] * (at + 1)) / model
        source.parent.mkdir()
        original = consumer.models() / model
        if original.is_dir():
            consumer.copy_model(original, source)
            inputs = sorted(path for path in source.rglob("*") if path.is_file())
            inputs = inputs if at % 2 else inputs[::-1]
        else:
            source.write_bytes(original.read_bytes())
            inputs = [source]
        results.append(convert(program, seed, inputs, tmp_path / f"seed{seed}" / ("deeper" * at or ".")))
    assert {"model/model.json", "model.info.json"} < set(results[0])
    assert results[1:] == results[:1] * (len(SEEDS) - 1)
