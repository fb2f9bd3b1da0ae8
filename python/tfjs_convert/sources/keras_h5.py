"""Reads HDF5 files made by Keras, safely: nothing outside the file is followed, nothing of absurd size is loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import h5py
import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.weights.weight import Weight

MAX_TEXT = 256 * 1024 * 1024
"""Bytes of the largest attribute that is read: a model's configuration is far below, a memory's size far above."""

MAX_EXPANSION = 1000
"""How many times larger a dataset may be in memory than in the file."""

SMALL = 64 * 1024 * 1024
"""Bytes below which a dataset's expansion is nobody's concern."""


class H5File:
    """An open HDF5 file, read with hard links only. `what` names it in messages."""

    def __init__(self, file: h5py.File, what: str) -> None:
        self._file = file
        self.what = what

    @property
    def root(self) -> h5py.Group:
        """The top group."""
        return self._file["/"]

    def close(self) -> None:
        """Closes the file; weights that were not loaded yet can no longer be."""
        self._file.close()

    def child(self, group: h5py.Group, path: str) -> h5py.Group | h5py.Dataset | None:
        """What lies at `path` below `group`; None if nothing does.

        Raises:
          InputError: the way there is a soft or external link.
        """
        node: h5py.Group | h5py.Dataset = group
        for part in path.split("/"):
            if not part:
                continue
            if not isinstance(node, h5py.Group):
                return None
            name = part.encode("utf-8", "surrogateescape")
            # The low-level calls: a model has hundreds of weights, and the others ask the file thrice for each.
            if part == "." or not node.id.links.exists(name):
                return None
            if node.id.links.get_info(name).type != h5py.h5l.TYPE_HARD:
                raise InputError(
                    f"{self.what}: `{node.name.rstrip('/')}/{part}` is a soft or external link; Keras writes none, and "
                    f"links are not followed; save the model again with `model.save`."
                )
            node = _opened(node, name)
        return node

    def names(self, group: h5py.Group) -> list[str]:
        """Names in `group`, sorted."""
        return sorted(group.keys())

    def text(self, node: h5py.Group, name: str) -> str | None:
        """A string attribute; None if there is none of that name.

        Raises:
          InputError: it is no text, or absurdly long.
        """
        value = self._attribute(node, name)
        if value is None:
            return None
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(())[()]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            return str(value)
        raise InputError(f"{self.what}: its attribute `{name}` is not text; save the model again with `model.save`.")

    def json(self, node: h5py.Group, name: str) -> object | None:
        """A JSON attribute, parsed; None if there is none of that name."""
        text = self.text(node, name)
        return None if text is None else parse_json(text, f"{self.what}, attribute `{name}`")

    def texts(self, node: h5py.Group, name: str) -> list[str] | None:
        """An attribute that is a list of strings, which Keras splits into `name0`, `name1`, … if it is long."""
        value = self._attribute(node, name)
        if value is None:
            parts = []
            while (part := self._attribute(node, f"{name}{len(parts)}")) is not None:
                parts.append(np.atleast_1d(part))
            if not parts:
                return None
            value = np.concatenate(parts)
        return [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in np.ravel(value)]

    def weight(self, dataset: h5py.Dataset, name: str) -> Weight:
        """`dataset` as a weight that is read when it is written.

        Raises:
          InputError: it lies in other files, or would expand beyond all measure, or has no numeric type.
        """
        creation = dataset.id.get_create_plist()
        if creation.get_external_count() or creation.get_layout() == h5py.h5d.VIRTUAL:
            raise InputError(f"{self.what}: the data of `{dataset.name}` lie in other files, which are not followed.")
        shape, dtype = dataset.shape, dataset.dtype
        if shape is None:
            raise InputError(f"{self.what}: `{dataset.name}` holds nothing; save the model again with `model.save`.")
        nbytes = math.prod(shape) * dtype.itemsize
        stored = dataset.id.get_storage_size() if nbytes > SMALL else nbytes
        if nbytes > MAX_EXPANSION * max(stored, 1):
            raise InputError(
                f"{self.what}: `{dataset.name}` says it holds {nbytes:,} bytes, but stores {stored:,}; the file is "
                f"damaged or made to harm."
            )
        # Opaque numbers of two bytes are bfloat16, which HDF5 has no type for.
        short = dtype.kind == "V" and dtype.itemsize == 2
        if dtype.kind not in "fiub" and not short:
            raise InputError(f"{self.what}: `{dataset.name}` has dtype {dtype}, which no Keras weight has.")
        what = self.what

        def load() -> np.ndarray:
            data = np.empty(shape, dtype)
            try:
                if data.size:
                    dataset.id.read(h5py.h5s.ALL, h5py.h5s.ALL, data)
                return _from_bfloat16(data) if short else data
            except (OSError, ValueError) as error:
                raise InputError(
                    f"{what}: the weight `{dataset.name}` cannot be read ({error}); the file is damaged."
                ) from None

        return Weight(name, tuple(int(n) for n in shape), np.dtype(np.float32) if short else dtype, load)

    def _attribute(self, node: h5py.Group, name: str) -> object | None:
        if not h5py.h5a.exists(node.id, name.encode()):
            return None
        attribute = h5py.h5a.open(node.id, name.encode())
        size = h5py.h5a.get_info(attribute).data_size
        if size > MAX_TEXT:
            raise InputError(
                f"{self.what}: its attribute `{name}` holds {size:,} bytes; at most {MAX_TEXT:,} are read."
            )
        try:
            value = _fixed_texts(attribute)
            if value is None:
                value = node.attrs[name]
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{self.what}: its attribute `{name}` cannot be read ({error}); the file is damaged."
            ) from None
        if isinstance(value, h5py.Empty):
            return np.empty((0,), dtype=object)
        if isinstance(value, (str, bytes)) and len(value) > MAX_TEXT:
            raise InputError(
                f"{self.what}: its attribute `{name}` is longer than {MAX_TEXT:,} bytes, the most that is read."
            )
        return value


def _from_bfloat16(data: np.ndarray) -> np.ndarray:
    """The upper halves of float32 numbers, as these."""
    return (data.view(np.uint16).astype(np.uint32) << 16).view(np.float32)


def _opened(group: h5py.Group, name: bytes) -> h5py.Group | h5py.Dataset | None:
    """What `group` holds as `name`, without the questions to the file that `group[name]` asks on the way."""
    found = h5py.h5o.open(group.id, name)
    if isinstance(found, h5py.h5g.GroupID):
        return h5py.Group(found)
    return h5py.Dataset(found, readonly=True) if isinstance(found, h5py.h5d.DatasetID) else None


def _fixed_texts(attribute: h5py.h5a.AttrID) -> np.ndarray | None:
    """A list of strings of one length, as Keras writes names; None if the attribute is something else."""
    if attribute.get_space().get_simple_extent_type() != h5py.h5s.SIMPLE or attribute.dtype.kind != "S":
        return None
    texts = np.empty(attribute.shape, attribute.dtype)
    attribute.read(texts)
    return texts


def parse_json(text: str | bytes, what: str) -> object:
    """JSON without NaN or Infinity and without a name that is there twice.

    Raises:
      InputError: `text` is not that.
    """

    def refuse(word: str) -> object:
        raise InputError(f"{what} holds {word}, which is no JSON number; write a number there, or null.")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{what} has the name `{double}` twice in one object; keep one of the two.")
        return found

    try:
        return json.loads(text, parse_constant=refuse, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what} is not valid JSON ({error}); save the model again.") from None


def legacy_groups(file: H5File, group: h5py.Group) -> Iterator[tuple[str, list[Weight]]]:
    """Weights of an HDF5 file in the old layout: each top layer's name, with its weights in the order of
    `weight_names`.

    Weights are named as in the file, without `:0`. Layers come in the model's order where the file tells it.
    """
    names = file.texts(group, "layer_names")
    for name in _folders(file, group) if names is None else names:
        node = file.child(group, name)
        if not isinstance(node, h5py.Group):
            raise InputError(f"{file.what} lists a layer `{name}`, but has no weights' folder of that name.")
        weights = []
        folders: dict[str, h5py.Group | h5py.Dataset | None] = {"": node}
        for path in file.texts(node, "weight_names") or []:
            folder, _, leaf = path.rpartition("/")
            if folder not in folders:
                folders[folder] = file.child(node, folder)
            parent = folders[folder]
            dataset = None if parent is None else file.child(parent, leaf)
            if not isinstance(dataset, h5py.Dataset):
                raise InputError(f"{file.what} lists the weight `{path}` of layer `{name}`, but does not hold it.")
            weights.append(file.weight(dataset, path.removesuffix(":0")))
        yield name, weights


def _folders(file: H5File, group: h5py.Group, prefix: str = "") -> Iterator[str]:
    """Names of layers where no list tells them: folders with `weight_names`; a slash in a name makes a folder of
    its own.
    """
    for name in file.names(group):
        node = file.child(group, name)
        if not isinstance(node, h5py.Group):
            continue
        if file.texts(node, "weight_names") is not None:
            yield prefix + name
        else:
            yield from _folders(file, node, f"{prefix}{name}/")
