"""The order in which Keras lists a functional model's layers, whatever order they were written in.

Keras sorts layers by their distance from the outputs, and those of one distance by when a search from the outputs
first meets them. Files hold weights in that order, without the layers' names or with numbered class names, so a
writer must follow it. (Keras 2 `engine/functional.py`, Keras 3 `ops/function.py`, `map_graph`.)
"""

from __future__ import annotations

from tfjs_convert.layers.model import Layer, Model, is_chain

Node = tuple[Layer, int]


def sort_layers(model: Model) -> None:
    """Puts the layers of `model`, and of every model inside it, into Keras's order."""
    for layer in model.walk():
        if layer.model is not None:
            _sort(layer.model)
    _sort(model)


def _sort(model: Model) -> None:
    if model.kind == "sequential" and is_chain(model):
        return
    met, finished = _search(model)
    depths: dict[Node, int] = {}
    layer_depths: dict[Layer, int] = {}
    for node in reversed(finished):
        layer, index = node
        depth = max(depths.get(node, 0), layer_depths.get(layer, 0))
        depths[node] = layer_depths[layer] = depth
        for ref in layer.calls[index].inputs:
            before = (ref.layer, ref.call)
            depths[before] = max(depth + 1, depths.get(before, 0))
    for ref in model.inputs:
        # An input that nothing reads comes first among those of no distance.
        layer_depths.setdefault(ref.layer, 0)
        met.setdefault(ref.layer, -1)
    # Layers that nothing reads are no part of the model.
    model.layers = sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))


def _search(model: Model) -> tuple[dict[Layer, int], list[Node]]:
    """Depth first from the outputs: when each layer was met, and the calls in the order in which they were left."""
    met: dict[Layer, int] = {}
    finished: list[Node] = []
    seen: set[Node] = set()
    for output in model.outputs:
        stack: list[tuple[Node, int]] = [((output.layer, output.call), 0)]
        while stack:
            node, position = stack.pop()
            layer, index = node
            if position == 0:
                if node in seen:
                    continue
                seen.add(node)
                met.setdefault(layer, len(met))
            inputs = layer.calls[index].inputs
            if position < len(inputs):
                ref = inputs[position]
                stack.append((node, position + 1))
                stack.append(((ref.layer, ref.call), 0))
            else:
                finished.append(node)
    return met, finished
