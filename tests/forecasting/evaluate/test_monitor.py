"""What was forecast, against what came: planted faults are found, and nothing is where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from forecasting.config import load
from forecasting.evaluate.monitor import LEVELS, advice, alarms, figures, held
from tests.support.builders import order, records

NIGHTS = ("2026-01-05", "2026-02-02", "2026-03-02", "2026-03-30")


def forecasts(who="champion", items=200, seed=1, believed=1.0, truth=(1.0, 1.0, 1.0, 1.0)):
    """Poisson demand whose rate is ``truth`` times an item's own, forecast as ``believed`` times it."""
    random = np.random.default_rng(seed)
    rate = random.uniform(5, 40, items)
    parts = []
    for night, factor in zip(NIGHTS, truth, strict=True):
        actual = np.random.default_rng([seed, *night.encode()]).poisson(rate * factor)
        said = stats.poisson(rate * believed)
        parts.append(
            pd.DataFrame(
                {
                    "who": who,
                    "as_of": night,
                    "horizon_days": 28,
                    "location": "main",
                    "sku": [f"S{number}" for number in range(items)],
                    "mean": rate * believed,
                    **{f"q{level:g}": said.ppf(level) for level in LEVELS},
                    "actual": actual.astype(float),
                    "pattern": np.where(np.arange(items) % 2, "smooth", "lumpy"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_forecasts_that_are_right_raise_no_alarm():
    found = [each for seed in range(5) for each in alarms(forecasts(seed=seed), seed)]
    # Five levels and three groups, five times: intervals of 90 % let a few through.
    assert len(found) <= 3
    assert advice([]) == "keep: what was forecast holds"


@pytest.mark.parametrize(
    ("believed", "said"), [(0.8, "more runs short than meant"), (1.25, "more stock than meant")]
)
def test_a_forecast_that_is_too_low_or_too_high_breaks_its_quantiles(believed, said):
    found = alarms(forecasts(believed=believed))
    overall = [each for each in found if each.kind == "calibration" and each.group == "all"]
    assert len(overall) >= 3 and all(said in each.what for each in overall)
    assert {each.group for each in found} == {"all", "smooth", "lumpy"}


def test_demand_that_changes_half_way_is_a_drift_from_then_on():
    found = alarms(forecasts(truth=(1.0, 1.0, 1.6, 1.6)))
    (drift,) = [each for each in found if each.kind == "drift" and each.group == "all"]
    assert "from the nights before 2026-03-02 to those since" in drift.what
    assert advice(found).startswith("refit")


def test_a_challenger_that_forecasts_better_is_told_and_one_that_does_not_is_not():
    champion, better = forecasts(believed=0.7), forecasts("challenger")
    found = alarms(pd.concat([champion, better], ignore_index=True))
    assert [each.kind for each in found if each.kind == "challenger"] == ["challenger"]
    assert advice(found).startswith("roll back")
    turned = pd.concat([forecasts(), forecasts("challenger", believed=0.7)], ignore_index=True)
    assert [each for each in alarms(turned) if each.kind == "challenger"] == []


def test_too_few_items_raise_no_alarm():
    assert alarms(forecasts(items=20, believed=0.5)) == []


def test_figures_are_those_counted_by_hand():
    rows = forecasts(items=40)
    told = {each["class"]: each for each in figures(rows)}
    assert told["all"]["forecasts"] == 160 and told["all"]["nights"] == 4
    assert told["all"]["coverage"]["q0.9"][1] == round(float((rows["actual"] <= rows["q0.9"]).mean()), 4)
    assert told["all"]["bias"] == round(rows["mean"].sum() / rows["actual"].sum() - 1, 4)


def test_what_came_is_the_demand_of_the_days_after_and_only_windows_that_are_over_count(tmp_path):
    lines = [order("A", f"2026-01-{day:02d}", day) for day in range(1, 29)]
    lines += [order("B", "2026-01-02", 3), order("B", "2026-01-12", 5)]
    told = forecasts(items=2).iloc[[0, 1]].drop(columns=["actual", "pattern"])
    told = told.assign(sku=["A", "B"], as_of="2026-01-10", horizon_days=7)
    later = told.assign(as_of="2026-01-25")
    rows = held(records(tmp_path, orders=lines), load(), pd.concat([told, later], ignore_index=True))
    assert rows["as_of"].unique().tolist() == ["2026-01-10"]
    assert dict(zip(rows["sku"], rows["actual"], strict=True)) == {"A": sum(range(11, 18)), "B": 5}
