"""A Keras model that a source has opened into a layers model: what every door to layers models shares."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import h5py
import numpy as np

from tfjs_convert import artifact
from tfjs_convert.errors import OptionError, UnsupportedError
from tfjs_convert.layers.bind import bind_groups, bind_store
from tfjs_convert.layers.check import INPUT_DTYPES
from tfjs_convert.layers.emit import emit
from tfjs_convert.layers.keras_config import parse_model
from tfjs_convert.layers.model import Model
from tfjs_convert.layers.optimizer_state import convert_state, trainable_weights
from tfjs_convert.layers.refuse import UnsupportedLayerError
from tfjs_convert.layers.rewrite import rewrite
from tfjs_convert.layers.shapes import UnknownShapeError, model_shapes
from tfjs_convert.layers.training import training_config
from tfjs_convert.result import ConversionResult, TensorInfo
from tfjs_convert.sources.keras_file import KerasFile
from tfjs_convert.steps import step
from tfjs_convert.tables import load as load_tables
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight

FORMAT = "layers-model"


def convert_opened(
    source: KerasFile,
    name: str,
    files: Sequence[Path],
    output_dir: Path,
    *,
    split_weights_by_layer: bool = False,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
    tables: Path | str | None = None,
    keep_optimizer: bool = False,
) -> ConversionResult:
    """Converts what a source has opened; the source stays open.

    Args:
      source: the model.
      name: the model's file or folder, for messages.
      files: what the model was read from, for the info file's hash.
      output_dir: the model's directory; made if it is absent.
      split_weights_by_layer: one group of shards for each layer that has weights, instead of one for all.
      weight_options: quantization and sharding.
      metadata: what goes to `userDefinedMetadata`.
      tables: where the tables of TensorFlow.js's classes are, if not in their usual place.
      keep_optimizer: keep the optimizer's state, so that training goes on where it was.

    Raises:
      ConversionError: the model cannot be expressed, or has no state that could be kept; nothing is then written.
    """
    weight_options = weight_options or WeightOptions()
    if source.config is None:
        if keep_optimizer:
            raise OptionError(
                f"keep_optimizer is set, and {name} holds weights only; give the whole model, or drop it."
            )
        return _weights_only(source, name, files, output_dir, split_weights_by_layer, weight_options, metadata)
    try:
        return _convert(
            source, name, files, output_dir, split_weights_by_layer, weight_options, metadata, tables, keep_optimizer
        )
    except UnsupportedLayerError as error:
        raise UnsupportedError(f"{name}: {error} {way_out(name, source.kind)}") from None


def way_out(name: str, kind: str) -> str:
    """What to do with a model that layers cannot express, ready to paste; `kind` is `KerasFile.kind`."""
    target = "".join(c if c.isalnum() else "_" for c in Path(name).stem) or "model"
    if kind == "saved_model":
        return (
            f'A graph model can carry it: tfjs_graph_model(name = "{target}", model = …) with the same '
            "tf_saved_model, or on the command line --output_format=tfjs_graph_model."
        )
    told = "" if name.endswith((".h5", ".hdf5", ".keras")) else ", from_keras = True"
    return (
        f'A graph model can carry it: tfjs_graph_model(name = "{target}", model = "{name}"{told}), or on the '
        "command line --output_format=tfjs_graph_model."
    )


def _convert(
    source: KerasFile,
    name: str,
    files: Sequence[Path],
    output_dir: Path,
    split: bool,
    weight_options: WeightOptions,
    metadata: Mapping[str, object] | None,
    tables: Path | str | None,
    keep_optimizer: bool,
) -> ConversionResult:
    what = f"`{name}`"
    known = load_tables(None if tables is None else str(tables))
    model = parse_model(source.config, what)
    if source.store is not None:
        bind_store(model, source.store.root, source.store.child, source.store.weight, what)
    else:
        bind_groups(model, source.groups, what)
    trained = [weight for _, weight in trainable_weights(model)] if keep_optimizer else []
    rewritten, notes = rewrite(model, source.generation)
    topology = emit(rewritten, known, notes)
    training = training_config(rewritten, source.training_config or source.compile_config, notes)
    groups = grouped(topology.weights, split)
    if keep_optimizer:
        groups = with_optimizer(groups, _state(source, training, trained, rewritten, name, notes), split)
    step("Writing the weights")
    fields = {
        "format": FORMAT,
        "generatedBy": f"keras v{source.keras_version}" if source.keras_version else None,
        "userDefinedMetadata": dict(metadata) if metadata else None,
        "modelTopology": {
            "keras_version": source.keras_version or "unknown",
            "backend": "tensorflow",
            "model_config": topology.model_config,
        },
        "trainingConfig": training,
    }
    inputs, outputs = tensors(rewritten)
    written = artifact.write_model(output_dir, fields, groups, weight_options)
    info = {
        "format": FORMAT,
        "inputs": [plain_tensor(t) for t in inputs],
        "outputs": [plain_tensor(t) for t in outputs],
        "ops": dict(Counter(layer.class_name for layer in rewritten.walk() if layer.model is None)),
        "execution": "predict",
        "notes": list(dict.fromkeys(notes)),
        "provenance": provenance(*files),
        **written.info(),
    }
    return ConversionResult(output_dir, FORMAT, inputs, outputs, info, [])


def _state(
    source: KerasFile,
    training: Mapping[str, object] | None,
    trained: Sequence[Weight],
    rewritten: Model,
    name: str,
    notes: Sequence[str],
) -> list[Weight]:
    stored = source.optimizer()
    if not stored:
        raise OptionError(
            f"keep_optimizer is set, and {name} holds no optimizer's state; save the compiled and trained model with "
            "`model.save(path)`, or drop keep_optimizer."
        )
    if training is None:
        raise OptionError(f"keep_optimizer is set, and the state has no use. {notes[-1]} Or drop keep_optimizer.")
    return convert_state(stored, training["optimizer_config"], trained, list(trainable_weights(rewritten)), name)


def _weights_only(
    source: KerasFile,
    name: str,
    files: Sequence[Path],
    output_dir: Path,
    split: bool,
    weight_options: WeightOptions,
    metadata: Mapping[str, object] | None,
) -> ConversionResult:
    """Weights without a topology, under the names that they have in the file."""
    if source.store is not None:
        raise UnsupportedError(
            f"{name} is a weights file of Keras 3's, in which weights have numbers and no names; convert "
            "the whole model, as "
            f'`model.save("model.keras")` writes it.'
        )
    groups = grouped([weights for _, weights in source.groups], split)
    fields = {
        "format": FORMAT,
        "generatedBy": None,
        "modelTopology": None,
        "userDefinedMetadata": dict(metadata) if metadata else None,
    }
    written = artifact.write_model(output_dir, fields, groups, weight_options)
    info = {
        "format": FORMAT,
        "inputs": [],
        "outputs": [],
        "ops": {},
        "notes": ["The file holds weights only: there is no topology, and tf.loadLayersModel needs one."],
        "provenance": provenance(*files),
        **written.info(),
    }
    return ConversionResult(output_dir, FORMAT, [], [], info, [])


def grouped(by_layer: Iterable[list[Weight]], split: bool) -> list[list[Weight]]:
    """The weights as groups of the manifest: one for all, or one for each layer that has some."""
    groups = [group for group in by_layer if group]
    return groups if split and groups else [[weight for group in groups for weight in group]]


def with_optimizer(groups: list[list[Weight]], state: list[Weight], split: bool) -> list[list[Weight]]:
    """`groups` with an optimizer's state last, as TensorFlow.js saves it; in files of its own where each layer has."""
    return [*groups, state] if split else [[*groups[0], *state]]


def tensors(model: Model) -> tuple[list[TensorInfo], list[TensorInfo]]:
    """Inputs and outputs of a rewritten model as TensorFlow.js names them: by their layers."""
    try:
        shapes = model_shapes(model)
    except (UnknownShapeError, KeyError, TypeError, IndexError, ValueError, ZeroDivisionError):
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


def plain_tensor(info: TensorInfo) -> dict[str, object]:
    """An input or output as the info file has it."""
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
