"""The newsvendor's critical ratio: of numbers and of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import critical_ratio


def test_it_is_the_share_of_what_a_unit_too_few_costs():
    assert critical_ratio(9.0, 1.0) == 0.9
    assert isinstance(critical_ratio(9.0, 1.0), float)
    ratio = critical_ratio(np.array([9.0, 0.0, 3.0]), np.array([1.0, 5.0, 0.0]))
    assert ratio.tolist() == [0.9, 0.0, 1.0]


def test_it_is_nothing_where_nothing_costs_anything():
    assert critical_ratio(0.0, 0.0) == 0.0
    assert critical_ratio(np.zeros(2), np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("under, over", [(0.7, 0.18), (4.0, 1.0), (18.0, 2.0)])
def test_more_stock_pays_as_being_short_gets_dearer(under, over):
    assert critical_ratio(under, over) < critical_ratio(under * 2, over)
    assert critical_ratio(under, over) > critical_ratio(under, over * 2)
