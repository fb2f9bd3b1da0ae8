"""Reads the text files that lookup tables are filled from, as InitializeTableFromTextFile does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tfjs_convert.errors import InputError
from tfjs_convert.graph import dtypes
from tfjs_convert.tf_core import DT

WHOLE_LINE = -2
LINE_NUMBER = -1


def read(
    file: Path,
    *,
    key: tuple[int, int],
    value: tuple[int, int],
    delimiter: bytes = b"\t",
    vocab_size: int = -1,
    offset: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """The keys and values of a table.

    Args:
      file: the vocabulary, one entry a line.
      key, value: (column, dtype number); the column is WHOLE_LINE, LINE_NUMBER, or counts from 0.
      delimiter: what stands between columns.
      vocab_size: number of lines to read; -1 for all.
      offset: added to line numbers.

    Raises:
      InputError: the file is missing, shorter than `vocab_size`, or a line has not the columns or numbers expected.
    """
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError:
        raise InputError(f"The vocabulary {file.parent.name}/{file.name} is missing from the SavedModel.") from None
    if lines and not lines[-1]:
        lines.pop()
    if vocab_size >= 0:
        if len(lines) < vocab_size:
            raise InputError(f"The vocabulary {file.name} has {len(lines)} lines; the model expects {vocab_size}.")
        lines = lines[:vocab_size]
    lines = [line.removesuffix(b"\r") for line in lines]
    return tuple(_column(file, lines, column, dtype, delimiter, offset) for column, dtype in (key, value))


def _column(file: Path, lines: list[bytes], column: int, dtype: int, delimiter: bytes, offset: int) -> np.ndarray:
    if column == LINE_NUMBER:
        return np.arange(offset, offset + len(lines)).astype(dtypes.to_numpy(dtype))
    texts = lines
    if column != WHOLE_LINE:
        texts = []
        for i, line in enumerate(lines):
            parts = line.split(delimiter)
            if column >= len(parts):
                raise InputError(f"Line {i + 1} of the vocabulary {file.name} has no column {column}.")
            texts.append(parts[column])
    result = np.empty(len(texts), dtypes.to_numpy(dtype))
    for i, text in enumerate(texts):
        try:
            result[i] = text if dtype == DT.DT_STRING else float(text) if result.dtype.kind == "f" else int(text)
        except ValueError:
            kind = dtypes.short_name(dtype)
            raise InputError(
                f"Line {i + 1} of the vocabulary {file.name} holds {text!r}, which is no {kind}."
            ) from None
    return result
