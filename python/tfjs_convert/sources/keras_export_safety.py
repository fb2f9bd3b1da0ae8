"""Refuses, before Keras sees a file, what would make Keras run the file's code or reach beyond the file.

Keras has a safe mode, but Keras 2's looks at lambdas only: a configuration can still name any Python module to import,
and any function of TensorFlow's to call (`io.gfile.remove` is one). So only what a saved model needs gets through.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator

import h5py

from tfjs_convert.errors import InputError, UnsupportedError
from tfjs_convert.sources.keras_h5 import H5File

WAY_OUT = (
    "load the model in your own Python, save it with tf.saved_model.save or model.export, and convert that "
    "(tf_saved_model)"
)
"""What to do with a model that needs its owner's Python."""

_CODE = {
    "Lambda": "a Lambda, whose Python code is never run here",
    "__lambda__": "a Python lambda, which is never run here",
    "TorchModuleWrapper": "a pickled PyTorch module, which is never opened here",
    "JaxLayer": "a JAX function, which is never run here",
    "FlaxLayer": "a JAX function, which is never run here",
    "TFSMLayer": "another SavedModel, which is outside of the file",
    "ClassMethod": "a call of a Python method, which is never made here",
    "InstanceMethod": "a call of a Python method, which is never made here",
    "InstanceProperty": "a Python property, which is never read here",
    "__typespec__": "a Python type, which is never looked up here",
}

_ROOTS = ("keras", "tf_keras")
_ROOMS = frozenset(
    ["activations", "constraints", "dtype_policies", "engine", "initializers", "layers", "mixed_precision", "models"]
    + ["ops", "regularizers"]
)
"""The parts of Keras that models are made of; others hold downloads, files, callbacks, switches of the safe mode."""

_TOP = frozenset(["Sequential", "Functional", "Model", "DTypePolicy", "InputLayer", "Input", "Layer"])
"""What may be named as Keras's own without a part."""

_NAMESPACES = (
    ("__operators__.", "math.", "nn.", "linalg.", "image.", "signal.", "bitwise.", "dtypes.", "keras.activations.")
    + ("keras.backend.", "compat.v1.nn.", "compat.v1.math.", "compat.v1.transpose", "random.stateless_", "sets.")
    + ("strings.", "sparse.", "ragged.")
)
_PLAIN = frozenset(
    "abs acos acosh add add_n argmax argmin argsort asin asinh atan atan2 atanh batch_to_space boolean_mask "
    "broadcast_to cast clip_by_norm clip_by_value complex concat constant convert_to_tensor cos cosh cumsum divide "
    "edit_distance eig einsum ensure_shape equal exp expand_dims eye fill fingerprint floor foldl gather gather_nd "
    "greater greater_equal group histogram_fixed_width identity identity_n less less_equal linspace logical_and "
    "logical_not logical_or matmul maximum meshgrid minimum multiply negative norm not_equal one_hot ones ones_like "
    "pad pow range rank realdiv reduce_all reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod "
    "reduce_sum repeat reshape reverse reverse_sequence roll round saturate_cast scalar_mul scatter_nd searchsorted "
    "sequence_mask shape sigmoid sign sin sinh size slice sort space_to_batch split sqrt square squeeze stack "
    "stop_gradient strided_slice subtract tan tanh tensor_scatter_nd_add tensor_scatter_nd_update tensordot tile "
    "transpose truediv truncatediv truncatemod unique unstack where zeros zeros_like".split()
)
_UNSAFE = ("File", "file", "Save", "Restore", "Write", "Read", "PyFunc", "Dataset", "print", "set_", "clear")
"""Parts of names of TensorFlow's that read, write or call something outside of the graph."""


def check_config(config: object, what: str) -> None:
    """Checks a model's configuration.

    Args:
      config: as the file holds it, of either generation.
      what: names the file in messages.

    Raises:
      UnsupportedError: a part of it is code, or names code that is not of Keras's layers; the text names the layer.
    """
    for layer, entry in _objects(config, "the model"):
        problem = _problem(entry)
        if problem:
            raise UnsupportedError(f"{what}: {layer} is or holds {problem}; {WAY_OUT}.")


def check_links(file: H5File) -> None:
    """Checks that an HDF5 file holds all its data itself, and no more than it stores.

    Raises:
      InputError: a link leads elsewhere, or a dataset lies in another file, or claims an absurd size.
    """
    seen = set()
    waiting = [file.root]
    while waiting:
        group = waiting.pop()
        for name in file.names(group):
            node = file.child(group, name)
            if isinstance(node, h5py.Dataset):
                if node.dtype.kind in "fiub":
                    file.weight(node, name)
                elif node.external or node.is_virtual:
                    raise InputError(f"{file.what}: the data of `{node.name}` lie in other files, which are not read.")
            elif isinstance(node, h5py.Group):
                address = h5py.h5o.get_info(node.id).addr
                if address not in seen:
                    seen.add(address)
                    waiting.append(node)


def _objects(value: object, layer: str) -> Iterator[tuple[str, dict]]:
    """Everything in a configuration that stands for an object, with the layer that it is in."""
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, layer)
    elif isinstance(value, dict):
        if "class_name" in value:
            config = value.get("config")
            name = config.get("name") if isinstance(config, dict) else None
            if isinstance(name, str) and ("inbound_nodes" in value or _is_layer(value)):
                layer = f"the layer `{name}`"
            yield layer, value
        for key, item in value.items():
            # Not read: models are loaded uncompiled.
            if key != "compile_config":
                yield from _objects(item, layer)


def _is_layer(entry: dict) -> bool:
    module = entry.get("module")
    return module is None or not isinstance(module, str) or ".layers" in module or ".ops" in module


def _problem(entry: dict) -> str | None:
    name, module, config = entry["class_name"], entry.get("module"), entry.get("config")
    if not isinstance(name, str):
        return "an object whose class has no name"
    if name in _CODE:
        return _CODE[name]
    registered = entry.get("registered_name")
    if isinstance(registered, str) and ">" in registered and not registered.startswith(("Keras>", "keras>")):
        return f"`{registered}`, a class or function of your own, whose code is not in the file"
    if name == "function":
        if module not in (None, "builtins") and not _is_modelling(module, str(config)):
            return f"the function `{module}.{config}`, which is none of Keras's"
        if not isinstance(config, str) or not config.isidentifier() or hasattr(builtins, config):
            return f"the function `{config}`, which is none of Keras's"
        return None
    if module is not None and not _is_modelling(module, name):
        return f"`{module}.{name}`, which is none of Keras's layers"
    if not isinstance(config, dict):
        return None
    if name in ("TFOpLambda", "SlicingOpLambda") and not _is_operation(config.get("function")):
        return f"a call of TensorFlow's `{config.get('function')}`, which is no operation on tensors"
    for key in ("vocabulary", "idf_weights"):
        if isinstance(config.get(key), str):
            return f"the path of a vocabulary (`{config[key]}`), which is outside of the file"
    return None


def _is_modelling(module: object, name: str) -> bool:
    if not isinstance(module, str):
        return False
    parts = [part for part in module.split(".") if part != "src"]
    if not parts or parts[0] not in _ROOTS or not name.isidentifier():
        return False
    return name in _TOP if len(parts) == 1 else parts[1] in _ROOMS


def _is_operation(function: object) -> bool:
    if not isinstance(function, str):
        return False
    name = function.removeprefix("tf.")
    return (name in _PLAIN or name.startswith(_NAMESPACES)) and not any(part in name for part in _UNSAFE)
