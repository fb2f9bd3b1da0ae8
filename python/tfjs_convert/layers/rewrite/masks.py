"""Where masks flow, in Keras and in TensorFlow.js.

Both make masks in Embedding and Masking. TensorFlow.js's executor keeps the last mask that any layer had and hands it
to every later layer, masked or not (tfjs-layers `engine/executor.ts`, `kwargs['mask']`). So a recurrent layer that
has no mask in Keras is given one of its own that hides nothing, and one whose mask TensorFlow.js would lose on the
way is refused.
"""

from __future__ import annotations

from tfjs_convert.layers.model import Layer, Model, Ref, schedule

MERGES = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")
RECURRENT = ("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM2D", "Bidirectional")

_BOTH = {
    "Activation", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "Embedding", "GaussianDropout",
    "GaussianNoise",
    "Masking", "PReLU", "ReLU", "SpatialDropout1D", "TimeDistributed", "Concatenate",
}  # fmt: skip
_KERAS = _BOTH | set(MERGES) | {
    "ActivityRegularization", "ELU", "LayerNormalization", "LeakyReLU", "Softmax", "ThresholdedReLU",
    "UnitNormalization",
    "GroupNormalization", "Identity", "SpatialDropout2D", "SpatialDropout3D",
}  # fmt: skip
_OURS = _BOTH | {"LayerNormalization"}


def makes_mask(layer: Layer) -> bool:
    """Whether the layer is where a mask begins."""
    return layer.class_name == "Masking" or (layer.class_name == "Embedding" and bool(layer.config.get("mask_zero")))


def has_masks(model: Model) -> bool:
    """Whether any layer of `model` makes a mask."""
    return any(makes_mask(layer) for layer in model.walk())


def keras_masks(model: Model, entering: frozenset[int] = frozenset()) -> tuple[set[Layer], set[Ref]]:
    """Layers that a mask reaches (in nested models too), and the tensors of `model` that carry one.

    `entering` holds the numbers of the model's inputs that come with a mask.
    """
    return _flow(model, entering, _KERAS)


def runtime_masks(model: Model, generation: int) -> tuple[set[Layer], set[Ref]]:
    """As `keras_masks`, of a rewritten model, in TensorFlow.js, as far as masks there are those of Keras
    `generation`.
    """
    # Keras 3 joins the masks of concatenated tensors differently.
    return _flow(model, frozenset(), _OURS if generation == 2 else _OURS - {"Concatenate"})


def state_that_leaks(model: Model, masks: bool, nested: bool = False) -> tuple[Layer, Layer] | None:
    """A recurrent layer with an initial state, and another one that TensorFlow.js would hand that state to.

    Where a mask was seen, or inside a nested model, the executor hands one object of arguments to all layers, and a
    recurrent layer leaves its initial state in it. Only layers that must run before are safe.
    """
    recurrent = [layer for layer in model.layers if layer.class_name in RECURRENT]
    for layer in recurrent:
        if not (masks or nested) or all(len(c.inputs) == 1 for c in layer.calls):
            continue
        before = _ancestors(layer)
        for other in recurrent:
            if other is not layer and other not in before:
                return layer, other
    for layer in model.layers:
        found = None if layer.model is None else state_that_leaks(layer.model, masks, True)
        if found is not None:
            return found
    return None


def _ancestors(layer: Layer) -> set[Layer]:
    found: set[Layer] = set()
    waiting = [layer]
    while waiting:
        for c in waiting.pop().calls:
            new = {ref.layer for ref in c.inputs} - found
            found |= new
            waiting += new
    return found


def _flow(model: Model, entering: frozenset[int], passing: set[str]) -> tuple[set[Layer], set[Ref]]:
    reached: set[Layer] = set()
    carrying = {ref for number, ref in enumerate(model.inputs) if number in entering}
    for layer, index in schedule(model):
        inputs = layer.calls[index].inputs
        masked = [number for number, ref in enumerate(inputs) if ref in carrying]
        if masked:
            reached.add(layer)
        if layer.model is not None:
            inner, tensors = _flow(layer.model, frozenset(masked), passing)
            reached |= inner
            carrying |= {Ref(layer, index, n) for n, ref in enumerate(layer.model.outputs) if ref in tensors}
        elif makes_mask(layer) or (masked and _passes(layer, passing, masked)):
            carrying.add(Ref(layer, index))
    return reached, carrying


def _passes(layer: Layer, passing: set[str], masked: list[int]) -> bool:
    if layer.class_name in RECURRENT:
        source = layer.children["layer"] if layer.class_name == "Bidirectional" else layer
        return masked[0] == 0 and bool(source.config.get("return_sequences"))
    return layer.class_name in passing
