"""A decision forest's files beside its model, in the archive from which @tensorflow/tfjs-tfdf reads them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.decision_forests import ASSETS, PACKAGE


def ship(directory: Path, files: Mapping[str, Path]) -> dict[str, object]:
    """Writes the archive into a model's folder; returns what the info file says of it.

    Args:
      directory: the model's folder.
      files: what holds the trees, by name.
    """
    archive = directory / ASSETS
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
        for name, path in files.items():
            # A fixed date and mode: the same forest has the same bytes.
            entry = zipfile.ZipInfo(f"./{name}")
            entry.external_attr = 0o644 << 16
            written.writestr(entry, path.read_bytes())
    data = archive.read_bytes()
    return {"path": ASSETS, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "package": PACKAGE}
