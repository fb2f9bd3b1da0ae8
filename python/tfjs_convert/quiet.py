"""Keeps what native libraries write to stderr, and shows it only when something goes wrong."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from tfjs_convert.errors import ConversionError


@contextlib.contextmanager
def native_stderr() -> Iterator[None]:
    """Holds back file descriptor 2 within the block, and shows what was written if the block fails unexpectedly.

    TensorFlow's C++ log greets every process there, before any setting is read.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        expected = False
        try:
            yield
            expected = True
        except ConversionError:
            expected = True
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            if not expected:
                log.seek(0)
                sys.stderr.write(log.read().decode(errors="replace"))
