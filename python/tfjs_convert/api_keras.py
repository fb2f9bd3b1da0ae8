"""Keras files and layers models into graph models: `convert_keras`. Needs TensorFlow's Python API, and Keras."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert import api_layers
from tfjs_convert.errors import InputError
from tfjs_convert.graph.model import Endpoint, GraphModel
from tfjs_convert.graph_conversion import graph_options, write_graph_model
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources import keras_export
from tfjs_convert.sources.keras_export_names import without_counters
from tfjs_convert.sources.layers_model import open_layers_model
from tfjs_convert.sources.saved_model import DEFAULT_SIGNATURE, SavedModelReader
from tfjs_convert.steps import step
from tfjs_convert.weights.options import WeightOptions


def convert_keras(
    path: Path | str,
    output_dir: Path | str,
    *,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a Keras model into a TensorFlow.js graph model, with the model's own names in the model's own order.

    Args:
      path: a `.h5` or `.keras` file of Keras 2 or 3, told from its content; or a layers model: its model.json, or the
        folder that holds it.
      output_dir: where to write; made if absent.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`; `control_flow_v2` is "auto" here if it is left out, since Keras's recurrent
        layers are loops.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    path, output_dir = Path(path), Path(output_dir)
    checked_options = graph_options({"control_flow_v2": "auto", **options})
    if (path / "saved_model.pb").is_file():
        raise InputError(
            f"{path.name} is a SavedModel already; convert it with convert_saved_model (tf_saved_model in a build)."
        )
    output_dir.parent.mkdir(parents=True, exist_ok=True)
    # Beside the output, so that a model that may be private or large lies where the caller's own files do.
    with tempfile.TemporaryDirectory(prefix=".tfjs-", dir=output_dir.parent) as temporary:
        scratch = Path(temporary)
        source, saved_by = _keras_file(path, scratch)
        step("Loading the model with TensorFlow and Keras")
        exported = keras_export.export_keras_file(source, scratch / "saved_model", scratch)
        if saved_by is not None:
            exported = dataclasses.replace(exported, saved_by=saved_by)
        model = _read(scratch / "saved_model", exported)
        result = write_graph_model(model, _files(path), output_dir, checked_options, weight_options)
    return _with_versions(result, exported)


def convert_keras_object(
    model: Any,
    output_dir: Path | str,
    *,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a Keras model that is in memory into a TensorFlow.js graph model; it may have layers of its own.

    Args:
      model: a `Sequential` or functional model of `keras` (3) or `tf_keras` (2); it is left as it is.
      output_dir: where to write; made if absent.
      weight_options: quantization and sharding.
      **options: as for `convert_keras`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    checked_options, output_dir = graph_options({"control_flow_v2": "auto", **options}), Path(output_dir)
    output_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tfjs-", dir=output_dir.parent) as temporary:
        folder = Path(temporary) / "saved_model"
        step("Tracing the model")
        exported = keras_export.export_keras_model(keras_export.keras_of(model), model, folder)
        read = _read(folder, exported)
        result = write_graph_model(read, folder, output_dir, checked_options, weight_options)
    # A SavedModel that is gone, and whose bytes differ each time, is no source to name.
    result.info["provenance"].pop("source")
    return _with_versions(result, exported)


def _read(saved_model: Path, exported: keras_export.Exported) -> GraphModel:
    """The graph of an exported model, with the model's own names."""
    model = SavedModelReader(saved_model).read(DEFAULT_SIGNATURE)
    without_counters(model.graph)
    return dataclasses.replace(
        model,
        inputs=_renamed(model.inputs, exported.inputs),
        outputs=_renamed(model.outputs, exported.outputs),
        version=exported.saved_by,
    )


def _with_versions(result: ConversionResult, exported: keras_export.Exported) -> ConversionResult:
    versions = result.info["provenance"]["versions"]
    versions.pop("saved_by_tensorflow", None)
    versions |= {"keras": exported.loaded_by, "saved_by": exported.saved_by}
    return result


def _renamed(endpoints: Sequence[Endpoint], names: Mapping[str, str]) -> list[Endpoint]:
    by_key = {each.key: each for each in endpoints}
    return [dataclasses.replace(by_key[key], key=name) for key, name in names.items()]


def _keras_file(path: Path, scratch: Path) -> tuple[Path, str | None]:
    """The Keras file; a layers model is written as one, and then what wrote the layers model is given, too."""
    if not path.is_dir() and path.suffix != ".json":
        return path, None
    if path.is_dir() and not (path / "model.json").is_file():
        raise InputError(f"{path.name} is a folder without model.json; give a Keras file or a layers model.")
    back = scratch / "layers_model.h5"
    api_layers.export_keras(path, back, keras=2)
    return back, str(open_layers_model(path).fields.get("generatedBy") or "")


def _files(path: Path) -> Path:
    return path.parent if path.suffix == ".json" else path
