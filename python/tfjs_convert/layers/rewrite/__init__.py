"""Rewrites a Keras model into layers that TensorFlow.js has, with the same numbers, or refuses it by the layer's
name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tfjs_convert.errors import InputError
from tfjs_convert.layers.model import Call, Layer, Model, Ref, Shape, schedule
from tfjs_convert.layers.random_images import RANDOM
from tfjs_convert.layers.refuse import refuse
from tfjs_convert.layers.rewrite import (
    additive,
    attention,
    conv,
    conv_transpose,
    core,
    merge,
    norm,
    recurrent,
    root_mean_square,
    space,
)
from tfjs_convert.layers.rewrite.context import Names, Rewrite, Wiring, call
from tfjs_convert.layers.rewrite.masks import RECURRENT, has_masks, keras_masks, runtime_masks, state_that_leaks
from tfjs_convert.layers.shapes import UnknownShapeError, model_shapes

Rule = Callable[[Rewrite], Wiring]

RULES: Mapping[str, Rule] = {
    "Activation": core.activation,
    "ActivityRegularization": core.dropped(
        "it only adds to the loss in training, which TensorFlow.js does not support"
    ),
    "Add": merge.merge,
    "AdditiveAttention": additive.additive_attention,
    "AlphaDropout": core.dropout,
    "Attention": additive.attention_by_score_mode,
    "Average": merge.merge,
    "AveragePooling1D": space.pool1d,
    "AveragePooling2D": core.same,
    "AveragePooling3D": space.pool3d,
    "BatchNormalization": norm.batch_normalization,
    "Bidirectional": recurrent.bidirectional,
    "CategoryEncoding": space.category_encoding,
    "CenterCrop": space.center_crop,
    "Concatenate": merge.merge,
    "Conv1D": conv.conv,
    "Conv1DTranspose": conv_transpose.conv_transpose,
    "Conv2D": conv.conv,
    "Conv2DTranspose": conv_transpose.conv_transpose,
    "Conv3D": conv.conv,
    "Conv3DTranspose": conv_transpose.conv_transpose,
    "ConvLSTM2D": recurrent.recurrent,
    "Cropping1D": space.by_planes("Cropping2D", "cropping"),
    "Cropping2D": space.cropping2d,
    "Cropping3D": space.by_planes("Cropping2D", "cropping"),
    "Dense": core.dense,
    "DepthwiseConv1D": conv.lifted("DepthwiseConv2D"),
    "DepthwiseConv2D": conv.depthwise,
    "Dot": merge.dot,
    "Dropout": core.dropout,
    "ELU": core.leaf("ELU"),
    "EinsumDense": core.einsum_dense,
    "Embedding": core.same,
    "Flatten": core.flatten,
    "GRU": recurrent.recurrent,
    "GaussianDropout": core.dropout,
    "GaussianNoise": core.dropout,
    **{f"Global{kind}Pooling{n}D": space.global_pool for kind in ("Average", "Max") for n in (1, 2, 3)},
    "GroupNormalization": norm.group_normalization,
    "GroupedQueryAttention": attention.multi_head,
    "Identity": core.dropped("it does nothing"),
    "LSTM": recurrent.recurrent,
    "LayerNormalization": norm.layer_normalization,
    "LayerScale": norm.layer_scale,
    "LeakyReLU": core.leaf("LeakyReLU"),
    "Masking": core.same,
    "MaxPooling1D": space.pool1d,
    "MaxPooling2D": core.same,
    "MaxPooling3D": space.pool3d,
    "Maximum": merge.merge,
    "Minimum": merge.merge,
    "MultiHeadAttention": attention.multi_head,
    "Multiply": merge.merge,
    "Normalization": norm.normalization,
    "PReLU": core.leaf("PReLU"),
    "Permute": core.same,
    "RMSNormalization": root_mean_square.rms_normalization,
    "RNN": recurrent.recurrent,
    "ReLU": core.leaf("ReLU"),
    "RepeatVector": core.same,
    "Rescaling": norm.rescaling,
    "Reshape": core.reshape,
    "Resizing": space.resizing,
    "SeparableConv1D": conv.lifted("SeparableConv2D"),
    "SeparableConv2D": conv.separable2d,
    "SimpleRNN": recurrent.recurrent,
    "Softmax": core.leaf("Softmax"),
    "SpatialDropout1D": core.dropout,
    "SpatialDropout2D": core.spatial_dropout,
    "SpatialDropout3D": core.spatial_dropout,
    "SpectralNormalization": core.spectral_normalization,
    "StochasticDepth": core.dropped("it drops paths in training only"),
    "Subtract": merge.subtract,
    "ThresholdedReLU": core.leaf("ThresholdedReLU"),
    "TimeDistributed": recurrent.time_distributed,
    "UnitNormalization": root_mean_square.unit_normalization,
    "UpSampling1D": space.by_planes("UpSampling2D", "size"),
    "UpSampling2D": space.upsampling2d,
    "UpSampling3D": space.by_planes("UpSampling2D", "size"),
    "ZeroPadding1D": space.by_planes("ZeroPadding2D", "padding"),
    "ZeroPadding2D": core.same,
    "ZeroPadding3D": space.by_planes("ZeroPadding2D", "padding"),
    **dict.fromkeys(RANDOM, core.dropped("it changes images in training only")),
}
"""The rule of each Keras layer that can be expressed."""

IMAGE_LAYERS = (*RANDOM, "CenterCrop", "Resizing", "Rescaling")
MASK_OPERATIONS = ("NotEqual", "Any", "LogicalAnd", "LogicalOr")
"""What Keras 3 computes masks with, from Embedding and Masking."""

UNMASKED = -3.0e38
"""A mask value that no input has, so that Masking hides nothing."""


def rewrite(model: Model, generation: int) -> tuple[Model, list[str]]:
    """`model` in TensorFlow.js's layers, and notes on what was expressed otherwise.

    Args:
      model: as Keras wrote it, with its weights.
      generation: 2 or 3: whose definitions of activations and defaults hold.

    Raises:
      UnsupportedLayerError: a layer cannot be expressed.
    """
    run = _Run(model, generation)
    policies = sorted({str(layer.config.get("dtype")) for layer in model.walk() if _is_mixed(layer)})
    run.notes += [
        f"The model computes in {policy}, and in float32 in TensorFlow.js: digits differ." for policy in policies
    ]
    result = run.model(model, _shapes(model))
    if run.has_masks:
        run.check_masks(result)
    leak = state_that_leaks(result, run.has_masks)
    if leak is not None:
        raise refuse(
            leak[0].name,
            leak[0].class_name,
            f"beside masks and in nested models, TensorFlow.js would hand its initial state to `{leak[1].name}` too",
        )
    return result, run.notes


def _is_mixed(layer: Layer) -> bool:
    dtype = layer.config.get("dtype")
    return isinstance(dtype, str) and dtype.startswith("mixed_")


def _shapes(model: Model, inputs: list[Shape] | None = None) -> dict[Ref, Shape] | None:
    try:
        return model_shapes(model, inputs)
    except UnknownShapeError:
        return None
    except (KeyError, TypeError, IndexError, ValueError, ZeroDivisionError):
        return None


class _Run:
    def __init__(self, model: Model, generation: int) -> None:
        self.generation = generation
        self.notes: list[str] = []
        self.has_masks = has_masks(model)
        self.masked = keras_masks(model)[0] if self.has_masks else set()
        self.expected: list[tuple[Layer, Layer]] = []

    def model(self, model: Model, shapes: dict[Ref, Shape] | None) -> Model:
        names = Names([layer.name for layer in model.layers])
        tensors: dict[Ref, Ref] = {}
        wirings: dict[Layer, Wiring] = {}
        made: list[Layer] = []
        for layer, index in schedule(model):
            if layer.class_name == "InputLayer":
                tensors[Ref(layer)] = Ref(layer)
                made.append(layer)
                continue
            if layer not in wirings:
                given = self._input_shapes(layer, shapes)
                wirings[layer] = self._wiring(layer, given, names, made)
            inputs = [tensors[ref] for ref in layer.calls[index].inputs]
            for number, ref in enumerate(wirings[layer](inputs)):
                tensors[Ref(layer, index, number)] = ref
        outputs: list[Ref] = []
        for ref in model.outputs:
            outputs.append(self._output(tensors[ref], ref, outputs, names, made))
        layers = [layer for layer in made if layer.calls]
        return Model(model.name, model.kind, layers, model.inputs, outputs, model.trainable)

    def _input_shapes(self, layer: Layer, shapes: dict[Ref, Shape] | None) -> list[list[Shape]] | None:
        if shapes is None:
            return None
        return [[shapes[ref] for ref in c.inputs] for c in layer.calls]

    def _wiring(self, layer: Layer, given: list[list[Shape]] | None, names: Names, made: list[Layer]) -> Wiring:
        if layer.model is not None:
            inner_shapes = _shapes(layer.model, given[0] if given else None)
            nested = Layer(layer.name, layer.class_name, layer.config, model=self.model(layer.model, inner_shapes))
            made.append(nested)
            count = len(layer.model.outputs)

            def wire(inputs: list[Ref]) -> list[Ref]:
                first = call(nested, *inputs)
                return [Ref(nested, first.call, n) for n in range(count)]

            return wire
        masked = layer in self.masked
        r = _Recorder(
            layer,
            generation=self.generation,
            names=names,
            shapes=given,
            notes=self.notes,
            masked=masked,
            part=self.part,
        )
        r.made = made
        rule = merge.operation if layer.op else RULES.get(layer.class_name)
        if rule is None:
            raise r.refuse("TensorFlow.js has no such layer, and its other layers cannot express it")
        self._check(r)
        try:
            wiring = rule(r)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            raise InputError(
                f"Layer `{layer.name}` ({layer.class_name}): its configuration or weights are not as Keras writes them "
                f"({type(error).__name__}: {error}); save the model again."
            ) from error
        if self.has_masks and layer.class_name in RECURRENT:
            if not masked:
                guard = r.make("Masking", {"mask_value": UNMASKED}, role="unmasked")
                r.note(
                    "an own mask that hides nothing keeps other layers' masks away from it, which "
                    "TensorFlow.js would apply"
                )
                return lambda inputs: wiring([call(guard, inputs[0]), *inputs[1:]])
            self.expected.append((layer, r.main))
        return wiring

    def _check(self, r: Rewrite) -> None:
        layer = r.layer
        for c in r.calls:
            # Layers on images record training=True whenever nothing else is said.
            if c.kwargs.pop("training", None) and layer.class_name not in IMAGE_LAYERS:
                raise r.refuse("it is called with training=True, which TensorFlow.js cannot fix in a model")
            if c.masks and (
                layer not in self.masked or any(ref.layer.class_name not in MASK_OPERATIONS for ref in c.masks)
            ):
                raise r.refuse("it is called with a mask of your own, for which TensorFlow.js has no place")
        if not layer.op and layer.class_name not in attention.WITH_ARGUMENTS and any(c.kwargs for c in r.calls):
            name = sorted(key for c in r.calls for key in c.kwargs)[0]
            raise r.refuse(f"it is called with the argument `{name}`, which has no place in TensorFlow.js")
        dtype = layer.config.get("dtype")
        if isinstance(dtype, str) and dtype.startswith(("int8", "float8", "int4", "quantized")):
            raise r.refuse(
                f"its weights are quantized by Keras ({dtype}); save the model before quantizing, and quantize here"
            )
        if self.has_masks and layer.class_name == "TimeDistributed":
            inner = layer.children["layer"]
            if inner.class_name in RECURRENT or inner.model is not None:
                raise r.refuse("the model has masks, and TensorFlow.js would hand them to the inner layer")

    def part(self, layer: Layer, shape: Shape | None) -> Layer:
        """A layer inside TimeDistributed: rewritten, as one layer again."""
        if layer.model is not None:
            return Layer(
                layer.name,
                layer.class_name,
                layer.config,
                model=self.model(layer.model, _shapes(layer.model, shape and [shape])),
            )
        source = recurrent.entry(shape or (None,), f"{layer.name}_input")
        inner = Layer(layer.name, layer.class_name, layer.config, layer.variables, layer.children)
        inner.op = layer.op
        inner.calls = [Call([Ref(source)])]
        wrapped = Model(
            f"{layer.name}_model",
            "functional",
            [source, inner],
            [Ref(source)],
            [Ref(inner)],
            bool(layer.config.get("trainable", True)),
        )
        shapes = _shapes(wrapped)
        result = self.model(wrapped, shapes if shape is not None else None)
        body = [made for made in result.layers if made.class_name != "InputLayer"]
        if len(body) == 1 and len(body[0].calls) == 1:
            body[0].calls = []
            return body[0]
        if shape is None:
            raise Rewrite(layer, generation=0, names=Names([]), shapes=None, notes=[]).refuse(
                "its input's shape is not known"
            )
        return Layer(result.name, "Functional", {"trainable": result.trainable}, model=result)

    def _output(self, ref: Ref, old: Ref, others: list[Ref], names: Names, made: list[Layer]) -> Ref:
        """A model's output may not be what was no input, nor one that it has already, which the runtime loses."""
        is_bare = ref.layer.class_name == "InputLayer" and old.layer.class_name != "InputLayer"
        if not is_bare and ref not in others:
            return ref
        layer = Layer(names.new(old.layer.name), "Activation", {"activation": "linear"})
        made.append(layer)
        return call(layer, ref)

    def check_masks(self, result: Model) -> None:
        """Every recurrent layer that has a mask in Keras must still have it in TensorFlow.js."""
        reached = runtime_masks(result, self.generation)[0]
        for old, new in self.expected:
            if new not in reached:
                raise Rewrite(old, generation=0, names=Names([]), shapes=None, notes=[]).refuse(
                    "a mask reaches it in Keras, and TensorFlow.js loses it on the way"
                )


class _Recorder(Rewrite):
    """A rewrite that remembers what it made, in order."""

    made: list[Layer]
    main: Layer | None = None

    def make(self, *args: object, **kwargs: object) -> Layer:
        return self.keep(super().make(*args, **kwargs))

    def keep(self, layer: Layer) -> Layer:
        self.made.append(layer)
        if layer.name == self.layer.name:
            self.main = layer
        return layer
