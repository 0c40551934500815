"""How incumbents are fitted: until the best lies inside of what was tried."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.planning.observing import observer
from forecasting.policies.grid import Axis
from forecasting.policies.min_max import MinMax
from forecasting.policies.registry import policy
from forecasting.replay.checkpoints import NoCheckpoints
from forecasting.replay.fit import fit, fitted_policies, rehearse, time_before
from forecasting.replay.replay import replay
from forecasting.replay.request import ReplayRequest
from forecasting.replay.scenario import scenario
from forecasting.reports.replay.words import parameters_in_words
from tests.support.builders import order, records

BEGIN, FIRST, LAST = (day_number(day) for day in ("2025-03-03", "2026-03-02", "2026-03-22"))
INCUMBENTS = ("min_max", "days_of_cover", "odoo", "erpnext", "netstock", "textbook")


def panel(folder, holding):
    """Three items sold each week whose sales are lost, at so much a unit and day in stock."""
    generator = np.random.default_rng(3)
    lines = [
        order(sku, day_text(BEGIN + 7 * week), int(units))
        for sku, rate in (("a", 4), ("b", 9), ("c", 20))
        for week, units in enumerate(generator.poisson(rate, 56))
        if units
    ]
    rates = {"backorder": "refused", "holding_per_unit_day": holding, "shortage_per_unit": 1.0}
    return records(folder, orders=lines, products=[{"sku": sku, **rates} for sku in "abc"])


def rehearsal(data, config):
    return time_before(observer(data, config, FIRST - 1, Assumptions()), FIRST)


@pytest.mark.parametrize("name", INCUMBENTS)
def test_where_stock_is_dear_and_sales_are_lost_the_best_lies_inside_below_zero(tmp_path, name):
    config = load(None, ["model=ses", "lead_time_days=21"])
    before, rule = rehearsal(panel(tmp_path, 0.3), config), policy(name, config)
    found = fit(rule, before)
    safety = found.values["z" if name == "textbook" else "safety_days"]

    # What is tried first ends at nothing beyond the usual cover, and costs more.
    assert safety < 0
    assert not found.at_limit
    assert found.tried > len(rule.candidates())
    assert rehearse([found.policy], before)[0] < min(rehearse(rule.candidates(), before))


def test_the_grid_grows_only_where_the_best_lies_on_its_edge():
    days = Axis("days", (0.0, 7.0, 14.0), below=(-7.0, -14.0, -21.0), above=(28.0,))
    assert days.wider(7.0) == days
    assert days.wider(0.0).values == (-14.0, -7.0, 0.0, 7.0, 14.0)
    assert days.wider(14.0).values == (0.0, 7.0, 14.0, 28.0)
    assert days.wider(14.0).wider(28.0) == days.wider(14.0)
    assert days.around(7.0) == days.values
    assert days.around(-14.0) == (-21.0, -14.0, -7.0, 0.0, 7.0, 14.0)
    assert [days.on_edge(value) for value in (0.0, 7.0, 14.0)] == [True, False, True]


def test_of_what_costs_the_same_the_first_tried_is_taken_and_the_grid_stays(tmp_path):
    config = load(None, ["model=ses"])
    before = rehearsal(panel(tmp_path, 0.001), config)
    same = [Axis("window_days", (91.0,)), Axis("safety_days", (600.0, 900.0, 1200.0), below=(500.0,))]
    found = fit(MinMax(), before, axes=same)
    assert found.values == {"window_days": 91.0, "safety_days": 500.0}
    assert found.at_limit == ("safety_days",)


def test_what_was_fitted_is_told_and_whether_it_lies_at_the_limit(tmp_path):
    config = load(None, ["model=ses", "lead_time_days=21", "interval_draws=20"])
    data = panel(tmp_path, 0.3)
    run = replay(data, config, ReplayRequest(FIRST, LAST, ["min_max"], "min_max")).run
    chosen = run["fitted"]["min_max"]
    assert chosen["values"]["safety_days"] < 0
    assert chosen["at_limit"] == []
    assert f"fitted on the time before, the best of {chosen['tried']}" in parameters_in_words(run)["min_max"]

    run["fitted"]["min_max"]["at_limit"] = ["safety_days"]
    assert parameters_in_words(run)["min_max"].endswith("; safety days: the outermost that is tried")
    # With too little time before the replay nothing is fitted, and nothing said to be.
    run["fitted"] = {}
    assert "too little time" in parameters_in_words(run)["min_max"]


def test_what_was_fitted_is_kept_with_its_account(tmp_path):
    config = load(None, ["model=ses", "lead_time_days=21"])
    seeing = observer(panel(tmp_path, 0.3), config, FIRST - 1, Assumptions())
    past = scenario(seeing, FIRST, LAST, Assumptions())

    class Kept(NoCheckpoints):
        notes: dict = {}  # noqa: RUF012 - one store for both looks

        def read(self, name):
            return self.notes.get(name)

        def write(self, name, checkpoint):
            assert name not in self.notes
            self.notes[name] = checkpoint

    def once():
        return fitted_policies(["min_max", "no_orders"], past, Kept(), lambda steps, what: lambda: None)

    first = once()
    assert once() == first
    assert first[0].tried >= 32
    assert first[1].described() == {"values": {}, "tried": 0, "at_limit": []}
