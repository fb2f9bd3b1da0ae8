"""Diagonals of matrices, with one diagonal only (`k` a scalar), and products.

A diagonal is placed and read with a mask: entry (i, j) of the matrix is on diagonal k where j - i = k. Sizes come from
static shapes where known and else from `Shape`, so that no rank and no size need be known.
"""

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.decompose.emit import Emit, Value, dtype_attr
from tfjs_convert.tf_core import types_pb2


def batch_matmul_v3(e: Emit) -> Value | None:
    """`BatchMatMulV2`, where operands and result have one dtype."""
    kinds = {attr(e.node, k).type for k in ("Ta", "Tb", "Tout")}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    flags = {k: attr(e.node, k).b for k in ("adj_x", "adj_y")}
    return e.op("BatchMatMulV2", e.x[:2], kind, T=dtype_attr(kind), **flags)


def flat_product(e: Emit) -> Value | None:
    """Batches times one matrix, as one product of two matrices: [..., n, k] as [-1, k].

    WASM has its fast product for two matrices only, and so have biases and activations. Left alone where the result's
    shape could not be constant.
    """
    a, b = e.x
    shape, kernel = e.static(a), e.static(b)
    if shape is None or kernel is None or len(kernel) != 2 or len(shape) < 3 or attr(e.node, "adj_x").b:
        return None
    if shape.count(-1) > 1 or 0 in shape or min(kernel) < 1 or numpy_dtype(a.dtype).kind != "f":
        return None
    transposed = attr(e.node, "adj_y").b
    rows = e.reshape(a, e.ints(-1, kernel[1 if transposed else 0]))
    made = e.op("MatMul", [rows, b], a.dtype, T=dtype_attr(a.dtype), transpose_a=False, transpose_b=transposed)
    return e.reshape(made, e.ints(*shape[:-1], kernel[0 if transposed else 1]))


def _diagonal(e: Emit, index: int) -> int | None:
    """The one diagonal that input `index` names, 0 if there is no such input; None if several or not constant."""
    if index >= len(e.x):
        return 0
    value = e.constant(e.x[index])
    if value is None or len(set(value.reshape(-1).tolist())) != 1:
        return None
    return int(value.reshape(-1)[0])


def _mask(e: Emit, rows: Value, columns: Value, k: int) -> Value:
    """A boolean matrix, true on diagonal k."""
    i = e.expand(e.range(rows), 1)
    j = e.expand(e.range(columns), 0)
    return e.compare("Equal", e.add(i, k) if k else i, j)


def _spread(e: Emit, diagonal: Value, length: Value, rows: Value, columns: Value, k: int) -> Value:
    """The diagonal's element for each row (k >= 0) or column (k < 0); beyond its end the last is repeated."""
    along = e.range(rows if k >= 0 else columns)
    indices = e.binary("Minimum", along, e.sub(length, 1))
    return e.expand(e.gather(diagonal, indices, -1), -1 if k >= 0 else -2)


def _scalar(e: Emit, index: int) -> int | None:
    value = e.constant(e.x[index]) if index < len(e.x) else np.array(-1)
    return None if value is None else int(value.reshape(-1)[0])


def _last_axis(e: Emit, x: Value) -> Value:
    return e.size(x, -1)


def matrix_diag(e: Emit) -> Value | None:
    """Matrices with the given diagonal; inputs diagonal, k, num_rows, num_cols, padding_value."""
    k = _diagonal(e, 1)
    asked = [_scalar(e, 2), _scalar(e, 3)]
    if k is None or None in asked or (len(e.x) > 1 and e.constant(e.x[1]).size > 1):
        return None
    length = _last_axis(e, e.x[0])
    # The smallest matrix that holds the diagonal; TensorFlow takes a square one if neither size is given.
    rows = e.add(length, max(-k, 0)) if k < 0 else length
    columns = e.add(length, k) if k > 0 else length
    if asked == [-1, -1] and k:
        rows = columns = e.add(length, abs(k))
    rows, columns = (e.int(a) if a >= 0 else s for a, s in zip(asked, (rows, columns), strict=True))
    spread = _spread(e, e.x[0], length, rows, columns, k)
    padding = e.x[4] if len(e.x) > 4 else e.const(np.zeros((), numpy_dtype(e.x[0].dtype)))
    return e.select(_mask(e, rows, columns, k), spread, padding)


def matrix_diag_part(e: Emit) -> Value | None:
    """The diagonal of matrices; inputs matrices, k, padding_value."""
    k = _diagonal(e, 1)
    if k is None or e.x[0].dtype == types_pb2.DT_BOOL or (len(e.x) > 1 and e.constant(e.x[1]).size > 1):
        return None
    rows, columns = e.size(e.x[0], -2), _last_axis(e, e.x[0])
    zero = e.const(np.zeros((), numpy_dtype(e.x[0].dtype)))
    alone = e.select(_mask(e, rows, columns, k), e.x[0], zero)
    summed = e.reduce("Sum", alone, [-1 if k >= 0 else -2])
    short = e.sub(columns, k) if k > 0 else columns
    tall = e.add(rows, k) if k < 0 else rows
    return e.gather(summed, e.range(e.binary("Minimum", tall, short)), -1)


def matrix_set_diag(e: Emit) -> Value | None:
    """Matrices with their diagonal replaced; inputs matrices, diagonal, k."""
    k = _diagonal(e, 2)
    if k is None or (len(e.x) > 2 and e.constant(e.x[2]).size > 1):
        return None
    rows, columns = e.size(e.x[0], -2), _last_axis(e, e.x[0])
    spread = _spread(e, e.x[1], _last_axis(e, e.x[1]), rows, columns, k)
    return e.select(_mask(e, rows, columns, k), spread, e.x[0])


def cross(e: Emit) -> Value:
    """The cross product along the last axis, of size 3."""
    a, b = e.x
    after, before = e.ints(1, 2, 0), e.ints(2, 0, 1)
    return e.sub(
        e.mul(e.gather(a, after, -1), e.gather(b, before, -1)), e.mul(e.gather(a, before, -1), e.gather(b, after, -1))
    )


OPS = {
    "BatchMatMul": flat_product,
    "BatchMatMulV2": flat_product,
    "BatchMatMulV3": batch_matmul_v3,
    "MatrixDiag": matrix_diag,
    "MatrixDiagV2": matrix_diag,
    "MatrixDiagV3": matrix_diag,
    "MatrixDiagPart": matrix_diag_part,
    "MatrixDiagPartV2": matrix_diag_part,
    "MatrixDiagPartV3": matrix_diag_part,
    "MatrixSetDiag": matrix_set_diag,
    "MatrixSetDiagV2": matrix_set_diag,
    "MatrixSetDiagV3": matrix_set_diag,
    "Cross": cross,
}
