"""By what an item's model is chosen: what it would have cost, or how near its median would have been."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning import observer as room
from forecasting.planning.observing import observer
from tests.support.command import AS_OF


def test_a_backtest_chooses_as_a_plan_does(sample):
    from forecasting.evaluate.backtest import Request, backtest

    told = {}
    for how in ("cost", "accuracy"):
        config = load(None, [f"choose_by={how}", "selection_origins=4"])
        asked = Request(origins=1, horizon_days=28, models=["auto"])
        told[how] = backtest(read_records(str(sample)), config, asked).tables["forecasts"]
    assert list(told["cost"]["chosen"]) != list(told["accuracy"]["chosen"])
    # What is chosen differs, not what it is judged at.
    assert list(told["cost"]["critical_ratio"]) == list(told["accuracy"]["critical_ratio"])


@pytest.mark.parametrize(("how", "same"), [("accuracy", True), ("cost", False)])
def test_accuracy_is_judged_at_the_median_and_cost_at_the_critical_ratio(sample, monkeypatch, how, same):
    from datetime import date

    asked = []

    def choose(models, seen, horizon, quantile, origins):
        asked.append(quantile)

    monkeypatch.setattr(room, "choose", choose)
    day = day_number(date.fromisoformat(AS_OF))
    seeing = observer(read_records(str(sample)), load(None, [f"choose_by={how}"]), day, Assumptions())
    seeing.choose_models(day, seeing.history(day))
    assert bool((asked[0] == 0.5).all()) is same
    assert np.isfinite(asked[0]).all()
