"""Operations that move, mark or gather elements by index: rolls, permutations, scatters, segment sums, lookups."""

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.rewrites.decompose.dtypes import chosen
from tfjs_convert.graph.rewrites.decompose.emit import INT32, Emit, Value, copied, dtype_attr
from tfjs_convert.tf_core import types_pb2


def roll(e: Emit) -> Value | None:
    """Element i of an axis becomes element (i + shift) modulo its size; inputs x, shift, axis."""
    axes = e.constant(e.x[2])
    if axes is None:
        return None
    shift = e.cast(e.typed(1, "Tshift"), INT32)
    scalar = e.constant(e.x[1])
    scalar = scalar.ndim == 0 if scalar is not None else e.rank(e.x[1]) in (None, 0) and axes.ndim == 0
    x = e.x[0]
    for number, axis in enumerate(axes.reshape(-1).tolist()):
        count = e.size(e.x[0], axis)
        by = shift if scalar else e.element(shift, number)
        x = e.gather(x, e.binary("FloorMod", e.sub(e.range(count), by), count), axis)
    return x


def invert_permutation(e: Emit) -> Value:
    """y[x[i]] = i."""
    x = e.cast(e.x[0], INT32)
    count = e.size(e.x[0], 0)
    y = e.scatter(e.expand(x, -1), e.range(count), e.pack([count]))
    return e.cast(y, e.x[0].dtype)


def tensor_scatter_add(e: Emit) -> Value:
    """x plus the updates at their indices, which may repeat; inputs x, indices, updates."""
    return e.add(e.x[0], _scattered(e))


def tensor_scatter_sub(e: Emit) -> Value:
    """x minus the updates at their indices."""
    return e.sub(e.x[0], _scattered(e))


def _scattered(e: Emit) -> Value:
    shape = e.static(e.x[0])
    shape = e.ints(*shape) if shape is not None and min(shape, default=0) >= 0 else e.shape(e.x[0])
    return e.scatter(e.cast(e.typed(1, "Tindices"), INT32), e.x[2], shape)


def _tail(e: Emit, x: Value, ids: Value) -> Value:
    """The sizes of the axes of x that come after those of the ids."""
    rank = e.rank(ids)
    begin = e.ints(rank) if rank is not None else e.shape(e.shape(ids))
    return e.slice1(e.shape(x), begin, e.ints(-1))


def _segment_sum(e: Emit, data: Value, ids: Value, count: Value) -> Value:
    """Sums of the data with one id, for ids below `count`; others, negative ones included, are left out."""
    inside = e.op("LogicalAnd", [e.compare("GreaterEqual", ids, 0), e.compare("Less", ids, count)], types_pb2.DT_BOOL)
    # One more row takes what is left out, and is cut off.
    index = e.expand(e.select(inside, ids, count), -1)
    shape = e.concat([e.pack([e.add(count, 1)]), _tail(e, data, ids)], 0)
    return e.gather(e.scatter(index, data, shape), e.range(count), 0)


def unsorted_segment_sum(e: Emit) -> Value:
    """Inputs data, ids, number of segments."""
    ids, count = e.cast(e.typed(1, "Tindices"), INT32), e.cast(e.typed(2, "Tnumsegments"), INT32)
    return _segment_sum(e, e.x[0], ids, count)


def segment_sum(e: Emit) -> Value:
    """Inputs data, sorted ids; there are as many segments as the last id says."""
    ids = e.cast(e.typed(1, "Tindices"), INT32)
    known = e.constant(e.x[1])
    count = e.int(int(known.max()) + 1) if known is not None and known.size else e.add(e.reduce("Max", ids, [0]), 1)
    shape = e.concat([e.pack([count]), e.slice1(e.shape(e.x[0]), e.ints(1), e.ints(-1))], 0)
    return e.scatter(e.expand(ids, -1), e.x[0], shape)


def segment_mean(e: Emit) -> Value:
    """Sums by counts; 0 for a segment without data."""
    ones = e.op("OnesLike", [e.x[0]], e.x[0].dtype, T=dtype_attr(e.x[0].dtype))
    total = segment_sum(e)
    kept, e.x[0] = e.x[0], ones
    counts = segment_sum(e)
    e.x[0] = kept
    return e.div(total, e.binary("Maximum", counts, 1.0))


def one_hot(e: Emit) -> Value | None:
    """The on value where an index is the place along the new axis; inputs indices, depth, on and off values.

    Written out, since the runtime ignores `axis` and takes the last, and its WASM kernel writes the bits of integers
    whatever the dtype, and outside of its memory for indices out of range.
    """
    axis, rank = attr(e.node, "axis").i if "axis" in e.node.attr else -1, e.rank(e.x[0])
    if axis != -1 and rank is None:
        return None
    places = e.range(Value(e.x[1].tensor, INT32))
    if axis != -1:
        for _ in range(rank - axis):
            places = e.expand(places, -1)
    marks = e.compare("Equal", e.expand(e.cast(e.typed(0, "TI"), INT32), axis), places)
    kind = e.x[2].dtype
    on, off = e.constant(e.x[2]), e.constant(e.x[3])
    if kind != types_pb2.DT_STRING and on is not None and off is not None and on == 1 and off == 0:
        return e.cast(marks, kind)
    if kind == types_pb2.DT_BOOL:
        return chosen(e, marks, e.x[2], e.x[3])
    return e.select(marks, e.x[2], e.x[3])


def lookup(e: Emit) -> Value | None:
    """A table's values in the shape of the keys; the runtime gives them flat. Inputs table, keys, default."""
    if e.rank(e.x[1]) in (0, 1):
        return None
    kinds = attr(e.node, "Tin").type, attr(e.node, "Tout").type
    found = e.op(e.node.op, e.x, kinds[1], **copied(e.node))
    return e.reshape(found, e.shape(e.typed(1, "Tin")))


OPS = {
    "OneHot": one_hot,
    "LookupTableFind": lookup,
    "LookupTableFindV2": lookup,
    "Roll": roll,
    "InvertPermutation": invert_permutation,
    "TensorScatterAdd": tensor_scatter_add,
    "TensorScatterSub": tensor_scatter_sub,
    "UnsortedSegmentSum": unsorted_segment_sum,
    "SegmentSum": segment_sum,
    "SegmentMean": segment_mean,
}
