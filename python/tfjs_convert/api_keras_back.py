"""Layers models into SavedModels: `export_keras_saved_model`. Needs TensorFlow's Python API, and Keras."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from tfjs_convert import api_layers, tf_core
from tfjs_convert.errors import OptionError
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources.keras_export import export_keras_file
from tfjs_convert.sources.keras_export_load import load

# Holds a random number: the same model would have other bytes each time.
_FINGERPRINT = "fingerprint.pb"


def export_keras_saved_model(path: Path | str, output_dir: Path | str, *, keras: int = 3) -> ConversionResult:
    """Brings a layers model back to Keras as a SavedModel.

    Args:
      path: model.json, or the directory that holds it, from a converter or saved by TensorFlow.js.
      output_dir: the SavedModel's folder, which must not exist yet.
      keras: 2 writes a whole model, which `tf_keras.models.load_model` gives back with its layers; 3 the prediction
        alone, as its `model.export` does, since Keras 3 saves whole models as files only.

    Raises:
      ConversionError: the model cannot be read, or Keras has no layer that computes what one of its layers does.
    """
    output_dir = Path(output_dir)
    if output_dir.exists():
        raise OptionError(f"The output {output_dir.name!r} exists already; name a new folder.")
    output_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tfjs-", dir=output_dir.parent) as temporary:
        scratch = Path(temporary)
        file = scratch / "layers_model.h5"
        result = api_layers.export_keras(path, file, keras=keras)
        (scratch / "keras").mkdir()
        written = scratch / "saved_model"
        if keras == 2:
            _save_whole(load(file, scratch / "keras").model, written)
        else:
            # Not Keras 3's own export, which numbers the variables in the order of a set.
            export_keras_file(file, written, scratch / "keras")
        _make_canonical(written)
        shutil.move(written, output_dir)
    kind = "keras-saved-model" if keras == 2 else "saved-model"
    size = sum(each.stat().st_size for each in output_dir.rglob("*") if each.is_file())
    return ConversionResult(
        output_dir, kind, result.inputs, result.outputs, result.info | {"format": kind, "bytes": size}
    )


def _save_whole(model: Any, directory: Path) -> None:
    for layer in model._flatten_layers(recursive=True, include_self=False):
        if hasattr(layer, "_could_use_gpu_kernel"):
            # What would choose between kernels has a random name.
            layer._could_use_gpu_kernel = False
    model.save(str(directory), save_format="tf", include_optimizer=False)


def _make_canonical(directory: Path) -> None:
    """Takes out of a SavedModel's bytes what is another each time: the fingerprint, and the order of maps."""
    (directory / _FINGERPRINT).unlink(missing_ok=True)
    file = directory / "saved_model.pb"
    file.write_bytes(tf_core.SavedModel.FromString(file.read_bytes()).SerializeToString(deterministic=True))
