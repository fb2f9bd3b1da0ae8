"""Arithmetic, comparisons and functions of one number."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tests.zoo.model import Family, Source, floats, function, integers

raw = tf.raw_ops
MODELS = family = Family()
ANY = floats(3, 4, scale=2.0)
UNIT = np.tanh(floats(3, 4, seed=1))
POSITIVE = np.abs(ANY) + np.float32(0.1)


@family()
def rounding_and_signs() -> Source:
    def body(x):
        return {
            "abs": raw.Abs(x=x),
            "ceil": raw.Ceil(x=x),
            "floor": raw.Floor(x=x),
            "neg": raw.Neg(x=x),
            "round": raw.Round(x=x),
            "sign": raw.Sign(x=x),
            "clipped": raw.ClipByValue(t=x, clip_value_min=-1.0, clip_value_max=1.5),
        }

    halves = np.array([[-2.5, -1.5, -0.5, 0.0], [0.5, 1.5, 2.5, 3.5]], np.float32)
    return function(body, {"x": ANY}, {"x": halves})


@family()
def powers_and_logarithms() -> Source:
    def body(x, y):
        return {
            "exp": raw.Exp(x=y),
            "expm1": raw.Expm1(x=y),
            "log": raw.Log(x=x),
            "log1p": raw.Log1p(x=x),
            "reciprocal": raw.Reciprocal(x=x),
            "rsqrt": raw.Rsqrt(x=x),
            "sqrt": raw.Sqrt(x=x),
            "square": raw.Square(x=y),
            "pow": raw.Pow(x=x, y=y),
        }

    return function(body, {"x": POSITIVE, "y": ANY})


@family()
def trigonometry() -> Source:
    def body(x, u, p):
        return {
            "sin": raw.Sin(x=x),
            "cos": raw.Cos(x=x),
            "tan": raw.Tan(x=u),
            "sinh": raw.Sinh(x=x),
            "cosh": raw.Cosh(x=x),
            "tanh": raw.Tanh(x=x),
            "asin": raw.Asin(x=u),
            "acos": raw.Acos(x=u),
            "atan": raw.Atan(x=x),
            "atan2": raw.Atan2(y=x, x=u),
            "asinh": raw.Asinh(x=x),
            "acosh": raw.Acosh(x=p + 1.0),
            "atanh": raw.Atanh(x=u * 0.9),
        }

    return function(body, {"x": ANY, "u": UNIT, "p": POSITIVE})


@family()
def activations() -> Source:
    def body(x):
        return {
            "elu": raw.Elu(features=x),
            "erf": raw.Erf(x=x),
            "leaky": raw.LeakyRelu(features=x, alpha=0.3),
            "relu": raw.Relu(features=x),
            "relu6": raw.Relu6(features=x * 4.0),
            "selu": raw.Selu(features=x),
            "sigmoid": raw.Sigmoid(x=x),
            "softplus": raw.Softplus(features=x),
            "swish": tf.nn.silu(x),
            "gelu": tf.nn.gelu(x, approximate=True),
        }

    return function(body, {"x": ANY})


@family()
def infinities() -> Source:
    def body(x):
        return {"finite": raw.IsFinite(x=x), "infinite": raw.IsInf(x=x), "nan": raw.IsNan(x=x)}

    return function(body, {"x": np.array([1.0, np.inf, -np.inf, np.nan], np.float32)})


@family()
def operators_on_floats() -> Source:
    def body(x, y, row):
        return {
            "add": raw.Add(x=x, y=y),
            "add_v2": raw.AddV2(x=x, y=row),
            "add_n": raw.AddN(inputs=[x, y, x]),
            "bias_add": raw.BiasAdd(value=x, bias=row),
            "div": raw.Div(x=x, y=y),
            "div_no_nan": raw.DivNoNan(x=x, y=raw.Round(x=y)),
            "floor_div": raw.FloorDiv(x=x, y=y),
            "floor_mod": raw.FloorMod(x=x, y=y),
            "maximum": raw.Maximum(x=x, y=row),
            "minimum": raw.Minimum(x=row, y=y),
            "mul": raw.Mul(x=x, y=row),
            "real_div": raw.RealDiv(x=x, y=y),
            "squared_difference": raw.SquaredDifference(x=x, y=y),
            "sub": raw.Sub(x=row, y=y),
        }

    return function(body, {"x": ANY, "y": POSITIVE * np.sign(UNIT), "row": floats(4, seed=3)})


@family()
def operators_on_integers() -> Source:
    def body(x, y, z):
        return {
            "add": x + y,
            "sub": x - y,
            "mul": x * y,
            "floor_div": x // y,
            "floor_mod": x % y,
            "maximum": raw.Maximum(x=x, y=y),
            "minimum": raw.Minimum(x=x, y=y),
            "squared_difference": raw.SquaredDifference(x=x, y=y),
            "neg": -x,
            "abs": tf.abs(x),
            "sign": raw.Sign(x=x),
            "square": raw.Square(x=x),
            "power": raw.Pow(x=x, y=z),
            "add_n": raw.AddN(inputs=[x, y, z]),
        }

    x, y = integers(4, 5, low=-20, high=21), integers(4, 5, low=1, high=7, seed=1)
    return function(
        body, {"x": x, "y": y * np.sign(integers(4, 5, seed=2) * 2 + 1), "z": integers(4, 5, low=0, high=4)}
    )


@family()
def division_towards_zero() -> Source:
    def body(x, y):
        return {"mod": raw.Mod(x=x, y=y), "div": raw.Div(x=x, y=y)}

    return function(body, {"x": np.array([7, -7, 7, -7], np.int32), "y": np.array([3, 3, -3, -3], np.int32)})


@family()
def division_towards_zero_of_floats() -> Source:
    def body(x, y):
        return {"mod": raw.Mod(x=x, y=y)}

    return function(
        body, {"x": np.array([7.5, -7.5, 7.5, -7.5], np.float32), "y": np.array([2, 2, -2, -2], np.float32)}
    )


@family()
def quotients_of_rounded_quotients() -> Source:
    """`FloorDiv` of floats must stay a float, or what follows divides integers."""

    def body(x, y):
        return {"z": raw.RealDiv(x=raw.FloorDiv(x=x, y=y), y=raw.FloorDiv(x=y, y=x * 0.1))}

    return function(body, {"x": np.array([7.5, 3.0], np.float32), "y": np.array([2.0, 1.2], np.float32)})


@family()
def comparisons() -> Source:
    def body(x, y, n, b):
        return {
            "equal": raw.Equal(x=n, y=1),
            "not_equal": raw.NotEqual(x=n, y=1),
            "greater": raw.Greater(x=x, y=y),
            "greater_equal": raw.GreaterEqual(x=n, y=0),
            "less": raw.Less(x=x, y=y),
            "less_equal": raw.LessEqual(x=n, y=0),
            "and": raw.LogicalAnd(x=b, y=x > y),
            "or": raw.LogicalOr(x=b, y=x > y),
            "not": raw.LogicalNot(x=b),
            "equal_booleans": raw.Equal(x=b, y=x > y),
        }

    return function(
        body, {"x": ANY, "y": ANY[::-1], "n": integers(3, 4), "b": integers(3, 4, low=0, high=2).astype(bool)}
    )


@family()
def choices() -> Source:
    def body(x, y, c, rows, n):
        return {
            "select": raw.Select(condition=c, x=x, y=y),
            "rows": raw.Select(condition=rows, x=x, y=y),
            "select_v2": tf.where(c, x, 0.5),
            "integers": tf.where(c, n, n * 2),
            "booleans": tf.where(c, x > 0.0, y > 0.0),
        }

    c = integers(3, 4, low=0, high=2).astype(bool)
    return function(body, {"x": ANY, "y": UNIT, "c": c, "rows": np.array([True, False, True]), "n": integers(3, 4)})


@family()
def bits() -> Source:
    def body(x, y):
        return {"and": raw.BitwiseAnd(x=x, y=y)}

    return function(body, {"x": integers(9, low=0, high=99), "y": integers(9, low=0, high=99, seed=1)})


@family()
def complex_numbers() -> Source:
    def body(x, y):
        z = raw.Complex(real=x, imag=y)
        return {"real": raw.Real(input=z), "imag": raw.Imag(input=z), "abs": raw.ComplexAbs(x=z)}

    return function(body, {"x": ANY, "y": UNIT})


@family()
def double_precision() -> Source:
    def body(x, n):
        return {"x": x * tf.constant(0.5, tf.float64), "n": n * tf.constant(3, tf.int64)}

    return function(body, {"x": ANY.astype(np.float64), "n": integers(4).astype(np.int64)})


@family(tolerance=2e-3)
def half_precision() -> Source:
    """Which becomes single precision, so that TensorFlow's own rounding shows."""

    def body(x, y):
        return {"y": tf.nn.relu(tf.cast(x, tf.float16) + tf.constant(0.25, tf.float16)) * y}

    return function(body, {"x": ANY, "y": UNIT.astype(np.float16)})
