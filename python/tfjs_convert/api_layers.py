"""Keras files and layers models into layers models: `convert_keras_file`. Imports no TensorFlow."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

from tfjs_convert import artifact
from tfjs_convert.damage import told_as_input_error
from tfjs_convert.errors import InputError, OptionError
from tfjs_convert.layers.keras_config import parse_model
from tfjs_convert.layers.model import Model
from tfjs_convert.layers.names import bind_names
from tfjs_convert.layers_conversion import (
    FORMAT,
    convert_opened,
    grouped,
    plain_tensor,
    provenance,
    tensors,
    with_optimizer,
)
from tfjs_convert.result import ConversionResult
from tfjs_convert.sources.keras_file import open_keras_file
from tfjs_convert.sources.layers_model import LayersModelFile, open_layers_model
from tfjs_convert.weights.options import WeightOptions
from tfjs_convert.weights.weight import Weight

P = ParamSpec("P")
R = TypeVar("R")


def _damage_told(door: Callable[P, R]) -> Callable[P, R]:
    """A door whose argument `path` is the input, and which says of it whatever else goes wrong."""

    signature = inspect.signature(door)

    @functools.wraps(door)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        # Before: a call with wrong arguments is the caller's fault, and no damage of the input.
        given = signature.bind(*args, **kwargs).arguments
        with told_as_input_error(given["path"]):
            return door(*args, **kwargs)

    return told


@_damage_told
def convert_keras_file(
    path: Path | str,
    output_dir: Path | str,
    *,
    split_weights_by_layer: bool = False,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
    tables: Path | str | None = None,
    keep_optimizer: bool = False,
) -> ConversionResult:
    """Converts a Keras `.h5` or `.keras` file, of Keras 2 or 3, to a layers model.

    Args:
      path: the file; what it is, is told from its content.
      output_dir: the model's directory; made if it is absent.
      split_weights_by_layer: one group of shards for each layer that has weights, instead of one for all.
      weight_options: quantization and sharding.
      metadata: what goes to `userDefinedMetadata`.
      tables: where the tables of TensorFlow.js's classes are, if not in their usual place.
      keep_optimizer: keep the state of a compiled model's optimizer, so that training goes on where it was.

    Raises:
      ConversionError: the file cannot be read or expressed; nothing is then written.
    """
    path, output_dir = Path(path), Path(output_dir)
    source = open_keras_file(path)
    try:
        return convert_opened(
            source,
            path.name,
            [path],
            output_dir,
            split_weights_by_layer=split_weights_by_layer,
            weight_options=weight_options,
            metadata=metadata,
            tables=tables,
            keep_optimizer=keep_optimizer,
        )
    finally:
        source.close()


@_damage_told
def convert_layers_model(
    path: Path | str,
    output_dir: Path | str,
    *,
    split_weights_by_layer: bool = False,
    weight_options: WeightOptions | None = None,
    metadata: Mapping[str, object] | None = None,
    keep_optimizer: bool = False,
) -> ConversionResult:
    """Shards and quantizes a layers model anew; its topology stays as it is.

    Args:
      path: model.json, or the directory that holds it, from a converter or saved by TensorFlow.js.
      output_dir: the new model's directory; not the old one.
      split_weights_by_layer: one group of shards for each layer that has weights; by default one for all.
      weight_options: quantization and sharding.
      metadata: replaces `userDefinedMetadata`, if given.
      keep_optimizer: keep the optimizer's state that TensorFlow.js saved, so that training goes on where it was.

    Raises:
      ConversionError: the model cannot be read, or has no state that could be kept; nothing is then written.
    """
    source, output_dir = open_layers_model(Path(path)), Path(output_dir)
    if source.path.parent.resolve() == output_dir.resolve():
        raise OptionError(f"The output is the input's own directory {output_dir.name!r}; name another one.")
    notes = []
    if keep_optimizer and not (source.optimizer and source.fields.get("trainingConfig")):
        raise OptionError(
            f"keep_optimizer is set, and `{source.path.name}` holds no optimizer's state; save the compiled model with "
            "`model.save(handler, {includeOptimizer: true})`, or drop keep_optimizer."
        )
    if source.optimizer and not keep_optimizer:
        notes.append(
            "The optimizer's state is left out: the model can be used and trained, but training starts afresh."
        )
    fields = {
        key: source.fields.get(key) for key in ("generatedBy", "modelTopology", "trainingConfig", "userDefinedMetadata")
    }
    fields |= {"format": FORMAT} | ({"userDefinedMetadata": dict(metadata)} if metadata else {})
    model = None if source.model_config is None else parse_model(source.model_config, f"`{source.path.name}`")
    groups = grouped(_by_layer(source, model), split_weights_by_layer)
    if keep_optimizer:
        groups = with_optimizer(groups, source.optimizer, split_weights_by_layer)
    inputs, outputs, ops = [], [], {}
    if model is not None:
        inputs, outputs = tensors(model)
        ops = dict(Counter(layer.class_name for layer in model.walk() if layer.model is None))
    written = artifact.write_model(output_dir, fields, groups, weight_options or WeightOptions())
    info = {
        "format": FORMAT,
        "inputs": [plain_tensor(t) for t in inputs],
        "outputs": [plain_tensor(t) for t in outputs],
        "ops": ops,
        "execution": "predict",
        "notes": notes,
        "provenance": provenance(source.path, *_shards(source)),
        **written.info(),
    }
    return ConversionResult(output_dir, FORMAT, inputs, outputs, info, [])


def _by_layer(source: LayersModelFile, model: Model | None) -> Iterable[list[Weight]]:
    """The weights by the layer whose name theirs begin with; without a topology, by all of a name but its end."""
    # Names of layers may hold slashes, so the longest that fits is the layer's.
    layers = sorted((layer.name for layer in model.layers) if model else (), key=len, reverse=True)
    found: dict[str, list[Weight]] = {}
    for weight in (weight for group in source.weights for weight in group):
        owner = next((name for name in layers if weight.name.startswith(f"{name}/")), weight.name.rpartition("/")[0])
        found.setdefault(owner, []).append(weight)
    return found.values()


@_damage_told
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
    # Only here: the other way, a small conversion would spend some of its time on loading them.
    from tfjs_convert.layers.to_keras import Dialect, prepare, to_config
    from tfjs_convert.sources.keras_write import write_h5, write_keras

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
        "inputs": [plain_tensor(t) for t in inputs],
        "outputs": [plain_tensor(t) for t in outputs],
        "bytes": output.stat().st_size,
        "notes": ["The model is not compiled."] if source.fields.get("trainingConfig") else [],
        "provenance": provenance(source.path, *_shards(source)),
    }
    return ConversionResult(output, f"keras-{kind}", inputs, outputs, info, [])


def _shards(source: LayersModelFile) -> list[Path]:
    return [source.path.parent / name for group in source.fields["weightsManifest"] for name in group.get("paths", [])]
