"""Reads Keras configurations, Keras 2's and Keras 3's, into `Model`s. Nothing in them is executed or imported."""

from __future__ import annotations

import itertools

from tfjs_convert.errors import InputError
from tfjs_convert.layers.keras_nodes import Node, in_order, is_new, parse_nodes
from tfjs_convert.layers.model import Call, Layer, Model, Ref, plain, schedule
from tfjs_convert.layers.refuse import refuse

MODEL_CLASSES = ("Sequential", "Functional", "Model")
OWN_MODULES = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras", "builtins")
RENAMED = {
    "BatchNormalizationV1": "BatchNormalization",
    "GroupQueryAttention": "GroupedQueryAttention",
    "UnifiedGRU": "GRU",
    "UnifiedLSTM": "LSTM",
}
WITHOUT_BASE = ("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
"""Layers of Keras 3's whose configuration lacks what all layers' have."""

CHILDREN = ("layer", "backward_layer", "cell")


def parse_model(config: dict, what: str) -> Model:
    """The model of a configuration `{"class_name": …, "config": …}`; `what` names the file in messages.

    Raises:
      InputError: the configuration contradicts itself.
      UnsupportedLayerError: it holds code of the user's own, or has no topology at all.
    """
    class_name, inner = config.get("class_name"), config.get("config")
    if not isinstance(class_name, str) or not isinstance(inner, (dict, list)):
        raise InputError(
            f"{what}: its configuration has no `class_name` and `config`; save the model again with `model.save`."
        )
    name = inner.get("name", "model") if isinstance(inner, dict) else "sequential"
    if class_name not in MODEL_CLASSES or _is_custom(config):
        if isinstance(inner, dict) and "layers" in inner:
            raise refuse(str(name), class_name, "its class is your own, and may compute more than its layers say")
        raise refuse(
            str(name), class_name, "a subclassed model has no topology in its file, only the name of its Python class"
        )
    try:
        model = _model(class_name, inner, config.get("build_config"))
        _check_wiring(model)
        return model
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError(
            f"{what}: its configuration is not as Keras writes it ({type(error).__name__}: {error}); save the "
            "model again."
        ) from error


def _model(class_name: str, config: dict | list, build_config: dict | None = None) -> Model:
    if class_name == "Sequential":
        return _sequential(config, build_config)
    return _functional(config)


def _check_wiring(model: Model) -> None:
    models = [model, *(layer.model for layer in model.walk() if layer.model is not None)]
    for each in models:
        schedule(each)
        for ref in (*each.inputs, *each.outputs):
            if not 0 <= ref.call < len(ref.layer.calls):
                raise ValueError(f"layer `{ref.layer.name}` is not called {ref.call + 1} times")


def parse_layer(entry: dict) -> Layer:
    """One layer's `{"class_name": …, "config": …}`; nested models and wrapped layers included."""
    class_name, config = entry["class_name"], entry["config"]
    class_name = RENAMED.get(class_name, class_name)
    if isinstance(config, list):
        config = {"name": entry.get("name", "sequential"), "layers": config}
    name = str(config.get("name") or entry.get("name") or class_name.lower())
    if class_name == "Lambda":
        raise refuse(
            name, class_name, "Python code inside a model is never executed, and a layers model has no place for it"
        )
    if _is_custom(entry):
        shown = entry.get("registered_name") or class_name
        raise refuse(name, str(shown), "it is a class of your own, and TensorFlow.js has no code for it")
    if class_name in MODEL_CLASSES:
        model = _model(class_name, _ends_in_order(config), entry.get("build_config"))
        return Layer(name, class_name, {"trainable": config.get("trainable", True)}, model=model)
    layer = Layer(name, class_name, _clean(plain(config, "name", "cells", *CHILDREN)))
    for role in CHILDREN:
        if isinstance(config.get(role), dict):
            layer.children[role] = parse_layer(config[role])
        elif role == "cell" and isinstance(config.get(role), list):
            stacked = {"class_name": "StackedRNNCells", "config": {"name": "stacked_rnn_cells", "cells": config[role]}}
            layer.children[role] = parse_layer(stacked)
    # TensorFlow.js saves RNN with the arguments of its cell beside its own.
    for index, cell in enumerate(config.get("cells") or [] if class_name != "RNN" else []):
        layer.children[f"cells/{index}"] = parse_layer(cell)
    if class_name in ("GroupedQueryAttention", "MultiHeadAttention"):
        if config.get("use_gate") or config.get("sliding_window"):
            raise refuse(name, class_name, "TensorFlow.js has no layers for gated or windowed attention")
        biased = "x" if config.get("use_bias", True) else None
        for role in ("query", "key", "value", "output"):
            layer.children[f"{role}_dense"] = Layer(role, "EinsumDense", {"bias_axes": biased})
    module = entry.get("module") or ""
    layer.op = class_name in ("TFOpLambda", "SlicingOpLambda") or module.startswith(("keras.src.ops", "keras.ops"))
    return layer


def _ends_in_order(config: dict | list) -> dict | list:
    """A nested model's configuration: calls give and take its dictionaries' tensors by name."""
    if not isinstance(config, dict):
        return config
    ends = {key: config.get(key) for key in ("input_layers", "output_layers")}
    return {**config, **{key: in_order(value) for key, value in ends.items() if isinstance(value, dict)}}


def _clean(config: dict) -> dict:
    config = {key: _untuple(value) for key, value in config.items()}
    if "batch_shape" in config:
        config["batch_input_shape"] = config.pop("batch_shape")
    dtype = config.get("dtype")
    if isinstance(dtype, dict):
        inner = dtype.get("config")
        config["dtype"] = inner.get("name") if isinstance(inner, dict) else None
    return config


MARKS = ("shared_object_id", "build_config")


def _untuple(value: object) -> object:
    """Tuples, which the `.keras` form marks, as lists; without what tells two uses of one object."""
    if isinstance(value, dict):
        if value.get("class_name") == "__tuple__":
            return [_untuple(item) for item in value.get("items") or value["config"]["value"]]
        return {key: _untuple(item) for key, item in value.items() if key not in MARKS}
    return [_untuple(item) for item in value] if isinstance(value, list) else value


def _is_custom(entry: dict) -> bool:
    registered, module = entry.get("registered_name"), entry.get("module")
    if isinstance(registered, str) and ">" in registered and not registered.startswith("keras"):
        return True
    return isinstance(module, str) and not module.startswith(OWN_MODULES)


def _sequential(config: dict | list, build_config: dict | None) -> Model:
    if isinstance(config, list):
        config = {"name": "sequential", "layers": config}
    entries = config["layers"]
    name = str(config.get("name", "sequential"))
    layers = [parse_layer(entry) for entry in entries]
    if not layers:
        raise refuse(name, "Sequential", "the model has no layers")
    if layers[0].class_name != "InputLayer":
        layers.insert(0, _input_for(layers[0], config, build_config, name))
    for before, layer in itertools.pairwise(layers):
        layer.calls = [Call([Ref(before)])]
    layers[0].calls = [Call([])]
    return Model(name, "sequential", layers, [Ref(layers[0])], [Ref(layers[-1])], config.get("trainable", True))


def _input_for(first: Layer, config: dict, build_config: dict | None, name: str) -> Layer:
    shape, dtype = first.config.get("batch_input_shape"), first.config.get("dtype")
    if shape is None and first.model is not None:
        source = first.model.inputs[0].layer.config
        shape, dtype = source.get("batch_input_shape"), source.get("dtype")
    if shape is None:
        shape = config.get("build_input_shape") or (build_config or {}).get("input_shape")
    if shape is None:
        raise refuse(
            name,
            "Sequential",
            "the model was saved before it was built, so its input's shape is unknown; call it once, or put "
            "an `Input` first, and "
            "save it again",
        )
    return Layer(f"{first.name}_input", "InputLayer", {"batch_input_shape": shape, "dtype": dtype or "float32"})


def _functional(config: dict) -> Model:
    entries = config["layers"]
    layers: dict[str, Layer] = {}
    nodes: dict[str, list[Node]] = {}
    for entry in entries:
        layer = parse_layer(entry)
        # A layer's own name is in the entry; a nested model's configuration may bear another.
        layer.name = str(entry.get("name") or layer.name)
        if layer.name in layers:
            raise InputError(
                f"The model has two layers named `{layer.name}`; give each a name of its own and save it again."
            )
        inbound = entry.get("inbound_nodes") or []
        # Keras 3's `.h5` does not tell operations from layers but by what their configuration lacks.
        new = any(is_new(node) for node in inbound)
        bare = layer.model is None and "trainable" not in layer.config and layer.class_name not in WITHOUT_BASE
        layer.op = layer.op or (new and bare)
        layers[layer.name] = layer
        nodes[layer.name] = parse_nodes(layer, inbound)
    inputs = _triples(config["input_layers"])
    outputs = _triples(config["output_layers"])
    new_form = any(is_new(node) for entry in entries for node in entry.get("inbound_nodes") or [])
    offsets = _offsets(layers, nodes, [] if new_form else outputs)

    def resolve(triple: tuple[str, int, int], offset: int | None = None) -> Ref:
        name, call, tensor = triple
        if name not in layers:
            raise InputError(f"The model's configuration refers to a layer `{name}` that it does not have.")
        return Ref(layers[name], call - (offsets[name] if offset is None else offset), tensor)

    def resolve_output(triple: tuple[str, int, int]) -> Ref:
        # Keras 3 counts a functional model's creation as its node 0 here, though not in `inbound_nodes`.
        counted = new_form and triple[1] > 0 and layers[triple[0]].class_name in ("Functional", "Model")
        return resolve(triple, 1) if counted else resolve(triple)

    for name, layer in layers.items():
        layer.calls = [
            Call([resolve(t) for t in node.inputs], node.kwargs, [resolve(t) for t in node.masks])
            for node in nodes[name]
        ]
        if layer.class_name == "InputLayer":
            layer.calls = [Call([])]
    result_inputs, result_outputs = [resolve(t) for t in inputs], [resolve_output(t) for t in outputs]
    return Model(
        str(config.get("name", "model")),
        "functional",
        _used(list(layers.values()), result_inputs, result_outputs),
        result_inputs,
        result_outputs,
        config.get("trainable", True),
    )


def _used(layers: list[Layer], inputs: list[Ref], outputs: list[Ref]) -> list[Layer]:
    """Without the operations that only compute masks, which nothing but `mask` arguments reads."""
    found = {ref.layer for ref in inputs}
    waiting = [ref.layer for ref in outputs]
    while waiting:
        layer = waiting.pop()
        if layer not in found or not layer.calls:
            found.add(layer)
            waiting += [ref.layer for c in layer.calls for ref in c.inputs if ref.layer not in found]
    return [layer for layer in layers if layer in found or not layer.op]


def _triples(value: object) -> list[tuple[str, int, int]]:
    """`[name, node, tensor]`, a list of these, or a dictionary of these, in order."""
    if isinstance(value, dict):
        return [triple for item in value.values() for triple in _triples(item)]
    if isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int):
        return [(value[0], value[1], value[2])]
    return [triple for item in value for triple in _triples(item)]


def _offsets(
    layers: dict[str, Layer], nodes: dict[str, list[Node]], outputs: list[tuple[str, int, int]]
) -> dict[str, int]:
    """What to subtract from the node numbers of each layer.

    Keras 2 counts a nested model's own creation as its node 0, Keras 3 does not. Every call in a model is read by
    something, so the largest number that is read tells which of the two it is.
    """
    largest = dict.fromkeys(layers, 0)
    for triple in [t for group in nodes.values() for node in group for t in node.inputs] + outputs:
        if triple[0] in largest:
            largest[triple[0]] = max(largest[triple[0]], triple[1])
    return {
        name: int(layer.model is not None and bool(nodes[name]) and largest[name] >= len(nodes[name]))
        for name, layer in layers.items()
    }
