"""A model's graph, coarse enough for a picture: groups of operations by name, in order, and what flows between them."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

MAX_GROUPS = 60
_SEPARATORS = re.compile(r"[/_.]")
_PASSIVE = ("Const",)


@dataclasses.dataclass(frozen=True)
class Node:
    """An operation or a layer: its name, kind, and the names of the nodes that it reads."""

    name: str
    kind: str
    inputs: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Group:
    """Nodes whose names begin alike.

    Attributes:
      label: the beginning that they share, without what all nodes of the model share.
      kinds: how often each kind of node occurs.
      weights: names of the weights that these nodes read.
    """

    label: str
    kinds: Counter[str]
    weights: list[str]


@dataclasses.dataclass(frozen=True)
class Structure:
    """Groups in the order of computation, and pairs of indices (from, to) between them."""

    groups: list[Group]
    edges: list[tuple[int, int]]


def structure(model: Mapping[str, object], weight_names: Sequence[str], limit: int = MAX_GROUPS) -> Structure:
    """The structure of a model.json; of no groups if the model has no topology.

    Args:
      model: the parsed model.json.
      weight_names: the weights in the manifest.
      limit: the largest number of groups.
    """
    topology = model.get("modelTopology")
    if not isinstance(topology, Mapping):
        return Structure([], [])
    if "node" in topology:
        nodes, owners = _graph_nodes(topology, weight_names)
    else:
        nodes = _layer_nodes(topology.get("model_config", topology))
        owners = _owners_by_name(nodes, weight_names)
    nodes = _ordered(nodes)
    labels = _labels([node.name for node in nodes], limit)
    return _grouped(nodes, labels, owners)


def _grouped(nodes: Sequence[Node], labels: Mapping[str, str], owners: Mapping[str, str]) -> Structure:
    index: dict[str, int] = {}
    groups: list[Group] = []
    for node in nodes:
        label = labels[node.name]
        if label not in index:
            index[label] = len(groups)
            groups.append(Group(label, Counter(), []))
        groups[index[label]].kinds[node.kind] += 1
    for weight, owner in owners.items():
        groups[index[labels[owner]]].weights.append(weight)
    edges = set()
    for node in nodes:
        for source in node.inputs:
            if source in labels and labels[source] != labels[node.name]:
                edges.add((index[labels[source]], index[labels[node.name]]))
    return Structure(groups, sorted(edges))


def _graph_nodes(topology: Mapping[str, object], weight_names: Sequence[str]) -> tuple[list[Node], dict[str, str]]:
    nodes = [
        Node(node["name"], node["op"], tuple(_node_name(source) for source in node.get("input", [])))
        for node in topology["node"]
    ]
    passive = {node.name for node in nodes if node.kind in _PASSIVE}
    reader: dict[str, str] = {}
    for node in nodes:
        for source in node.inputs:
            if node.name not in passive:
                reader.setdefault(source, node.name)
    # A constant belongs to the first operation that reads it; its own name may say nothing ("unknown_7").
    owners = {name: reader[name] for name in weight_names if name in reader}
    return [node for node in nodes if node.name not in passive], owners


def _node_name(reference: str) -> str:
    return reference.removeprefix("^").split(":", 1)[0]


def _layer_nodes(config: Mapping[str, object]) -> list[Node]:
    inner = config.get("config", {})
    layers = inner if isinstance(inner, list) else inner.get("layers", [])
    nodes: list[Node] = []
    for layer in layers:
        name = layer.get("name") or layer.get("config", {}).get("name") or f"layer_{len(nodes)}"
        if "inbound_nodes" in layer:
            inputs = tuple(_inbound_names(layer["inbound_nodes"]))
        else:
            inputs = (nodes[-1].name,) if nodes else ()
        nodes.append(Node(name, layer["class_name"], inputs))
    return nodes


def _inbound_names(inbound: object) -> list[str]:
    """Layer names in `[[[name, node, tensor, {}], ...], ...]`, however deep they lie."""
    if isinstance(inbound, list):
        if inbound and isinstance(inbound[0], str):
            return [inbound[0]]
        return [name for item in inbound for name in _inbound_names(item)]
    return []


def _owners_by_name(nodes: Sequence[Node], weight_names: Sequence[str]) -> dict[str, str]:
    names = {node.name for node in nodes}
    owners = {}
    for weight in weight_names:
        parts = weight.split("/")
        for end in range(len(parts), 0, -1):
            if (prefix := "/".join(parts[:end])) in names:
                owners[weight] = prefix
                break
        else:
            inside = [part for part in parts if part in names]
            if inside:
                owners[weight] = inside[-1]
    return owners


def _ordered(nodes: Sequence[Node]) -> list[Node]:
    """Nodes so that each comes after what it reads; nodes on a cycle (loops) come last, in the file's order."""
    by_name = {node.name: node for node in nodes}
    waiting = {node.name: len({s for s in node.inputs if s in by_name}) for node in nodes}
    readers = defaultdict(list)
    for node in nodes:
        for source in dict.fromkeys(node.inputs):
            readers[source].append(node.name)
    ready = [node.name for node in reversed(nodes) if not waiting[node.name]]
    order = []
    while ready:
        name = ready.pop()
        order.append(by_name[name])
        freed = []
        for reader in readers[name]:
            waiting[reader] -= 1
            if not waiting[reader]:
                freed.append(reader)
        # Depth first: what continues a branch stays beside it.
        ready += reversed(freed)
    done = {node.name for node in order}
    return order + [node for node in nodes if node.name not in done]


def _labels(names: Sequence[str], limit: int) -> dict[str, str]:
    """Maps each name to the label of its group.

    Groups are cut at the next `/`, `_` or `.` of their names, the largest first and its siblings with it, while room
    is left.
    """
    groups: dict[str, list[str]] = {"": list(names)} if names else {}
    parents = {"": ""}
    starts = {"": ""}
    whole: set[str] = set()
    while open_groups := [prefix for prefix in groups if prefix not in whole and len(groups[prefix]) > 1]:
        largest = max(open_groups, key=lambda p: (len(groups[p]), p))
        siblings = [prefix for prefix in open_groups if parents[prefix] == parents[largest]]
        cut = {prefix: _cut(groups[prefix], prefix) for prefix in siblings}
        if len(groups) - len(cut) + sum(map(len, cut.values())) > limit:
            whole.update(siblings)
            continue
        for prefix, parts in cut.items():
            if list(parts) == [prefix]:
                whole.add(prefix)
                continue
            del groups[prefix]
            groups.update(parts)
            # A cut into one part tells nothing: the group keeps its name and its siblings.
            alone = len(parts) == 1
            starts.update({part: starts[prefix] if alone else part for part in parts})
            parents.update(dict.fromkeys(parts, parents[prefix] if alone else prefix))
    shared = _shared_start([name for name in names if "/" in name])
    labels: dict[str, str] = {}
    for prefix, members in groups.items():
        start = members[0] if len(members) == 1 else starts[prefix]
        label = start.removeprefix(shared).rstrip("/_.") or "model"
        if label in labels.values():
            label = f"{start.removeprefix(shared)}…"
        labels.update(dict.fromkeys(members, label))
    return labels


def _cut(names: Sequence[str], prefix: str) -> dict[str, list[str]]:
    parts = defaultdict(list)
    for name in names:
        parts[_next_prefix(name, prefix)].append(name)
    return dict(parts)


def _next_prefix(name: str, prefix: str) -> str:
    found = _SEPARATORS.search(name, len(prefix))
    return name[: found.end()] if found else name


def _shared_start(names: Sequence[str]) -> str:
    if not names:
        return ""
    first, last = min(names), max(names)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, length) + 1]
