"""`tensorflowjs.converters.keras_tfjs_loader`: layers models into memory, as models of `tf_keras`."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tfjs_convert.api_keras_any import load_layers_model
from tfjs_convert.compat.errors import CompatError, value_errors

Buffers = Sequence[bytes | IO[bytes]]


@value_errors
def load_keras_model(
    config_json_path: str,
    weights_path_prefix: str | None = None,
    weights_data_buffers: Buffers | None = None,
    load_weights: bool = True,
    use_unique_name_scope: bool = False,
) -> Any:
    """Loads a layers model from files.

    Args:
      config_json_path: its model.json.
      weights_path_prefix: the folder of its weight files; by default that of model.json.
      weights_data_buffers: the weights instead of files: one buffer for each group.
      load_weights: False for a model with the weights that Keras begins with.
      use_unique_name_scope: accepted; names of models in memory do not clash.

    Raises:
      ValueError: both kinds of weights are given, a path is not there, or the model cannot be read.
    """
    if weights_path_prefix is not None and weights_data_buffers:
        raise CompatError("weights_path_prefix and weights_data_buffers are two sources of weights; give one.")
    content = _parsed(Path(config_json_path).read_bytes())
    if not load_weights:
        return _without_weights(content)
    if weights_data_buffers:
        return deserialize_keras_model(content, weights_data_buffers)
    folder = Path(weights_path_prefix or Path(config_json_path).resolve().parent)
    if not folder.exists():
        raise CompatError(f"The weights' path {str(folder)!r} is not there; name the folder of the weight files.")
    return _load(content, {name: folder / name for name in _paths(content)})


@value_errors
def deserialize_keras_model(
    model_json: Mapping[str, Any] | str | bytes | IO[Any],
    weight_data: Buffers | None = None,
    use_unique_name_scope: bool = False,
) -> Any:
    """Loads a layers model from memory.

    Args:
      model_json: the content of model.json: parsed, as text, or an open file.
      weight_data: one buffer or open file for each group of weights; None for the weights that Keras begins with.
      use_unique_name_scope: accepted; names of models in memory do not clash.

    Raises:
      ValueError: the model cannot be read, or there are more or fewer buffers than groups.
    """
    content = _parsed(model_json)
    if weight_data is None:
        return _without_weights(content)
    manifest = content.get("weightsManifest") or []
    buffers = [each.read() if hasattr(each, "read") else each for each in weight_data]
    if len(buffers) != len(manifest):
        raise CompatError(f"There are {len(buffers)} buffers for {len(manifest)} groups of weights.")
    groups = [
        {**group, "paths": [f"group{number}.bin"] if buffer else []}
        for number, (group, buffer) in enumerate(zip(manifest, buffers, strict=True))
    ]
    return _load({**content, "weightsManifest": groups}, {f"group{i}.bin": each for i, each in enumerate(buffers)})


def _load(content: Mapping[str, Any], files: Mapping[str, bytes | Path]) -> Any:
    """The model whose weight files are somewhere else, or in memory."""
    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        folder = Path(temporary)
        (folder / "model.json").write_text(json.dumps(content))
        for name, source in files.items():
            target = folder / name
            if not target.resolve().is_relative_to(folder.resolve()):
                raise CompatError(f"The weight file {name!r} lies outside of the model's folder.")
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, Path):
                if not source.is_file():
                    raise CompatError(
                        f"The weight file {str(source)!r} is not there; name its folder as weights_path_prefix."
                    )
                shutil.copyfile(source, target)
            else:
                target.write_bytes(source)
        return load_layers_model(folder / "model.json", keras=2)


def _without_weights(content: Mapping[str, Any]) -> Any:
    import tf_keras

    from tfjs_convert.sources.keras_export_safety import check_config

    topology = content["modelTopology"] if "modelTopology" in content else content
    config = topology.get("model_config", topology)
    check_config(config, "`model.json`")
    return tf_keras.models.model_from_json(json.dumps(config))


def _parsed(source: Mapping[str, Any] | str | bytes | IO[Any]) -> dict[str, Any]:
    try:
        content = source
        if not isinstance(source, Mapping):
            content = json.loads(source if isinstance(source, str | bytes) else source.read())
    except ValueError as error:
        raise CompatError(f"The model's text is not valid JSON ({error}).") from None
    if not isinstance(content, Mapping):
        raise TypeError(f"The model's JSON is a {type(content).__name__}; a model is an object.")
    return dict(content)


def _paths(content: Mapping[str, Any]) -> list[str]:
    return [path for group in content["weightsManifest"] for path in group.get("paths", [])]
