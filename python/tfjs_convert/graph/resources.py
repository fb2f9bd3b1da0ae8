"""Resources of a graph (lookup tables, a decision forest), and the graph that makes them when TensorFlow.js loads it.

TensorFlow.js runs an initializer graph once, and hands each resource that it returns to the model's input with the same
`resourceId`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from tfjs_convert.graph import tensors
from tfjs_convert.tf_core import DT, GraphDef


class Resource(Protocol):
    """What the model's graph and the initializer both name.

    Attributes:
      name: the node's name, in either graph.
      resource_id: what pairs the two, counted from 1.
    """

    name: str
    resource_id: int


def become_placeholder(node: Any) -> None:
    """Makes the node that made a resource the model's input for it."""
    node.op = "Placeholder"
    node.attr.clear()
    node.attr["dtype"].type = DT.DT_RESOURCE
    tensors.set_shape(node.attr["shape"].shape, ())


def ready(resource: Resource, filled_by: str) -> Any:
    """The node that gives a resource once another node has filled it."""
    inputs = [resource.name, f"^{filled_by}"]
    return tensors.node(f"{resource.name}/ready", "Identity", inputs, T=tensors.Type(DT.DT_RESOURCE))


def initializer(nodes: Iterable[Any], versions: Any) -> Any:
    """The GraphDef that makes the resources."""
    graph = GraphDef()
    graph.versions.CopyFrom(versions)
    graph.node.extend(nodes)
    return graph


def signature_inputs(resources: Sequence[Resource]) -> dict[str, object]:
    """The entries that the model's signature has for its resources."""
    return {f"{each.name}:0": _entry(f"{each.name}:0", each) for each in resources}


def initializer_signature(resources: Sequence[Resource]) -> dict[str, object]:
    """The signature of the initializer."""
    return {"outputs": {f"{each.name}/ready:0": _entry(f"{each.name}/ready:0", each) for each in resources}}


def _entry(name: str, resource: Resource) -> dict[str, object]:
    return {"name": name, "dtype": "DT_RESOURCE", "tensorShape": {}, "resourceId": resource.resource_id}
