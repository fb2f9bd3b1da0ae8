"""Elementwise operations."""

from collections.abc import Callable

import numpy as np

from tfjs_convert.graph.attributes import attr
from tfjs_convert.graph.constants import numpy_dtype
from tfjs_convert.graph.rewrites.decompose.emit import FLOAT, Emit, Value
from tfjs_convert.tf_core import types_pb2

_INTEGERS = (types_pb2.DT_INT8, types_pb2.DT_INT16, types_pb2.DT_INT32, types_pb2.DT_INT64)


def _is_float(e: Emit) -> bool:
    kind = numpy_dtype(e.x[0].dtype)
    return kind is not None and (kind.kind == "f" or kind.name == "bfloat16")


def erfc(e: Emit) -> Value:
    """erfc(x) = 1 - erf(x); the absolute error stays that of erf, which is what GELU needs."""
    return e.sub(1.0, e.unary("Erf", e.x[0]))


def softsign(e: Emit) -> Value:
    """x / (1 + |x|)."""
    return e.div(e.x[0], e.add(e.unary("Abs", e.x[0]), 1.0))


def _zero_where_zero(e: Emit, factor: Value, product: Value) -> Value:
    return e.select(e.compare("Equal", factor, 0.0), 0.0, product)


def xlogy(e: Emit) -> Value | None:
    """x log(y), and 0 where x is 0 whatever y is."""
    return _zero_where_zero(e, e.x[0], e.mul(e.x[0], e.unary("Log", e.x[1]))) if _is_float(e) else None


def xlog1py(e: Emit) -> Value | None:
    """x log(1 + y), and 0 where x is 0 whatever y is."""
    return _zero_where_zero(e, e.x[0], e.mul(e.x[0], e.unary("Log1p", e.x[1]))) if _is_float(e) else None


def xdivy(e: Emit) -> Value | None:
    """x / y, and 0 where x is 0 whatever y is."""
    return _zero_where_zero(e, e.x[0], e.div(e.x[0], e.x[1])) if _is_float(e) else None


def mul_no_nan(e: Emit) -> Value | None:
    """x y, and 0 where y is 0 whatever x is."""
    return _zero_where_zero(e, e.x[1], e.mul(e.x[0], e.x[1])) if _is_float(e) else None


def rint(e: Emit) -> Value:
    """Round half to even, which is what `Round` does in TensorFlow and in TensorFlow.js."""
    return e.unary("Round", e.x[0])


def inverse(e: Emit) -> Value:
    """1 / x, under its older name."""
    return e.unary("Reciprocal", e.x[0])


def l2_loss(e: Emit) -> Value:
    """Half the sum of squares of all elements."""
    flat = e.reshape(e.x[0], e.ints(-1))
    return e.mul(e.reduce("Sum", e.unary("Square", flat), [0]), 0.5)


def approximate_equal(e: Emit) -> Value:
    """|x - y| < tolerance."""
    tolerance = attr(e.node, "tolerance").f if "tolerance" in e.node.attr else 1e-5
    return e.compare("Less", e.unary("Abs", e.sub(e.x[0], e.x[1])), float(tolerance))


def _bitwise(e: Emit, of_bits: Callable[[Value, Value], Value]) -> Value | None:
    """Integers taken apart into 31 bits and a sign, and put together again, in two's complement.

    Bit k of a is floor(a / 2**k) mod 2, also for negative a. Right for what fits int32, which is all that the runtime
    has.
    """
    kind = e.x[0].dtype
    if kind not in _INTEGERS:
        return None
    dtype = numpy_dtype(kind)
    count = min(31, 8 * dtype.itemsize - 1)
    # In halves, as the WASM backend also sums integers in float32.
    total = e.mul(of_bits(*[e.cast(e.compare("Less", x, 0), kind) for x in e.x]), -(1 << count))
    for start in range(0, count, 16):
        places = range(start, min(start + 16, count))
        divisors = e.const(np.array([1 << k for k in places], dtype))
        weights = e.const(np.array([1 << (k - start) for k in places], dtype))
        bits = [e.binary("FloorMod", e.binary("FloorDiv", e.expand(x, -1), divisors), 2) for x in e.x]
        part = e.reduce("Sum", e.mul(of_bits(*bits), weights), [-1])
        total = e.add(total, e.mul(part, 1 << start))
    return total


def bitwise_or(e: Emit) -> Value | None:
    """a | b."""
    if e.x[0].dtype == types_pb2.DT_BOOL:
        return e.op("LogicalOr", e.x, types_pb2.DT_BOOL)
    return _bitwise(e, lambda a, b: e.binary("Maximum", a, b))


def bitwise_xor(e: Emit) -> Value | None:
    """a ^ b."""
    if e.x[0].dtype == types_pb2.DT_BOOL:
        return e.compare("NotEqual", e.x[0], e.x[1])
    return _bitwise(e, lambda a, b: e.cast(e.compare("NotEqual", a, b), e.x[0].dtype))


def bitwise_and(e: Emit) -> Value | None:
    """a & b. TensorFlow.js 4.22 lists it, but its executor asks for inputs that its mapper names otherwise."""
    if e.x[0].dtype == types_pb2.DT_BOOL:
        return e.op("LogicalAnd", e.x, types_pb2.DT_BOOL)
    return _bitwise(e, e.mul)


def invert(e: Emit) -> Value | None:
    """~a = -1 - a, in two's complement."""
    return e.sub(-1, e.x[0]) if e.x[0].dtype in _INTEGERS else None


def truncate_div(e: Emit) -> Value | None:
    """Integer division that rounds towards zero: sign(a) sign(b) floor(|a| / |b|)."""
    if e.x[0].dtype not in _INTEGERS:
        return None
    sign = e.mul(e.unary("Sign", e.x[0]), e.unary("Sign", e.x[1]))
    return e.mul(sign, e.binary("FloorDiv", e.unary("Abs", e.x[0]), e.unary("Abs", e.x[1])))


def truncate_mod(e: Emit) -> Value | None:
    """The rest of that division: a - b truncated(a / b)."""
    quotient = truncate_div(e)
    return None if quotient is None else e.sub(e.x[0], e.mul(e.x[1], quotient))


def bucketize(e: Emit) -> Value:
    """How many of the boundaries, an attribute in ascending order, are at most x."""
    boundaries = np.array(list(attr(e.node, "boundaries").list.f), np.float32)
    reached = e.compare("GreaterEqual", e.expand(e.cast(e.x[0], FLOAT), -1), e.const(boundaries))
    return e.reduce("Sum", e.cast(reached, types_pb2.DT_INT32), [-1])


OPS = {
    "Erfc": erfc,
    "Softsign": softsign,
    "Xlogy": xlogy,
    "Xlog1py": xlog1py,
    "Xdivy": xdivy,
    "MulNoNan": mul_no_nan,
    "Rint": rint,
    "Inv": inverse,
    "L2Loss": l2_loss,
    "ApproximateEqual": approximate_equal,
    "BitwiseAnd": bitwise_and,
    "BitwiseOr": bitwise_or,
    "BitwiseXor": bitwise_xor,
    "Invert": invert,
    "TruncateDiv": truncate_div,
    "TruncateMod": truncate_mod,
    "Bucketize": bucketize,
}
