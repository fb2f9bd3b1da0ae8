"""What build actions exported, by a script and by a `py_binary` with its own Python: opened, and run."""

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from tfjs_convert.sources.checkpoint import Checkpoint

from tests.support import node

BUILT = Path("tests/python/export")
POINTS = np.array([[0, 0], [3, -1], [0.5, 0.25]], np.float32)
# The plane through points.csv.
SLOPES, HEIGHT = np.array([[1], [2]], np.float32), 0.0


def weights_of(group):
    found = []
    group.visititems(lambda name, each: found.append(each[()]) if isinstance(each, h5py.Dataset) else None)
    return {each.shape: each for each in found}


def test_an_hdf5_file_that_a_binary_wrote():
    with h5py.File(BUILT / "plane_h5.h5") as file:
        assert json.loads(file.attrs["model_config"])["class_name"] == "Sequential"
        weights = weights_of(file["model_weights"])
    np.testing.assert_allclose(weights[(2, 1)], SLOPES, atol=1e-5)
    np.testing.assert_allclose(weights[(1,)], [HEIGHT], atol=1e-5)


def test_a_saved_model_that_a_binary_wrote():
    folder = BUILT / "plane_saved"
    assert (folder / "saved_model.pb").is_file() and not (folder / "fingerprint.pb").exists()
    checkpoint = Checkpoint(folder / "variables" / "variables")
    (name,) = [name for name in checkpoint.names() if checkpoint.info(name)[1] == (2, 1)]
    np.testing.assert_allclose(checkpoint.read(name), SLOPES, atol=1e-5)


@pytest.mark.parametrize("model", ["plane_h5_web", "plane_h5_graph", "plane_saved_web"])
def test_their_models_compute_the_plane(model):
    fields = json.loads((BUILT / model / "model.json").read_text())
    (name,) = fields["signature"]["inputs"] if "signature" in fields else ["point"]
    (heights,) = node.run_model(BUILT / model, {name: POINTS}).values()
    np.testing.assert_allclose(heights, POINTS @ SLOPES + HEIGHT, atol=1e-5)


def test_files_that_a_script_wrote_hold_the_same_model():
    """One script, seeded, into both kinds of Keras file."""
    with h5py.File(BUILT / "fitted_h5.h5") as file:
        legacy = weights_of(file["model_weights"])
    with zipfile.ZipFile(BUILT / "fitted.keras") as archive, archive.open("model.weights.h5") as stream:
        with h5py.File(stream) as file:
            modern = weights_of(file["layers"])
    assert legacy.keys() == modern.keys() == {(2, 4), (4,), (4, 1), (1,)}
    for shape, value in legacy.items():
        np.testing.assert_array_equal(modern[shape], value)
