"""Rules for attention whose scores are sums of tanh(query + key): every pair of steps side by side, then a Dense."""

from __future__ import annotations

import numpy as np

from tfjs_convert.layers.model import Ref
from tfjs_convert.layers.rewrite.attention import attention, causal_argument, weigh_scores
from tfjs_convert.layers.rewrite.context import Rewrite, Wiring, call, chain, constant, derive
from tfjs_convert.weights.weight import Weight


def attention_by_score_mode(r: Rewrite) -> Wiring:
    """Attention, whose scores are products, or sums."""
    mode = r.config.get("score_mode", "dot")
    if mode not in ("dot", "concat"):
        raise r.refuse(f"its score_mode `{mode}` has no translation")
    return concatenated_attention(r) if mode == "concat" else attention(r)


def additive_attention(r: Rewrite) -> Wiring:
    """AdditiveAttention (Bahdanau's): scores are sum(scale * tanh(query + key))."""
    return _additive(r, r.layer.variables.get("scale"))


def concatenated_attention(r: Rewrite) -> Wiring:
    """Attention with score_mode="concat": scores are one weight times sum(tanh(scale * (query + key)))."""
    weight, scale = r.layer.variables["concat_score_weight"], r.layer.variables.get("scale")
    stretch = (
        [] if scale is None else [r.make("Rescaling", {"scale": float(scale.load()), "offset": 0.0}, role="scale")]
    )
    return _additive(r, weight, stretch)


def _additive(r: Rewrite, weight: Weight | None, stretch: list | None = None) -> Wiring:
    causal = causal_argument(r)
    shapes = r.shapes()
    if any(len(shape) != 3 for shape in shapes):
        raise r.refuse("it attends over something else than one axis of steps")
    (_, queries, size), (_, keys, _) = shapes[0], shapes[2] if len(shapes) > 2 else shapes[1]
    if size is None or None in (queries, keys):
        raise r.refuse("its translation needs a fixed number of steps")
    rows, columns = r.reshape([queries, 1, size], "queries"), r.reshape([1, keys, size], "keys")
    pairs, tanh = r.make("Add", role="pairs"), r.make("Activation", {"activation": "tanh"}, role="tanh")
    if weight is None:
        kernel = constant(np.ones((size, 1)))
    else:
        kernel = derive(weight, (size, 1), lambda array: np.broadcast_to(array.reshape(-1, 1), (size, 1)))
    # One weight for all is not the same as one for each.
    trainable = r.layer.trainable and weight is not None and weight.shape == (size,)
    config = {"units": 1, "use_bias": False, "activation": "linear", "trainable": trainable}
    total = r.make("Dense", config, {"kernel": kernel}, role="sum")
    middle = chain(*(stretch or []), tanh, total, r.reshape([queries, keys], "scores"))
    weigh = weigh_scores(r, chain(), (queries, keys) if causal else None, "")
    r.note("expressed with sums over all pairs of steps, and softmax")

    def wire(inputs: list[Ref]) -> list[Ref]:
        key = inputs[2] if len(inputs) > 2 else inputs[1]
        scores = middle([call(pairs, call(rows, inputs[0]), call(columns, key))])
        return [weigh(scores[0], inputs[1])]

    return wire
