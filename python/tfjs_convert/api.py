"""Conversions as Python functions; every other door calls these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tfjs_convert import artifact
from tfjs_convert.graph import pipeline, signature
from tfjs_convert.graph.model import GraphModel
from tfjs_convert.graph.options import GraphOptions
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources.saved_model import SavedModelReader
from tfjs_convert.weights.options import WeightOptions

GRAPH_MODEL = "graph-model"


def convert_saved_model(
    saved_model_dir: Path | str,
    output_dir: Path | str,
    *,
    signature_name: str | None = None,
    saved_model_tags: str | Iterable[str] | None = "serve",
    control_flow_v2: bool | Literal["auto"] = False,
    strip_debug_ops: bool = True,
    skip_op_check: bool = False,
    custom_ops: Sequence[str] = (),
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    outputs: Sequence[str] = (),
    use_structured_outputs_names: bool = False,
    metadata: Mapping[str, object] | None = None,
    weight_options: WeightOptions | None = None,
    tables: Path | str | None = None,
) -> ConversionResult:
    """Converts one signature of a SavedModel into a TensorFlow.js graph model.

    Args:
      saved_model_dir: the SavedModel's directory.
      output_dir: where to write; made if absent.
      signature_name: the signature; by default the only one, else `serving_default`.
      saved_model_tags: the tags of the MetaGraph, exactly; None for the only one.
      control_flow_v2: see `GraphOptions`, as for the others up to `metadata`.
      strip_debug_ops: as above.
      skip_op_check: as above.
      custom_ops: as above.
      input_shapes: as above.
      outputs: as above.
      use_structured_outputs_names: as above.
      metadata: as above.
      weight_options: quantization and sharding.
      tables: folder of the tables read from the TensorFlow.js packages.

    Raises:
      ConversionError: one sentence for the user; nothing is then left in `output_dir`.
    """
    model = SavedModelReader(saved_model_dir, saved_model_tags).read(signature_name)
    options = GraphOptions(
        control_flow_v2=control_flow_v2,
        strip_debug_ops=strip_debug_ops,
        skip_op_check=skip_op_check,
        custom_ops=custom_ops,
        input_shapes=input_shapes or {},
        outputs=outputs,
        use_structured_outputs_names=use_structured_outputs_names,
        metadata=metadata or {},
        tables=tables,
    )
    return _write(model, Path(output_dir), options, weight_options or WeightOptions())


def _write(
    model: GraphModel, output_dir: Path, options: GraphOptions, weight_options: WeightOptions
) -> ConversionResult:
    converted = pipeline.convert(model, options)
    written = artifact.write_model(output_dir, converted.fields, [converted.weights], weight_options)
    inputs, outputs = signature.tensor_infos(converted.inputs), signature.tensor_infos(converted.outputs)
    info = {
        "format": GRAPH_MODEL,
        "inputs": [_info(each) for each in inputs],
        "outputs": [_info(each) for each in outputs],
        **converted.info,
        **written.info(),
    }
    return ConversionResult(output_dir, GRAPH_MODEL, inputs, outputs, info)


def _info(tensor: object) -> dict[str, object]:
    return {"name": tensor.name, "dtype": tensor.dtype, "shape": None if tensor.shape is None else list(tensor.shape)}
