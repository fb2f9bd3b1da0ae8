"""What a source hands to the graph pipeline: a graph not yet frozen, its inputs and outputs, its values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Variable:
    """A variable's value at the time of conversion, read only when asked for."""

    dtype: np.dtype
    shape: tuple[int, ...]
    load: Callable[[], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A public input or output.

    Attributes:
      key: the public name.
      tensor: `node:index` in the graph.
      dtype: TensorFlow's dtype number; 0 where the source does not say.
      shape: -1 for an axis of any length; None where the source does not say, or for any rank.
    """

    key: str
    tensor: str
    dtype: int = 0
    shape: tuple[int, ...] | None = None


@dataclasses.dataclass(frozen=True)
class GraphModel:
    """A graph before freezing.

    Attributes:
      graph: a GraphDef, with its function library.
      inputs, outputs: in the order in which the model's function takes and returns them.
      variables: node name of the handle (or of the reference variable) to its value.
      init_ops: names of the nodes that fill the tables.
      assets: name of the Const that holds an asset's path, to the file.
      table_values: node name of a table to its keys and values, where a checkpoint has them.
      version: the TensorFlow version that wrote the model; empty where unknown.
      signature: the name of the signature that was chosen; TensorFlow 2 puts it before its placeholders' names.
      op_list: OpDefs that the model brings along.
    """

    graph: Any
    inputs: Sequence[Endpoint]
    outputs: Sequence[Endpoint]
    variables: Mapping[str, Variable] = dataclasses.field(default_factory=dict)
    init_ops: Sequence[str] = ()
    assets: Mapping[str, Path] = dataclasses.field(default_factory=dict)
    table_values: Mapping[str, tuple[Variable, Variable]] = dataclasses.field(default_factory=dict)
    version: str = ""
    signature: str = ""
    op_list: Sequence[Any] = ()
