"""A model's figures, inputs, outputs and weights in a file that a team commits and reviews."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.artifact import write_info
from tfjs_convert.budget.measure import is_runtime_bundle, measure, read_model_json
from tfjs_convert.errors import InputError


def take_snapshot(model_dir: Path, info: Mapping[str, object]) -> dict[str, object]:
    """What the snapshot file of this model holds: plain JSON values.

    Inputs and outputs are pairs of name and type (`float32 [?, 3]`) in the model's order; weights map names to types
    (`float32 [3, 4] as uint8`).
    """
    model = {} if is_runtime_bundle(info) else read_model_json(model_dir)
    manifest = model.get("weightsManifest") or []
    return {
        **dataclasses.asdict(measure(model_dir, info)),
        "inputs": [[t["name"], _tensor(t["dtype"], t["shape"])] for t in info.get("inputs", [])],
        "outputs": [[t["name"], _tensor(t["dtype"], t["shape"])] for t in info.get("outputs", [])],
        "weights": {entry["name"]: _weight(entry) for group in manifest for entry in group["weights"]},
    }


def write_snapshot(path: Path, model_dir: Path, info: Mapping[str, object]) -> None:
    """Writes a model's snapshot: sorted JSON, a line a value."""
    write_info(path, take_snapshot(model_dir, info))


def read_snapshot(path: Path) -> dict[str, object]:
    """Reads what `write_snapshot` wrote.

    Raises:
      InputError: the file is missing, empty (or `{}`), or is no snapshot.
    """
    name = Path(path).name
    try:
        content = Path(path).read_bytes()
        snapshot = json.loads(content) if content.strip() else {}
    except OSError:
        raise InputError(f"The snapshot {name!r} is missing; write it with the target's .update.") from None
    except ValueError as error:
        raise InputError(f"The snapshot {name!r} is not valid JSON ({error}); write it anew.") from None
    if snapshot == {}:
        raise InputError(f"The snapshot {name!r} is empty: no figures have been recorded yet.")
    if not isinstance(snapshot, dict) or "total_bytes" not in snapshot:
        raise InputError(f"The file {name!r} is no snapshot of a model; write it with the target's .update.")
    return snapshot


def _tensor(dtype: str, shape: list[int | None] | None) -> str:
    if shape is None:
        return f"{dtype} of any shape"
    return f"{dtype} [{', '.join('?' if size in (None, -1) else str(size) for size in shape)}]"


def _weight(entry: Mapping[str, object]) -> str:
    text = _tensor(entry["dtype"], entry["shape"])
    return f"{text} as {entry['quantization']['dtype']}" if "quantization" in entry else text
