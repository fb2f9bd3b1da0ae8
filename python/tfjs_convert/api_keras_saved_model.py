"""Keras 2's SavedModels into layers models: `convert_keras_saved_model`. Needs TensorFlow's compiled core."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tfjs_convert.layers_conversion import convert_opened
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources.archive import opened_folder
from tfjs_convert.sources.keras_saved_model import model_files, open_keras_saved_model
from tfjs_convert.weights.options import WeightOptions


def convert_keras_saved_model(
    path: Path | str,
    output_dir: Path | str,
    *,
    split_weights_by_layer: bool = False,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
    tables: Path | str | None = None,
) -> ConversionResult:
    """Converts a SavedModel that Keras 2 saved into a layers model.

    Args:
      path: the SavedModel's folder, or an archive that holds it.
      output_dir: the model's directory; made if it is absent.
      split_weights_by_layer: one group of shards for each layer that has weights, instead of one for all.
      weight_options: quantization and sharding.
      metadata: what goes to `userDefinedMetadata`.
      tables: where the tables of TensorFlow.js's classes are, if not in their usual place.

    Raises:
      ConversionError: the SavedModel holds no layers, or some that TensorFlow.js lacks; nothing is then written.
    """
    path = Path(path)
    with opened_folder(path) as folder:
        return convert_opened(
            open_keras_saved_model(folder),
            path.name,
            model_files(folder),
            Path(output_dir),
            split_weights_by_layer=split_weights_by_layer,
            weight_options=weight_options,
            metadata=metadata,
            tables=tables,
        )
