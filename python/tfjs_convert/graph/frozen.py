"""A model's graph with its variables as constants, before anything of it is optimised, for TensorFlow's own tools."""

from __future__ import annotations

import sys
from typing import Any

from tfjs_convert.errors import UnsupportedError
from tfjs_convert.graph.control_flow import LOWERINGS
from tfjs_convert.graph.flatten import flatten
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.graph.options import GraphOptions

# Protobuf's limit.
_MOST_BYTES = 2**31 - 1


def freeze(model: GraphModel, options: GraphOptions) -> Any:
    """The frozen GraphDef; its outputs are nodes of the outputs' public names.

    Raises:
      UnsupportedError: it does not fit into one GraphDef.
    """
    flat = flatten(model, options, LOWERINGS)
    main = flat.parts[0]
    weights = main.stand_ins.frozen_bytes
    if weights >= _MOST_BYTES:
        raise UnsupportedError(
            f"The model has {weights} bytes of weights, and a frozen graph file holds less than 2 GB."
        )
    main.stand_ins.large_bytes = sys.maxsize
    main.stand_ins.fill(main.graph)
    return main.graph
