"""Our conversion against the one that the model's authors publish on npm: the same numbers, and all the names."""

import json
import pathlib

import numpy as np
import pytest

from tests.support import node

OURS = pathlib.Path("examples/basic_pitch/basic_pitch")
(PUBLISHED,) = pathlib.Path.cwd().parent.glob("*basic_pitch_published/content/model")

# The published conversion lost the names of the two outputs that have one shape.
PUBLISHED_NAMES = {"contour": "contour", "note": "Identity_1:0", "onset": "Identity_2:0"}


def audio(seed):
    """One window of noise with a tone in it, float32 [1, 43844, 1]; the model takes 22,050 samples a second."""
    random = np.random.default_rng(seed)
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(43844) / 22050)
    return (tone + 0.05 * random.standard_normal(43844)).astype(np.float32).reshape(1, 43844, 1)


@pytest.fixture(scope="module")
def runs():
    inputs = [{"input_2": audio(seed)} for seed in range(2)]
    results = node.run_models([node.Job(model, feed) for feed in inputs for model in (OURS, PUBLISHED)])
    assert [result.error for result in results] == [None] * 4
    return list(zip(results[::2], results[1::2], strict=True))


@pytest.mark.parametrize("name", sorted(PUBLISHED_NAMES))
def test_outputs_agree(runs, name):
    for ours, published in runs:
        expected = published.outputs[PUBLISHED_NAMES[name]]
        spread = float(np.ptp(expected))
        assert spread > 0.1, "a silent output would compare equal whatever it is"
        np.testing.assert_allclose(ours.outputs[name], expected, rtol=0, atol=1e-4 * spread)


def test_note_and_onset_are_not_swapped(runs):
    ours, published = runs[0]
    difference = np.abs(ours.outputs["note"] - published.outputs[PUBLISHED_NAMES["onset"]]).max()
    assert difference > 0.01


def test_every_output_keeps_its_name():
    assert list(json.loads((OURS / "model.json").read_text())["signature"]["outputs"]) == ["contour", "note", "onset"]


def test_ours_is_not_larger():
    def size(folder):
        return sum(path.stat().st_size for path in folder.iterdir())

    assert size(OURS) <= size(PUBLISHED)
