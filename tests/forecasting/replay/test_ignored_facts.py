"""Facts that a company may choose not to reckon with, to measure what they are worth."""

from __future__ import annotations

import numpy as np

from forecasting.replay.observations import Observations
from tests.support.builders import order, records
from tests.support.recorded import FIRST, on, staged

PRODUCT = {"sku": "a", "supplier": "s", "backorder": "refused"}
VARYING = {"supplier": "s", "lead_time_days": 20, "lead_time_sd_days": 10}


def company(folder):
    """One unit a day for nine weeks, but for a fortnight in which the item could not be sold."""
    out = range(-30, -16)
    return records(
        folder,
        orders=[order("a", on(day), 1) for day in range(-63, 0) if day not in out],
        products=[PRODUCT],
        suppliers=[VARYING],
        availability=[{"date": on(day), "sku": "a", "share": 0.0} for day in out],
    )


def test_hidden_demand_that_is_ignored_counts_as_none(tmp_path):
    data = company(tmp_path)
    by_setting = {
        value: staged(data, f"hidden_demand={value}").observer.history(FIRST - 1).data
        for value in ("estimated", "ignored")
    }
    assert np.isnan(by_setting["estimated"]).sum() == 1  # one whole week; of the other two a part is seen
    assert not np.isnan(by_setting["ignored"]).any()
    assert by_setting["ignored"].sum() == 63 - 14


def test_lead_times_taken_for_certain_decide_by_their_mean_and_come_as_they_vary(tmp_path):
    past = staged(company(tmp_path), "lead_time_spread=0")
    assert Observations(past).situation(
        past.observer, FIRST - 1
    ).lead_time_demand.lead_times.days.tolist() == [[20.0] * 5]
    came = {int(past.arrives(FIRST + day, np.array([0]))[0]) - day for day in range(12)}
    assert len(came) > 1


def test_goods_that_take_as_long_as_on_average_never_vary(tmp_path):
    past = staged(company(tmp_path), "lead_times=mean")
    came = {int(past.arrives(FIRST + day, np.array([0]))[0]) - day for day in range(12)}
    assert came == {FIRST + 1 + 20}
