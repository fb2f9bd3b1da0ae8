"""A graph that a source has read into a graph model: what every door to graph models shares."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfjs_convert import artifact, custom_ops, forest_assets, tf_core
from tfjs_convert.errors import OptionError
from tfjs_convert.graph import pipeline, signature
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.result import ConversionResult, TensorInfo
from tfjs_convert.sources import provenance
from tfjs_convert.steps import step
from tfjs_convert.weights.options import WeightOptions

FORMAT = "graph-model"


def graph_options(given: Mapping[str, Any]) -> GraphOptions:
    """The options given as keyword arguments, of which None means the default.

    Raises:
      TypeError: one of them is none of `GraphOptions`.
      OptionError: one has a value that is not accepted.
    """
    known = {field.name for field in dataclasses.fields(GraphOptions)}
    unknown = sorted(set(given) - known)
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    try:
        return GraphOptions(**{key: value for key, value in given.items() if value is not None})
    except TypeError as error:
        raise OptionError(f"An option has a value of a wrong type: {error}.") from error


def write_graph_model(
    model: GraphModel,
    source: Path | str,
    output_dir: Path | str,
    options: GraphOptions,
    weight_options: WeightOptions | None,
) -> ConversionResult:
    """Optimises a graph, and writes it as a graph model.

    Args:
      model: the graph, from a source.
      source: the file or folder that it was read from, for the info file's hash.
      output_dir: where to write; made if absent.
      options: on the graph.
      weight_options: quantization and sharding.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    weight_options = weight_options or WeightOptions()
    shipped = options.custom_ops if isinstance(options.custom_ops, Mapping) else {}
    custom_ops.check_files(shipped)
    step("Optimising the graph")
    converted = pipeline.convert(model, options)
    step("Writing the weights")
    written = artifact.write_model(Path(output_dir), converted.fields, [converted.weights], weight_options)
    modules = custom_ops.ship(Path(output_dir), shipped) if shipped else {}
    forest = forest_assets.ship(Path(output_dir), converted.forest) if converted.forest else {}
    inputs, outputs = signature.tensor_infos(converted.inputs), signature.tensor_infos(converted.outputs)
    info = {
        "format": FORMAT,
        "inputs": [_tensor(each) for each in inputs],
        "outputs": [_tensor(each) for each in outputs],
        **converted.info,
        **written.info(),
        **({"custom_ops": modules} if modules else {}),
        **({"decision_forest": forest} if forest else {}),
        "provenance": {
            "source": provenance.hash_of(source),
            "options": {**_plain(options), "weights": _plain(weight_options)},
            "versions": {"tensorflow": tf_core.version(), "saved_by_tensorflow": model.version},
        },
    }
    return ConversionResult(Path(output_dir), FORMAT, inputs, outputs, info)


def _tensor(tensor: TensorInfo) -> dict[str, object]:
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": None if tensor.shape is None else list(tensor.shape)}


def _plain(options: Any) -> dict[str, object]:
    """Options as JSON; what says where files lie is left out."""
    values = dataclasses.asdict(options)
    values.pop("tables", None)
    if "custom_ops" in values:
        values["custom_ops"] = sorted(values["custom_ops"])
    return {key: value for key, value in values.items() if value not in ((), [], {}, None)}
