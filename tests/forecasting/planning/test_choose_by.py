"""By what an item's model is chosen: what it would have cost, or how near its median would have been."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.config import load
from forecasting.domain import day_number
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.read_records import read_records
from forecasting.planning import observer as room
from tests.support.command import AS_OF


@pytest.mark.parametrize(("how", "same"), [("accuracy", True), ("cost", False)])
def test_accuracy_is_judged_at_the_median_and_cost_at_the_critical_ratio(sample, monkeypatch, how, same):
    from datetime import date

    asked = []

    def choose(models, seen, horizon, quantile, origins):
        asked.append(quantile)

    monkeypatch.setattr(room, "choose", choose)
    day = day_number(date.fromisoformat(AS_OF))
    seeing = room.observer(read_records(str(sample)), load(None, [f"choose_by={how}"]), day, Assumptions())
    seeing.choose_models(day, seeing.history(day))
    assert bool((asked[0] == 0.5).all()) is same
    assert np.isfinite(asked[0]).all()
