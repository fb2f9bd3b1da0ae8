"""Reads `inbound_nodes`: which tensors a layer is called on, in Keras 2's and Keras 3's spelling."""

from __future__ import annotations

import dataclasses
import math

from tfjs_convert.layers.model import Layer
from tfjs_convert.layers.refuse import refuse

CONSTANT = "_CONSTANT_VALUE"
STATE_ARGUMENTS = ("initial_state",)
TENSOR_ARGUMENTS = ("query", "value", "key", "inputs")


@dataclasses.dataclass
class Node:
    """One call: its tensors as (layer, node, tensor), and plain keyword arguments.

    For operations, `kwargs["operands"]` lists the positional operands, None standing for the next tensor.
    """

    inputs: list[tuple[str, int, int]]
    kwargs: dict[str, object]
    masks: list[tuple[str, int, int]] = dataclasses.field(default_factory=list)


def parse_nodes(layer: Layer, inbound: list) -> list[Node]:
    """All calls of `layer`.

    Raises:
      UnsupportedLayerError: it is called with something that a layers model has no place for.
    """
    return [_parse_new(layer, node) if is_new(node) else _parse_old(layer, node) for node in inbound]


def is_new(node: object) -> bool:
    """Whether a call is in Keras 3's spelling; Keras 2 has a dictionary where it is on one, and else a list."""
    return isinstance(node, dict) and "args" in node


def _parse_new(layer: Layer, node: dict) -> Node:
    inputs: list[tuple[str, int, int]] = []
    operands: list[object] = []
    for arg in node.get("args", []):
        _operand(layer, arg, inputs, operands)
    kwargs: dict[str, object] = {}
    masks: list[tuple[str, int, int]] = []
    for name, value in (node.get("kwargs") or {}).items():
        if name == "mask" and not layer.op:
            # Keras 3 records the masks that it passes on by itself.
            masks += _references(value)
        else:
            _keyword(layer, name, value, inputs, operands, kwargs)
    if layer.op:
        kwargs["operands"] = operands
    return Node(inputs, kwargs, masks)


def _parse_old(layer: Layer, node: list) -> Node:
    """`[[name, node, tensor, kwargs], …]`; one entry may stand alone, and lists may be nested."""
    entries = list(_entries(node))
    inputs: list[tuple[str, int, int]] = []
    operands: list[object] = []
    kwargs: dict[str, object] = {}
    for entry in entries:
        if entry[0] == CONSTANT:
            operands.append(entry[2])
        else:
            inputs.append((entry[0], entry[1], entry[2]))
            operands.append(None)
        if len(entry) > 3 and isinstance(entry[3], dict):
            for name, value in entry[3].items():
                if name not in kwargs and not (layer.op and name == "name"):
                    _keyword(layer, name, value, inputs, operands, kwargs)
    if layer.op:
        kwargs["operands"] = operands
    return Node(inputs, kwargs)


def _entries(node: list | dict) -> list:
    if isinstance(node, dict):
        node = in_order(node)
    if node and isinstance(node[0], str):
        yield node
        return
    for item in node:
        yield from _entries(item)


def in_order(named: dict) -> list:
    """What a dictionary of tensors holds, as Keras puts it in order: by name."""
    return [named[key] for key in sorted(named)]


def _history(value: object) -> tuple[str, int, int] | None:
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, node, tensor = value["config"]["keras_history"]
        return (name, node, tensor)
    if (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(n, int) for n in value[1:])
    ):
        return (value[0], value[1], value[2])
    return None


def _operand(layer: Layer, value: object, inputs: list, operands: list) -> None:
    reference = _history(value)
    if reference is not None:
        inputs.append(reference)
        operands.append(None)
    elif isinstance(value, dict) and "class_name" not in value and not layer.op:
        for item in in_order(value):
            _operand(layer, item, inputs, operands)
    elif isinstance(value, list) and not layer.op:
        for item in value:
            _operand(layer, item, inputs, operands)
    elif isinstance(value, list) and any(_history(item) for item in value):
        for item in value:
            _operand(layer, item, inputs, operands)
    elif layer.op:
        operands.append(_constant(value))
    elif value is not None:
        raise refuse(layer.name, layer.class_name, "it is called on a constant, which a layers model cannot hold")


def _keyword(layer: Layer, name: str, value: object, inputs: list, operands: list, kwargs: dict) -> None:
    if value is None or (name == "training" and value in (False, 0)):
        return
    references = _references(value)
    if not references:
        kwargs[name] = _constant(value) if layer.op else value
    elif layer.op or name in STATE_ARGUMENTS or name in TENSOR_ARGUMENTS:
        inputs.extend(references)
        operands.extend([None] * len(references))
    else:
        raise refuse(
            layer.name,
            layer.class_name,
            f"it is called with a tensor as `{name}`, for which TensorFlow.js has no place",
        )


def _references(value: object) -> list[tuple[str, int, int]]:
    reference = _history(value)
    if reference is not None:
        return [reference]
    if isinstance(value, dict) and "class_name" not in value:
        value = in_order(value)
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []


def _constant(value: object) -> object:
    """A number or nested list out of the ways Keras writes constants; anything else stays as it is."""
    if isinstance(value, dict) and value.get("class_name") in ("__tensor__", "__numpy__", "__ndarray__"):
        return value["config"]["value"]
    if isinstance(value, dict) and value.get("type") in ("ndarray", "tensor") and "value" in value:
        return value["value"]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
