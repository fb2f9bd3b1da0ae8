"""Rules for attention: products, softmax and products, one head at a time, since TensorFlow.js multiplies three
axes at most.
"""

from __future__ import annotations

import math

import numpy as np

from tfjs_convert.layers.model import Ref
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, derive, then
from tfjs_convert.layers.rewrite.norm import affine
from tfjs_convert.weights.weight import Weight

WITH_ARGUMENTS = ("AdditiveAttention", "Attention", "CategoryEncoding", "GroupedQueryAttention", "MultiHeadAttention")
"""Layers whose rules look at the arguments of their calls themselves."""

MAX_HEADS = 64
HIDDEN = -1e9
"""What is added to the scores of steps that must not be seen, as Keras does."""


def attention(r: Rewrite) -> Wiring:
    """Attention (Luong's): softmax(query keyᵀ) value."""
    causal = causal_argument(r)
    scale = r.layer.variables.get("scale")
    steps = (
        [r.make("Rescaling", {"scale": float(scale.load()), "offset": 0.0}, role="scale")] if scale is not None else []
    )
    weigh = _weigh(r, chain(*steps), causal, _lengths(r) if causal else None, "")
    r.note("expressed with Dot and softmax")
    return lambda inputs: [weigh(inputs[0], inputs[2] if len(inputs) > 2 else inputs[1], inputs[1])]


def multi_head(r: Rewrite) -> Wiring:
    """MultiHeadAttention, and GroupedQueryAttention: each head apart, then a sum of the heads' outputs."""
    causal = causal_argument(r)
    config = r.config
    heads = config["num_heads"] if "num_heads" in config else config["num_query_heads"]
    # Grouped: several heads of queries share one of keys and values.
    shared = heads // config.get("num_key_value_heads", heads)
    if heads > MAX_HEADS:
        raise r.refuse(
            f"{heads} heads would become more than {6 * MAX_HEADS} layers; at most {MAX_HEADS} heads are expressed"
        )
    shapes = r.shapes()
    if any(len(shape) != 3 for shape in shapes):
        raise r.refuse("it attends over something else than one axis of steps")
    parts = {role: r.layer.children[f"{role}_dense"].variables for role in ("query", "key", "value", "output")}
    factor = 1 / math.sqrt(config["key_dim"] if "key_dim" in config else config["head_dim"])
    lengths = _lengths(r) if causal else None
    built = []
    for head in range(heads):
        project = [
            _project(
                r,
                parts[role],
                head if role == "query" else head // shared,
                factor if role == "query" else 1.0,
                f"head{head}_{role}",
            )
            for role in ("query", "key", "value")
        ]
        built.append((project, _weigh(r, chain(), causal, lengths, f"head{head}_")))
    out = parts["output"]
    joined = r.make("Concatenate", {"axis": -1}, role="heads") if heads > 1 else None
    kernel = out["kernel"]
    width = kernel.shape[0] * kernel.shape[1]
    units = math.prod(kernel.shape[2:])
    if len(kernel.shape) != 3:
        raise r.refuse("an output of several axes has no translation")
    variables = {"kernel": derive(kernel, (width, units), lambda array: array)}
    if "bias" in out:
        variables["bias"] = out["bias"]
    last = r.make("Dense", {"units": units, "use_bias": "bias" in out, "activation": "linear"}, variables)
    r.note(f"expressed with Dense, Dot and softmax for each of its {heads} heads")

    def wire(inputs: list[Ref]) -> list[Ref]:
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        results = []
        for (to_query, to_key, to_value), weigh in built:
            results.append(weigh(call(to_query, query), call(to_key, key), call(to_value, value)))
        return [call(last, call(joined, *results) if joined else results[0])]

    return wire


def causal_argument(r: Rewrite) -> bool:
    """Whether the calls are causal."""
    if r.masked:
        raise r.refuse("a mask reaches it, which has no translation there")
    kwargs = dict(r.kwargs)
    causal = bool(kwargs.pop("use_causal_mask", False))
    if any(value for value in kwargs.values()):
        raise r.refuse(f"it is called with `{sorted(kwargs)[0]}`, which has no translation")
    return causal


def _lengths(r: Rewrite) -> tuple[int, int]:
    shapes = r.shapes()
    query, key = shapes[0][1], shapes[1][1]
    if query is None or key is None:
        raise r.refuse("a causal mask needs a fixed number of steps")
    return query, key


def _project(r: Rewrite, variables: dict[str, Weight], head: int, factor: float, role: str) -> object:
    kernel = variables["kernel"]
    rows, _, columns = kernel.shape
    own = {"kernel": derive(kernel, (rows, columns), lambda array: array[:, head] * array.dtype.type(factor))}
    if "bias" in variables:
        bias = variables["bias"]
        own["bias"] = derive(bias, (columns,), lambda array: array[head] * array.dtype.type(factor))
    return r.make("Dense", {"units": columns, "use_bias": "bias" in own, "activation": "linear"}, own, role=role)


def _weigh(r: Rewrite, scale: Wiring, causal: bool, lengths: tuple[int, int] | None, prefix: str) -> object:
    scores = r.make("Dot", {"axes": [2, 2]}, role=f"{prefix}scores")
    weigh = weigh_scores(r, scale, lengths if causal else None, prefix)
    return lambda query, key, value: weigh(call(scores, query, key), value)


def weigh_scores(r: Rewrite, scale: Wiring, causal: tuple[int, int] | None, prefix: str) -> object:
    """What makes a result of scores and values; `causal` holds the numbers of steps if later ones must not be seen."""
    steps = [scale]
    if causal is not None:
        size = causal[0] * causal[1]
        hidden = np.where(np.tri(*causal, dtype=bool), 0.0, HIDDEN)
        flat, back = r.reshape([size], f"{prefix}flat"), r.reshape(causal, f"{prefix}unflat")
        steps += [
            chain(flat),
            affine(r, np.ones(size), hidden.ravel(), role=f"{prefix}causal", shape=(None, size)),
            chain(back),
        ]
    steps.append(chain(r.make("Activation", {"activation": "softmax"}, role=f"{prefix}weights")))
    if r.config.get("dropout"):
        steps.append(chain(r.make("Dropout", {"rate": r.config["dropout"]}, role=f"{prefix}dropout")))
    # Attention's own result bears the layer's name; a head's does not.
    result = r.make("Dot", {"axes": [2, 1]}, role=f"{prefix}result" if prefix else None)
    middle = then(*steps)
    return lambda scores, value: call(result, *middle([scores]), value)
