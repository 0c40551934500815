"""How suppliers keep their word: dates are as likely as their deliveries say they are."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.domain import LeadTimes
from forecasting.inputs.lead_time_beliefs import Beliefs, Deliveries
from forecasting.promises.arrivals import LEVELS, _given_not_come, of_lead_times
from forecasting.promises.punctuality import punctuality


def seen(*y_of_supplier):
    """Deliveries of each supplier, each on a day of its own."""
    supplier = np.concatenate([np.full(len(y), k) for k, y in enumerate(y_of_supplier)])
    y = np.concatenate([np.asarray(each, dtype=float) for each in y_of_supplier])
    return Deliveries(supplier, supplier, y, np.ones(len(y)))


def believed(level, sd):
    level = np.asarray(level, dtype=float)
    return Beliefs(level, np.full(len(level), sd), np.full(len(level), 9.0), np.array([-1.0, 0.0, 1.0]))


def test_a_supplier_that_is_late_one_time_in_four_is_on_the_day_in_the_others():
    late = np.tile([0.0, 0.0, 0.0, 0.5], 50)
    found = punctuality(seen(late, np.zeros(200)), believed([0.125, 0.0], 0.2), np.array([0, 1]), 2)
    shares = [(np.abs(found.y[supplier]) < 1e-9).mean() for supplier in (0, 1)]
    assert shares == pytest.approx([0.75, 1.0], abs=0.05)
    assert found.holds.all()


def test_an_item_that_is_not_like_its_supplier_goes_by_its_own_belief():
    found = punctuality(seen(np.tile([0.0, 0.1], 30)), believed([0.05, 1.2], 0.1), np.array([0, 0]), 1)
    assert found.holds.tolist() == [True, False]


def test_a_supplier_of_few_deliveries_goes_by_the_belief():
    found = punctuality(seen([0.0, 0.0], []), believed([0.0, 0.0], 0.1), np.array([0, 1]), 2)
    assert found.holds.tolist() == [False, False]


def test_what_has_not_come_by_its_day_is_as_late_as_late_ones_are():
    # Nine in ten come after 10 days, one after 20: when it is not there after 12, it comes after 20.
    log_days = np.log1p(np.where(np.arange(200) < 170, 10.0, 20.0))[None]
    days, usable = _given_not_come(log_days, np.array([12.0]))
    assert usable.all() and days[0] == pytest.approx(np.full(len(LEVELS), 8.0))
    days, _ = _given_not_come(log_days, np.array([3.0]))
    assert (days[0][LEVELS <= 0.8] == pytest.approx(7.0)) and days[0][-1] == pytest.approx(17.0)
    _, usable = _given_not_come(log_days, np.array([25.0]))
    assert not usable.any()


def test_a_lead_time_kept_as_fifths_has_its_middle_and_its_last_fifth_at_p50_and_p90():
    times = LeadTimes(np.array([[8.0, 9.0, 10.0, 12.0, 17.0]]), np.full((1, 5), 0.2))
    days = of_lead_times(times)[0]
    by_level = dict(zip(LEVELS.tolist(), days.tolist(), strict=True))
    assert by_level[0.5] == pytest.approx(10.0) and by_level[0.9] == pytest.approx(17.0)
    assert (np.diff(days) >= 0).all() and by_level[0.995] > 17.0
