"""Operations that TensorFlow.js has, and reads otherwise than TensorFlow means them.

Some of its executors look for an attribute where TensorFlow has an input or the other way round (EnsureShape,
MatrixBandPart, RandomUniformInt), give another dtype (FloorDiv, ShapeN), round in another direction (Div, Mod), or do
not do what the operation is for (FakeQuantWithMinMaxVars, TensorListPopBack, ImageProjectiveTransformV3).
"""

from __future__ import annotations

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.decompose import elementwise, projections
from tfjs_convert.graph.rewrites.decompose.emit import BOOL, FLOAT, INT32, Emit, Value, copied, dtype_attr
from tfjs_convert.tf_core import types_pb2


def _is_integer(e: Emit) -> bool:
    kind = numpy_dtype(e.x[0].dtype)
    return kind is not None and kind.kind in "iu"


def modulo(e: Emit) -> Value | None:
    """`Mod`, whose rest has the dividend's sign, while the runtime's has the divisor's."""
    if _is_integer(e):
        return elementwise.truncate_mod(e)
    rest = e.binary("FloorMod", e.unary("Abs", e.x[0]), e.unary("Abs", e.x[1]))
    return e.mul(e.unary("Sign", e.x[0]), rest)


def floor_div(e: Emit) -> Value | None:
    """Of floats: the quotient rounded down; the CPU backend would make it an integer."""
    return None if _is_integer(e) else e.unary("Floor", e.div(e.x[0], e.x[1]))


def cumulative(e: Emit) -> Value | None:
    """A cumulative sum or product along an axis counted from the end, which the runtime takes for one more axis."""
    axis, rank = e.constant(e.x[1]), e.rank(e.x[0])
    if axis is None or int(axis) >= 0 or rank is None:
        return None
    attrs = {**copied(e.node), "Tidx": dtype_attr(INT32)}
    return e.op(e.node.op, [e.x[0], e.int(int(axis) + rank)], e.x[0].dtype, **attrs)


def ensure_shape(e: Emit) -> Value:
    """The tensor itself; its shape is not checked."""
    return e.x[0]


def shape_n(e: Emit) -> Value:
    """A `Shape` each, of integers; the runtime's are floats."""
    kind = attr(e.node, "out_type").type or INT32
    attrs = {"T": dtype_attr(e.x[0].dtype), "out_type": dtype_attr(kind)}
    shapes = [e.op("Shape", [x], kind, **attrs) for x in e.x]
    for index, shape in list(enumerate(shapes))[1:]:
        e.view.replace_uses(f"{e.node.name}:{index}", shape.tensor)
    return shapes[0]


def band_part(e: Emit) -> Value | None:
    """x where -upper <= row - column <= lower, else 0; the runtime takes the lower number for both."""
    lower, upper = (e.constant(e.x[i]) for i in (1, 2))
    if lower is None or upper is None or int(lower) == int(upper):
        return None
    x = e.x[0]
    row = e.expand(e.range(e.size(x, -2)), -1)
    below = e.sub(row, e.range(e.size(x, -1)))
    within = [e.compare("LessEqual", below, int(lower))] if int(lower) >= 0 else []
    within += [e.compare("GreaterEqual", below, -int(upper))] if int(upper) >= 0 else []
    keep = within[0] if len(within) == 1 else e.op("LogicalAnd", within, BOOL)
    return e.mul(x, e.cast(keep, x.dtype))


def random_integers(e: Emit) -> Value:
    """lower + floor(u (upper - lower)), u uniform in [0, 1)."""
    kind = attr(e.node, "Tout").type
    shape, lower, upper = Value(e.x[0].tensor, attr(e.node, "T").type), *(Value(v.tensor, kind) for v in e.x[1:])
    seeds = {key: attr(e.node, key).i for key in ("seed", "seed2")}
    uniform = e.op("RandomUniform", [shape], FLOAT, T=dtype_attr(shape.dtype), **seeds)
    e.view.nodes[uniform.tensor].attr["dtype"].type = FLOAT
    steps = e.unary("Floor", e.mul(uniform, e.cast(e.sub(upper, lower), FLOAT)))
    return e.add(lower, e.cast(steps, kind))


def fake_quantization(e: Emit) -> Value | None:
    """round((clip(x) - low) / scale) scale + low, with a range that is moved so that 0 is one of its steps.

    As TensorFlow defines it for constant ranges; the runtime gives x.
    """
    low, high = (e.constant(Value(e.x[i].tensor, FLOAT)) for i in (1, 2))
    if low is None or high is None:
        return None
    first = int(attr(e.node, "narrow_range").b)
    last = 2 ** (attr(e.node, "num_bits").i or 8) - 1
    scale = (np.float32(high) - np.float32(low)) / np.float32(last - first)
    zero = float(np.clip(np.floor(first - np.float32(low) / scale + np.float32(0.5)), first, last))
    low, high = float((first - zero) * scale), float((last - zero) * scale)
    clipped = e.binary("Minimum", e.binary("Maximum", Value(e.x[0].tensor, FLOAT), low), high)
    steps = e.unary("Floor", e.add(e.mul(e.sub(clipped, low), float(1 / scale)), 0.5))
    return e.add(e.mul(steps, float(scale)), low)


def strided_slice(e: Emit) -> Value | None:
    """A slice that drops axes and steps over others: first the one, then the other, as the runtime mixes them up."""
    steps = e.constant(Value(e.x[3].tensor, INT32))
    dropped = attr(e.node, "shrink_axis_mask").i
    # The step along a dropped or new axis, or along the ellipsis, means nothing.
    other = dropped | attr(e.node, "new_axis_mask").i | attr(e.node, "ellipsis_mask").i
    if steps is None or not dropped:
        return None
    strided = [i for i, step in enumerate(steps) if step != 1 and not other >> i & 1]
    if not strided:
        return None
    index = attr(e.node, "Index").type
    attrs = copied(e.node)
    begin, end = (Value(e.x[i].tensor, index) for i in (1, 2))
    for key in ("begin_mask", "end_mask"):
        attrs[key] = attr(e.node, key).i | sum(1 << i for i in strided)
    ones = e.const(np.ones(len(steps)), index)
    x = e.op("StridedSlice", [e.x[0], begin, end, ones], e.x[0].dtype, **attrs)

    kept = [i for i in range(len(steps)) if not dropped >> i & 1]
    chosen = e.ints(*kept)
    attrs |= {"shrink_axis_mask": 0, "new_axis_mask": 0}
    for key in ("begin_mask", "end_mask"):
        mask = attr(e.node, key).i
        attrs[key] = sum(1 << k for k, i in enumerate(kept) if i not in strided or mask >> i & 1)
    attrs["ellipsis_mask"] = sum(1 << k for k, i in enumerate(kept) if attr(e.node, "ellipsis_mask").i >> i & 1)
    second = e.const(np.array([steps[i] if i in strided else 1 for i in kept]), index)
    return e.op("StridedSlice", [x, e.gather(begin, chosen, 0), e.gather(end, chosen, 0), second], x.dtype, **attrs)


def pop_back(e: Emit) -> Value:
    """The last element, and the list without it; the runtime gives the element alone."""
    element = attr(e.node, "element_dtype").type
    last = e.sub(e.op("TensorListLength", e.x[:1], INT32), 1)
    shape = Value(e.x[1].tensor, INT32)
    kinds = {"element_dtype": dtype_attr(element), "shape_type": dtype_attr(INT32)}
    popped = e.op("TensorListGetItem", [e.x[0], last, shape], element, **kinds)
    e.view.replace_uses(f"{e.node.name}:1", popped.tensor)
    return e.op("TensorListResize", [e.x[0], last], types_pb2.DT_VARIANT)


def list_concat(e: Emit) -> Value | None:
    """The older operation, which has the elements' shape in an attribute, where the runtime looks for it."""
    shape = e.constant(Value(e.x[1].tensor, INT32))
    if shape is None or shape.ndim == 0 or not e.view.uses_only_first_output(e.node.name):
        return None
    element = attr(e.node, "element_dtype").type
    made = e.op("TensorListConcat", e.x[:1], element, element_dtype=dtype_attr(element))
    sizes = e.view.nodes[made.tensor].attr["element_shape"].shape
    for size in shape:
        sizes.dim.add(size=int(size))
    return made


def trained_norm(e: Emit) -> Value | None:
    """A batch norm with the batch's own statistics, as Keras 2 writes layer norms; the runtime looks for given ones.

    (x - mean) rsqrt(variance + epsilon) scale + offset, with mean and variance over all axes but the last.
    """
    given = "is_training" in e.node.attr and not attr(e.node, "is_training").b
    if given or not e.view.uses_only_first_output(e.node.name):
        return None
    x, scale, offset = e.x[0], *(e.cast(Value(v.tensor, FLOAT), e.x[0].dtype) for v in e.x[1:3])
    epsilon = attr(e.node, "epsilon").f if "epsilon" in e.node.attr else 1e-4
    centred = e.sub(x, e.reduce("Mean", x, [0, 1, 2], keep=True))
    variance = e.reduce("Mean", e.unary("Square", centred), [0, 1, 2], keep=True)
    scaled = e.mul(e.mul(centred, e.unary("Rsqrt", e.add(variance, float(epsilon)))), scale)
    return e.add(scaled, offset)


def gather_strings(e: Emit) -> Value | None:
    """Along the first axis by `GatherNd`, which takes strings."""
    axis = e.constant(e.x[2])
    kind = attr(e.node, "Tparams").type
    if kind != types_pb2.DT_STRING or axis is None or int(axis) != 0 or attr(e.node, "batch_dims").i:
        return None
    indices = e.expand(e.typed(1, "Tindices"), -1)
    kinds = {"Tparams": dtype_attr(kind), "Tindices": dtype_attr(indices.dtype)}
    return e.op("GatherNd", [e.x[0], indices], kind, **kinds)


def soft_suppression(e: Emit) -> None:
    """Boxes whose scores shrink with their overlap: TensorFlow has no threshold of overlap then, the runtime has."""
    sigma = e.constant(e.x[5])
    if sigma is not None and float(sigma) > 0:
        e.view.set_input(e.node, 3, e.const(np.ones([]), e.x[0].dtype).tensor)


OPS = {
    **projections.OPS,
    "FusedBatchNorm": trained_norm,
    "FusedBatchNormV2": trained_norm,
    "FusedBatchNormV3": trained_norm,
    "TensorListConcatV2": list_concat,
    "GatherV2": gather_strings,
    "NonMaxSuppressionV5": soft_suppression,
    "TensorListPopBack": pop_back,
    # Of integers, `Div` rounds towards zero, and the runtime's rounds down.
    "Div": elementwise.truncate_div,
    "Mod": modulo,
    "FloorDiv": floor_div,
    "Cumsum": cumulative,
    "Cumprod": cumulative,
    "EnsureShape": ensure_shape,
    "ShapeN": shape_n,
    "MatrixBandPart": band_part,
    "RandomUniformInt": random_integers,
    "FakeQuantWithMinMaxVars": fake_quantization,
    "StridedSlice": strided_slice,
}
