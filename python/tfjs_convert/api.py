"""Conversions as Python functions; every other door calls these.

The options that all graph conversions share (`control_flow_v2`, `strip_debug_ops`, `skip_op_check`, `custom_ops`,
`input_shapes`, `outputs`, `use_structured_outputs_names`, `metadata`, `tables`) are those of `GraphOptions`, which
explains them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert.graph_conversion import graph_options, write_graph_model
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources import frozen_graph, hub_module
from tfjs_convert.sources.archive import opened_folder
from tfjs_convert.sources.saved_model import SavedModelReader
from tfjs_convert.steps import step
from tfjs_convert.weights.options import WeightOptions


def convert_saved_model(
    saved_model_dir: Path | str,
    output_dir: Path | str,
    *,
    signature_name: str | None = None,
    saved_model_tags: str | Iterable[str] | None = "serve",
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts one signature of a SavedModel into a TensorFlow.js graph model.

    Args:
      saved_model_dir: the SavedModel's folder, or an archive that holds it.
      output_dir: where to write; made if absent.
      signature_name: the signature; by default the only one, else `serving_default`.
      saved_model_tags: the tags of the MetaGraph, exactly (comma-separated or one by one); None for the only one.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    step("Reading the SavedModel")
    with opened_folder(saved_model_dir) as folder:
        model = SavedModelReader(folder, saved_model_tags).read(signature_name)
        return write_graph_model(model, saved_model_dir, output_dir, graph_options(options), weight_options)


def convert_saved_model_signatures(
    saved_model_dir: Path | str,
    output_dirs: Mapping[str, Path | str],
    *,
    saved_model_tags: str | Iterable[str] | None = "serve",
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> dict[str, ConversionResult]:
    """Converts several signatures of one SavedModel, which is loaded once.

    Args:
      saved_model_dir: as for `convert_saved_model`.
      output_dirs: signature to the folder to write.
      saved_model_tags: as for `convert_saved_model`.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user.
    """
    with opened_folder(saved_model_dir) as folder:
        reader = SavedModelReader(folder, saved_model_tags)
        models = {name: reader.read(name) for name in output_dirs}
        return {
            name: write_graph_model(models[name], saved_model_dir, directory, graph_options(options), weight_options)
            for name, directory in output_dirs.items()
        }


def convert_frozen_graph(
    frozen_model_path: Path | str,
    output_node_names: str | Sequence[str],
    output_dir: Path | str,
    *,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a frozen GraphDef, binary or text (`.pbtxt`), into a TensorFlow.js graph model.

    Args:
      frozen_model_path: the file.
      output_node_names: nodes or tensors that the model returns; comma-separated or one by one.
      output_dir: where to write; made if absent.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    step("Reading the graph")
    model = frozen_graph.read(frozen_model_path, output_node_names)
    return write_graph_model(model, frozen_model_path, output_dir, graph_options(options), weight_options)


def convert_hub_module(
    module_dir: Path | str,
    output_dir: Path | str,
    *,
    signature_name: str | None = None,
    saved_model_tags: str | None = None,
    weight_options: WeightOptions | None = None,
    **options: Any,
) -> ConversionResult:
    """Converts a TensorFlow Hub module of either format into a TensorFlow.js graph model.

    Args:
      module_dir: the module's folder, or an archive that holds it.
      output_dir: where to write; made if absent.
      signature_name: by default what the module has: the only one, `serving_default`, or `default`.
      saved_model_tags: by default what the module has.
      weight_options: quantization and sharding.
      **options: fields of `GraphOptions`.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    step("Reading the module")
    with opened_folder(module_dir) as folder:
        model = hub_module.read(folder, signature_name, saved_model_tags)
        return write_graph_model(model, module_dir, output_dir, graph_options(options), weight_options)
