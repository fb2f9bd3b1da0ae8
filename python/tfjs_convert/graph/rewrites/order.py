"""Nodes in an order where producers come before consumers."""

from tfjs_convert.graph.view import GraphView, NodeDef, parse


def topological(view: GraphView) -> list[NodeDef]:
    """The nodes of `view`, producers first; inside a loop, where no such order exists, the back edge is ignored."""
    done: set[str] = set()
    order: list[NodeDef] = []
    for root in list(view.nodes):
        if root in done:
            continue
        done.add(root)
        stack = [(root, iter(view.nodes[root].input))]
        while stack:
            name, inputs = stack[-1]
            for tensor in inputs:
                source = parse(tensor)[0]
                if source in view.nodes and source not in done:
                    done.add(source)
                    stack.append((source, iter(view.nodes[source].input)))
                    break
            else:
                order.append(view.nodes[name])
                stack.pop()
    return order
