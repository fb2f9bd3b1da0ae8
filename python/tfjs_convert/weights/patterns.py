"""Which weight becomes which quantized type: patterns over full weight names."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping, Sequence

from tfjs_convert.errors import OptionError
from tfjs_convert.weights.dtypes import stored_dtype
from tfjs_convert.weights.options import check_quantize_map
from tfjs_convert.weights.weight import Weight

_EVERYTHING = "*"


def resolve(
    weights: Sequence[Weight], quantize: Mapping[str, bool | str | Sequence[str]], *, quantize_int32: bool = False
) -> dict[str, str]:
    """Maps names of weights to the type that `quantize` gives them; a name that is absent stays as it is.

    A pattern is a shell glob (`*`, `?`, `[seq]`) over the full name, compared case for case; `*` crosses `/`.
    `True` and the pattern `*` are fallthroughs. Only variables follow wildcards and fallthroughs; anything else
    (shapes, epsilons, masks) is quantized only by a pattern that is its full name. Only float32 data (after casts) is
    quantized, and int32 with `quantize_int32`.

    Raises:
      OptionError: two types claim one weight, a pattern matches nothing or nothing that can be quantized.
    """
    check_quantize_map(quantize)
    chosen: dict[str, str] = {}
    fallthrough = None
    for dtype in sorted(quantize):
        value = quantize[dtype]
        patterns = [value] if isinstance(value, str) else [] if value is True else value
        if value is True or _EVERYTHING in patterns:
            fallthrough = dtype
        for pattern in patterns:
            if pattern == _EVERYTHING:
                continue
            for name in _matches(weights, pattern, dtype, quantize_int32):
                if chosen.setdefault(name, dtype) != dtype:
                    raise OptionError(
                        f"quantize gives weight {name!r} to both {chosen[name]} and {dtype} (by pattern {pattern!r}); "
                        "narrow one of the patterns so that each weight has one type."
                    )
    if fallthrough:
        for weight in weights:
            if weight.is_variable and _quantizable(weight, fallthrough, quantize_int32):
                chosen.setdefault(weight.name, fallthrough)
    return chosen


def _matches(weights: Sequence[Weight], pattern: str, dtype: str, quantize_int32: bool) -> list[str]:
    named = [w for w in weights if w.name == pattern or fnmatch.fnmatchcase(w.name, pattern)]
    if not named:
        raise OptionError(
            f"quantize[{dtype!r}] has the pattern {pattern!r}, which matches no weight; {_near(weights, pattern)}"
        )
    chosen = [w for w in named if (w.is_variable or w.name == pattern) and _quantizable(w, dtype, quantize_int32)]
    if not chosen:
        raise OptionError(
            f"quantize[{dtype!r}] has the pattern {pattern!r}, which matches nothing that can become {dtype}: "
            f"{_why_not(named[0], dtype, quantize_int32)}; drop the pattern."
        )
    return [w.name for w in chosen]


def _quantizable(weight: Weight, dtype: str, quantize_int32: bool) -> bool:
    stored = stored_dtype(weight.name, weight.dtype)
    return stored == "float32" or (stored == "int32" and quantize_int32 and dtype != "float16")


def _why_not(weight: Weight, dtype: str, quantize_int32: bool) -> str:
    if _quantizable(weight, dtype, quantize_int32):
        return f"{weight.name!r} is a constant and no variable, and constants are quantized only under their full name"
    stored = stored_dtype(weight.name, weight.dtype)
    if stored == "int32" and dtype != "float16":
        return f"{weight.name!r} is int32, which is quantized only with quantize_int32"
    return f"{weight.name!r} is {stored}"


def _near(weights: Sequence[Weight], pattern: str) -> str:
    names = [w.name for w in weights]
    near = difflib.get_close_matches(pattern.replace("*", ""), names, n=3, cutoff=0.5)
    if not near:
        near = sorted(names)[:3]
    if not near:
        return "the model has no weights."
    return f"the nearest names are {', '.join(repr(n) for n in near)}."
