"""Writes a model of TensorFlow.js's layers as a Keras configuration, of Keras 2 or 3."""

from __future__ import annotations

import dataclasses

import numpy as np

from tfjs_convert.layers.keras_config import WITHOUT_BASE
from tfjs_convert.layers.keras_order import sort_layers
from tfjs_convert.layers.model import Layer, Model, Ref, Shape, plain
from tfjs_convert.layers.refuse import refuse
from tfjs_convert.layers.rewrite.context import derive
from tfjs_convert.layers.rewrite.recurrent import GATES, LAYER_OF_CELL, OURS, THEIRS
from tfjs_convert.layers.shapes import model_shapes

DEFAULTS = {
    "LSTM": {"recurrent_activation": "hard_sigmoid"},
    "LSTMCell": {"recurrent_activation": "hard_sigmoid"},
    "GRU": {"recurrent_activation": "hard_sigmoid"},
    "GRUCell": {"recurrent_activation": "hard_sigmoid"},
    "ConvLSTM2D": {"recurrent_activation": "hard_sigmoid"},
    "Softmax": {"axis": 1},
    "LeakyReLU": {"alpha": 0.3},
}
"""Where TensorFlow.js's default is not Keras's, and a configuration may leave it out."""

RNN_ARGUMENTS = (
    "batch_input_shape", "dtype", "go_backwards", "return_sequences", "return_state", "stateful", "trainable", "unroll",
)  # fmt: skip

ONLY_2 = ("ThresholdedReLU",)
INITIALIZERS = {"LeCunNormal": "LecunNormal", "LeCunUniform": "LecunUniform"}
PADDED = ("Conv1D", "Conv2D", "Conv3D", "DepthwiseConv2D", "SeparableConv2D")


def prepare(model: Model, generation: int) -> None:
    """Changes configurations and weights in place, so that Keras computes what TensorFlow.js does.

    Raises:
      UnsupportedLayerError: Keras's layer of that name computes something else, or there is none.
    """
    for part in model.walk():
        _prepare(part, generation)
    sort_layers(model)


def _prepare(layer: Layer, generation: int) -> None:
    config, name = layer.config, layer.class_name
    for key, value in DEFAULTS.get(name, {}).items():
        if config.get(key) is None:
            config[key] = value
    if name in ONLY_2 and generation == 3:
        raise refuse(layer.name, name, "Keras 3 has no such layer; write the file for Keras 2")
    if name in WITHOUT_BASE and generation == 3:
        config.pop("trainable", None)  # Keras 3 does not take it there.
    if name in ("GRU", "GRUCell"):
        config["reset_after"] = False
    if name == "UpSampling2D" and config.get("interpolation") == "bilinear":
        raise refuse(layer.name, name, "TensorFlow.js and Keras place the pixels of bilinear interpolation differently")
    if name == "RNN" and config.get("return_state") and layer.children["cell"].class_name == "StackedRNNCells":
        raise refuse(layer.name, name, "TensorFlow.js and Keras order the states of stacked cells differently")
    if name == "RNN":
        # TensorFlow.js saves it with the arguments of its cell beside its own.
        for key in set(config) - set(RNN_ARGUMENTS):
            del config[key]
    if name == "SpatialDropout1D":
        config.pop("noise_shape", None)
    if name == "ConvLSTM2D":
        config.pop("implementation", None)
    if name == "SeparableConv2D" and "depthwise_kernel" in layer.variables:
        # TensorFlow.js leaves it out when it saves a model.
        config["depth_multiplier"] = layer.variables["depthwise_kernel"].shape[3]
    if name == "DepthwiseConv2D":
        config["dilation_rate"] = [1, 1]  # TensorFlow.js reads it and ignores it.
    if name == "LeakyReLU" and generation == 3:
        config["negative_slope"] = config.pop("alpha")
    if name == "ELU" or name == "Bidirectional":
        config.pop("batch_input_shape", None)
    kind = LAYER_OF_CELL.get(name, name)
    if generation == 3:
        if kind in GATES and config.get("recurrent_activation") == "hard_sigmoid":
            _scale_gates(layer, kind)
        if config.get("activation") == "hard_sigmoid":
            raise refuse(layer.name, name, "Keras 3's hard_sigmoid is another function; write the file for Keras 2")
    for key, value in list(config.items()):
        if key.endswith("_initializer") and isinstance(value, dict):
            config[key] = {**value, "class_name": INITIALIZERS.get(value.get("class_name"), value.get("class_name"))}
        elif key.endswith("_constraint") and isinstance(value, dict):
            config[key] = {**value, "config": plain(value.get("config", {}), "default_axis")}


def _scale_gates(layer: Layer, kind: str) -> None:
    def scale(array: np.ndarray) -> np.ndarray:
        size = array.shape[-1] // len(GATES[kind])
        return (array * np.repeat(np.where(GATES[kind], OURS / THEIRS, 1.0), size)).astype(array.dtype)

    for role, weight in layer.variables.items():
        layer.variables[role] = derive(weight, weight.shape, scale)


MODULES = {
    2: {"Sequential": "keras", "Functional": "keras.src.engine.functional"},
    3: {"Sequential": "keras", "Functional": "keras.src.models.functional"},
}
"""Where each Keras looks for models in a `.keras` file."""


@dataclasses.dataclass(frozen=True)
class Dialect:
    """How configurations are spelled: of which generation, and with the module of each class (`.keras`) or without
    (`.h5`).
    """

    generation: int
    modules: bool


def to_config(model: Model, dialect: Dialect) -> dict[str, object]:
    """`{"class_name": …, "config": …}` of a whole model."""
    return _Writer(dialect).model(model)


class _Writer:
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._new = dialect.generation == 3

    def model(self, model: Model, inputs: list[Shape] | None = None) -> dict[str, object]:
        shapes = model_shapes(model, inputs) if self._new else {}
        if model.kind == "sequential":
            layers = [self.layer(layer, shapes) for layer in model.layers]
            config = {"name": model.name, "trainable": bool(model.trainable), "layers": layers}
            return self._object("Sequential", config, MODULES[self._dialect.generation]["Sequential"])
        layers = []
        for layer in model.layers:
            inbound = [self._node(layer, c.inputs, shapes) for c in layer.calls if c.inputs]
            layers.append({**self.layer(layer, shapes), "name": layer.name, "inbound_nodes": inbound})
        config = {
            "name": model.name,
            "trainable": bool(model.trainable),
            "layers": layers,
            "input_layers": self._ends([[ref.layer.name, 0, 0] for ref in model.inputs]),
            "output_layers": self._ends([self._output(ref) for ref in model.outputs]),
        }
        return self._object("Functional", config, MODULES[self._dialect.generation]["Functional"])

    def layer(self, layer: Layer, shapes: dict[Ref, Shape], wrapped: bool = False) -> dict[str, object]:
        """A layer; `wrapped` inside another, where Keras 3 wants modules in `.h5` too."""
        if layer.model is not None:
            given = [shapes[ref] for ref in layer.calls[0].inputs] if self._new and layer.calls else None
            inner = (_Writer(Dialect(3, True)) if wrapped and self._new else self).model(layer.model, given)
            inner["config"]["name"] = layer.name
            return inner
        config: dict[str, object] = {"name": layer.name}
        for key, value in layer.config.items():
            config[key] = self._value(key, value)
        if layer.class_name == "InputLayer":
            shape = config.pop("batch_input_shape")
            config = {"name": layer.name, "dtype": config.get("dtype") or "float32", "sparse": False, "ragged": False}
            config["batch_shape" if self._new else "batch_input_shape"] = shape
        else:
            config.pop("batch_input_shape", None)
            config.setdefault("dtype", "float32")
        cells = []
        for role, child in layer.children.items():
            if role.startswith("cells/"):
                cells.append(self.layer(child, {}, True))
            elif role != "backward_layer":
                config[role] = self.layer(child, {}, True)
        if cells:
            config["cells"] = cells
        return self._object(layer.class_name, config, "keras.layers", wrapped)

    def _value(self, key: str, value: object) -> object:
        if isinstance(value, dict) and "class_name" in value:
            for suffix in ("initializer", "regularizer", "constraint"):
                if key.endswith(f"_{suffix}"):
                    return self._object(value["class_name"], value.get("config", {}), f"keras.{suffix}s", True)
        return value

    def _object(self, class_name: str, config: dict, module: str, inner: bool = False) -> dict[str, object]:
        if not self._dialect.modules and not (inner and self._new):
            return {"class_name": class_name, "config": config}
        registered = "Functional" if class_name == "Functional" else None
        return {"module": module, "class_name": class_name, "config": config, "registered_name": registered}

    def _ends(self, triples: list[list[object]]) -> list[object]:
        """Keras 3 takes a list for a model that is called on a list, and a lone tensor's place for one that is not."""
        return triples[0] if self._new and len(triples) == 1 else triples

    def _triple(self, ref: Ref) -> list[object]:
        nested = ref.layer.model is not None and not self._new
        return [ref.layer.name, ref.call + int(nested), ref.tensor]

    def _output(self, ref: Ref) -> list[object]:
        # Keras 3 counts a functional model's creation here, though not in `inbound_nodes`.
        model = ref.layer.model
        counted = self._new and model is not None and model.kind == "functional"
        return [ref.layer.name, ref.call + 1, ref.tensor] if counted else self._triple(ref)

    def _node(self, layer: Layer, inputs: list[Ref], shapes: dict[Ref, Shape]) -> object:
        if not self._new:
            return [[*self._triple(ref), {}] for ref in inputs]
        tensors = [
            {
                "class_name": "__keras_tensor__",
                "config": {"shape": list(shapes[ref]), "dtype": "float32", "keras_history": self._triple(ref)},
            }
            for ref in inputs
        ]
        if layer.class_name in ("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "ConvLSTM2D") and len(tensors) > 1:
            return {"args": [tensors[0]], "kwargs": {"initial_state": tensors[1:]}}
        listed = len(tensors) > 1 or layer.class_name in (
            "Add",
            "Multiply",
            "Average",
            "Maximum",
            "Minimum",
            "Concatenate",
            "Dot",
        )
        return {"args": [tensors] if listed else tensors, "kwargs": {}}
