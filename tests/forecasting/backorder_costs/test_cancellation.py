"""The curve of cancellations by days waited: by hand, against its truth, and where little is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from forecasting.backorder_costs.cancellation import cancellation, cancellation_curve
from forecasting.domain import day_number
from forecasting.inputs.line_fates import Fate, Lines, order_lines
from forecasting.inputs.read_records import records_of
from forecasting.sample import make_sample
from tests.support.builders import order, records
from tests.support.sample import dataset_of


def late(waited, fates, units=None, customers=None) -> Lines:
    m = len(waited)
    number = np.arange(m)
    return Lines(
        order=number,
        item=np.zeros(m, dtype=np.int64),
        customer=number if customers is None else np.asarray(customers),
        day=np.zeros(m, dtype=np.int64),
        ordered=np.zeros(m, dtype=np.int64),
        fate=np.asarray(fates),
        waited=np.asarray(waited),
        units=np.ones(m) if units is None else np.asarray(units, dtype=float),
        value=np.ones(m),
        usual_days=0,
        first_day=0,
        as_of=400,
    )


def test_the_curve_is_that_of_kaplan_and_meier():
    # Ten lines: one cancelled on day 2, two shipped on day 3, one cancelled on day 4, the rest still wait.
    last = np.array([2, 2, 2, 4, 9, 9, 9, 9, 9, 9])
    gone = np.array([True, False, False, True, *[False] * 6])
    curve = cancellation_curve(last, gone, np.arange(10), seed=1)
    assert curve.day.tolist() == [2, 4]
    assert curve.at_risk.tolist() == [10, 7]
    assert curve.share == pytest.approx([0.1, 1 - 0.9 * 6 / 7])


def test_who_is_served_on_a_day_was_not_there_to_cancel_at_its_close():
    found = cancellation(late([3, 3], [Fate.LATE, Fate.CANCELLED]), seed=1)
    assert found.curve.at_risk.tolist() == [1]


def test_the_share_that_was_cancelled_is_of_units_and_counts_those_who_were_served_first():
    fates = [Fate.CANCELLED] * 6 + [Fate.LATE] * 14
    units = [3.0] * 6 + [1.0] * 14
    found = cancellation(late([5] * 6 + [2] * 14, fates, units), seed=1)
    assert found.realised.value == pytest.approx(18 / 32)
    assert found.realised.low < 18 / 32 < found.realised.high


def test_lines_of_one_customer_make_it_less_sure_than_lines_of_many():
    random = np.random.default_rng(4)
    leaves = np.repeat(random.random(40) < 0.4, 10)
    waited = np.where(leaves, 5, 30)
    fates = np.where(leaves, Fate.CANCELLED, Fate.LATE)
    apart = cancellation(late(waited, fates), seed=1)
    together = cancellation(late(waited, fates, customers=np.repeat(np.arange(40), 10)), seed=1)
    assert together.realised.half > 2 * apart.realised.half
    assert np.nanmax(together.curve.high - together.curve.low) > 2 * np.nanmax(
        apart.curve.high - apart.curve.low
    )


def test_a_band_begins_with_the_fifth_cancellation():
    waited = [1, 2, 3, 4, 5, *[20] * 60]
    found = cancellation(late(waited, [Fate.CANCELLED] * 5 + [Fate.LATE] * 60), seed=1)
    assert found.curve.known.tolist() == [False] * 4 + [True]
    assert found.until == 5


def test_nothing_late_is_no_curve():
    found = cancellation(late([0, 0], [Fate.ON_TIME, Fate.ON_TIME]), seed=1)
    assert found.lines == 0 and len(found.curve.day) == 0 and np.isnan(found.realised.value)


def test_what_became_of_a_line_is_read_from_its_dates(tmp_path):
    done = {"status": "shipped", "shipped_at": "2025-01-06"}
    known = records(
        tmp_path,
        orders=[
            order("a", "2025-01-06", customer="c", **done),
            order("a", "2025-01-03", customer="c", **done),
            order("a", "2025-01-06", customer="c", line=2, status="cancelled", cancelled_at="2025-01-20"),
            order("a", "2025-01-06", line=3, status="open"),
            order("a", "2025-01-06", line=4, status="refused"),
            order("a", "2025-01-06", line=5, status="cancelled", cancelled_at="2025-01-06T01:00:00"),
            order("a", "2025-01-06", line=6),
            order("a", "2025-01-06", 4, line=7, status="shipped", shipped_at="2025-01-06"),
            order("a", "2025-01-06", 5, line=8, status="shipped", shipped_at="2025-01-06"),
        ],
    )
    lines = order_lines(known, known.orders.ordered.max() + 30, 1.0)
    assert lines.fate.tolist() == [
        Fate.ON_TIME, Fate.LATE, Fate.CANCELLED, Fate.WAITING, Fate.UNTOLD, Fate.ON_TIME, Fate.ON_TIME
    ]  # fmt: skip
    assert lines.waited.tolist() == [0, 3, 14, 30, 0, 0, 0]
    assert lines.customer.tolist() == [0, 0, 0, -1, -1, -1, -1]


def test_what_comes_after_the_day_is_not_known_on_it(tmp_path):
    known = records(
        tmp_path,
        orders=[
            order("a", "2025-01-06", status="shipped", shipped_at="2025-01-16"),
            order("a", "2025-01-06", line=2, status="cancelled", cancelled_at="2025-01-20"),
            *(
                order("a", "2025-01-06", line=n, status="shipped", shipped_at="2025-01-06")
                for n in range(3, 7)
            ),
        ],
    )
    lines = order_lines(known, int(known.orders.ordered[0]) + 5, 1.0)
    assert lines.fate[:2].tolist() == [Fate.WAITING, Fate.WAITING]
    assert lines.waited[:2].tolist() == [5, 5]


def test_lines_are_late_beyond_the_days_that_a_company_usually_takes(tmp_path):
    rows = [order("a", "2025-01-06", line=n, status="shipped", shipped_at="2025-01-08") for n in range(5)]
    rows.append(order("a", "2025-01-06", line=9, status="shipped", shipped_at="2025-01-11"))
    known = records(tmp_path, orders=rows)
    lines = order_lines(known, int(known.orders.ordered[0]) + 30, 1.0)
    assert lines.usual_days == 2
    assert lines.waited.tolist() == [0, 0, 0, 0, 0, 3]


def test_a_wait_begins_on_the_day_that_a_line_is_due_to_ship_and_not_at_a_later_deadline(tmp_path):
    shipped = {"status": "shipped", "shipped_at": "2025-01-20"}
    rows = [
        # Wanted by the 31st, and there in time: it waited for 14 days all the same.
        order("a", "2025-01-06", line=1, due="2025-01-31", **shipped),
        # Ordered ahead for the 17th: it waited from then on.
        order("a", "2025-01-06", line=2, kind="standing", due="2025-01-17", **shipped),
        # And for the 20th: it did not.
        order("a", "2025-01-06", line=3, kind="preorder", due="2025-01-20", **shipped),
        *(order("b", "2025-01-06", line=n, status="shipped", shipped_at="2025-01-06") for n in range(4, 9)),
    ]
    lines = order_lines(records(tmp_path, orders=rows), day_number("2025-02-15"), 1.0)
    waited = lines.waited[np.argsort(lines.item, kind="stable")][:3]
    assert sorted(waited.tolist()) == [0, 3, 14]
    assert lines.late.sum() == 2


def true_share(day: np.ndarray) -> np.ndarray:
    """By ``sample/customers.py``: two in five have a patience of two days and a gamma, in whole days."""
    return 0.4 * stats.gamma(2, scale=10).cdf(day - 1)


def inside(seed: int, items: int, days: int) -> bool:
    known = records_of(dataset_of(make_sample(items, days, seed)))
    curve = cancellation(order_lines(known, known.last_day, 1.0), seed=1).curve
    truth, told = true_share(curve.day[curve.known]), curve.known
    assert told.sum() > 10
    return bool(np.all((curve.low[told] <= truth) & (truth <= curve.high[told])))


def test_the_true_curve_of_the_sample_lies_within_the_band():
    assert all(inside(seed, 150, 540) for seed in (1, 2, 3))


@pytest.mark.slow
def test_the_true_curve_lies_within_the_band_in_18_of_20_samples():
    assert sum(inside(seed, 300, 730) for seed in range(1, 21)) >= 18


def test_the_curve_is_that_of_statsmodels():
    random = np.random.default_rng(6)
    last, gone = random.integers(1, 30, 400), random.random(400) < 0.3
    curve = cancellation_curve(last, gone, np.arange(400), seed=1)
    theirs = SurvfuncRight(last, gone.astype(int))
    at = np.searchsorted(theirs.surv_times, curve.day)
    assert curve.share == pytest.approx(1 - theirs.surv_prob[at])
