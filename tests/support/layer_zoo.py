# ruff: noqa: E501 (a table: one entry a line)
"""A zoo of small Keras models, one for each layer and each way of wiring: a table for tests and for the documentation.

Each entry builds the same model with Keras 2 (`tf_keras`) and Keras 3 (`keras`). `outcome` is `same` (TensorFlow.js's layer as it
is), `expressed` (with other layers, same numbers), or `refused` (an error that names the layer and the graph model).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import ModuleType

import numpy as np


@dataclasses.dataclass(frozen=True)
class Entry:
    """One model of the zoo.

    Attributes:
      name: unique; begins with the layer it shows.
      build: `keras module -> model`.
      outcome: `same`, `expressed` or `refused`.
      generations: of Keras that have the layer.
      says: what a refusal's text must contain, or a note's.
      integers: the inputs are integers below this number, and not normally distributed numbers.
      scale: of the inputs.
    """

    name: str
    build: Callable[[ModuleType], object]
    outcome: str = "same"
    generations: tuple[int, ...] = (2, 3)
    says: str = ""
    integers: int = 0
    scale: float = 1.0


def one(shape: tuple, layer: Callable, **options: object) -> Callable:
    """A functional model of one layer."""

    def build(keras: ModuleType) -> object:
        x = keras.layers.Input(shape, **options)
        return keras.Model(x, layer(keras.layers)(x))

    return build


def stack(shape: tuple, *layers: Callable) -> Callable:
    """A Sequential model."""

    def build(keras: ModuleType) -> object:
        return keras.Sequential([keras.layers.Input(shape), *(layer(keras.layers) for layer in layers)])

    return build


def wired(build: Callable) -> Callable:
    """A model wired by `build(keras, layers)`."""
    return lambda keras: build(keras, keras.layers)


def merged(*shapes: tuple) -> Callable:
    """Makes `name -> builder` for layers that merge tensors of `shapes`."""

    def of(layer: Callable) -> Callable:
        def build(keras: ModuleType) -> object:
            inputs = [keras.layers.Input(shape) for shape in shapes]
            return keras.Model(inputs, layer(keras.layers)(inputs))

        return build

    return of


PAIR = merged((3, 4), (3, 4))
IMAGE = (6, 6, 3)
STEPS = (6, 4)
CUBE = (4, 5, 6, 2)


def randomize(model: object, seed: int = 0) -> None:
    """Gives every weight of a model new values, so that zeros and ones hide nothing; variances stay positive."""
    random = np.random.default_rng(seed)
    model.set_weights(
        [
            (
                np.abs(random.normal(size=w.shape)) * 0.5 + 0.5
                if _positive(w, v)
                else random.normal(size=w.shape) * 0.4
            ).astype(w.dtype)
            for w, v in zip(model.get_weights(), model.weights, strict=True)
        ]
    )


def _positive(array: np.ndarray, variable: object) -> bool:
    return "variance" in variable.name or "variance" in getattr(variable, "path", "")


def _adapted(keras: ModuleType, shape: tuple, **options: object) -> object:
    layer = keras.layers.Normalization(**options)
    layer.adapt(np.random.default_rng(1).normal(3.0, 2.0, (16, *shape)).astype("float32"))
    return keras.Sequential([keras.layers.Input(shape), layer])


def _seq2seq(keras: ModuleType, layers: ModuleType) -> object:
    source, target = layers.Input((5, 3)), layers.Input((4, 3))
    _, h, c = layers.LSTM(4, return_state=True)(source)
    return keras.Model([source, target], layers.LSTM(4, return_sequences=True)(target, initial_state=[h, c]))


def _shared(keras: ModuleType, layers: ModuleType) -> object:
    a, b = layers.Input((4,)), layers.Input((4,))
    dense = layers.Dense(4, activation="tanh")
    first = dense(a)
    return keras.Model([a, b], layers.Concatenate()([dense(first), dense(b), first]))


def _shared_late_first(keras: ModuleType, layers: ModuleType) -> object:
    """A shared layer whose first call reads something made after its second."""
    a = layers.Input((4,))
    shared, deep = layers.Dense(4), layers.Dense(4, activation="tanh")
    late = shared(layers.Dense(4, activation="relu")(deep(a)))
    return keras.Model(a, [late, shared(a), layers.Add()([late, a])])


def _nested(keras: ModuleType, layers: ModuleType) -> object:
    inner_input = layers.Input((4,))
    inner = keras.Model(
        inner_input, layers.Dense(3, name="inside")(layers.BatchNormalization()(inner_input)), name="encoder"
    )
    a, b = layers.Input((4,)), layers.Input((4,))
    return keras.Model([a, b], layers.Subtract()([inner(a), inner(b)]))


def _nested_outputs(keras: ModuleType, layers: ModuleType) -> object:
    inner_input = layers.Input((4,))
    inner = keras.Model(inner_input, [layers.Dense(3)(inner_input), layers.Dense(2)(inner_input)])
    a = layers.Input((4,))
    first, second = inner(a)
    return keras.Model(a, [second, layers.Dense(2)(first)])


def _twice_named(keras: ModuleType, layers: ModuleType) -> object:
    def part(name: str) -> object:
        return keras.Sequential([layers.Input((4,)), layers.Dense(4, name="same_name", activation="tanh")], name=name)

    a = layers.Input((4,))
    return keras.Model(a, layers.Dense(2, name="same_name")(part("second")(part("first")(a))))


def _nested_dictionaries(keras: ModuleType, layers: ModuleType) -> object:
    """Whose tensors go in and out by their names, and not as they were written."""
    inputs = {"b": layers.Input((4,)), "a": layers.Input((3,))}
    inner = keras.Model(inputs, {"z": layers.Dense(2)(inputs["a"]), "y": layers.Dense(5)(inputs["b"])})
    first, second = layers.Input((3,)), layers.Input((4,))
    outputs = inner({"a": first, "b": second})
    return keras.Model([first, second], [outputs["z"], outputs["y"]])


def _output_twice(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((4,))
    y = layers.Dense(3)(x)
    return keras.Model(x, [y, layers.Dense(2)(y), y])


def _frozen_nested(keras: ModuleType, layers: ModuleType) -> object:
    inner = keras.Sequential([layers.Input((4,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(3)])
    inner.layers[0].trainable = False
    model = keras.Sequential([layers.Input((4,)), inner, layers.BatchNormalization(), layers.Dense(2)])
    model.layers[1].trainable = False
    return model


def _many(keras: ModuleType, layers: ModuleType) -> object:
    a, b = layers.Input((4,), name="first"), layers.Input((6,), name="second")
    x = layers.Concatenate()([layers.Dense(5)(a), b])
    return keras.Model(
        [a, b], [layers.Dense(2, name="zeta")(x), layers.Dense(3, name="alpha")(x), layers.Dense(1, name="mid")(x)]
    )


def _masked_lstm(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((6,))
    embedded = layers.Embedding(10, 4, mask_zero=True)(x)
    return keras.Model(x, layers.LSTM(3)(layers.LSTM(4, return_sequences=True)(embedded)))


def _stale_mask(keras: ModuleType, layers: ModuleType) -> object:
    """A recurrent layer without a mask, after one with."""
    x = layers.Input((6,))
    state = layers.LSTM(3)(layers.Embedding(10, 4, mask_zero=True)(x))
    return keras.Model(x, layers.LSTM(2)(layers.RepeatVector(4)(state)))


def _mask_through(*middle: Callable) -> Callable:
    """A mask that must pass through other layers."""

    def build(keras: ModuleType, layers: ModuleType) -> object:
        x = layers.Input((6,))
        y = layers.Embedding(10, 4, mask_zero=True)(x)
        for make in middle:
            y = make(layers)(y)
        return keras.Model(x, layers.LSTM(3)(y))

    return build


def _masks_joined(keras: ModuleType, layers: ModuleType) -> object:
    a, b = layers.Input((6,)), layers.Input((6,))
    joined = layers.Concatenate()(
        [layers.Embedding(10, 4, mask_zero=True)(a), layers.Embedding(10, 3, mask_zero=True)(b)]
    )
    return keras.Model([a, b], layers.LSTM(3)(joined))


def _nested_state(followed: bool) -> Callable:
    def build(keras: ModuleType, layers: ModuleType) -> object:
        x, outer = layers.Input((4, 3)), layers.Input((4, 3))
        _, h, c = layers.LSTM(2, return_state=True)(x)
        y = layers.LSTM(2, return_sequences=True)(x, initial_state=[h, c])
        inner = keras.Model(x, layers.LSTM(3)(y) if followed else y)
        return keras.Model(outer, inner(outer))

    return build


def _bidirectional_state(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((4, 3))
    states = layers.Bidirectional(layers.LSTM(2, return_state=True))(x)[1:]
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x, initial_state=states)
    return keras.Model(x, layers.LSTM(3)(y))


def _masked_average(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((6,))
    return keras.Model(x, layers.GlobalAveragePooling1D()(layers.Embedding(10, 4, mask_zero=True)(x)))


def _operators(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((4,))
    y = layers.Dense(4)(x)
    return keras.Model(x, 1.0 - (x * 2.0 + y) / 4.0 - y * x)


def _activation_layer(keras: ModuleType, layers: ModuleType) -> object:
    options = {"negative_slope": 0.1} if keras.__name__ == "keras" else {"alpha": 0.1}
    return keras.Sequential(
        [layers.Input((4,)), layers.Dense(3, activation=layers.LeakyReLU(**options)), layers.Dense(2)]
    )


def _elu(keras: ModuleType, layers: ModuleType) -> object:
    return keras.Sequential([layers.Input((4,)), layers.ELU(alpha=0.7)])


def _leaky(keras: ModuleType, layers: ModuleType) -> object:
    options = {"negative_slope": 0.25} if keras.__name__ == "keras" else {"alpha": 0.25}
    return keras.Sequential([layers.Input((4,)), layers.LeakyReLU(**options)])


def _lambda(keras: ModuleType, layers: ModuleType) -> object:
    return keras.Sequential([layers.Input((4,)), layers.Lambda(lambda x: x * 2, name="secret")])


def _attention(keras: ModuleType, layers: ModuleType, **options: object) -> object:
    q, v = layers.Input((3, 4)), layers.Input((5, 4))
    return keras.Model([q, v], layers.Attention(**options)([q, v]))


def _heads(causal: bool) -> Callable:
    def build(keras: ModuleType, layers: ModuleType) -> object:
        x = layers.Input((5, 6))
        y = (
            layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)
            if causal
            else layers.MultiHeadAttention(3, 4)(x, x)
        )
        return keras.Model(x, layers.LayerNormalization()(layers.Add()([x, y])))

    return build


def _grouped_queries(keras: ModuleType, layers: ModuleType) -> object:
    x, y = layers.Input((5, 6)), layers.Input((4, 6))
    return keras.Model([x, y], layers.GroupQueryAttention(3, 4, 2)(x, y))


def _unaligned(keras: ModuleType, layers: ModuleType) -> object:
    return keras.Sequential([layers.Input((None, 4)), layers.Conv1D(3, 2, padding="causal"), layers.UpSampling1D(2)])


def _stateful(keras: ModuleType, layers: ModuleType) -> object:
    batch = {"batch_shape": (2, 3, 4)} if keras.__name__ == "keras" else {"batch_input_shape": (2, 3, 4)}
    if keras.__name__ == "keras":
        return keras.Sequential([layers.Input(**batch), layers.LSTM(3, stateful=True)])
    return keras.Sequential([layers.LSTM(3, stateful=True, **batch)])


def _regularized(keras: ModuleType, layers: ModuleType) -> object:
    dense = layers.Dense(
        3, kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1(0.1), kernel_constraint=keras.constraints.MaxNorm(2),
        activity_regularizer="l1", kernel_initializer=keras.initializers.LecunNormal(),
    )  # fmt: skip
    return keras.Sequential([layers.Input((4,)), dense])


def _initializers(keras: ModuleType, layers: ModuleType) -> object:
    of = keras.initializers
    found = [
        of.Zeros(), of.Ones(), of.Constant(0.5), of.RandomNormal(), of.RandomUniform(), of.TruncatedNormal(), of.Orthogonal(),
        of.Identity(), of.VarianceScaling(2.0, "fan_avg", "untruncated_normal"), "glorot_normal", "glorot_uniform",
        "he_normal", "he_uniform", "lecun_normal", "lecun_uniform",
    ]  # fmt: skip
    return keras.Sequential(
        [layers.Input((4,)), *(layers.Dense(4, activation="tanh", kernel_initializer=each) for each in found)]
    )


def _odd_names(keras: ModuleType, layers: ModuleType) -> object:
    x = layers.Input((4,), name="input")
    return keras.Model(x, layers.Dense(2, name="snake_CaseName")(layers.Dense(3, name="with-dash.dot")(x)))


def _cells(cells: Callable, **options: object) -> Callable:
    return lambda layers: layers.RNN(cells(layers), **options)


BEFORE = {"reset_after": False}

ZOO: list[Entry] = [
    Entry("Dense", one((4,), lambda L: L.Dense(3, activation="relu"))),
    Entry("Dense without bias", stack((4,), lambda L: L.Dense(3, use_bias=False), lambda L: L.Dense(2))),
    Entry("Dense on steps", one(STEPS, lambda L: L.Dense(3, activation="softmax"))),
    Entry("Dense with regularizers and constraints", wired(_regularized), says="activity_regularizer"),
    Entry("Dense with every initializer", wired(_initializers)),
    Entry("Dense with a constraint that its weights break", one((4,), lambda L: L.Dense(3, kernel_constraint="non_neg")), says="break it"),
    Entry("Dense with an activation layer", wired(_activation_layer), "expressed"),
    *(
        Entry(f"Activation {name}", stack((4,), lambda L, n=name: L.Dense(4, activation=n), lambda L, n=name: L.Activation(n)), outcome)
        for name, outcome in (
            ("elu", "same"), ("selu", "same"), ("relu", "same"), ("linear", "same"), ("sigmoid", "same"), ("softplus", "same"),
            ("softsign", "same"), ("tanh", "same"), ("softmax", "same"), ("gelu", "same"), ("mish", "same"), ("swish", "same"),
            ("relu6", "same"), ("log_softmax", "same"),
        )
    ),
    Entry("Activation hard_sigmoid", stack((4,), lambda L: L.Dense(4, activation="hard_sigmoid")), "same", (2,)),
    Entry("Activation hard_sigmoid of Keras 3", stack((4,), lambda L: L.Dense(4, activation="hard_sigmoid")), "expressed", (3,), scale=4.0),
    Entry("Activation silu", one((4,), lambda L: L.Activation("silu")), "same", (3,)),
    *(
        Entry(f"Activation {name}", one((4,), lambda L, n=name: L.Activation(n)), "expressed", (3,), scale=3.0)
        for name in ("hard_silu", "hard_tanh", "log_sigmoid", "tanh_shrink", "soft_shrink", "celu")
    ),
    Entry("Activation leaky_relu", stack((4,), lambda L: L.Dense(4, activation="leaky_relu")), "expressed"),
    Entry("Activation exponential", one((4,), lambda L: L.Activation("exponential")), "refused", says="exponential"),
    Entry("ReLU", one((4,), lambda L: L.ReLU(max_value=1.0))),
    Entry("ReLU with a slope", one((4,), lambda L: L.ReLU(negative_slope=0.2)), "expressed"),
    Entry("ReLU with a slope and a maximum", one((4,), lambda L: L.ReLU(max_value=0.5, negative_slope=0.2)), "expressed"),
    Entry("ReLU with a threshold", one((4,), lambda L: L.ReLU(threshold=0.5)), "expressed"),
    Entry("LeakyReLU", wired(_leaky)),
    Entry("PReLU", one((4,), lambda L: L.PReLU())),
    Entry("PReLU with shared axes", one(IMAGE, lambda L: L.PReLU(shared_axes=[1, 2]))),
    Entry("ELU", one((4,), lambda L: L.ELU())),
    Entry("ELU with alpha", wired(_elu), "expressed"),
    Entry("ThresholdedReLU", one((4,), lambda L: L.ThresholdedReLU(theta=0.3)), generations=(2,)),
    Entry("Softmax", one((4,), lambda L: L.Softmax())),
    Entry("Softmax over an inner axis", one(STEPS, lambda L: L.Softmax(axis=1)), "expressed"),
    Entry("Flatten", stack(IMAGE, lambda L: L.Flatten(), lambda L: L.Dense(2))),
    Entry("Flatten of a flat input", stack((4,), lambda L: L.Flatten(), lambda L: L.Dense(2)), "expressed"),
    Entry("Flatten of any length, channels first", stack((4, None), lambda L: L.Flatten(data_format="channels_first"))),
    Entry("Reshape", one((4, 6), lambda L: L.Reshape((3, 8)))),
    Entry("Reshape with -1", one((4, 6), lambda L: L.Reshape((-1, 3)))),
    Entry("Permute", one(IMAGE, lambda L: L.Permute((3, 1, 2)))),
    Entry("RepeatVector", one((4,), lambda L: L.RepeatVector(3))),
    Entry("Masking", one(STEPS, lambda L: L.Masking(0.0))),
    Entry("Embedding", one((6,), lambda L: L.Embedding(10, 4)), integers=10),
    Entry("Embedding with a mask", one((6,), lambda L: L.Embedding(10, 4, mask_zero=True)), integers=10),
    Entry("Dropout", one((4,), lambda L: L.Dropout(0.5))),
    Entry("SpatialDropout1D", one(STEPS, lambda L: L.SpatialDropout1D(0.5))),
    Entry("SpatialDropout2D", one(IMAGE, lambda L: L.SpatialDropout2D(0.5)), "expressed"),
    Entry("SpatialDropout3D", one(CUBE, lambda L: L.SpatialDropout3D(0.5)), "expressed"),
    Entry("AlphaDropout", one((4,), lambda L: L.AlphaDropout(0.5))),
    Entry("GaussianDropout", one((4,), lambda L: L.GaussianDropout(0.5))),
    Entry("GaussianNoise", one((4,), lambda L: L.GaussianNoise(0.5))),
    Entry("ActivityRegularization", stack((4,), lambda L: L.ActivityRegularization(0.1), lambda L: L.Dense(2)), "expressed"),
    Entry("Identity", stack((4,), lambda L: L.Identity(), lambda L: L.Dense(2)), "expressed"),
    Entry("Conv1D", one(STEPS, lambda L: L.Conv1D(3, 3, padding="same", activation="relu"))),
    Entry("Conv1D dilated", one((9, 4), lambda L: L.Conv1D(3, 3, dilation_rate=2))),
    Entry("Conv1D causal", stack(STEPS, lambda L: L.Conv1D(3, 3, padding="causal", dilation_rate=2)), "expressed"),
    Entry("Conv1D causal, any length", wired(_unaligned), "expressed"),
    Entry("Conv1D grouped", one(STEPS, lambda L: L.Conv1D(4, 3, groups=2)), "expressed"),
    Entry("Conv2D", one(IMAGE, lambda L: L.Conv2D(3, 3, strides=2, padding="same", activation="relu"))),
    Entry("Conv2D dilated", one((9, 9, 2), lambda L: L.Conv2D(3, 3, dilation_rate=2, use_bias=False))),
    Entry("Conv2D grouped", one((6, 6, 4), lambda L: L.Conv2D(6, 3, groups=2, activation="swish")), "expressed"),
    Entry("Conv2D with a group for each channel", one((6, 6, 4), lambda L: L.Conv2D(8, 3, groups=4)), "expressed"),
    Entry("Conv2DTranspose", one(IMAGE, lambda L: L.Conv2DTranspose(2, 3, strides=2, padding="same"))),
    Entry("Conv2DTranspose valid", one(IMAGE, lambda L: L.Conv2DTranspose(2, 3, strides=2))),
    Entry("Conv2DTranspose with output_padding", one(IMAGE, lambda L: L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1, activation="relu")), "expressed"),
    Entry("Conv2DTranspose with output_padding of zero", one(IMAGE, lambda L: L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=0)), "expressed"),
    Entry("Conv2DTranspose valid with output_padding", one(IMAGE, lambda L: L.Conv2DTranspose(2, (3, 2), strides=(2, 3), output_padding=(1, 2))), "expressed"),
    Entry("Conv2DTranspose dilated", one(IMAGE, lambda L: L.Conv2DTranspose(2, 3, dilation_rate=2)), "expressed"),
    Entry("Conv3D", one(CUBE, lambda L: L.Conv3D(3, 2, padding="same"))),
    Entry("Conv3D with windows shorter than strides", one(CUBE, lambda L: L.Conv3D(2, 1, strides=(2, 3, 3), padding="same")), "expressed"),
    Entry("MaxPooling3D with windows shorter than strides", one((5, 6, 7, 2), lambda L: L.MaxPooling3D(2, strides=3, padding="same")), "refused", says="shorter than its stride"),
    Entry("Conv3DTranspose", one(CUBE, lambda L: L.Conv3DTranspose(2, 2, strides=2))),
    Entry("Conv1DTranspose", one(STEPS, lambda L: L.Conv1DTranspose(3, 3, strides=2, padding="same", activation="relu")), "expressed"),
    Entry("Conv1DTranspose with output_padding", one(STEPS, lambda L: L.Conv1DTranspose(3, 3, strides=2, output_padding=1)), "expressed"),
    Entry("Conv1DTranspose dilated", one(STEPS, lambda L: L.Conv1DTranspose(3, 3, dilation_rate=2, padding="same")), "expressed"),
    Entry("DepthwiseConv2D", one(IMAGE, lambda L: L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", activation="relu"))),
    Entry("DepthwiseConv2D dilated", one((9, 9, 2), lambda L: L.DepthwiseConv2D(3, dilation_rate=2, depth_multiplier=2)), "expressed"),
    Entry("DepthwiseConv1D", one(STEPS, lambda L: L.DepthwiseConv1D(3, depth_multiplier=2)), "expressed"),
    Entry("DepthwiseConv1D dilated", one((9, 4), lambda L: L.DepthwiseConv1D(3, dilation_rate=2)), "expressed"),
    Entry("SeparableConv2D", one(IMAGE, lambda L: L.SeparableConv2D(4, 3, depth_multiplier=2, activation="relu"))),
    Entry("SeparableConv1D", one(STEPS, lambda L: L.SeparableConv1D(4, 3, padding="same")), "expressed"),
    Entry("SeparableConv1D causal", one(STEPS, lambda L: L.SeparableConv1D(4, 3, padding="causal", dilation_rate=2)), "expressed", (2,)),
    Entry("Cropping1D", one(STEPS, lambda L: L.Cropping1D((1, 2))), "expressed"),
    Entry("Cropping2D", one(IMAGE, lambda L: L.Cropping2D(((1, 2), (0, 1))))),
    Entry("Cropping3D", one(CUBE, lambda L: L.Cropping3D(((1, 0), (1, 1), (0, 2)))), "expressed"),
    Entry("ZeroPadding1D", one(STEPS, lambda L: L.ZeroPadding1D((1, 2))), "expressed"),
    Entry("ZeroPadding2D", one(IMAGE, lambda L: L.ZeroPadding2D(((1, 2), (0, 1))))),
    Entry("ZeroPadding3D", one(CUBE, lambda L: L.ZeroPadding3D(((1, 0), (1, 1), (0, 2)))), "expressed"),
    Entry("UpSampling1D", one(STEPS, lambda L: L.UpSampling1D(3)), "expressed"),
    Entry("UpSampling2D", one(IMAGE, lambda L: L.UpSampling2D((2, 3)))),
    Entry("UpSampling2D bilinear", one((3, 4, 2), lambda L: L.UpSampling2D((2, 3), interpolation="bilinear")), "expressed"),
    Entry("UpSampling3D", one(CUBE, lambda L: L.UpSampling3D((1, 2, 3))), "expressed"),
    *(
        Entry(f"{kind}Pooling{n}D", one(shape, lambda L, k=kind, d=n: getattr(L, f"{k}Pooling{d}D")(2, padding="same", strides=2 if d < 3 else 1)))
        for kind in ("Max", "Average")
        for n, shape in ((1, STEPS), (2, (5, 7, 3)), (3, CUBE))
    ),
    *(
        Entry(
            f"Global{kind}Pooling{n}D{' with kept dimensions' if keep else ''}",
            stack(shape, lambda L, k=kind, d=n, kd=keep: getattr(L, f"Global{k}Pooling{d}D")(keepdims=kd)),
            "expressed" if n == 3 or keep else "same",
        )
        for kind in ("Max", "Average")
        for n, shape in ((1, STEPS), (2, (5, 7, 3)), (3, CUBE))
        for keep in (False, True)
    ),
    Entry("BatchNormalization", stack((4,), lambda L: L.BatchNormalization(), lambda L: L.Dense(2))),
    Entry("BatchNormalization of images", one(IMAGE, lambda L: L.BatchNormalization(scale=False, epsilon=0.01))),
    Entry("BatchNormalization over an inner axis", one(IMAGE, lambda L: L.BatchNormalization(axis=1, center=False)), "expressed"),
    Entry("BatchNormalization of volumes", one(CUBE, lambda L: L.BatchNormalization()), "expressed"),
    Entry("BatchNormalization with renorm", one((4,), lambda L: L.BatchNormalization(renorm=True)), "expressed"),
    Entry("LayerNormalization", one(STEPS, lambda L: L.LayerNormalization())),
    Entry("LayerNormalization over two axes", one(STEPS, lambda L: L.LayerNormalization(axis=[1, 2])), generations=(3,)),
    Entry("LayerNormalization of volumes", one(CUBE, lambda L: L.LayerNormalization(scale=False)), "expressed"),
    Entry("GroupNormalization", one((4, 4, 6), lambda L: L.GroupNormalization(3)), "expressed"),
    Entry("UnitNormalization", one((4,), lambda L: L.UnitNormalization()), "expressed"),
    Entry("UnitNormalization over two axes", one((5, 3, 4), lambda L: L.UnitNormalization(axis=[2, 3])), "expressed"),
    Entry("RMSNormalization", one(STEPS, lambda L: L.RMSNormalization()), "expressed", (3,)),
    Entry("SpectralNormalization", one((4,), lambda L: L.SpectralNormalization(L.Dense(2))), "expressed", (3,)),
    Entry("SpectralNormalization of Conv2D", one(IMAGE, lambda L: L.SpectralNormalization(L.Conv2D(2, 3, activation="leaky_relu"), power_iterations=2)), "expressed", (3,)),
    Entry("Normalization, adapted", lambda keras: _adapted(keras, (4,)), "expressed"),
    Entry("Normalization of images, adapted", lambda keras: _adapted(keras, IMAGE), "expressed"),
    Entry("Normalization over all axes, adapted", lambda keras: _adapted(keras, (3, 4), axis=None), "expressed"),
    Entry("Normalization over an inner axis", lambda keras: _adapted(keras, (3, 4), axis=1), "expressed"),
    Entry("Normalization with numbers", one(IMAGE, lambda L: L.Normalization(mean=[100.0, 2.0, 3.0], variance=[0.5, 1.5, 2.5])), "expressed"),
    Entry("Rescaling", one(IMAGE, lambda L: L.Rescaling(1 / 255, offset=-0.5)), scale=100.0),
    Entry("Rescaling by channel", one(IMAGE, lambda L: L.Rescaling([0.5, 2.0, 3.0], offset=[0.0, 1.0, 2.0])), "expressed", (3,)),
    Entry("Resizing", one((6, 8, 3), lambda L: L.Resizing(5, 12)), "expressed"),
    Entry("Resizing to the nearest pixel", one((6, 8, 3), lambda L: L.Resizing(4, 12, interpolation="nearest")), "expressed"),
    Entry("Resizing, channels first", one((3, 6, 8), lambda L: L.Resizing(4, 5, data_format="channels_first")), "expressed", (3,)),
    Entry("CenterCrop", one((7, 8, 3), lambda L: L.CenterCrop(4, 5)), "expressed"),
    Entry("CenterCrop, channels first", one((3, 7, 8), lambda L: L.CenterCrop(4, 5, data_format="channels_first")), "expressed", (3,)),
    Entry("CategoryEncoding", one((5,), lambda L: L.CategoryEncoding(num_tokens=8, output_mode="multi_hot")), integers=8),
    Entry("CategoryEncoding one_hot", one((1,), lambda L: L.CategoryEncoding(num_tokens=8, output_mode="one_hot")), integers=8),
    Entry("CategoryEncoding one_hot of several", one((3,), lambda L: L.CategoryEncoding(num_tokens=8, output_mode="one_hot")), "expressed", (3,), integers=8),
    Entry(
        "RandomFlip, RandomRotation, RandomZoom",
        stack(IMAGE, lambda L: L.RandomFlip(), lambda L: L.RandomRotation(0.1), lambda L: L.RandomZoom(0.1), lambda L: L.Conv2D(2, 3)),
        "expressed",
    ),
    *(Entry(name, PAIR(lambda L, n=name: getattr(L, n)())) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum")),
    Entry("Add of three, with broadcasting", merged((3, 4), (1, 4), (3, 1))(lambda L: L.Add())),
    Entry("Subtract", PAIR(lambda L: L.Subtract()), "expressed"),
    Entry("Concatenate", PAIR(lambda L: L.Concatenate())),
    Entry("Concatenate of an inner axis", PAIR(lambda L: L.Concatenate(axis=1))),
    Entry("Concatenate of the last axis but one", PAIR(lambda L: L.Concatenate(axis=-2))),
    Entry("Dot", PAIR(lambda L: L.Dot(axes=-1, normalize=True))),
    Entry("Dot of vectors", merged((4,), (4,))(lambda L: L.Dot(axes=1))),
    Entry("Attention", wired(_attention), "expressed"),
    Entry("Attention with a scale", wired(lambda keras, L: _attention(keras, L, use_scale=True)), "expressed"),
    Entry("Attention with summed scores", wired(lambda keras, L: _attention(keras, L, use_scale=True, score_mode="concat")), "expressed"),
    Entry("AdditiveAttention", merged((3, 4), (5, 4))(lambda L: L.AdditiveAttention()), "expressed"),
    Entry("AdditiveAttention without a scale", merged((3, 4), (5, 4))(lambda L: L.AdditiveAttention(use_scale=False)), "expressed"),
    Entry("GroupedQueryAttention", wired(_grouped_queries), "expressed", (3,)),
    Entry("MultiHeadAttention", wired(_heads(False)), "expressed"),
    Entry("MultiHeadAttention, causal", wired(_heads(True)), "expressed"),
    Entry("EinsumDense", one(STEPS, lambda L: L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de")), "expressed"),
    Entry("EinsumDense over two axes", one((3, 4, 5), lambda L: L.EinsumDense("abcd,cde->abe", output_shape=(None, 7), bias_axes="e")), "expressed"),
    Entry("EinsumDense of unnamed axes", one((3, 4, 5), lambda L: L.EinsumDense("...x,xy->...y", output_shape=7, bias_axes="y")), "expressed"),
    Entry("SimpleRNN", one(STEPS, lambda L: L.SimpleRNN(3))),
    Entry("SimpleRNN backwards", one(STEPS, lambda L: L.SimpleRNN(3, go_backwards=True, return_sequences=True))),
    Entry("LSTM", stack(STEPS, lambda L: L.LSTM(3, return_sequences=True), lambda L: L.LSTM(2))),
    Entry("LSTM with hard_sigmoid", one(STEPS, lambda L: L.LSTM(3, recurrent_activation="hard_sigmoid")), "same", (2,)),
    Entry("LSTM with Keras 3's hard_sigmoid", one(STEPS, lambda L: L.LSTM(3, recurrent_activation="hard_sigmoid")), "expressed", (3,), scale=4.0),
    Entry("LSTM with states", wired(lambda keras, L: keras.Model(x := L.Input(STEPS), L.LSTM(3, return_state=True, return_sequences=True)(x)))),
    Entry("LSTM with an initial state", wired(_seq2seq)),
    Entry("LSTM, stateful", wired(_stateful)),
    Entry("LSTM with a mask", wired(_masked_lstm), integers=4),
    Entry("LSTM without a mask after one with", wired(_stale_mask), "expressed", integers=4),
    Entry("GlobalAveragePooling1D with a mask", wired(_masked_average), "refused", integers=4, says="mask"),
    Entry("LSTM with a mask, through other layers", wired(_mask_through(lambda L: L.Dense(4), lambda L: L.Dropout(0.1), lambda L: L.LayerNormalization())), integers=4),
    Entry("LSTM with a mask that Keras drops", wired(_mask_through(lambda L: L.Conv1D(3, 2))), "expressed", integers=4),
    Entry("LSTM with a mask that the runtime loses", wired(_mask_through(lambda L: L.LeakyReLU())), "refused", integers=4, says="loses it"),
    Entry("LSTM with concatenated masks", wired(_masks_joined), generations=(2,), integers=4),
    Entry("LSTM with concatenated masks of Keras 3", wired(_masks_joined), "refused", (3,), integers=4, says="loses it"),
    Entry("Masking before LSTM", stack(STEPS, lambda L: L.Masking(0.0), lambda L: L.LSTM(3)), integers=2),
    Entry("Bidirectional with a mask", wired(_mask_through(lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True)))), generations=(2,), integers=4),
    Entry("LSTM with an initial state, in a nested model", wired(_nested_state(False))),
    Entry("LSTM with an initial state, in a nested model before another", wired(_nested_state(True)), "refused", says="initial state"),
    Entry("GRU", one(STEPS, lambda L: L.GRU(3)), "refused", says="reset_after"),
    Entry("GRU with reset_after=False", one(STEPS, lambda L: L.GRU(3, **BEFORE))),
    Entry("GRU with Keras 3's hard_sigmoid", one(STEPS, lambda L: L.GRU(3, recurrent_activation="hard_sigmoid", **BEFORE)), "expressed", (3,)),
    Entry("RNN around LSTMCell", one(STEPS, _cells(lambda L: L.LSTMCell(3), return_sequences=True))),
    Entry("RNN around GRUCell", one(STEPS, _cells(lambda L: L.GRUCell(3, **BEFORE)))),
    Entry("RNN around SimpleRNNCell", one(STEPS, _cells(lambda L: L.SimpleRNNCell(3)))),
    Entry("RNN around StackedRNNCells", one(STEPS, _cells(lambda L: [L.LSTMCell(3), L.SimpleRNNCell(5), L.LSTMCell(2)]))),
    Entry("ConvLSTM2D", one((3, 5, 5, 2), lambda L: L.ConvLSTM2D(3, 3, return_sequences=True, padding="same"))),
    Entry("Bidirectional LSTM", one(STEPS, lambda L: L.Bidirectional(L.LSTM(3, return_sequences=True)))),
    Entry("Bidirectional sum", one(STEPS, lambda L: L.Bidirectional(L.LSTM(3), merge_mode="sum"))),
    Entry("Bidirectional GRU", stack(STEPS, lambda L: L.Bidirectional(L.GRU(3, **BEFORE), merge_mode="ave"), lambda L: L.Dense(2))),
    Entry("Bidirectional with another backward layer", one(STEPS, lambda L: L.Bidirectional(L.LSTM(3), backward_layer=L.LSTM(3, go_backwards=True, use_bias=False))), "refused", says="backward"),
    Entry("Bidirectional with an initial state", wired(_bidirectional_state)),
    Entry("Bidirectional around RNN", one(STEPS, lambda L: L.Bidirectional(L.RNN(L.LSTMCell(3), return_sequences=True))), "expressed"),
    Entry("Bidirectional around stacked cells", one(STEPS, lambda L: L.Bidirectional(L.RNN([L.LSTMCell(3), L.LSTMCell(2)]))), "refused", says="StackedRNNCells"),
    Entry("TimeDistributed", one(STEPS, lambda L: L.TimeDistributed(L.Dense(3, activation="relu")))),
    Entry("TimeDistributed Conv2D", one((3, 5, 5, 2), lambda L: L.TimeDistributed(L.Conv2D(2, 3)))),
    Entry("TimeDistributed, expressed inside", one(STEPS, lambda L: L.TimeDistributed(L.Dense(3, activation="leaky_relu"))), "expressed"),
    Entry("TimeDistributed LSTM", one((3, 5, 4), lambda L: L.TimeDistributed(L.LSTM(2)))),
    *(
        Entry(f"{name}, channels first", one(shape, lambda L, n=name, o=options: getattr(L, n.split()[0])(data_format="channels_first", **o)), outcome)
        for name, shape, outcome, options in (
            ("Conv1D", (4, 6), "expressed", {"filters": 3, "kernel_size": 2}),
            ("Conv1D softmax", (4, 6), "expressed", {"filters": 3, "kernel_size": 2, "activation": "softmax"}),
            ("Conv1DTranspose", (4, 6), "expressed", {"filters": 3, "kernel_size": 2}),
            ("ZeroPadding3D", (2, 4, 5, 6), "expressed", {"padding": 1}),
            ("Cropping3D", (2, 4, 5, 6), "expressed", {"cropping": 1}),
            ("UpSampling3D", (2, 3, 2, 2), "expressed", {"size": (1, 2, 3)}),
            ("Conv2D", (3, 6, 5), "same", {"filters": 3, "kernel_size": 2}),
            ("Conv2DTranspose", (3, 6, 5), "same", {"filters": 3, "kernel_size": 2}),
            ("SeparableConv2D", (3, 6, 5), "expressed", {"filters": 3, "kernel_size": 2}),
            ("DepthwiseConv2D", (3, 6, 5), "same", {"kernel_size": 2}),
            ("MaxPooling1D", (4, 6), "expressed", {}),
            ("MaxPooling2D", (3, 6, 4), "same", {}),
            ("GlobalAveragePooling1D", (4, 6), "same", {}),
            ("GlobalAveragePooling2D", (3, 6, 4), "same", {}),
            ("GlobalMaxPooling3D", (3, 6, 4, 2), "expressed", {}),
            ("Flatten", (3, 6, 4), "same", {}),
            ("ZeroPadding2D", (3, 6, 4), "same", {"padding": 1}),
            ("Cropping2D", (3, 6, 4), "same", {"cropping": 1}),
            ("UpSampling2D", (3, 6, 4), "same", {}),
            ("UpSampling2D bilinear", (3, 6, 4), "expressed", {"interpolation": "bilinear"}),
        )
    ),
    Entry("Sequential without an Input", wired(lambda keras, L: keras.Sequential([L.Dense(3, input_shape=(4,)), L.Dense(2)]))),
    Entry("Twelve layers of one class", stack((4,), *[lambda L: L.Dense(4, activation="tanh")] * 12)),
    Entry("Shared layer", wired(_shared)),
    Entry("Shared layer called late first", wired(_shared_late_first)),
    Entry("Nested model", wired(_nested), "expressed"),
    Entry("Nested model with two outputs", wired(_nested_outputs)),
    Entry("Nested models with the same names inside", wired(_twice_named), says="same_name_1"),
    Entry("Nested model called on a dictionary", wired(_nested_dictionaries)),
    Entry("Nested model, frozen in part", wired(_frozen_nested)),
    Entry("Several inputs and outputs", wired(_many)),
    Entry("One tensor as two outputs", wired(_output_twice)),
    Entry("Names of all kinds", wired(_odd_names)),
    Entry("Operators in Python", wired(_operators), "expressed"),
    Entry("Lambda", wired(_lambda), "refused", says="secret"),
]  # fmt: skip
"""Every layer class that tf.loadLayersModel has, and Keras's others."""


def markdown(entries: list[Entry] = ZOO) -> str:
    """The zoo as a table for the documentation."""
    words = {"same": "as it is", "expressed": "with other layers", "refused": "no: use a graph model"}
    lines = ["| Keras layer | Keras 2 | Keras 3 |", "| --- | --- | --- |"]
    for entry in entries:
        cells = [words[entry.outcome] if generation in entry.generations else "–" for generation in (2, 3)]
        lines.append(f"| {entry.name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"
