"""What a plan writes for the pages agrees with its recommendations, and with the records."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from forecasting.config import load
from forecasting.planning.page_tables import PAST_WEEKS, WEEKS_AHEAD
from forecasting.planning.plan import plan
from forecasting.store.conform import conform
from tests.end_to_end.golden import AS_OF, company


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    config = load(None, ("model=negative_binomial",))
    return plan(company(tmp_path_factory.mktemp("company")), config, AS_OF, for_pages=True).tables


def figures(series: str) -> np.ndarray:
    return np.array([float(word) for word in series.split(";") if word])


@pytest.mark.parametrize("name", ["line_details", "item_weeks", "supplier_details", "open_purchases"])
def test_each_fits_its_declaration(made, name):
    conform(name, made[name])


def test_without_pages_they_are_not_made(tmp_path):
    config = load(None, ("model=negative_binomial",))
    assert "line_details" not in plan(company(tmp_path), config, AS_OF).tables


def test_the_curve_is_that_of_the_choices_and_its_risk_that_of_the_recommendation(made):
    details = made["line_details"].set_index("sku")
    for sku, choices in made["choices"].groupby("sku"):
        row = details.loc[sku]
        assert figures(row["curve_quantity"]).tolist() == choices["quantity"].tolist()
        assert figures(row["curve_cost"]) == pytest.approx(choices["expected_cost"].to_numpy())
        risk = figures(row["curve_risk"])
        assert np.all(np.diff(risk) <= 1e-9)
        recommended = made["recommendations"].set_index("sku").loc[sku]
        at = choices["recommended"].to_numpy()
        assert risk[at][0] == pytest.approx(recommended["stockout_probability_if_ordered"], abs=1e-4)


def test_the_arithmetic_starts_from_the_position_that_is_counted_on(made):
    details, plan_rows = made["line_details"], made["recommendations"]
    counted = plan_rows["inventory_position"] - plan_rows["on_order_late"] - plan_rows["ordered_ahead"]
    counted -= plan_rows["unseen_demand"] + plan_rows["expiring"]
    assert details["counted_on"].tolist() == pytest.approx(counted.tolist())


def test_terms_are_those_of_the_products(made):
    details = made["line_details"].set_index("sku")
    assert details.loc["steady", ["pack_size", "smallest"]].tolist() == [12, 12]
    assert details.loc["lumpy", ["pack_size", "smallest"]].tolist() == [1, 50]
    assert details.loc["new", "category"] == "fresh"
    assert details["largest"].isna().all()


def test_weeks_of_the_past_hold_what_was_asked_for(made):
    weeks = made["item_weeks"].set_index("sku")
    steady = figures(weeks.loc["steady", "asked"])
    # 180 days of 4, 5, 6, ..: a week asks for 35, give or take one.
    assert len(steady) == PAST_WEEKS
    assert steady[-25:].sum() == pytest.approx(25 * 35, abs=2)
    assert steady[:26].sum() == 0
    assert set(figures(weeks.loc["steady", "available"])) == {1.0}


def test_weeks_to_come_add_up_and_sums_never_fall(made):
    for row in made["item_weeks"].itertuples():
        mean, total = figures(row.mean), figures(row.sum_mean)
        assert len(mean) == len(total) == WEEKS_AHEAD
        assert np.cumsum(mean) == pytest.approx(total, abs=0.1)
        levels = [figures(getattr(row, f"sum_{level}")) for level in ("q05", "q20", "q80", "q95")]
        assert all(np.all(np.diff(each) >= 0) for each in levels)
        assert all(np.all(low <= high) for low, high in pairwise(levels))


def test_open_purchases_are_those_that_are_to_come(made):
    purchases = made["open_purchases"]
    assert purchases[["purchase_order", "sku", "quantity"]].to_numpy().tolist() == [["P1", "steady", 24]]
    assert purchases["value"].tolist() == [96.0]
    assert made["supplier_details"].set_index("supplier").loc["North", "on_order_value"] == 96.0
    assert pd.isna(made["supplier_details"]["free_freight_value"]).all()
