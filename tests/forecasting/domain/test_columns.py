"""Columns of the same items: equally long, and taken for some of the items together with all they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from forecasting.domain import (
    Columns,
    Costs,
    EndOfLifeTerms,
    FloatArray,
    LeadTimes,
    OrderTerms,
    PriceBreaks,
    SomeItems,
    Stock,
)


@dataclass(frozen=True)
class Extra(SomeItems):
    cost: FloatArray


@dataclass(frozen=True)
class Curve(Columns):
    rate: FloatArray
    table: FloatArray
    stock: Stock
    name: str
    horizon: float
    extras: tuple[Extra, ...] = ()
    late: Extra | None = None


def units(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def curve() -> Curve:
    """Four items, two of which have an extra cost, and the last is late."""
    return Curve(
        rate=units(1, 2, 3, 4),
        table=np.arange(8.0).reshape(4, 2),
        stock=Stock(units(5, 6, 7, 8), units(0, 0, 1, 1), units(0, 0, 0, 2)),
        name="plain",
        horizon=364.0,
        extras=(Extra(np.array([1, 3]), units(20, 40)),),
        late=Extra(np.array([3]), units(9)),
    )


def test_what_is_taken_is_taken_of_every_column():
    part = curve().take(np.array([2, 3, 0]))

    assert len(part) == 3
    assert part.rate.tolist() == [3, 4, 1]
    assert part.table.tolist() == [[4, 5], [6, 7], [0, 1]]
    assert part.stock.on_hand.tolist() == [7, 8, 5]
    assert (part.name, part.horizon) == ("plain", 364.0)


def test_columns_of_some_items_follow_their_items():
    part = curve().take(np.array([2, 3, 0]))

    assert part.extras[0].items.tolist() == [1]
    assert part.extras[0].cost.tolist() == [40]
    assert part.late.items.tolist() == [1]

    without = curve().take(np.array([0, 2]))
    assert len(without.extras[0]) == len(without.late) == 0


def test_nothing_is_there_of_a_column_that_there_is_not():
    assert replace(curve(), late=None).take(np.array([3])).late is None
    terms = OrderTerms(units(1, 6), units(0, 0), units(9, 9), units(2, 3), breaks=None)
    assert terms.take(np.array([1])).breaks is None


def test_rows_may_repeat():
    lead_times = LeadTimes(units(7, 14)[:, None], np.ones((2, 1)))
    assert lead_times.take(np.array([1, 1, 0])).mean.tolist() == [14, 14, 7]


def test_columns_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="the columns of Stock differ in length: on_hand 2, on_order 1"):
        Stock(units(1, 2), units(1), units(1, 2))

    breaks = PriceBreaks(units(10)[:, None], units(4)[:, None])
    with pytest.raises(ValueError, match="breaks 1"):
        OrderTerms(units(1, 6), units(0, 0), units(9, 9), units(2, 3), breaks=breaks)


def test_the_terms_of_the_domain_are_columns():
    n = 3
    assert len(EndOfLifeTerms.none(n)) == len(EndOfLifeTerms.none(n + 1).take(np.arange(n))) == n
    rates = {name: np.arange(float(n)) for name in Costs.__dataclass_fields__}
    rates["leaving_simulated"] = np.zeros(n, dtype=bool)
    assert Costs(**rates).take(np.array([2])).line_cost.tolist() == [2]
