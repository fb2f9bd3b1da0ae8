"""Reads TensorFlow Hub modules: SavedModels, and the older format with `tfhub_module.pb`."""

from __future__ import annotations

from pathlib import Path

from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.sources.saved_model import DEFAULT_SIGNATURE, SavedModelReader

_HUB_SIGNATURE = "default"


def read(directory: Path | str, signature_name: str | None = None, tags: str | None = None) -> GraphModel:
    """The graph of one signature of a module.

    Args:
      directory: the module's folder.
      signature_name: by default the only one, else `serving_default`, else `default`.
      tags: the MetaGraph's tags; by default the untagged one of an old module, the one tagged `serve` of a new one.

    Raises:
      InputError: the folder holds no module, or a signature takes sparse tensors.
      OptionError: no such signature or tags; the text lists what there is.
    """
    directory = Path(directory)
    old = (directory / "tfhub_module.pb").is_file()
    if not old and not (directory / "saved_model.pb").is_file():
        raise InputError(f"{directory.name} is no hub module: it holds neither saved_model.pb nor tfhub_module.pb.")
    reader = _reader(directory, tags, old)
    if not signature_name:
        preferred = [name for name in (DEFAULT_SIGNATURE, _HUB_SIGNATURE) if name in reader.signatures]
        signature_name = preferred[0] if preferred else None
    return reader.read(signature_name)


def _reader(directory: Path, tags: str | None, old: bool) -> SavedModelReader:
    if tags is not None:
        return SavedModelReader(directory, tags)
    # Modules of either age are found tagged and untagged; only a choice among several must be the user's.
    for attempt in ("", None, "serve") if old else ("serve", None, ""):
        try:
            return SavedModelReader(directory, attempt)
        except OptionError as error:
            refused = error
    raise refused
