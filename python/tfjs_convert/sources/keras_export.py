"""Loads a Keras file with the Keras of its generation and saves its prediction as a SavedModel.

Needs the full runtime: TensorFlow's Python API, `tf_keras` (Keras 2) and `keras` (Keras 3). No code from the file runs.
"""

from __future__ import annotations

import dataclasses
import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tfjs_convert.errors import ConversionError, InputError, UnsupportedError
from tfjs_convert.sources.keras_export_safety import WAY_OUT, check_config, check_links
from tfjs_convert.sources.keras_file import KerasFile, open_keras_file
from tfjs_convert.sources.keras_h5 import H5File

MAX_ASSETS = 1024**3
"""Bytes of the vocabularies that a `.keras` file may hold unpacked."""


@dataclasses.dataclass(frozen=True)
class Exported:
    """A SavedModel made from a Keras file, with the one signature `serving_default`.

    Attributes:
      inputs: the signature's key to the model's own name, in the model's order.
      outputs: the same for the outputs.
      saved_by: the Keras that wrote the file, as `keras v2.15.0`; empty where the file does not say.
      loaded_by: the Keras that opened it.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    saved_by: str
    loaded_by: str


def export_keras_file(path: Path, directory: Path, scratch: Path) -> Exported:
    """Saves the model of a `.h5` or `.keras` file, of Keras 2 or 3, as a SavedModel, as it is at inference.

    Args:
      path: the file; what it is, is told from its content.
      directory: the SavedModel's folder, which must not exist yet.
      scratch: an existing folder for what Keras wants on disk meanwhile.

    Raises:
      ConversionError: the file is damaged, has no topology, or needs code that is not Keras's.
    """
    what = f"`{path.name}`"
    opened = open_keras_file(path)
    try:
        if opened.config is None:
            raise InputError(
                f"{what} holds weights without a topology, which do not say what to compute; "
                "save the whole model, as `model.save` does."
            )
        _check(path, opened, what)
    finally:
        opened.close()
    keras = _keras(opened.generation)
    # By a name with the suffix that Keras goes by; it also unpacks beside the file that it is given.
    link = scratch / ("model.keras" if opened.kind == "keras" else "model.h5")
    link.symlink_to(path.resolve())
    model = _load(keras, link, opened, what)
    inputs, outputs = _save(keras, model, directory, what)
    version = f"keras v{opened.keras_version}" if opened.keras_version else ""
    return Exported(inputs, outputs, version, f"{keras.__name__} {keras.__version__}")


def _check(path: Path, opened: KerasFile, what: str) -> None:
    check_config(opened.config, what)
    if opened.store is not None:
        check_links(opened.store)
        with zipfile.ZipFile(path) as archive:
            assets = sum(each.file_size for each in archive.infolist() if each.filename.startswith("assets/"))
        if assets > MAX_ASSETS:
            raise InputError(f"{what}: its assets would take {assets:,} bytes; at most {MAX_ASSETS:,} are unpacked.")
    else:
        import h5py

        with h5py.File(path, "r") as raw:
            check_links(H5File(raw, what))


def _keras(generation: int) -> ModuleType:
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import tensorflow  # noqa: F401 - before either Keras, which would import parts of it in another order

    if generation == 2:
        import tf_keras as keras
    else:
        import keras

        if keras.backend.backend() != "tensorflow":
            raise ConversionError(
                f"Keras runs on {keras.backend.backend()} here; set KERAS_BACKEND=tensorflow to convert a model."
            )
    # Names that a file leaves out are then numbered from the start, whatever else this process did.
    keras.backend.clear_session()
    return keras


def _load(keras: ModuleType, path: Path, opened: KerasFile, what: str) -> Any:
    try:
        with keras.utils.custom_object_scope(_operations(keras, opened)):
            return keras.models.load_model(str(path), compile=False, safe_mode=True)
    except Exception as error:  # whatever a configuration may make Keras say
        unknown = _unknown_layer(keras, opened.config)
        if unknown:
            raise UnsupportedError(f"{what}: {unknown}, which is none of Keras's layers; {WAY_OUT}.") from error
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = lines[0][:300].rstrip(".") if lines else type(error).__name__
        raise InputError(
            f"{what} cannot be opened by {keras.__name__} {keras.__version__} ({reason}); save it again with a newer "
            f"Keras of its generation, or {WAY_OUT}."
        ) from error


def _operations(keras: ModuleType, opened: KerasFile) -> dict[str, type]:
    """Keras 3's operations, which it writes into `.h5` files as layers (`NotEqual`, for a mask) and then misses."""
    if opened.generation == 2 or opened.kind == "keras":
        return {}
    from keras.src.ops import core, math, nn, numpy
    from keras.src.ops.operation import Operation

    found = {name: value for part in (core, math, nn, numpy) for name, value in vars(part).items()}
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, type) and issubclass(value, Operation) and not hasattr(keras.layers, name)
    }


def _unknown_layer(keras: ModuleType, config: object) -> str | None:
    """The first layer whose class Keras does not have, without the module that would say so."""
    if isinstance(config, list):
        return next((found for item in config if (found := _unknown_layer(keras, item))), None)
    if not isinstance(config, dict):
        return None
    name = config.get("class_name")
    inner = config.get("config")
    if isinstance(name, str) and not config.get("module") and isinstance(inner, dict) and "trainable" in inner:
        known = any(hasattr(part, name) for part in (keras.layers, keras.models, keras))
        if not known and name not in ("Functional", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"):
            return f"the layer `{inner.get('name', name)}` is of class {name}"
    return next((found for item in config.values() if (found := _unknown_layer(keras, item))), None)


def _save(keras: ModuleType, model: Any, directory: Path, what: str) -> tuple[dict[str, str], dict[str, str]]:
    """Saves the model's prediction as a function of its inputs, which returns a list of its outputs."""
    import tensorflow as tf

    tree = keras.tree if hasattr(keras, "tree") else tf.nest
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise InputError(
            f"{what} does not say what shape its inputs have; call the model once, or give it an Input layer, "
            "before it is saved."
        )
    # Keras 3's Sequential is a shell around a functional model, which knows names and structures.
    wired = getattr(model, "_functional", None) or model
    names = unique(_names(wired.input, [_tensor_name(each) for each in wired.inputs]))
    keys = _keys(names)
    specs = [_spec(each, key, name, what) for each, key, name in zip(wired.inputs, keys, names, strict=True)]
    layers = list(_layers(model))
    for layer in layers:
        if getattr(layer, "stateful", False) and hasattr(layer, "reset_states" if tree is tf.nest else "reset_state"):
            raise UnsupportedError(
                f"{what}: the layer `{layer.name}` is stateful, and a graph model keeps nothing from one prediction to "
                "the next; make it with stateful=False, or return its states and feed them as inputs."
            )
        if hasattr(layer, "_could_use_gpu_kernel"):
            # The choice between a GPU's kernel and plain operations is TensorFlow's own, and cannot be converted.
            layer._could_use_gpu_kernel = False

    def predict(*tensors: Any) -> list[Any]:
        return tree.flatten(model(tree.pack_sequence_as(wired.input, list(tensors)), training=False))

    module = tf.Module()
    module.variables_of_model = [_variable(each) for each in model.variables]
    module.tables = [layer.lookup_table for layer in layers if getattr(layer, "lookup_table", None) is not None]
    try:
        module.predict = tf.function(predict, autograph=False).get_concrete_function(*specs)
    except Exception as error:  # whatever a layer may raise in a graph
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = lines[0][:300].rstrip(".") if lines else type(error).__name__
        raise UnsupportedError(
            f"{what} cannot be written as a graph of TensorFlow's operations ({reason}); {WAY_OUT}."
        ) from error
    tf.saved_model.save(module, str(directory), signatures=module.predict)
    labels = unique(_names(wired.output, [_tensor_name(each) for each in wired.outputs]))
    return dict(zip(keys, names, strict=True)), {f"output_{i}": label for i, label in enumerate(labels)}


def _names(structure: object, layers: Sequence[str]) -> list[str]:
    """Names of tensors: the keys of a flat dictionary, in Keras's (sorted) order, else those of the layers."""
    if isinstance(structure, dict) and len(structure) == len(layers):
        return sorted(str(key) for key in structure)
    return list(layers)


def unique(names: Sequence[str]) -> list[str]:
    """The names, of which the second alike becomes `name_1`, the third `name_2`."""
    taken = set(names)
    used: set[str] = set()
    result = []
    for name in names:
        proposal, number = name, 0
        while proposal in used or (number and proposal in taken):
            number += 1
            proposal = f"{name}_{number}"
        used.add(proposal)
        result.append(proposal)
    return result


def _tensor_name(tensor: Any) -> str:
    """The name of the layer that gives a tensor."""
    history = tensor._keras_history
    return str((history.operation if hasattr(history, "operation") else history.layer).name)


def _keys(names: Sequence[str]) -> list[str]:
    """The names where a function's parameter can be called so, else numbered ones."""
    plain = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
    if all(plain.fullmatch(name) for name in names) and len({name.lower() for name in names}) == len(names):
        return list(names)
    return [f"input_{i}" for i in range(len(names))]


def _spec(tensor: Any, key: str, name: str, what: str) -> Any:
    import tensorflow as tf

    kind = type(tensor).__name__
    if getattr(tensor, "sparse", False) or getattr(tensor, "ragged", False) or kind.startswith(("Sparse", "Ragged")):
        raise UnsupportedError(
            f"{what}: the input `{name}` is sparse or ragged, which TensorFlow.js cannot take; make it dense."
        )
    return tf.TensorSpec(tensor.shape, tensor.dtype, key)


def _layers(model: Any) -> list[Any]:
    flatten = getattr(model, "_flatten_layers", None)
    return list(flatten(recursive=True, include_self=False))


def _variable(variable: Any) -> Any:
    """TensorFlow's variable; Keras 3 wraps it."""
    import tensorflow as tf

    return variable if isinstance(variable, tf.Variable) else variable.value


__all__ = ["Exported", "export_keras_file", "unique"]
