"""What a conversion returns, whichever door asked for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """An input or output of a model.

    Attributes:
      name: the public name.
      dtype: as TensorFlow.js has it: float32, int32, bool, complex64 or string.
      shape: sizes, None where any size goes; None altogether if the rank is unknown.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None


@dataclasses.dataclass(frozen=True)
class ConversionResult:
    """A finished conversion.

    Attributes:
      directory: where the model was written.
      format: `graph-model`, `layers-model`, or another output's name.
      inputs: in the order in which the model takes them.
      outputs: in the order in which the model gives them.
      info: what `write_info` wrote or would write.
      warnings: sentences for the user.
    """

    directory: Path
    format: str
    inputs: list[TensorInfo]
    outputs: list[TensorInfo]
    info: dict[str, object]
    warnings: list[str] = dataclasses.field(default_factory=list)

    @property
    def paths(self) -> list[Path]:
        """The files that were written: model.json and its weights, or the one file or folder of a Keras model."""
        if "shards" not in self.info:
            return [self.directory]
        return [self.directory / "model.json", *(self.directory / shard["path"] for shard in self.info["shards"])]

    @property
    def bytes(self) -> int:
        """Their size."""
        return int(self.info["bytes"])
