"""What TensorFlow.js lacks keeps its numbers when decomposed, in TensorFlow and TensorFlow.js, into what it has."""

import numpy as np
import pytest
import tensorflow as tf
from tfjs_convert import tables
from tfjs_convert.graph.rewrites.decompose import OPS, decompose, misread

from tests.support import graph_case as case

RNG = np.random.default_rng(17)
raw = tf.raw_ops


def f32(*shape, low=-3.0, high=3.0):
    return RNG.uniform(low, high, shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int32)


WITH_ZEROS = np.array([[0.0, 1.5, -2.0], [0.0, 0.0, 3.0]], np.float32)
EDGES = np.array([[0.0, 2.0, 0.5], [1.0, 0.0, np.inf]], np.float32)
HALVES = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, -7.2], np.float32)
BITS = [ints(5, -3, 0, 2**20, -1, 12, 2**24 - 1), ints(3, 6, -8, 77, -1, 10, -(2**24))]
COLOURS = np.concatenate([f32(2, 4, 5, 3, low=0, high=1), np.full((2, 4, 1, 3), 0.4, np.float32)], 2)
COLOURS[0, 0, 0] = [0, 0, 0]
COLOURS[0, 0, 1] = [0.9, 0.1, 0.9]
POINTS = ints(0, 2, 2, 1).reshape(4, 1)

# name: (function of the placeholders, what they are fed). A shape's first axis is unknown to the graph.
CASES = {
    "Erfc": (tf.math.erfc, [f32(3, 7)]),
    "gelu": (lambda x: 0.5 * x * tf.math.erfc(-x * 0.70710678), [f32(3, 7)]),
    "Softsign": (tf.nn.softsign, [f32(3, 7)]),
    "Xlogy": (lambda x, y: raw.Xlogy(x=x, y=y), [WITH_ZEROS, EDGES]),
    "Xlogy_broadcast": (lambda x, y: raw.Xlogy(x=x, y=y), [WITH_ZEROS, f32(1, 3, low=0.1)]),
    "Xlog1py": (lambda x, y: raw.Xlog1py(x=x, y=y), [WITH_ZEROS, EDGES - 1]),
    "Xdivy": (lambda x, y: raw.Xdivy(x=x, y=y), [WITH_ZEROS, EDGES]),
    "MulNoNan": (lambda x, y: raw.MulNoNan(x=x, y=y), [EDGES, WITH_ZEROS]),
    "Rint": (lambda x: raw.Rint(x=x), [HALVES]),
    "Inv": (lambda x: raw.Inv(x=x), [f32(3, 4, low=0.5)]),
    "L2Loss": (tf.nn.l2_loss, [f32(3, 4, 2)]),
    "ApproximateEqual": (lambda x, y: raw.ApproximateEqual(x=x, y=y, tolerance=0.5), [f32(40), f32(40)]),
    "BitwiseAnd": (lambda x, y: raw.BitwiseAnd(x=x, y=y), BITS),
    "BitwiseAnd_broadcast": (lambda x: raw.BitwiseAnd(x=x, y=6), [ints(7, -1, 2**23 + 5)]),
    "BitwiseOr": (lambda x, y: raw.BitwiseOr(x=x, y=y), BITS),
    "BitwiseXor": (lambda x, y: raw.BitwiseXor(x=x, y=y), BITS),
    "Invert": (lambda x: raw.Invert(x=x), BITS[:1]),
    "TruncateDiv": (lambda x, y: raw.TruncateDiv(x=x, y=y), [ints(7, -7, 7, -7, 0, 6), ints(2, 2, -2, -2, 5, 3)]),
    "TruncateMod": (lambda x, y: raw.TruncateMod(x=x, y=y), [ints(7, -7, 7, -7, 0, 6), ints(2, 2, -2, -2, 5, 3)]),
    "Bucketize": (lambda x: raw.Bucketize(input=x, boundaries=[-1.0, 0.5, 2.0]), [np.append(f32(9), np.float32(0.5))]),
    "Bucketize_int": (lambda x: raw.Bucketize(input=x, boundaries=[-1.0, 2.0]), [ints(-5, -1, 0, 2, 9)]),
    "BatchMatMulV3": (
        lambda x, y: raw.BatchMatMulV3(x=x, y=y, Tout=tf.float32, adj_y=True),
        [f32(2, 3, 4), f32(2, 5, 4)],
    ),
    "MatrixDiag": (lambda x: raw.MatrixDiag(diagonal=x), [f32(2, 4)]),
    "MatrixDiagV3": (tf.linalg.diag, [f32(2, 4)]),
    "MatrixDiagV3_infinite": (tf.linalg.diag, [EDGES]),
    "MatrixDiagV3_above": (lambda x: tf.linalg.diag(x, k=2, padding_value=7.0), [f32(2, 4)]),
    "MatrixDiagV3_below": (lambda x: tf.linalg.diag(x, k=-1), [f32(2, 4)]),
    "MatrixDiagV3_wide": (lambda x: tf.linalg.diag(x, k=1, num_rows=4, num_cols=7), [f32(2, 4)]),
    "MatrixDiagV3_tall": (lambda x: tf.linalg.diag(x, k=-2, num_rows=8, num_cols=4), [f32(2, 4)]),
    "MatrixDiagV3_int": (tf.linalg.diag, [ints(3, 1, 4)]),
    "MatrixDiagPartV3": (tf.linalg.diag_part, [f32(2, 3, 5)]),
    "MatrixDiagPartV3_above": (lambda x: tf.linalg.diag_part(x, k=1), [f32(2, 5, 4)]),
    "MatrixDiagPartV3_below": (lambda x: tf.linalg.diag_part(x, k=-2), [f32(2, 5, 4)]),
    "MatrixDiagPart": (lambda x: raw.MatrixDiagPart(input=x), [f32(2, 4, 4)]),
    "MatrixSetDiagV3": (lambda x, d: tf.linalg.set_diag(x, d), [f32(2, 3, 5), f32(2, 3)]),
    "MatrixSetDiagV3_above": (lambda x, d: tf.linalg.set_diag(x, d, k=2), [f32(2, 5, 4), f32(2, 2)]),
    "MatrixSetDiagV3_below": (lambda x, d: tf.linalg.set_diag(x, d, k=-1), [f32(2, 3, 5), f32(2, 2)]),
    "MatrixSetDiag": (lambda x, d: raw.MatrixSetDiag(input=x, diagonal=d), [f32(2, 3, 3), f32(2, 3)]),
    "Cross": (tf.linalg.cross, [f32(4, 3), f32(4, 3)]),
    "Roll": (lambda x: tf.roll(x, 2, 0), [f32(5, 3)]),
    "Roll_far": (lambda x: tf.roll(x, [-7, 4], [1, 0]), [f32(5, 3)]),
    "Roll_last": (lambda x: tf.roll(x, 1, -1), [f32(2, 5, 3)]),
    "Roll_twice": (lambda x: tf.roll(x, [1, 1], [0, 0]), [f32(5, 3)]),
    "Roll_given": (lambda x, s: tf.roll(x, s, [0, 1]), [f32(5, 3), ints(2, -1)]),
    "InvertPermutation": (tf.math.invert_permutation, [ints(3, 4, 0, 2, 1)]),
    "TensorScatterAdd": (
        lambda x, u: tf.tensor_scatter_nd_add(x, POINTS, u),
        [f32(5, 3), f32(4, 3)],
    ),
    "TensorScatterSub": (
        lambda x, i, u: tf.tensor_scatter_nd_sub(x, i, u),
        [f32(5, 3), POINTS, f32(4, 3)],
    ),
    "SegmentSum": (lambda x: raw.SegmentSum(data=x, segment_ids=[0, 0, 2, 3]), [f32(4, 3)]),
    "SegmentSum_given": (lambda x, i: raw.SegmentSum(data=x, segment_ids=i), [f32(4, 3), ints(0, 1, 1, 3)]),
    "SegmentSum_flat": (lambda x: raw.SegmentSum(data=x, segment_ids=[0, 0, 1, 1]), [f32(4)]),
    "SegmentMean": (lambda x: raw.SegmentMean(data=x, segment_ids=[0, 0, 2, 3]), [f32(4, 3)]),
    "UnsortedSegmentSum": (
        lambda x, i: tf.math.unsorted_segment_sum(x, i, 4),
        [f32(5, 3), ints(3, 0, -1, 0, 1)],
    ),
    "UnsortedSegmentSum_matrix": (
        lambda x: tf.math.unsorted_segment_sum(x, [[0, 1], [1, 0]], 3),
        [f32(2, 2, 3)],
    ),
    "RGBToHSV": (tf.image.rgb_to_hsv, [COLOURS]),
    "HSVToRGB": (tf.image.hsv_to_rgb, [COLOURS]),
    "AdjustSaturation": (lambda x: raw.AdjustSaturation(images=x, scale=1.7), [COLOURS]),
    "AdjustHue": (lambda x: raw.AdjustHue(images=x, delta=-0.3), [COLOURS]),
    "AdjustContrastv2": (lambda x: raw.AdjustContrastv2(images=x, contrast_factor=1.6), [COLOURS]),
    "SpaceToDepth": (lambda x: tf.nn.space_to_depth(x, 2), [f32(2, 4, 6, 3)]),
    "SpaceToBatch": (lambda x: raw.SpaceToBatch(input=x, paddings=[[1, 1], [0, 1]], block_size=2), [f32(2, 4, 5, 3)]),
    "BatchToSpace": (lambda x: raw.BatchToSpace(input=x, crops=[[1, 0], [0, 1]], block_size=2), [f32(8, 2, 3, 3)]),
}

# Shown in tests of their own below.
NOT_HERE = {
    *(
        "BatchMatMul",
        "BatchMatMulV2",
        "Einsum",
        "Conv2D",
        "OneHot",
        "LookupTableFind",
        "LookupTableFindV2",
    ),  # test_lower.py
    *("Select", "SelectV2", "ConcatV2", "ReverseV2", "Cast", "Mean"),  # test_dtypes.py
    *("MatrixDiagV2", "MatrixDiagPartV2", "MatrixSetDiagV2"),
    *misread.OPS,  # tests/zoo
}


def build():
    """One graph with every case, and what its placeholders are fed."""
    feeds, shapes = {}, {}

    def model():
        for name, (function, arrays) in CASES.items():
            given = []
            for i, array in enumerate(arrays):
                key = f"{name}_in{i}"
                feeds[key] = array
                shapes[f"{key}:0"] = [-1, *array.shape[1:]]
                given.append(case.placeholder(key, [None, *array.shape[1:]], array.dtype))
            tf.identity(function(*given), name=name)

    return case.build(model), feeds, shapes


@pytest.fixture(scope="module", params=["shapes known", "shapes unknown"])
def results(request, tmp_path_factory):
    """(before, after in TensorFlow, after in TensorFlow.js by backend, the graph)."""
    graph, feeds, shapes = build()
    before = case.run_tf(graph, list(CASES), feeds)
    if request.param == "shapes unknown":
        # Space to depth alone needs to know something.
        shapes = {key: shape for key, shape in shapes.items() if key.startswith("SpaceToDepth")}
    notes = decompose(graph, list(CASES), shapes)
    # What the cases need besides, such as a division, may be written otherwise too.
    assert [n.split()[2] for n in notes if n.split()[2] not in misread.OPS] == sorted(set(OPS) - NOT_HERE)
    after = case.run_tf(graph, list(CASES), feeds)
    return before, after, case.run_js(graph, list(CASES), feeds, tmp_path_factory.mktemp("model")), graph


@pytest.mark.parametrize("name", CASES)
def test_numbers(results, name):
    before, after, in_js, _ = results
    case.close(after[name], before[name], 1e-5, 1e-6)
    assert after[name].dtype == before[name].dtype
    for backend, values in in_js.items():
        # The runtime's erf is good to 1.5e-7; a GPU-minded approximation of others to a little more.
        np.testing.assert_allclose(values[name], np.asarray(before[name]), 1e-4, 2e-6, err_msg=backend)
        assert values[name].shape == before[name].shape


def test_every_decomposition_has_a_case():
    assert set(OPS) - NOT_HERE <= set(CASES)


def test_only_known_operations_are_left(results):
    known = tables.load()
    for op in case.ops(results[3]):
        assert known.ops[op].runs, op
        for backend in ("cpu", "wasm", "webgl"):
            assert not known.missing_kernels(op, backend), (op, backend)


@pytest.mark.parametrize("op", ["MatrixDiagV2", "MatrixDiagPartV2", "MatrixSetDiagV2"])
def test_second_versions(op):
    matrix, diagonal = f32(2, 3, 4), f32(2, 3)

    def model():
        x, d = case.placeholder("x", [2, 3, 4]), case.placeholder("d", [2, 3])
        if op == "MatrixDiagV2":
            made = raw.MatrixDiagV2(diagonal=d, k=0, num_rows=3, num_cols=-1, padding_value=0.0)
        elif op == "MatrixDiagPartV2":
            made = raw.MatrixDiagPartV2(input=x, k=1, padding_value=0.0)
        else:
            made = raw.MatrixSetDiagV2(input=x, diagonal=d, k=0)
        tf.identity(made, name="out")

    graph = case.build(model)
    feeds = {"x": matrix, "d": diagonal}
    before = case.run_tf(graph, ["out"], feeds)["out"]
    decompose(graph, ["out"])
    assert case.ops(graph)[op] == 0
    case.close(case.run_tf(graph, ["out"], feeds)["out"], before)


def test_booleans(tmp_path):
    """TensorFlow's own bitwise operations take integers only; a graph may still hold boolean ones made elsewhere."""
    graph = case.build(
        lambda: (
            [
                getattr(tf, f"logical_{op}")(
                    case.placeholder(f"{op}_x", [4], tf.bool), [True, True, False, False], name=op
                )
                for op in ("or", "and")
            ]
            + [tf.not_equal(case.placeholder("xor_x", [4], tf.bool), [True, True, False, False], name="xor")]
        )
    )
    feeds = {f"{op}_x": np.array([True, False, True, False]) for op in ("or", "and", "xor")}
    expected = case.run_tf(graph, ["or", "and", "xor"], feeds)
    for op, bitwise in (("or", "BitwiseOr"), ("and", "BitwiseAnd"), ("xor", "BitwiseXor")):
        node = case.named(graph, op)
        node.op = bitwise
        node.attr.clear()
        node.attr["T"].type = tf.bool.as_datatype_enum
    decompose(graph, ["or", "and", "xor"])
    assert case.ops(graph) == {"LogicalOr": 1, "LogicalAnd": 1, "NotEqual": 1}
    for op, values in case.run_tf(graph, ["or", "and", "xor"], feeds).items():
        np.testing.assert_array_equal(values, expected[op])


def test_bands_of_diagonals_are_left():
    graph = case.build(lambda: tf.linalg.diag_part(case.placeholder("x", [3, 3]), k=(-1, 1), name="out"))
    assert decompose(graph, ["out"]) == []
    assert case.ops(graph)["MatrixDiagPartV3"] == 1


def test_a_decomposition_that_is_fetched_and_read_keeps_its_name():
    def model():
        y = tf.math.erfc(case.placeholder("x", [3]), name="out")
        tf.tanh(y, name="other")

    graph = case.build(model)
    feeds = {"x": f32(3)}
    before = case.run_tf(graph, ["out", "other"], feeds)
    decompose(graph, ["out", "other"])
    for name, value in case.run_tf(graph, ["out", "other"], feeds).items():
        case.close(value, before[name])
