"""Conversions as Python functions; every other door calls these.

The options that all graph conversions share (`control_flow_v2`, `strip_debug_ops`, `skip_op_check`, `custom_ops`,
`input_shapes`, `outputs`, `use_structured_outputs_names`, `metadata`, `tables`) are those of `GraphOptions`, which
explains them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tfjs_convert import artifact, tf_core
from tfjs_convert.errors import OptionError
from tfjs_convert.graph import pipeline, signature
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.result import ConversionResult, TensorInfo
from tfjs_convert.sources import archive, frozen_graph, hub_module, provenance
from tfjs_convert.sources.saved_model import SavedModelReader
from tfjs_convert.steps import step
from tfjs_convert.weights.options import WeightOptions

GRAPH_MODEL = "graph-model"


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
    graph_options = _options(options)
    with _folder(saved_model_dir) as folder:
        step("Reading the SavedModel")
        model = SavedModelReader(folder, saved_model_tags).read(signature_name)
        return _write(model, saved_model_dir, output_dir, graph_options, weight_options)


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
    graph_options = _options(options)
    with _folder(saved_model_dir) as folder:
        reader = SavedModelReader(folder, saved_model_tags)
        models = {name: reader.read(name) for name in output_dirs}
        return {
            name: _write(models[name], saved_model_dir, directory, graph_options, weight_options)
            for name, directory in output_dirs.items()
        }


def convert_frozen_model(
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
    return _write(model, frozen_model_path, output_dir, _options(options), weight_options)


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
    graph_options = _options(options)
    with _folder(module_dir) as folder:
        step("Reading the module")
        model = hub_module.read(folder, signature_name, saved_model_tags)
        return _write(model, module_dir, output_dir, graph_options, weight_options)


def _options(given: Mapping[str, Any]) -> GraphOptions:
    known = {field.name for field in dataclasses.fields(GraphOptions)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    try:
        return GraphOptions(**{key: value for key, value in given.items() if value is not None})
    except TypeError as error:
        raise OptionError(f"An option has a value of a wrong type: {error}.") from error


@contextlib.contextmanager
def _folder(path: Path | str) -> Iterator[Path]:
    """The folder of a model, unpacked for the while if it is an archive."""
    if not archive.is_archive(path):
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="tfjs-") as temporary:
        yield archive.unpack(path, Path(temporary))


def _write(
    model: GraphModel,
    source: Path | str,
    output_dir: Path | str,
    options: GraphOptions,
    weight_options: WeightOptions | None,
) -> ConversionResult:
    weight_options = weight_options or WeightOptions()
    step("Optimising the graph")
    converted = pipeline.convert(model, options)
    step("Writing the weights")
    written = artifact.write_model(Path(output_dir), converted.fields, [converted.weights], weight_options)
    inputs, outputs = signature.tensor_infos(converted.inputs), signature.tensor_infos(converted.outputs)
    info = {
        "format": GRAPH_MODEL,
        "inputs": [_tensor(each) for each in inputs],
        "outputs": [_tensor(each) for each in outputs],
        **converted.info,
        **written.info(),
        "provenance": {
            "source": provenance.hash_of(source),
            "options": {**_plain(options), "weights": _plain(weight_options)},
            "versions": {"tensorflow": tf_core.version(), "saved_by_tensorflow": model.version},
        },
    }
    return ConversionResult(Path(output_dir), GRAPH_MODEL, inputs, outputs, info)


def _tensor(tensor: TensorInfo) -> dict[str, object]:
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": None if tensor.shape is None else list(tensor.shape)}


def _plain(options: Any) -> dict[str, object]:
    """Options as JSON; what says where files lie is left out."""
    values = dataclasses.asdict(options)
    values.pop("tables", None)
    return {key: value for key, value in values.items() if value not in ((), {}, None)}
