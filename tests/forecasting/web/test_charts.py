"""Charts put figures where they belong: round ticks, nothing outside the frame, labels apart."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from forecasting.reviewing.projection import DAYS, projection
from forecasting.web.charts import Frame, Mark, _apart, cost_chart, demand_chart, round_steps, stock_chart
from tests.forecasting.reviewing.test_projection import FLAT
from tests.forecasting.reviewing.test_quantities import a_line


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 7, [0, 2, 4, 6]),
        (-30, 90, [0, 50]),
        (0, 0.9, [0, 0.25, 0.5, 0.75]),
        (0, 1234, [0, 500, 1000]),
    ],
)
def test_ticks_are_round_figures_within_the_range(low, high, steps):
    assert round_steps(low, high) == pytest.approx(steps)


def test_a_figure_lies_where_the_axes_say_and_never_outside():
    frame = Frame(0, 10, 0, 100, width=200, height=120, left=20, right=20, top=10, bottom=10)
    assert (frame.x(0), frame.x(10), frame.y(0), frame.y(100)) == (20, 180, 110, 10)
    assert (frame.y(-50), frame.y(500)) == (110, 10)
    assert frame.line(np.array([0.0, 10.0]), np.array([0.0, 100.0])) == "M20.0 110.0L180.0 10.0"
    assert frame.band(np.array([0.0, 10.0]), np.array([0.0, 0.0]), np.array([100.0, 100.0])).endswith("Z")


def test_deadlines_stand_at_their_days_those_past_at_today_and_none_beyond_the_chart():
    line = a_line()
    ahead = projection(line, FLAT, [], Decimal(0))
    days = [line.as_of + timedelta(days=each) for each in (-3, -1, 10, DAYS, DAYS + 1)]
    chart = stock_chart(line, ahead, [(day, Decimal(5)) for day in days])
    frame = chart.frame
    assert [(mark.x, mark.text) for mark in chart.deadlines] == [
        (frame.x(0), "10"),
        (frame.x(10), "5"),
        (frame.x(DAYS), "5"),
    ]
    near = stock_chart(
        line, ahead, [(line.as_of + timedelta(days=each), Decimal(9)) for each in (1, 2, 3, 60)]
    )
    heights = [near.frame.floor - mark.y for mark in near.deadlines]
    assert heights == [*sorted(set(heights[:3])), heights[0]], "figures that are near are raised"


def test_labels_stand_apart_and_above_the_axis():
    placed = _apart([Mark(0, 100, "a"), Mark(0, 101, "b"), Mark(0, 30, "c")], lowest=104)
    assert [mark.text for mark in placed] == ["c", "a", "b"]
    heights = [mark.y for mark in placed]
    assert heights[-1] <= 104 and all(np.diff(heights) >= 13)


def test_every_point_of_every_chart_lies_in_its_frame():
    line = a_line(on_hand=Decimal(30), quantity=Decimal(48), suggested=Decimal(48))
    stock = stock_chart(line, projection(line, FLAT, [], Decimal(48)))
    demand = demand_chart(line, FLAT)
    cost = cost_chart(line, 300.0, 90.0)
    paths = [(stock, stock.wide), (stock, stock.expected), (demand, demand.narrow), (cost, cost.line)]
    for chart, path in paths:
        for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", path):
            assert chart.frame.left <= float(x) <= chart.frame.right_edge + 0.1
            assert chart.frame.top <= float(y) <= chart.frame.floor + 0.1
    assert stock.expected.count("L") == DAYS
    assert cost.here[0] == cost.frame.right_edge
    assert cost_chart(a_line(curve_quantity="0", curve_cost="5", curve_risk="0"), 0.0, 5.0) is None
