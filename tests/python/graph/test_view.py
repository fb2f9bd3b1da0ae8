"""The index over a graph: who reads what, and what edits keep."""

import pytest
import tensorflow as tf
from tfjs_convert.errors import InputError
from tfjs_convert.graph.view import GraphView, parse

from tests.support import graph_case as case


def graph():
    def model():
        x = case.placeholder("x", [2])
        a = tf.tanh(x, name="a")
        b = tf.add(a, a, name="b")
        with tf.control_dependencies([b]):
            tf.sin(a, name="c")
        y, z = tf.split(x, 2, name="s")
        tf.exp(y, name="e")
        tf.exp(z, name="f")

    return case.build(model)


NAMES = {"a": ("a", 0), "a/b:0": ("a/b", 0), "a:12": ("a", 12), "^a": ("a", -1), "a:b": ("a:b", 0)}


@pytest.mark.parametrize(("tensor", "parsed"), NAMES.items())
def test_names(tensor, parsed):
    assert parse(tensor) == parsed


def test_readers():
    view = GraphView(graph(), ["e:0"])
    assert [n.name for n in view.consumers("a")] == ["b", "c"]
    assert view.sole_consumer("a") is None, "read by two"
    assert view.sole_consumer("b") is None, "a control edge is a use"
    assert view.sole_consumer("e") is None, "fetched"
    assert view.sole_consumer("s") is None and not view.uses_only_first_output("s")
    assert GraphView(graph(), ["s:1"]).uses_only_first_output("a")


def test_two_edges_are_two_uses():
    view = GraphView(graph())
    view.set_inputs(view.nodes["c"], ["x"])
    assert [n.name for n in view.consumers("a")] == ["b"] and view.sole_consumer("a") is None


def test_removal_takes_what_nobody_reads_and_leaves_inputs():
    made = graph()
    view = GraphView(made, ["e"])
    view.remove("c")
    assert "b" not in view.nodes and "a" in view.nodes, "what is left unread goes if it is one of the plain operations"
    view.remove("f")
    view.remove("a")
    view.commit()
    assert sorted(n.name for n in made.node) == sorted(["x", "e", "s", case.named(graph(), "s").input[0]])


def test_take_over_keeps_name_readers_and_order():
    made = graph()
    view = GraphView(made)
    c, a = view.nodes["c"], view.nodes["a"]
    view.set_inputs(view.nodes["b"], ["x", "x"])
    view.take_over(c, a)
    view.commit()
    assert c.op == "Tanh" and list(c.input) == ["x", "^b"]
    assert "a" not in {n.name for n in made.node}


def test_names_are_unique_and_not_reused():
    view = GraphView(graph())
    view.remove("f")
    assert view.unique("f") == "f_1" and view.unique("new") == "new"
    assert view.add_node("f", "NoOp", []).name == "f_1"


def test_a_name_twice_is_an_error():
    made = graph()
    made.node.append(made.node[1])
    with pytest.raises(InputError, match="two nodes named 'a'"):
        GraphView(made)
