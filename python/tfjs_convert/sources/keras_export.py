"""Saves the prediction of a Keras file's model as a SavedModel.

Needs the full runtime: TensorFlow's Python API, `tf_keras` (Keras 2) and `keras` (Keras 3). No code from the file runs.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.sources.keras_export_load import first_line, load
from tfjs_convert.sources.keras_export_safety import WAY_OUT


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
    loaded = load(path, scratch)
    inputs, outputs = _save(loaded.keras, loaded.model, directory, f"`{path.name}`")
    version = f"keras v{loaded.saved_by}" if loaded.saved_by else ""
    return Exported(inputs, outputs, version, f"{loaded.keras.__name__} {loaded.keras.__version__}")


def keras_of(model: Any) -> ModuleType:
    """The module that a model in memory is of: `tf_keras` (Keras 2) or `keras` (Keras 3).

    Raises:
      InputError: it is no Keras model.
    """
    roots = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    for name in ("tf_keras", "keras"):
        if name in roots and hasattr(model, "layers"):
            return importlib.import_module(name)
    raise InputError(f"A {type(model).__name__} is no Keras model; give a model of keras or tf_keras, or a path.")


def export_keras_model(keras: ModuleType, model: Any, directory: Path) -> Exported:
    """Saves a model that is in memory as a SavedModel, as it is at inference; its own layers may be of any kind.

    Args:
      keras: the module that the model is of, `tf_keras` or `keras`.
      model: a `Sequential` or functional model, or another whose inputs and outputs Keras knows.
      directory: the SavedModel's folder, which must not exist yet.

    Raises:
      ConversionError: the model's inputs have no shape, or it cannot be written as a graph.
    """
    inputs, outputs = _save(keras, model, directory, f"The model `{model.name}`")
    version = f"keras v{keras.__version__}"
    return Exported(inputs, outputs, version, f"{keras.__name__} {keras.__version__}")


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
        raise UnsupportedError(
            f"{what} cannot be written as a graph of TensorFlow's operations ({first_line(error)}); {WAY_OUT}."
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


__all__ = ["Exported", "export_keras_file", "export_keras_model", "keras_of", "unique"]
