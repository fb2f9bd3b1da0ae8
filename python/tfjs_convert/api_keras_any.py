"""Keras models of every kind into either format: `convert_keras`; and back into memory: `load_layers_model`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Literal

from tfjs_convert.errors import OptionError
from tfjs_convert.result import ConversionResult
from tfjs_convert.weights.options import WeightOptions

OutputFormat = Literal["tfjs_layers_model", "tfjs_graph_model"]


def convert_keras(
    model: Any,
    output_dir: Path | str,
    *,
    output_format: OutputFormat = "tfjs_layers_model",
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a Keras model: a file, a SavedModel, a layers model, or an object in memory.

    Args:
      model: a path to a `.h5` or `.keras` file of Keras 2 or 3, to a SavedModel that Keras 2 saved, or to a layers
        model's model.json or folder; or a model of `keras` or `tf_keras`.
      output_dir: where to write; made if absent.
      output_format: "tfjs_layers_model", or "tfjs_graph_model", which has everything that TensorFlow can write as a
        graph, layers of the model's own too.
      weight_options: quantization and sharding.
      **options: for layers models `split_weights_by_layer` and `metadata`; for graph models fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    if output_format not in ("tfjs_layers_model", "tfjs_graph_model"):
        raise OptionError(f'output_format is {output_format!r}; write "tfjs_layers_model" or "tfjs_graph_model".')
    to = _to_layers_model if output_format == "tfjs_layers_model" else _to_graph_model
    if isinstance(model, str | Path):
        return to(Path(model), output_dir, weight_options=weight_options, **options)
    if output_format == "tfjs_graph_model":
        from tfjs_convert.api_keras import convert_keras_object

        return convert_keras_object(model, output_dir, weight_options=weight_options, **options)
    from tfjs_convert.sources.keras_export import keras_of

    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        suffix = "h5" if keras_of(model).__name__ == "tf_keras" else "keras"
        file = Path(temporary) / f"{model.name}.{suffix}"
        model.save(file)
        return to(file, output_dir, weight_options=weight_options, **options)


def _to_layers_model(path: Path, output_dir: Path | str, **options: Any) -> ConversionResult:
    if (path / "saved_model.pb").is_file():
        from tfjs_convert.api_keras_saved_model import convert_keras_saved_model

        return convert_keras_saved_model(path, output_dir, **options)
    from tfjs_convert.api_layers import convert_keras_file, convert_layers_model

    is_layers_model = path.suffix == ".json" or (path / "model.json").is_file()
    return (convert_layers_model if is_layers_model else convert_keras_file)(path, output_dir, **options)


def _to_graph_model(path: Path, output_dir: Path | str, **options: Any) -> ConversionResult:
    if (path / "saved_model.pb").is_file():
        from tfjs_convert.api import convert_saved_model

        return convert_saved_model(path, output_dir, **{"control_flow_v2": "auto", **options})
    from tfjs_convert import api_keras

    return api_keras.convert_keras(path, output_dir, **options)


def load_layers_model(path: Path | str, *, keras: int = 3) -> Any:
    """Loads a layers model into memory as a Keras model, which is not compiled.

    Args:
      path: model.json, or the directory that holds it, from a converter or saved by TensorFlow.js.
      keras: 3 for a model of `keras`, 2 for one of `tf_keras`.

    Raises:
      ConversionError: the model cannot be read, or Keras has no layer that computes what one of its layers does.
    """
    from tfjs_convert.api_layers import export_keras
    from tfjs_convert.sources.keras_export_load import load

    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        scratch = Path(temporary)
        # Keras 2 finds weights in its old layout by the names that the layers model has.
        file = scratch / ("written.h5" if keras == 2 else "written.keras")
        export_keras(path, file, keras=keras)
        return load(file, scratch, repeatable=False).model
