"""Every layer of the zoo, saved by Keras 2 as `.h5` and `.keras`, loads in TensorFlow.js with the same numbers."""

import pytest
import tf_keras

from tests.support.layer_zoo import ZOO
from tests.support.zoo_runs import check, run_zoo

NAMES = [entry.name for entry in ZOO if 2 in entry.generations]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    return run_zoo(tf_keras, 2, tmp_path_factory.mktemp("zoo"))


@pytest.mark.parametrize("file_format", ["h5", "keras"])
@pytest.mark.parametrize("name", NAMES)
def test_a_layer(outcomes, name, file_format):
    check(outcomes[name, file_format])
