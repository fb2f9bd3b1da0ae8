"""What the pinned TensorFlow.js knows: ops, kernels and layer classes, as its packages say.

The tables are three JSON files that tools/node/tables/*.mjs write from the npm packages: `ops.json`, `kernels.json` and
`layers.json`. Nothing here is written by hand, so that raising the pin raises the tables.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfjs_convert.errors import InputError


@dataclasses.dataclass(frozen=True)
class Op:
    """A TensorFlow op that an op list of TensorFlow.js names.

    Attributes:
      name: the TensorFlow op, `_FusedConv2D`.
      category: the executor that runs it, `convolution`.
      inputs: entries with `name`, `type` (`tensor`, `tensors`, `number`, `number[]`), `start` and perhaps `end`.
        An input that is not a tensor is read as a value when the op runs.
      attrs: entries with `tfName`, `name`, `type`, and perhaps `defaultValue`, `notSupported`, `tfDeprecatedName`.
      outputs: names of outputs, for the few ops that have them.
      mapped: the runtime puts the op's list into its mapper. Otherwise a graph with the op loads and fails when run.
      implemented: the executor has a case for it.
      is_async: `predict()` refuses a graph that runs it, `executeAsync()` is needed.
      kernels: the kernels without which it fails, whatever its inputs.
      maybe_kernels: further kernels that it reaches for some inputs or attributes.
    """

    name: str
    category: str
    inputs: tuple[Mapping[str, Any], ...]
    attrs: tuple[Mapping[str, Any], ...]
    outputs: tuple[str, ...]
    mapped: bool
    implemented: bool
    is_async: bool
    kernels: tuple[str, ...]
    maybe_kernels: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Whether a graph model can run it at all, on some backend."""
        return self.mapped and self.implemented


@dataclasses.dataclass(frozen=True)
class Argument:
    """One entry of a class's configuration.

    Attributes:
      name: in JavaScript's spelling, `kernelInitializer`.
      is_read: the constructor looks at it; otherwise it is declared only, and ignored in silence.
      type: TypeScript type as declared, or None where it is read without being declared.
      required: declared as required.
      default: the plain value that stands in for it, or None where the source states none.
    """

    name: str
    is_read: bool
    type: str | None = None
    required: bool = False
    default: Any = None


@dataclasses.dataclass(frozen=True)
class LayerClass:
    """A class that `tf.loadLayersModel` can build.

    `kind` is `layer`, `cell`, `model`, `activation`, `initializer`, `regularizer`, `constraint` or `optimizer`;
    `bases` are its parents, nearest first; `config` is by JavaScript name.
    """

    name: str
    kind: str
    bases: tuple[str, ...]
    config: Mapping[str, Argument]

    def reads(self, key: str) -> bool:
        """Whether the Keras configuration key (snake_case) has any effect."""
        argument = self.config.get(camel_case(key))
        return argument is not None and argument.is_read


@dataclasses.dataclass(frozen=True)
class Tables:
    """All tables.

    `ops` is by op name; `kernels` by backend (cpu, wasm, webgl, and webgpu where its package is); `classes` by
    registered name; `identifiers` maps a kind (`initializer`, `regularizer`, `constraint`) to short names and their
    classes; `versions` is by npm package.
    """

    ops: Mapping[str, Op]
    kernels: Mapping[str, frozenset[str]]
    classes: Mapping[str, LayerClass]
    identifiers: Mapping[str, Mapping[str, str]]
    versions: Mapping[str, str]

    def missing_kernels(self, op: str, backend: str) -> tuple[str, ...]:
        """The kernels that a known op cannot do without and that the backend lacks; `maybe_kernels` are not counted."""
        return tuple(kernel for kernel in self.ops[op].kernels if kernel not in self.kernels[backend])

    def of_kind(self, kind: str) -> dict[str, LayerClass]:
        """The classes of one kind, by name."""
        return {name: cls for name, cls in self.classes.items() if cls.kind == kind}


def camel_case(key: str) -> str:
    """The name that the loader makes of a configuration key: `kernel_initializer` becomes `kernelInitializer`.

    Names of one letter are left as they are, as the loader leaves them.
    """
    if len(key) <= 1 or "_" not in key:
        return key
    return re.sub(r"_+(\w|$)", lambda match: match.group(1).upper(), key, flags=re.ASCII)


def load(directory: str | None = None) -> Tables:
    """Loads the tables from `directory`, else TFJS_CONVERT_TABLES, else the folder `_tables` beside this file.

    Raises:
      InputError: a table is missing or not one of ours.
    """
    found = directory or os.environ.get("TFJS_CONVERT_TABLES") or str(Path(__file__).parent / "_tables")
    return _load(found)


@functools.lru_cache(maxsize=4)
def _load(directory: str) -> Tables:
    ops, kernels, layers = (_read(Path(directory) / name) for name in ("ops.json", "kernels.json", "layers.json"))
    try:
        return Tables(
            ops={name: _op(name, entry) for name, entry in ops["ops"].items()},
            kernels={backend: frozenset(names) for backend, names in kernels["kernels"].items()},
            classes={name: _layer_class(name, entry) for name, entry in layers["classes"].items()},
            identifiers=layers["identifiers"],
            versions={**ops["versions"], **kernels["versions"], **layers["versions"]},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f'The tables in "{directory}" lack {error}; write them again with tools/node/tables/*.mjs.'
        ) from error


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(
            f'The table "{path}" cannot be read ({error}); write it with tools/node/tables/{path.stem}.mjs, '
            "or name the folder in TFJS_CONVERT_TABLES."
        ) from error


def _op(name: str, entry: Mapping[str, Any]) -> Op:
    return Op(
        name=name,
        category=entry["category"],
        inputs=tuple(entry["inputs"]),
        attrs=tuple(entry["attrs"]),
        outputs=tuple(entry["outputs"]),
        mapped=entry["mapped"],
        implemented=entry["implemented"],
        is_async=entry["async"],
        kernels=tuple(entry["kernels"]),
        maybe_kernels=tuple(entry["maybe_kernels"]),
    )


def _layer_class(name: str, entry: Mapping[str, Any]) -> LayerClass:
    config = {
        key: Argument(key, facts["read"], facts.get("type"), facts.get("required", False), facts.get("default"))
        for key, facts in entry["config"].items()
    }
    return LayerClass(name, entry["kind"], tuple(entry["bases"]), config)
