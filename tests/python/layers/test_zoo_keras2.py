"""Every layer of the zoo, saved by Keras 2 as `.h5` and `.keras`, loads in TensorFlow.js with the same numbers."""

from pathlib import Path

import pytest

from tests.support.layer_zoo import ZOO
from tests.support.zoo_runs import results

NAMES = [entry.name for entry in ZOO if 2 in entry.generations]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer(name):
    assert results("keras2", Path(__file__).parent)["models"][name]["failed"] == []
