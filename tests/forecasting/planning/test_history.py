"""What an observer sees of the past of items: zeros since they were in stock, and no projects."""

from __future__ import annotations

import numpy as np

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.planning.observing import observer
from forecasting.planning.position import standing
from tests.support.builders import order, records


def test_an_item_that_was_in_stock_and_never_asked_for_has_zeros_since_the_first_whole_week(tmp_path):
    as_of = "2026-03-29"
    counts = [{"as_of": day, "sku": "dead", "on_hand": 5} for day in ("2026-01-07", "2026-03-29")]
    counts += [{"as_of": day, "sku": "new", "on_hand": 0} for day in ("2026-01-07", as_of)]
    rows = [order("a", "2025-11-03"), order("a", as_of)]
    products = [{"sku": "a"}, {"sku": "dead"}, {"sku": "new", "backorder": "refused"}]
    data = records(tmp_path, orders=rows, stock=counts, products=products)
    seen = observer(data, load(), day_number(as_of), Assumptions()).history(day_number(as_of))

    number = {sku: row for row, sku in enumerate(data.items.sku)}
    # From Monday 2026-01-12 on; that a shelf was empty says nothing of demand where nobody waits.
    assert seen.lengths[number["dead"]] == 11
    assert seen.lengths[number["new"]] == 0
    assert not np.any(seen.take(np.array([number["dead"]])).data)


def test_stock_counted_later_is_not_known_before(tmp_path):
    rows = [order("a", "2025-11-03"), order("a", "2026-03-29")]
    counts = [{"as_of": "2026-01-07", "sku": "dead", "on_hand": 5}]
    data = records(tmp_path, orders=rows, stock=counts, products=[{"sku": "a"}, {"sku": "dead"}])
    before = day_number("2026-01-06")

    assert observer(data, load(), before, Assumptions()).history(before).lengths.tolist()[1] == 0


def test_a_project_is_served_and_never_forecast(tmp_path):
    as_of = day_number("2026-03-29")
    rows = [order("a", f"2026-03-{day:02d}", 2) for day in range(1, 30)]
    project = order("a", "2026-03-28", 500, kind="project", status="open")
    plain = observer(records(tmp_path / "1", orders=rows), load(), as_of, Assumptions())
    served = observer(records(tmp_path / "2", orders=[*rows, project]), load(), as_of, Assumptions())

    assert np.array_equal(served.history(as_of).data, plain.history(as_of).data)
    assert served.line_size(as_of).tolist() == plain.line_size(as_of).tolist()
    assert standing(
        served, as_of, Assumptions(), Notices(), served.history(as_of)
    ).position.stock.backlog.tolist() == [500.0]
