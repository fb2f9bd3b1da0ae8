"""Reads the optimizer's state from a Keras file of either layout, in the file's order."""

from __future__ import annotations

import itertools

import h5py

from tfjs_convert.errors import InputError
from tfjs_convert.sources.keras_h5 import H5File
from tfjs_convert.weights.weight import Weight


def h5_state(file: H5File) -> list[Weight]:
    """The state in a whole model's `.h5` file; empty if it has none.

    Raises:
      InputError: the file lists an entry that it does not hold.
    """
    group = file.child(file.root, "optimizer_weights")
    if not isinstance(group, h5py.Group):
        return []
    found = []
    for path in file.texts(group, "weight_names") or []:
        dataset = file.child(group, path)
        if not isinstance(dataset, h5py.Dataset):
            raise InputError(f"{file.what} lists the optimizer's `{path}`, but does not hold it.")
        found.append(file.weight(dataset, path.removesuffix(":0")))
    return found


def store_state(file: H5File) -> list[Weight]:
    """The state in the weights of a `.keras` file; empty if it has none.

    Raises:
      InputError: an entry cannot be a weight.
    """
    group = file.child(file.root, "optimizer/vars")
    if not isinstance(group, h5py.Group):
        return []
    found = []
    for number in itertools.count():
        dataset = file.child(group, str(number))
        if not isinstance(dataset, h5py.Dataset):
            return found
        found.append(file.weight(dataset, str(number)))
