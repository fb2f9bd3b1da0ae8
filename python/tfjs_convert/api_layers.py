"""Keras files and layers models into layers models: `convert_keras_file`. Imports no TensorFlow."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np

from tfjs_convert import artifact
from tfjs_convert.errors import InputError, OptionError, UnsupportedError
from tfjs_convert.layers.bind import bind_groups, bind_store
from tfjs_convert.layers.check import INPUT_DTYPES
from tfjs_convert.layers.emit import emit
from tfjs_convert.layers.keras_config import parse_model
from tfjs_convert.layers.model import Model
from tfjs_convert.layers.names import bind_names
from tfjs_convert.layers.refuse import UnsupportedLayerError
from tfjs_convert.layers.rewrite import rewrite
from tfjs_convert.layers.shapes import UnknownShapeError, model_shapes
from tfjs_convert.layers.to_keras import Dialect, prepare, to_config
from tfjs_convert.layers.training import training_config
from tfjs_convert.result import ConversionResult, TensorInfo
from tfjs_convert.sources.keras_file import KerasFile, open_keras_file
from tfjs_convert.sources.keras_write import write_h5, write_keras
from tfjs_convert.sources.layers_model import LayersModelFile, open_layers_model
from tfjs_convert.steps import step
from tfjs_convert.tables import load as load_tables
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight


def convert_keras_file(
    path: Path | str,
    output_dir: Path | str,
    *,
    split_weights_by_layer: bool = False,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
    tables: Path | str | None = None,
) -> ConversionResult:
    """Converts a Keras `.h5` or `.keras` file, of Keras 2 or 3, to a layers model.

    Args:
      path: the file; what it is, is told from its content.
      output_dir: the model's directory; made if it is absent.
      split_weights_by_layer: one group of shards for each layer that has weights, instead of one for all.
      weight_options: quantization and sharding.
      metadata: what goes to `userDefinedMetadata`.
      tables: where the tables of TensorFlow.js's classes are, if not in their usual place.

    Raises:
      ConversionError: the file cannot be read or expressed; nothing is then written.
    """
    path, output_dir = Path(path), Path(output_dir)
    step("Reading the Keras file")
    source = open_keras_file(path)
    try:
        if source.config is None:
            return _weights_only(path, source, output_dir, split_weights_by_layer, weight_options, metadata)
        try:
            return _convert(path, source, output_dir, split_weights_by_layer, weight_options, metadata, tables)
        except UnsupportedLayerError as error:
            raise UnsupportedError(f"{path.name}: {error} {way_out(path.name)}") from None
    finally:
        source.close()


def way_out(name: str) -> str:
    """What to do with a model that layers cannot express, ready to paste."""
    target = "".join(c if c.isalnum() else "_" for c in Path(name).stem) or "model"
    told = "" if name.endswith((".h5", ".hdf5", ".keras")) else ", from_keras = True"
    return (
        f'A graph model can carry it: tfjs_graph_model(name = "{target}", model = "{name}"{told}), or on the '
        "command line --output_format=tfjs_graph_model."
    )


def _convert(
    path: Path,
    source: KerasFile,
    output_dir: Path,
    split: bool,
    weight_options: WeightOptions | None,
    metadata: Mapping[str, object] | None,
    tables: Path | str | None,
) -> ConversionResult:
    what = f"`{path.name}`"
    known = load_tables(None if tables is None else str(tables))
    model = parse_model(source.config, what)
    if source.store is not None:
        bind_store(model, source.store.root, source.store.child, source.store.weight, what)
    else:
        bind_groups(model, source.groups, what)
    rewritten, notes = rewrite(model, source.generation)
    topology = emit(rewritten, known, notes)
    step("Writing the weights")
    fields = {
        "format": "layers-model",
        "generatedBy": f"keras v{source.keras_version}" if source.keras_version else None,
        "userDefinedMetadata": dict(metadata) if metadata else None,
        "modelTopology": {
            "keras_version": source.keras_version or "unknown",
            "backend": "tensorflow",
            "model_config": topology.model_config,
        },
        "trainingConfig": training_config(rewritten, source.training_config or source.compile_config, notes),
    }
    written = artifact.write_model(
        output_dir, fields, _groups(topology.weights, split), weight_options or WeightOptions()
    )
    inputs, outputs = tensors(rewritten)
    info = {
        "format": "layers-model",
        "inputs": [_tensor(t) for t in inputs],
        "outputs": [_tensor(t) for t in outputs],
        "ops": dict(Counter(layer.class_name for layer in rewritten.walk() if layer.model is None)),
        "execution": "predict",
        "notes": list(dict.fromkeys(notes)),
        "provenance": provenance(path),
        **written.info(),
    }
    return ConversionResult(output_dir, "layers-model", inputs, outputs, info, [])


def _weights_only(
    path: Path,
    source: KerasFile,
    output_dir: Path,
    split: bool,
    weight_options: WeightOptions | None,
    metadata: Mapping[str, object] | None,
) -> ConversionResult:
    """Weights without a topology, under the names that they have in the file."""
    if source.store is not None:
        raise UnsupportedError(
            f"{path.name} is a weights file of Keras 3's, in which weights have numbers and no names; convert "
            "the whole model, as "
            f'`model.save("model.keras")` writes it.'
        )
    groups = _groups([weights for _, weights in source.groups], split)
    fields = {
        "format": "layers-model",
        "generatedBy": None,
        "modelTopology": None,
        "userDefinedMetadata": dict(metadata) if metadata else None,
    }
    written = artifact.write_model(output_dir, fields, groups, weight_options or WeightOptions())
    info = {
        "format": "layers-model",
        "inputs": [],
        "outputs": [],
        "ops": {},
        "notes": ["The file holds weights only: there is no topology, and tf.loadLayersModel needs one."],
        "provenance": provenance(path),
        **written.info(),
    }
    return ConversionResult(output_dir, "layers-model", [], [], info, [])


def convert_layers_model(
    path: Path | str,
    output_dir: Path | str,
    *,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
) -> ConversionResult:
    """Shards and quantizes a layers model anew; its topology stays as it is.

    Args:
      path: model.json, or the directory that holds it, from a converter or saved by TensorFlow.js.
      output_dir: the new model's directory; not the old one.
      weight_options: quantization and sharding.
      metadata: replaces `userDefinedMetadata`, if given.

    Raises:
      ConversionError: the model cannot be read; nothing is then written.
    """
    source, output_dir = open_layers_model(Path(path)), Path(output_dir)
    if source.path.parent.resolve() == output_dir.resolve():
        raise OptionError(f"The output is the input's own directory {output_dir.name!r}; name another one.")
    notes = []
    if source.optimizer:
        notes.append(
            "The optimizer's state is left out: the model can be used and trained, but training starts afresh."
        )
    fields = {
        key: source.fields.get(key) for key in ("generatedBy", "modelTopology", "trainingConfig", "userDefinedMetadata")
    }
    fields |= {"format": "layers-model"} | ({"userDefinedMetadata": dict(metadata)} if metadata else {})
    written = artifact.write_model(output_dir, fields, source.weights, weight_options or WeightOptions())
    inputs, outputs, ops = [], [], {}
    if source.model_config is not None:
        model = parse_model(source.model_config, f"`{source.path.name}`")
        inputs, outputs = tensors(model)
        ops = dict(Counter(layer.class_name for layer in model.walk() if layer.model is None))
    info = {
        "format": "layers-model",
        "inputs": [_tensor(t) for t in inputs],
        "outputs": [_tensor(t) for t in outputs],
        "ops": ops,
        "execution": "predict",
        "notes": notes,
        "provenance": provenance(source.path, *_shards(source)),
        **written.info(),
    }
    return ConversionResult(output_dir, "layers-model", inputs, outputs, info, [])


def export_keras(
    path: Path | str, output: Path | str, *, keras: int = 3, file_format: str | None = None
) -> ConversionResult:
    """Brings a layers model back to Keras.

    Args:
      path: model.json, or the directory that holds it, from a converter or saved by TensorFlow.js.
      output: the file to write.
      keras: 2 or 3: which Keras is to load it (`tf_keras` is Keras 2).
      file_format: `h5` or `keras`; told by the output's name if it is left out.

    Raises:
      ConversionError: the model cannot be read, or Keras has no layer that computes what one of its layers does.
    """
    output = Path(output)
    kind = file_format or output.suffix.removeprefix(".").replace("hdf5", "h5")
    if kind not in ("h5", "keras"):
        raise OptionError(f"The output {output.name!r} is neither `.h5` nor `.keras`; name it so, or set file_format.")
    if keras not in (2, 3):
        raise OptionError(f"keras is {keras!r}; write 2 (tf_keras) or 3.")
    if output.is_dir():
        raise OptionError(f"The output {output.name!r} is a directory; name a file.")
    source = open_layers_model(Path(path))
    what = f"`{source.path.name}`"
    if source.model_config is None:
        raise InputError(f"{what} holds weights only; a model with its topology is needed.")
    model = parse_model(source.model_config, what)
    bind_names(model, {weight.name: weight for group in source.weights for weight in group}, what)
    inputs, outputs = tensors(model)
    prepare(model, keras)
    config = to_config(model, Dialect(keras, modules=kind == "keras"))
    if kind == "h5":
        write_h5(output, model, config, None, keras)
    else:
        write_keras(output, model, config, keras)
    info = {
        "format": f"keras-{kind}",
        "inputs": [_tensor(t) for t in inputs],
        "outputs": [_tensor(t) for t in outputs],
        "bytes": output.stat().st_size,
        "notes": ["The model is not compiled."] if source.fields.get("trainingConfig") else [],
        "provenance": provenance(source.path, *_shards(source)),
    }
    return ConversionResult(output, f"keras-{kind}", inputs, outputs, info, [])


def _shards(source: LayersModelFile) -> list[Path]:
    return [source.path.parent / name for group in source.fields["weightsManifest"] for name in group.get("paths", [])]


def _groups(by_layer: list[list[Weight]], split: bool) -> list[list[Weight]]:
    groups = [group for group in by_layer if group]
    return groups if split and groups else [[weight for group in groups for weight in group]]


def tensors(model: Model) -> tuple[list[TensorInfo], list[TensorInfo]]:
    """Inputs and outputs of a rewritten model as TensorFlow.js names them: by their layers."""
    try:
        shapes = model_shapes(model)
    except (UnknownShapeError, KeyError, TypeError, IndexError):
        shapes = {}
    inputs = [
        TensorInfo(
            ref.layer.name,
            INPUT_DTYPES[str(ref.layer.config.get("dtype") or "float32")],
            tuple(ref.layer.config["batch_input_shape"]),
        )
        for ref in model.inputs
    ]
    outputs = []
    seen: Counter[str] = Counter()
    for ref in model.outputs:
        # The runtime names all outputs of a layer alike; here the second is `name_1`, the third `name_2`.
        count = seen[ref.layer.name]
        seen[ref.layer.name] += 1
        outputs.append(TensorInfo(f"{ref.layer.name}_{count}" if count else ref.layer.name, "float32", shapes.get(ref)))
    return inputs, outputs


def _tensor(info: TensorInfo) -> dict[str, object]:
    return {"name": info.name, "dtype": info.dtype, "shape": None if info.shape is None else list(info.shape)}


def provenance(*paths: Path) -> dict[str, object]:
    """The hash of the input's files, one after the other, and the versions of what read them."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    versions = {"h5py": h5py.__version__, "numpy": np.__version__, "python": platform.python_version()}
    return {"source": digest.hexdigest(), "versions": versions}
