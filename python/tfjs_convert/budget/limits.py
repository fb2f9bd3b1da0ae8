"""The limits that a budget sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from tfjs_convert.errors import OptionError


@dataclasses.dataclass(frozen=True)
class Limits:
    """Largest accepted figures; None sets no limit.

    Attributes:
      max_total_bytes: all files of the model.
      max_gzip_bytes: the same, each compressed with gzip.
      max_shards: weight files.
      max_parameters: values in variables.
      max_operations: operations (or layers).
      tolerance: by which fraction sizes may differ from the snapshot; counts may not differ at all.
    """

    max_total_bytes: int | None = None
    max_gzip_bytes: int | None = None
    max_shards: int | None = None
    max_parameters: int | None = None
    max_operations: int | None = None
    tolerance: float = 0.01

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "tolerance":
                if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
                    raise OptionError(f"tolerance is {value!r}; write a fraction from 0 up to 1, such as 0.01.")
            elif value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
                raise OptionError(f"{field.name} is {value!r}; write a whole number that is not negative.")

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Limits:
        """Limits from a mapping, as an option or a JSON file gives them.

        Raises:
          OptionError: a name or a value is not known.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                raise OptionError(f"A budget has no limit {name!r}; write {', '.join(names)}.")
        return cls(**values)
