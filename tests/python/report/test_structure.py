"""The coarse graph of a model."""

from tfjs_convert.report.structure import structure


def node(name, op, *inputs):
    return {"name": name, "op": op, "input": list(inputs)}


def graph(*nodes):
    return {"modelTopology": {"node": list(nodes), "library": {}, "versions": {}}}


def layer(name, kind, *inputs):
    return {"name": name, "class_name": kind, "config": {}, "inbound_nodes": [[[i, 0, 0, {}] for i in inputs]]}


def test_operations_are_grouped_and_ordered_by_computation():
    found = structure(
        graph(
            node("m/out/BiasAdd", "BiasAdd", "m/out/MatMul", "unknown_1"),
            node("m/out/MatMul", "MatMul", "m/conv/Relu:0", "unknown"),
            node("m/conv/Relu", "Relu", "m/conv/Conv2D"),
            node("m/conv/Conv2D", "Conv2D", "x", "unknown_0"),
            node("unknown", "Const"),
            node("unknown_0", "Const"),
            node("unknown_1", "Const"),
            node("x", "Placeholder"),
        ),
        ["unknown", "unknown_0", "unknown_1"],
        limit=3,
    )
    assert [g.label for g in found.groups] == ["x", "conv", "out"]
    assert [dict(g.kinds) for g in found.groups] == [
        {"Placeholder": 1},
        {"Conv2D": 1, "Relu": 1},
        {"MatMul": 1, "BiasAdd": 1},
    ]
    assert [sorted(g.weights) for g in found.groups] == [[], ["unknown_0"], ["unknown", "unknown_1"]]
    assert found.edges == [(0, 1), (1, 2)]


def test_values_that_skip_and_control_inputs():
    found = structure(
        graph(node("a", "Placeholder"), node("b", "Relu", "a"), node("c", "Add", "b", "^a"), node("d", "Neg", "c:1")),
        [],
    )
    assert [g.label for g in found.groups] == ["a", "b", "c", "d"]
    assert found.edges == [(0, 1), (0, 2), (1, 2), (2, 3)]


def test_loops_keep_the_order_of_the_file():
    found = structure(
        graph(node("enter", "Enter"), node("merge", "Merge", "enter", "next"), node("next", "Next", "merge")), []
    )
    assert [g.label for g in found.groups] == ["enter", "merge", "next"]
    assert (2, 1) in found.edges


def test_the_number_of_groups_is_bounded_and_siblings_are_cut_together():
    nodes = [node(f"m/block_{b}/part_{p}/op_{o}", "Mul") for b in range(10) for p in range(10) for o in range(3)]
    assert [g.label for g in structure(graph(*nodes), [], limit=10).groups] == [f"block_{b}" for b in range(10)]
    assert len(structure(graph(*nodes), [], limit=60).groups) == 10
    assert len(structure(graph(*nodes), [], limit=100).groups) == 100
    assert [g.label for g in structure(graph(*nodes), [], limit=1).groups] == ["model"]


def test_functional_layers():
    layers = [
        layer("in", "InputLayer"),
        layer("dense", "Dense", "in"),
        layer("dense_1", "Dense", "dense"),
        layer("add", "Add", "dense", "dense_1"),
    ]
    model = {"modelTopology": {"model_config": {"class_name": "Functional", "config": {"layers": layers}}}}
    found = structure(model, ["dense/kernel", "dense/bias", "dense_1/kernel", "lost/kernel"])
    assert [g.label for g in found.groups] == ["in", "dense", "dense_1", "add"]
    assert found.groups[1].weights == ["dense/kernel", "dense/bias"] and found.groups[2].weights == ["dense_1/kernel"]
    assert found.edges == [(0, 1), (1, 2), (1, 3), (2, 3)]


def test_sequential_layers_follow_one_another():
    layers = [{"class_name": "Dense", "config": {"name": "a"}}, {"class_name": "Dense", "config": {"name": "b"}}]
    for config in ({"name": "s", "layers": layers}, layers):
        found = structure({"modelTopology": {"class_name": "Sequential", "config": config}}, [])
        assert [g.label for g in found.groups] == ["a", "b"] and found.edges == [(0, 1)]


def test_weights_without_a_topology():
    assert structure({"modelTopology": None}, ["w"]).groups == []


def test_names_of_which_one_begins_another():
    nodes = [node("dense", "A")] + [node(f"dense_{i}/{x}", "B") for i in range(2) for x in "ab"]
    labels = [g.label for g in structure(graph(*nodes), [], limit=2).groups]
    assert labels == ["dense", "dense_…"]
    assert [g.label for g in structure(graph(*nodes), [], limit=3).groups] == ["dense", "dense_0", "dense_1"]
