"""The published file of Online Retail II, as it is known."""

from __future__ import annotations

import pytest

from forecasting.connectors.online_retail.file import read_lines
from forecasting.connectors.online_retail.importing import Imported, import_online_retail
from tests.support.online_retail import assert_adds_up
from tests.support.paths import SHARED

REAL = SHARED / "data" / "online_retail_ii.parquet"


@pytest.fixture(scope="module")
def published() -> Imported:
    if not REAL.is_file():
        pytest.skip("../shared/data/online_retail_ii.parquet is absent")
    return import_online_retail(REAL)


def test_the_published_file_adds_up(published: Imported) -> None:
    assert_adds_up(published)
    assert (published.read.rows, published.read.units) == (1_044_847, 10_441_843)
    assert (published.kept.rows, published.kept.units) == (1_015_746, 11_260_504)
    orders = published.tables["orders"]
    assert len(orders) == 1_026_055
    assert not orders.duplicated(["order", "line"]).any()
    assert len(published.tables["products"]) == 4_722


def test_the_published_file_has_its_known_counts(published: Imported) -> None:
    rows = {rule.name: rule.rows for rule in published.rules}
    assert sum(count for name, count in rows.items() if name.startswith("cancellation_")) == 19_165
    assert rows["stock_write_off"] == 3_393
    assert rows["bad_debt"] == 6
    assert rows["exact_duplicate"] == 11_812
    assert rows["no_description"] == 2_821 + 1_454
    assert rows["unknown_code"] == rows["impossible"] == rows["cancellation_without_units"] == 0
    assert "5305 become 5131" in next(rule.does for rule in published.rules if rule.name == "code_spelling")
    lines = read_lines(REAL)
    assert lines["customer"].isna().sum() == 235_287
    # 3,393 write-offs, 5 bad debts below 0, 1,808 entries of stock, 769 free lines, 54 that are no goods.
    free = lines["price"] <= 0
    assert free.sum() == 6_029 == 3_393 + 5 + rows["stock_entry"] + rows["free_line"] + 54


def test_the_two_giant_orders_were_cancelled_within_the_hour(published: Imported) -> None:
    orders = published.tables["orders"]
    giant = orders[orders["quantity"] > 50_000].astype({"order": str, "sku": str})
    assert giant[["order", "sku", "quantity", "quantity_shipped"]].to_numpy().tolist() == [
        ["541431", "23166", 74_215.0, 0.0],
        ["581483", "23843", 80_995.0, 0.0],
    ]
    waited = (giant["cancelled_at"] - giant["ordered_at"]).dt.total_seconds() / 60
    assert waited.tolist() == [16.0, 12.0]


def test_the_shop_was_closed_on_saturdays_and_over_christmas(published: Imported) -> None:
    events = published.tables["events"].astype({"name": str})
    assert events["name"].value_counts().to_dict() == {"weekly closing day": 104, "holiday": 31}
    assert set(events["date"][events["name"] == "weekly closing day"].dt.day_name()) == {"Saturday"}
    christmas = {f"2010-12-{day}" for day in range(24, 32)} | {"2011-01-02", "2011-01-03"}
    assert christmas <= set(events["date"].dt.strftime("%Y-%m-%d"))


def test_no_stock_keepers_note_names_a_product(published: Imported) -> None:
    products = published.tables["products"]
    assert products["description"].notna().all()
    assert products["description"].astype(str).str.contains("[A-Z]{3}|[A-Z][a-z]+ [A-Z]").all()
    notes = "damage|missing|found|check|adjust|thrown|wrong|sold as|mixed|amazon"
    written = products["description"].astype(str)
    assert written[written.str.contains(notes)].tolist() == []
