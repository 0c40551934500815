"""A real Vendure's orders become demand and its stock stock, backorders among them; npm installs it first."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest
import yaml

from forecasting.dataset.check import check
from forecasting.dataset.read import read
from tests.support.builders import write_dataset
from tests.support.command import reorder
from tests.support.vendure import PASSWORD, USER, Vendure, why_not


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


def test_backordered_items_show_our_text_and_date_in_the_shop(shop, tmp_path):
    (tmp_path / "password").write_text(PASSWORD)
    settings = {"kind": "vendure", "url": shop.url, "user": USER}
    settings["password"] = {"file": str(tmp_path / "password")}
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(settings))
    write_dataset(
        tmp_path / "own",
        products=[{"sku": sku, "supplier": "ACME", "unit_cost": 4} for sku in ("LAMP", "BULB")],
        suppliers=[{"supplier": "ACME", "lead_time_days": 14}],
    )
    data = tmp_path / "data"
    today = date.today()
    done = reorder(
        "import",
        "vendure",
        data,
        "--settings",
        tmp_path / "shop.yaml",
        "--own",
        tmp_path / "own",
        "--as-of",
        today,
    )
    assert done.code == 0, done.err
    promised = reorder(
        "promise", data, "--as-of", today, "--out", tmp_path / "p", "--set", "model=moving_average"
    )
    assert promised.code == 0, promised.err
    front = pd.read_parquet(tmp_path / "p" / "storefront.parquet").set_index("sku")
    assert front["status"].to_dict() == {"LAMP": "on_backorder", "BULB": "in_stock"}

    arguments = ("publish", tmp_path / "p", "--settings", tmp_path / "shop.yaml")
    tried = reorder(*arguments, "--dry-run")
    first = reorder(*arguments)
    again = reorder(*arguments)
    assert (tried.code, first.code, again.code) == (0, 0, 0), tried.err + first.err + again.err
    assert first.out.startswith("2 items and 2 orders were written"), first.out
    assert again.out.startswith("0 items and 0 orders were written; 4 say so already"), again.out

    shown = shop.ask(
        "query { products { items { variants { sku customFields { availabilityText nextArrival } } } } }",
        api="shop-api",
    )["products"]["items"]
    fields = {each["sku"]: each["customFields"] for product in shown for each in product["variants"]}
    assert fields["LAMP"]["availabilityText"] == front["says"]["LAMP"]
    assert fields["LAMP"]["nextArrival"][:10] == str(front["eta_p90"]["LAMP"])[:10]
    assert fields["BULB"] == {"availabilityText": front["says"]["BULB"], "nextArrival": None}
    etas = shop.ask("query { orders(options: {sort: {id: ASC}}) { items { code customFields { eta } } } }")
    promises = pd.read_parquet(tmp_path / "p" / "promises.parquet").set_index("order")["eta_p90"]
    told = {row["code"]: row["customFields"]["eta"] for row in etas["orders"]["items"]}
    assert {code: str(day)[:10] for code, day in promises.items()} == {
        code: told[code][:10] for code in promises.index
    }
