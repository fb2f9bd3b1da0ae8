"""Operations that some backends lack or compute otherwise: sums by Einstein, channels first, groups, axes, lookups."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert.graph.rewrites import after_remap, before_remap
from tfjs_convert.graph.rewrites.decompose import decompose, wants_shapes

from tests.support import graph_case as case

RNG = np.random.default_rng(23)
SIZES = dict(zip("abcdefghij", (2, 3, 4, 5, 6, 7, 2, 3, 4, 5), strict=True))

EQUATIONS = [
    "ab,bc->ac",
    "ab,cb->ac",
    "ba,bc->ac",
    "ab,bc->ca",
    "abc,cd->abd",
    "abc,cde->abde",
    "abcd,cde->abe",
    "abcd,dce->eab",
    "aecd,abcd->acbe",
    "acbe,aecd->abcd",
    "abc,abd->acd",
    "abc,bcd->bad",
    "ab,ab->a",
    "ab,ab->",
    "ab,b->a",
    "a,b->ab",
    "ab,ac->abc",
    "ab,ab->ab",
    "ab,cd->acbd",
    "abc,cd->d",
    "abc,ad->bd",
    "abc->ca",
    "abc->",
    "ab->b",
    "...ab,bc->...ac",
    "...a,...a->...",
]


def shapes_of(equation):
    left = equation.partition("->")[0]
    return [[2, 3] * text.startswith("...") + [SIZES[c] for c in text.replace("...", "")] for text in left.split(",")]


@pytest.mark.parametrize("known", ["all", "inner", "none"])
def test_einsum(known, tmp_path):
    """One graph with every equation. `inner` knows all sizes but the first of each operand, `none` ranks at most."""
    feeds, shapes, outputs = {}, {}, []

    def model():
        for i, equation in enumerate(EQUATIONS):
            operands = []
            for j, shape in enumerate(shapes_of(equation)):
                key = f"in_{i}_{j}"
                feeds[key] = RNG.normal(size=shape).astype(np.float32)
                free = {"all": 0, "inner": 1, "none": len(shape)}[known]
                shapes[f"{key}:0"] = [-1] * free + shape[free:]
                operands.append(case.placeholder(key, [None] * free + shape[free:]))
            outputs.append(f"out_{i}")
            tf.identity(tf.raw_ops.Einsum(inputs=operands, equation=equation), name=f"out_{i}")

    graph = case.build(model)
    expected = case.run_tf(graph, outputs, feeds)
    decompose(graph, outputs, shapes)
    assert case.ops(graph)["Einsum"] == 0
    for name, value in case.run_tf(graph, outputs, feeds).items():
        np.testing.assert_allclose(value, expected[name], 1e-4, 1e-5, err_msg=EQUATIONS[int(name[4:])])
    for values in case.run_js(graph, outputs, feeds, tmp_path).values():
        for name, value in values.items():
            np.testing.assert_allclose(value, expected[name], 1e-4, 1e-5, err_msg=EQUATIONS[int(name[4:])])


@pytest.mark.parametrize("equation", ["aa->a", "...a->a..."])
def test_other_equations_are_left(equation):
    shape = [3, 3] if equation == "aa->a" else None
    graph = case.build(lambda: tf.raw_ops.Einsum(inputs=[case.placeholder("x", shape)], equation=equation, name="out"))
    assert decompose(graph, ["out"]) == [] and case.ops(graph) == {"Einsum": 1}


def test_broadcasting_ellipsis():
    def model(shapes):
        x, y = (case.placeholder(n, s) for n, s in zip("xy", shapes, strict=True))
        return tf.raw_ops.Einsum(inputs=[x, y], equation="...ab,...bc->...ac", name="out")

    feeds = {"x": RNG.normal(size=(1, 4, 2, 3)).astype(np.float32), "y": RNG.normal(size=(5, 1, 3, 2)).astype("f4")}
    graph = case.build(lambda: model([v.shape for v in feeds.values()]))
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    decompose(graph, ["out"], {f"{k}:0": list(v.shape) for k, v in feeds.items()})
    assert case.ops(graph) == {"BatchMatMulV2": 1}
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)


def test_sequence_product_is_one_matrix_product():
    """As in attention layers: no transposes, and a plain product, which the WASM backend has fastest."""

    def model():
        x = case.placeholder("x", [None, None, 8])
        return tf.raw_ops.Einsum(inputs=[x, tf.ones([8, 2, 4])], equation="abc,cde->abde", name="out")

    graph = case.build(model)
    decompose(graph, ["out"], {"x:0": [-1, -1, 8]})
    done = case.ops(graph)
    assert done["MatMul"] == 1 and done["Transpose"] == done["BatchMatMulV2"] == 0
    feeds = {"x": RNG.normal(size=(2, 3, 8)).astype(np.float32)}
    case.close(case.run_tf(graph, ["out"], feeds)["out"], np.repeat(feeds["x"].sum(-1), 8).reshape(2, 3, 2, 4))


def test_channels_first(tmp_path):
    """TensorFlow has these on a GPU only, so the expectation is the same graph with channels last."""
    raw = tf.raw_ops
    shapes = {"conv": (3, 2, 4, 6), "depth": (3, 3, 4, 2), "up": (3, 3, 5, 4), "c4": (4,), "conv3": (2, 2, 2, 4, 3)}
    k = {name: RNG.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    positive = np.abs(k["c4"]) + 0.5

    def model(first):
        f = "NCHW" if first else "NHWC"
        two = [1, 1, 2, 2] if first else [1, 2, 2, 1]
        window = [1, 1, 3, 2] if first else [1, 3, 2, 1]
        ones, pads = [1, 1, 1, 1], [[0, 0], [0, 0], [1, 0], [2, 1]] if first else [[0, 0], [1, 0], [2, 1], [0, 0]]
        x = case.placeholder("x", [None, 4, 8, 6] if first else [None, 8, 6, 4])
        v = case.placeholder("v", [None, 4, 4, 5, 6] if first else [None, 4, 5, 6, 4])
        dilated = [1, 1, 2, 2] if first else [1, 2, 2, 1]
        sizes = [2, 5, 16, 12] if first else [2, 16, 12, 5]
        flat = [n for pair in pads for n in pair]
        pool = {"ksize": window, "strides": two, "data_format": f}
        made = {
            "conv": raw.Conv2D(
                input=x, filter=k["conv"], strides=two, padding="EXPLICIT", explicit_paddings=flat, data_format=f
            ),
            "depth": raw.DepthwiseConv2dNative(
                input=x, filter=k["depth"], strides=ones, padding="SAME", data_format=f, dilations=dilated
            ),
            "max": raw.MaxPool(input=x, padding="SAME", **pool),
            "avg": raw.AvgPool(value=x, padding="VALID", **pool),
            "norm": raw.FusedBatchNormV3(
                x=x, scale=k["c4"], offset=k["c4"], mean=k["c4"], variance=positive, data_format=f, is_training=False
            )[0],
            "bias": raw.BiasAdd(value=tf.tanh(x), bias=k["c4"], data_format=f),
            "up": raw.Conv2DBackpropInput(
                input_sizes=sizes, filter=k["up"], out_backprop=x, strides=two, padding="SAME", data_format=f
            ),
            "conv3": raw.Conv3D(
                input=v, filter=k["conv3"], strides=[1] * 5, padding="VALID", data_format="NCDHW" if first else "NDHWC"
            ),
        }
        for name, value in made.items():
            tf.identity(value, name=name)
        names.extend(n for n in made if n not in names)

    names = []
    x, v = RNG.normal(size=(2, 8, 6, 4)).astype(np.float32), RNG.normal(size=(2, 4, 5, 6, 4)).astype(np.float32)
    last = case.build(lambda: model(False))
    expected = case.run_tf(last, names, {"x": x, "v": v})
    first = case.build(lambda: model(True))
    decompose(first, names)
    assert not any(n.attr["data_format"].s in (b"NCHW", b"NCDHW") for n in first.node if "data_format" in n.attr)
    feeds = {"x": np.moveaxis(x, -1, 1), "v": np.moveaxis(v, -1, 1)}
    results = [case.run_tf(first, names, feeds), *case.run_js(first, names, feeds, tmp_path).values()]
    for result in results:
        for name in names:
            np.testing.assert_allclose(result[name], np.moveaxis(expected[name], -1, 1), 1e-4, 1e-5, err_msg=name)


@pytest.mark.parametrize(
    ("kernel", "strides"), [((3, 3, 2, 6), 1), ((3, 3, 1, 8), 1), ((3, 3, 1, 4), (2, 1)), ((1, 1, 2, 4), 2)], ids=str
)
def test_groups(kernel, strides, tmp_path):
    def model():
        x = case.placeholder("x", [None, 6, 7, 4])
        y = tf.nn.conv2d(x, RNG.normal(size=kernel).astype(np.float32), strides, "SAME")
        return tf.nn.relu(y, name="out")

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(2, 6, 7, 4)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    decompose(graph, ["out"])
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)
    before_remap(graph, ["out"])
    after_remap(graph, ["out"])
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected)


def test_plain_convolutions_are_left():
    graph = case.build(
        lambda: tf.nn.conv2d(case.placeholder("x", [None, 6, 7, 4]), np.ones((3, 3, 4, 2), "f4"), 1, "SAME")
    )
    assert decompose(graph, []) == []


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
def test_one_hot_along_any_axis_in_any_dtype(axis, tmp_path):
    """The WASM backend gives 1.4e-45 for 1.0: it writes the integer's bits."""

    def model():
        x = case.placeholder("x", [None, 3], tf.int32)
        tf.one_hot(x, 4, axis=axis, name="plain")
        tf.one_hot(x, 4, 2.0, -1.0, axis=axis, name="values")
        tf.one_hot(x, 4, 7, -3, axis=axis, dtype=tf.int32, name="integers")
        tf.one_hot(x, 4, False, True, axis=axis, dtype=tf.bool, name="booleans")
        tf.one_hot(x, 4, case.placeholder("on", []), 0.5, axis=axis, name="given")

    outputs = ["plain", "values", "integers", "booleans", "given"]
    graph = case.build(model)
    feeds = {"x": np.array([[0, 3, -1], [1, 5, 2]], np.int32), "on": np.float32(3)}
    expected = case.run_tf(graph, outputs, feeds)
    decompose(graph, outputs, {"x:0": [-1, 3]})
    for values in [case.run_tf(graph, outputs, feeds), *case.run_js(graph, outputs, feeds, tmp_path).values()]:
        for name in outputs:
            np.testing.assert_array_equal(values[name], expected[name], err_msg=name)


def test_lookups_keep_the_shape_of_their_keys():
    def model():
        table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), -1)
        table.lookup(case.placeholder("x", None, tf.string))

    graph = case.build(model)
    (find,) = case.of_op(graph, "LookupTableFindV2")
    name = find.name
    decompose(graph, [name])
    assert case.named(graph, name).op == "Reshape"
    shape = case.named(graph, case.named(graph, name).input[1])
    assert shape.op == "Shape" and list(shape.input) == ["x"] and shape.attr["T"].type == tf.string.as_datatype_enum
    inner = case.of_op(graph, "LookupTableFindV2")[0]
    assert case.named(graph, name).input[0] == inner.name and inner.input[1] == "x"


@pytest.mark.parametrize("transposed", [False, True])
def test_batches_times_one_matrix(transposed, tmp_path):
    """One product, with its bias, between reshapes."""

    def model():
        kernel = RNG.normal(size=(6, 4) if transposed else (4, 6)).astype(np.float32)
        y = tf.raw_ops.BatchMatMulV2(x=case.placeholder("x", [None, 3, 4]), y=kernel, adj_y=transposed)
        return tf.nn.relu(y + RNG.normal(size=6).astype(np.float32), name="out")

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(2, 3, 4)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    decompose(graph, ["out"])
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)
    before_remap(graph, ["out"])
    after_remap(graph, ["out"])
    assert case.ops(graph) == {"Reshape": 2, "_FusedMatMul": 1}
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected)


def test_batches_of_unknown_sizes_are_left():
    graph = case.build(
        lambda: tf.raw_ops.BatchMatMulV2(x=case.placeholder("x", [None, None, 4]), y=np.ones((4, 6), "f4"))
    )
    assert decompose(graph, []) == []


@pytest.mark.parametrize(("split", "moved"), [((2, 3), True), ((3, 2), False)])
def test_bias_over_split_channels_is_fused(split, moved, tmp_path):
    """As attention layers add it after the heads are split; not where it is along other axes."""

    def model():
        y = tf.matmul(case.placeholder("x", [None, 4]), RNG.normal(size=(4, 6)).astype(np.float32))
        heads = tf.reshape(y, [-1, 5, *split])
        return tf.identity(heads + RNG.normal(size=(1, 1, 2, 3) if moved else (3, 1)).astype(np.float32), name="out")

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(10, 4)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    before_remap(graph, ["out"])
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)
    after_remap(graph, ["out"])
    assert case.ops(graph)["_FusedMatMul"] == (1 if moved else 0)
    for values in case.run_js(graph, ["out"], feeds, tmp_path).values():
        case.close(values["out"], expected)


def test_shapes_computed_from_known_sizes_become_constant():
    """As Keras' Dense on sequences computes them: products and pieces of a shape."""

    def model():
        x = case.placeholder("x", [None, 3, 4])
        shape = tf.shape(tf.tanh(x, name="y"))
        free, last = tf.gather(shape, [0, 1]), tf.gather(shape, [2])
        rows = tf.reshape(tf.tanh(x), tf.stack([tf.reduce_prod(free), tf.reduce_prod(last)]))
        return tf.reshape(rows, tf.concat([free, last], 0), name="out")

    graph = case.build(model)
    feeds = {"x": RNG.normal(size=(2, 3, 4)).astype(np.float32)}
    expected = case.run_tf(graph, ["out"], feeds)["out"]
    assert decompose(graph, ["out"], {"y:0": [-1, 3, 4]}) == ["Made the shapes of 2 reshapes constant."]
    assert case.ops(graph)["Shape"] == 0
    case.close(case.run_tf(graph, ["out"], feeds)["out"], expected)


def test_which_graphs_want_shapes():
    def reshaped(shape):
        return case.build(lambda: tf.reshape(case.placeholder("x", [None, 4]), shape(case.placeholder("y", [2]))))

    assert wants_shapes(case.build(lambda: tf.one_hot(case.placeholder("x", [2], tf.int32), 3)))
    assert wants_shapes(reshaped(lambda y: [2, tf.shape(y)[0]]))
    assert not wants_shapes(reshaped(lambda y: [2, -1]))
