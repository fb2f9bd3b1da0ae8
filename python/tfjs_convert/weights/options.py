"""What a user may ask of a model's weights: quantization, sharding, and their limits."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Literal

from tfjs_convert.errors import OptionError

QUANTIZED_DTYPES = ("float16", "uint8", "uint16")
DEFAULT_SHARD_SIZE_BYTES = 4 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class WeightOptions:
    """Options for writing weights; checked when made.

    Attributes:
      shard_size_bytes: largest size of one shard file.
      shards: None to shard by size, `"single"` for one file, or the number of files.
      content_hashed_names: name each shard by its content, and let boundaries follow weights, so that a change
        of one layer changes few files.
      quantize: `{"float16" | "uint8" | "uint16": True | pattern | [patterns]}`, or `"auto"`. Patterns are shell
        globs over full weight names, and `*` crosses `/`. `True` and the bare pattern `*` take what no other entry
        names.
      max_error: for `"auto"`: the largest allowed error of any value, as a fraction of its weight's largest magnitude.
      channel_spread: what becomes of uint8 on a weight some of whose channels would be left with hardly any codes:
        `"raise"` it to uint16, `"refuse"` it, or `"allow"` it as the upstream converter does.
      quantize_int32: let patterns quantize int32 weights too (uint8 and uint16).
      allow_nonfinite: keep NaN and infinity in variables that are not quantized, instead of refusing them.

    Raises:
      OptionError: a value that is not accepted.
    """

    shard_size_bytes: int = DEFAULT_SHARD_SIZE_BYTES
    shards: Literal["single"] | int | None = None
    content_hashed_names: bool = False
    quantize: Mapping[str, bool | str | Sequence[str]] | Literal["auto"] = dataclasses.field(default_factory=dict)
    max_error: float | None = None
    channel_spread: Literal["raise", "refuse", "allow"] = "raise"
    quantize_int32: bool = False
    allow_nonfinite: bool = False

    def __post_init__(self) -> None:
        if not _is_whole_number(self.shard_size_bytes) or self.shard_size_bytes <= 0:
            raise OptionError(f"shard_size_bytes is {self.shard_size_bytes!r}; write a whole number of bytes above 0.")
        if self.shards is not None and self.shards != "single":
            if not _is_whole_number(self.shards) or self.shards <= 0:
                raise OptionError(f'shards is {self.shards!r}; write "single", or a number of files above 0.')
        if self.channel_spread not in ("raise", "refuse", "allow"):
            raise OptionError(f'channel_spread is {self.channel_spread!r}; write "raise", "refuse" or "allow".')
        if self.content_hashed_names and self.shards is not None:
            raise OptionError(
                "content_hashed_names lets shard boundaries follow the weights, which leaves no room for "
                f"shards = {self.shards!r}; drop one of the two."
            )
        self._check_quantize()

    def _check_quantize(self) -> None:
        if isinstance(self.quantize, str):
            if self.quantize != "auto":
                raise OptionError(
                    f'quantize is {self.quantize!r}; write "auto", or a mapping such as {{"float16": ["*"]}}.'
                )
            if self.max_error is None:
                raise OptionError(
                    'quantize = "auto" needs max_error: the largest error you accept, '
                    "as a fraction of each weight's largest magnitude (0.001, say)."
                )
            if isinstance(self.max_error, bool) or not isinstance(self.max_error, int | float):
                raise OptionError(f"max_error is {self.max_error!r}; write a number such as 0.001.")
            if not math.isfinite(self.max_error) or self.max_error < 0:
                raise OptionError(f"max_error is {self.max_error!r}; write a finite number that is not negative.")
            return
        if self.max_error is not None:
            raise OptionError('max_error is read only with quantize = "auto"; write that, or drop max_error.')
        check_quantize_map(self.quantize)


def check_quantize_map(quantize: Mapping[str, object]) -> None:
    """Refuses unknown types, values that are no pattern, and more than one fallthrough."""
    fallthroughs = []
    for dtype, patterns in quantize.items():
        if dtype not in QUANTIZED_DTYPES:
            raise OptionError(f"quantize names the type {dtype!r}; write one of {', '.join(QUANTIZED_DTYPES)}.")
        if patterns is True:
            fallthroughs.append(dtype)
            continue
        if isinstance(patterns, str):
            patterns = [patterns]
        if not isinstance(patterns, Sequence) or not all(isinstance(p, str) and p for p in patterns):
            raise OptionError(
                f"quantize[{dtype!r}] is {patterns!r}; write True, a pattern, or a list of patterns of weight names."
            )
        if "*" in patterns:
            fallthroughs.append(dtype)
    if len(fallthroughs) > 1:
        raise OptionError(
            f"quantize gives all remaining weights to both {fallthroughs[0]} and {fallthroughs[1]}; "
            "write True (or the pattern *) for one type, and name weights for the others."
        )


def quantize_from_bytes(quantization_bytes: int | None) -> dict[str, bool]:
    """The map that the deprecated option `quantization_bytes` stands for: 1 is uint8, 2 is uint16, None nothing."""
    if quantization_bytes is None:
        return {}
    if isinstance(quantization_bytes, bool) or quantization_bytes not in (1, 2):
        raise OptionError(f"quantization_bytes is {quantization_bytes!r}; write 1 (uint8) or 2 (uint16).")
    return {"uint8": True} if quantization_bytes == 1 else {"uint16": True}


def _is_whole_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
