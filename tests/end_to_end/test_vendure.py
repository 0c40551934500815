"""A real Vendure's orders become demand and its stock stock, backorders among them; npm installs it first."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
import yaml

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.command import reorder
from tests.support.vendure import PASSWORD, USER, Vendure, why_not

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    made = Vendure(tmp_path_factory.mktemp("vendure"))
    made.start()
    yield made
    made.kill()


def test_its_orders_become_demand_and_its_stock_stock(shop, tmp_path):
    shop.open_shop({"LAMP": 10, "BULB": 3})
    served = shop.buy({"LAMP": 4, "BULB": 1})
    short = shop.buy({"LAMP": 30})
    given_up = shop.buy({"BULB": 2})
    shop.buy({"BULB": 1}, pay=False)
    shop.ship(served)
    shop.cancel(given_up)
    (tmp_path / "password").write_text(PASSWORD)
    settings = {
        "kind": "vendure",
        "url": shop.url,
        "user": USER,
        "password": {"file": str(tmp_path / "password")},
    }
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(settings))
    arguments = (
        "import",
        "vendure",
        tmp_path / "data",
        "--settings",
        tmp_path / "shop.yaml",
        "--as-of",
        date.today(),
    )

    first = reorder(*arguments)
    assert first.code == 0, first.err
    data = read(tmp_path / "data")
    lines = {(row.order, row.sku): (row.quantity, row.status) for row in data.orders.itertuples()}
    assert lines == {
        (served, "LAMP"): (4.0, "shipped"),
        (served, "BULB"): (1.0, "shipped"),
        (short, "LAMP"): (30.0, "open"),
        (given_up, "BULB"): (2.0, "cancelled"),
    }
    assert data.stock.set_index("sku")["on_hand"].to_dict() == {"LAMP": 6.0, "BULB": 2.0}
    assert set(data.products["backorder"]) == {"allowed"}
    assert data.products["max_backorder_quantity"].tolist() == [50.0, 50.0]
    assert not check(tmp_path / "data").problems

    shop.ship(short, {"LAMP": 6})
    later = shop.buy({"BULB": 1})
    again = reorder(*arguments)
    assert again.code == 0, again.err
    orders = read(tmp_path / "data").orders
    parts = orders[orders["order"] == short][["quantity", "status"]].to_numpy().tolist()
    assert parts == [[6.0, "shipped"], [24.0, "open"]]
    assert Counter(orders["order"]) == {served: 2, short: 2, given_up: 1, later: 1}
    assert all(PASSWORD not in text for text in (first.out, first.err, again.out, again.err))
