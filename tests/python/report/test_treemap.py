"""Areas of the treemap."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tfjs_convert.report.treemap import Rectangle, layout


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.integers(1, 10_000_000), min_size=1, max_size=40),
    st.floats(10, 2000),
    st.floats(10, 2000),
)
def test_areas_are_the_amounts_and_stay_inside(amounts, width, height):
    area = Rectangle(5.0, 7.0, width, height)
    places = layout(amounts, area)
    for amount, place in zip(amounts, places, strict=True):
        assert place.width * place.height == pytest.approx(amount / sum(amounts) * width * height, rel=1e-6)
        assert place.x >= 5 - 1e-6 and place.y >= 7 - 1e-6
        assert place.x + place.width <= 5 + width + 1e-6 and place.y + place.height <= 7 + height + 1e-6


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=12))
def test_areas_do_not_overlap(amounts):
    places = layout(amounts, Rectangle(0.0, 0.0, 300.0, 200.0))
    for i, a in enumerate(places):
        for b in places[:i]:
            across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert across < 1e-6 or down < 1e-6


def test_equal_amounts_become_squares():
    places = layout([1] * 4, Rectangle(0.0, 0.0, 100.0, 100.0))
    assert {(p.width, p.height) for p in places} == {(50.0, 50.0)}


def test_nothing_and_no_room():
    assert layout([], Rectangle(0.0, 0.0, 10.0, 10.0)) == []
    assert layout([1, 2], Rectangle(3.0, 4.0, 0.0, 10.0)) == [Rectangle(3.0, 4.0, 0.0, 0.0)] * 2
