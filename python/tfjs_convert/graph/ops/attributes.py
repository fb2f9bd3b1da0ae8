"""What TensorFlow.js makes of a node's attributes, where that is not what TensorFlow makes of them.

The op lists mark attributes that the runtime ignores (`notSupported`). Some do not matter; for the others only the
value the runtime takes for granted is right.
"""

from collections.abc import Iterator

from tfjs_convert.graph.attributes import ONE_IMAGE, attr
from tfjs_convert.graph.view import NodeDef
from tfjs_convert.tables import Op
from tfjs_convert.tf_core import types_pb2

# Dtypes that the runtime has, or takes another for: float64 and float16 are float32, small and 64-bit integers int32.
_READ = frozenset(
    getattr(types_pb2, f"DT_{name}")
    for name in "FLOAT HALF DOUBLE INT32 INT64 INT8 UINT8 BOOL STRING COMPLEX64 COMPLEX128 RESOURCE VARIANT".split()
)
_LAYOUTS = ("", "NHWC", "NDHWC")
# Operations of any dtype in TensorFlow, whose strings the runtime refuses.
_NUMERIC = frozenset(
    "BatchToSpaceND BroadcastTo Gather GatherV2 MirrorPad Pad PadV2 Reverse ReverseV2 ScatterNd Select SelectV2 "
    "SpaceToBatchND Split SplitV TensorScatterUpdate Transpose ZerosLike".split()
)
_FUSED_FIRST = ("BiasAdd", "NoOp")
_FUSED_THEN = ("", "Linear", "Relu", "Relu6", "Elu", "LeakyRelu", "Sigmoid", "Prelu")


def complaints(node: NodeDef, op: Op | None) -> Iterator[str]:
    """Why the runtime would not compute what `node` says, as clauses; `op` is its entry in the table, if it has one."""
    for key in sorted(node.attr):
        kind = node.attr[key].WhichOneof("value")
        kinds = [attr(node, key).type] if kind == "type" else attr(node, key).list.type if kind == "list" else []
        for dtype in kinds:
            if dtype % 100 not in _READ:
                yield f"TensorFlow.js has no {types_pb2.DataType.Name(dtype)[3:].lower()}"
    if op is None:
        return
    if node.op in _NUMERIC and of_strings(node):
        yield "it takes no strings"
    ignored = {entry["tfName"] for entry in op.attrs if entry.get("notSupported")}
    if "data_format" in ignored and _text(node, "data_format") not in _LAYOUTS:
        yield f"its data_format {_text(node, 'data_format')} is ignored"
    if "dilations" in ignored and any(d != 1 for d in _numbers(node, "dilations")):
        yield f"its dilations {_numbers(node, 'dilations')} are ignored"
    if "axis" in ignored and "axis" in node.attr and attr(node, "axis").i != -1:
        yield f"its axis {attr(node, 'axis').i} is ignored and the last taken"
    if node.op.startswith("FusedBatchNorm") and ("is_training" not in node.attr or attr(node, "is_training").b):
        yield "it takes its statistics from the batch and gives them"
    if node.op == "TensorListSplit":
        yield "its runtime gives the pieces the shape of one row"
    if node.op == "TensorListConcatV2":
        yield "its runtime looks for the elements' shape in an attribute, and here it is not constant"
    if node.op == "ImageProjectiveTransformV3" and ONE_IMAGE not in node.attr:
        yield "its CPU backend transforms the first image only, and how many there are is not known; fix the batch"
    if node.op == "Einsum":
        terms = _text(node, "equation").replace(".", "").partition("->")[0].split(",")
        if any(len(set(term)) < len(term) for term in terms):
            yield f"its equation {_text(node, 'equation')} takes a diagonal"
    if op.category == "convolution":
        yield from _convolution(node, {entry["tfName"] for entry in op.attrs} - ignored)


def of_strings(node: NodeDef) -> bool:
    """Whether the node's values are strings."""
    return any(attr(node, key).type == types_pb2.DT_STRING for key in ("T", "Tparams"))


def _convolution(node: NodeDef, read: set[str]) -> Iterator[str]:
    if _text(node, "padding") == "EXPLICIT" and "explicit_paddings" not in read:
        yield "its explicit paddings are ignored"
    strides, dilations = _numbers(node, "strides"), _numbers(node, "dilations")
    if any(s > 1 for s in strides) and any(d > 1 for d in dilations) and "dilations" in read:
        yield f"it has strides {strides} and dilations {dilations}, of which one must be 1"
    names = [s.decode() for s in attr(node, "fused_ops").list.s] if "fused_ops" in node.attr else []
    if names and (names[0] not in _FUSED_FIRST or (names + [""])[1] not in _FUSED_THEN or len(names) > 2):
        yield f"it has fused {', '.join(names)}"


def _text(node: NodeDef, key: str) -> str:
    return attr(node, key).s.decode() if key in node.attr else ""


def _numbers(node: NodeDef, key: str) -> list[int]:
    return list(attr(node, key).list.i) if key in node.attr else []
