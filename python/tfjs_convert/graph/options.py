"""What a user may ask of a graph's conversion."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from tfjs_convert.errors import OptionError
from tfjs_convert.graph.stand_ins import LARGE_BYTES


@dataclasses.dataclass(frozen=True)
class GraphOptions:
    """Options for graph models; checked when made.

    Attributes:
      control_flow_v2: False writes conditionals and loops as Switch, Merge and their like, True as If and While with
        functions, "auto" as whichever TensorFlow.js can run.
      strip_debug_ops: remove Assert, Print and CheckNumerics, and the conditionals that only served them.
      skip_op_check: convert operations that TensorFlow.js does not have.
      custom_ops: operations that the application registers with tf.registerOp: their names, or a map from the names to
        the JavaScript modules that implement them, which then travel with the model.
      input_shapes: public input name to the sizes that its axes are fixed to (-1 leaves one free).
      outputs: public output names to keep, in the order wanted; or names of nodes, to cut the graph there.
      use_structured_outputs_names: write the outputs' public names to the metadata, so that predict() returns a map.
      metadata: JSON values to carry in the model under their keys.
      tables: folder of the tables that were read from the TensorFlow.js packages; None for the default one.
      large_bytes: constants above this size are kept out of the optimizer.
    """

    control_flow_v2: bool | Literal["auto"] = False
    strip_debug_ops: bool = True
    skip_op_check: bool = False
    custom_ops: Sequence[str] | Mapping[str, Path | str] = ()
    input_shapes: Mapping[str, Sequence[int]] = dataclasses.field(default_factory=dict)
    outputs: Sequence[str] = ()
    use_structured_outputs_names: bool = False
    metadata: Mapping[str, object] = dataclasses.field(default_factory=dict)
    tables: Path | str | None = None
    large_bytes: int = LARGE_BYTES

    def __post_init__(self) -> None:
        if self.control_flow_v2 not in (True, False, "auto"):
            raise OptionError(f'control_flow_v2 is {self.control_flow_v2!r}; write True, False or "auto".')
        for key, sizes in self.input_shapes.items():
            if isinstance(sizes, str) or not all(isinstance(size, int) and size >= -1 for size in sizes):
                raise OptionError(
                    f"input_shapes[{key!r}] is {sizes!r}; write a list of sizes, such as [1, 224, 224, 3]."
                )
