"""What is proposed from a company's orders, what is not, and what is said of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from forecasting.backorder_costs.costs import costs
from forecasting.backorder_costs.discounts import discounts
from forecasting.config import load
from forecasting.errors import RequestError
from forecasting.inputs.line_fates import order_lines
from forecasting.inputs.read_records import records_of
from forecasting.reports.backorders import costs_json, costs_text
from forecasting.sample import Behaviour, make_sample
from forecasting.store.conform import conform
from tests.support.builders import order, records
from tests.support.sample import dataset_of


@pytest.fixture(scope="module")
def known():
    return records_of(dataset_of(make_sample(120, 730, 3, behaviour=Behaviour(churn_per_line=0.01))))


@pytest.fixture(scope="module")
def result(known):
    return costs(known, load())


def by_setting(result) -> pd.DataFrame:
    return result.tables["backorder_costs"].set_index("setting")


def test_every_table_fits_its_declaration(result):
    for name, table in result.tables.items():
        conform(name, table)


def test_what_is_proposed_can_be_passed_on_as_settings(result, tmp_path):
    file = tmp_path / "proposed.yaml"
    file.write_text(result.run["proposed"], encoding="utf-8")
    config = load(file)
    measured = by_setting(result).loc["cancel_share"]
    assert measured["proposed"] and measured["low"] < measured["value"] < measured["high"]
    assert config.cancel_share == pytest.approx(measured["value"], rel=1e-3)
    assert config.cancel_after_days is None


def test_only_what_is_proposed_is_set(result):
    table = by_setting(result)
    written = set(yaml.safe_load(result.run["proposed"]))
    assert written - {"cancel_after_days"} == set(table.index[table["proposed"]])


def test_minutes_and_penalties_are_said_not_to_be_in_orders(result):
    table = by_setting(result)
    for setting in ("admin_minutes_per_line", "late_share_of_price_per_day"):
        assert np.isnan(table.loc[setting, "value"]) and not table.loc[setting, "proposed"]
        assert "Cannot be measured from orders" in table.loc[setting, "words"]


def test_the_same_orders_give_the_same_figures(known, result):
    again = costs(known, load())
    pd.testing.assert_frame_equal(again.tables["backorder_costs"], result.tables["backorder_costs"])


def test_a_company_that_is_never_late_is_told_that_nothing_can_be_measured(tmp_path):
    rows = [
        order("a", f"2025-01-{day:02d}", status="shipped", shipped_at=f"2025-01-{day:02d}")
        for day in range(1, 29)
    ]
    found = costs(records(tmp_path, orders=rows), load())
    table = by_setting(found)
    assert not table["proposed"].any()
    assert table["value"].isna().all()
    said = costs_text(found, None)
    assert "cannot be measured" in said and "No setting is proposed" in said


def test_a_day_before_the_first_order_is_refused(known):
    with pytest.raises(RequestError, match="the first order is of"):
        costs(known, load(), known.first_day - 1)


def test_a_day_long_after_the_last_order_is_refused(known):
    last = int(known.orders.ordered.max())
    assert costs(known, load(), last + 1).run["counts"]["order_lines"] > 0
    with pytest.raises(RequestError, match="what was asked for since is unknown"):
        costs(known, load(), last + 400)


def test_an_open_line_that_is_not_late_yet_is_not_said_to_be_without_a_date(tmp_path):
    rows = [
        order("a", f"2025-01-{day:02d}", status="shipped", shipped_at=f"2025-01-{day:02d}")
        for day in range(1, 29)
    ]
    rows += [order("a", "2025-01-28", line=2, status="open"), order("a", "2025-01-28", line=3)]
    found = costs(records(tmp_path, orders=rows), load())
    assert found.run["counts"]["not_late_yet"] == 1
    assert any(said.startswith("Of 1 of 30 order lines nothing says when") for said in found.run["untold"])


def test_json_holds_null_where_nothing_is_known(result):
    rows = costs_json(result)["backorder_costs"]
    assert next(row for row in rows if row["setting"] == "admin_minutes_per_line")["value"] is None


def sold(discount: float, folder) -> list:
    """A customer a week orders two lines; every fifth line is late, and cheaper by ``discount``."""
    random, rows = np.random.default_rng(8), []
    for number in range(600):
        day = np.datetime64("2024-01-01") + int(random.integers(0, 500))
        late = number % 5 == 0
        # One customer in three always pays a tenth less: that is no gesture.
        price = 10.0 * (0.9 if number % 31 < 10 else 1.0) * (1 - discount * late)
        shipped = str(day + 6 if late else day)
        rows.append(
            order("a", str(day), 5, order=f"o{number}", customer=f"c{number % 31}", unit_price=price,
                  status="shipped", shipped_at=shipped)
        )  # fmt: skip
    return records(folder, orders=rows, prices=[{"from": "2023-01-01", "sku": "a", "unit_price": 10}])


def test_a_discount_on_late_lines_is_found_beyond_what_a_customer_always_gets(tmp_path):
    known = sold(0.06, tmp_path)
    found = discounts(order_lines(known, known.last_day + 10, 1.0), known)
    assert found.lines == 120
    assert found.own.low > 0.04 and found.own.high < 0.08
    table = by_setting(costs(known, load()))
    assert table.loc["goodwill_share_of_price", "proposed"]


def test_no_discount_is_found_where_there_is_none(tmp_path):
    known = sold(0.0, tmp_path)
    found = discounts(order_lines(known, known.last_day + 10, 1.0), known)
    assert found.own.value == pytest.approx(0, abs=1e-6)
    assert found.below == 0


def test_a_planted_churn_is_proposed_with_what_such_a_customer_brings():
    made = make_sample(250, 1000, 1, behaviour=Behaviour(churn_per_line=0.03))
    found = costs(records_of(dataset_of(made)), load())
    table = by_setting(found)
    churn, margin = table.loc["churn_per_line"], table.loc["customer_lifetime_margin"]
    assert churn["proposed"] and churn["low"] <= 0.03 <= churn["high"]
    assert margin["proposed"] and margin["low"] < margin["value"] < margin["high"]
    assert "a short line, beside 1.00 as set" in margin["words"]
    assert yaml.safe_load(found.run["proposed"])["churn_per_line"] == pytest.approx(churn["value"], rel=1e-3)
