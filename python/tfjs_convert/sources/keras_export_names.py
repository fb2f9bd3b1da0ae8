"""Takes the process's own counting out of the names in a graph that was traced in this process."""

from __future__ import annotations

import re
from typing import Any

# What TensorFlow calls the parameters that a loop's condition has only because its body has them.
_COUNTED = re.compile(r"_\d+(___redundant_placeholder\d+)$")


def without_counters(graph: Any) -> None:
    """Renames, in place, the parameters of a GraphDef's functions that hold a number of the tracing process's."""
    for function in graph.library.function:
        renamed = {}
        for argument in function.signature.input_arg:
            plain = _COUNTED.sub(r"\1", argument.name)
            if plain != argument.name:
                renamed[argument.name] = plain
                argument.name = plain
        if renamed:
            for node in function.node_def:
                for i, tensor in enumerate(node.input):
                    node.input[i] = renamed.get(tensor, tensor)
            for key, tensor in list(function.ret.items()):
                function.ret[key] = renamed.get(tensor, tensor)
