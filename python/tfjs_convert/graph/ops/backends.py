"""Which of the runtime's backends can run a graph.

The kernels that an operation needs and those that a backend has come from the npm packages. Beyond them: WASM kernels
that refuse what the others take, as their sources say.
"""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.ops.attributes import of_strings
from tfjs_convert.graph.ops.check import all_nodes
from tfjs_convert.graph.view import NodeDef
from tfjs_convert.tables import Tables
from tfjs_convert.tf_core import graph_pb2, types_pb2

_PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2", "_FusedMatMul")
# Of strings, which these WASM kernels take for numbers.
_OF_NUMBERS = ("Equal", "Fill", "GatherNd", "NotEqual", "StridedSlice", "Tile")
# Their WASM kernels begin a maximum with the smallest positive number, which negative numbers do not exceed.
_WRONG_MAXIMA = ("MaxPool3D", "MaxPoolWithArgmax", "Dilation2D")
_INTEGERS = (types_pb2.DT_INT32, types_pb2.DT_INT64, types_pb2.DT_INT8, types_pb2.DT_UINT8)


def supported(graph: graph_pb2.GraphDef, tables: Tables) -> dict[str, list[str]]:
    """For each backend the operations of `graph` that it cannot run, sorted; an empty list means it can run the model.

    Operations the table does not know (custom ones) say nothing about backends and are left out.
    """
    nodes = [node for node, _ in all_nodes(graph)]
    known = sorted({node.op for node in nodes} & set(tables.ops))
    missing = {
        backend: {op for op in known if tables.missing_kernels(op, backend)} for backend in sorted(tables.kernels)
    }
    if "wasm" in missing:
        missing["wasm"] |= {refused for node in nodes for refused in _refused_by_wasm(node)}
    return {backend: sorted(ops) for backend, ops in missing.items()}


def _refused_by_wasm(node: NodeDef) -> list[str]:
    if node.op in _PRODUCTS and attr(node, "T").type in _INTEGERS:
        return [f"{node.op} of integers"]
    if node.op in _OF_NUMBERS and of_strings(node):
        return [f"{node.op} of strings"]
    if node.op == "ImageProjectiveTransformV3" and attr(node, "fill_mode").s.upper() == b"REFLECT":
        return [f"{node.op} with reflection"]
    if node.op in _WRONG_MAXIMA:
        return [f"{node.op} of negative numbers"]
    if "data_format" in node.attr and attr(node, "data_format").s in (b"NCHW", b"NCDHW"):
        return [f"{node.op} with channels first"]
    return []
