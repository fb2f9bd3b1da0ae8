"""The zoo uses every operation of TensorFlow.js's table, but for those that are listed with the reason."""

from __future__ import annotations

import json
from pathlib import Path

from tfjs_convert import tables
from tfjs_convert.graph.rewrites import decompose

from tests.zoo import zoo

NOT_PRODUCED = json.loads((Path(__file__).parent / "not_produced.json").read_text())


def _covered() -> tuple[set[str], set[str]]:
    """Operations of models that run as in TensorFlow; those that a model of their own shows to be refused."""
    found = [result for family in zoo.families() for result in zoo.results(family).values()]
    right = [result for result in found if "runs" in result and not result.get("failed")]
    return (
        {op for result in right for op in [*result["source"], *result["converted"]]},
        {result["shows"] for result in found if "refused" in result and "shows" in result},
    )


def test_no_operation_is_forgotten():
    covered, refused = _covered()
    known = set(tables.load().ops)
    assert sorted(known - covered - refused - set(NOT_PRODUCED)) == []
    assert sorted(set(NOT_PRODUCED) & (covered | refused)) == []
    assert sorted(set(NOT_PRODUCED) - known) == []


def test_every_decomposed_operation_is_compared():
    covered, _ = _covered()
    assert sorted(set(decompose.OPS) - covered) == []


def test_there_are_enough_models():
    assert sum(len(zoo.models(family)) for family in zoo.families()) >= 60
