"""A real Tryton gets each approved order exactly once, with the right lines; it is installed first."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from forecasting.bootstrap.ordering import utc_now
from forecasting.connectors.targets.port import Held
from forecasting.connectors.targets.registry import made
from forecasting.dataset.check import check
from forecasting.dataset.read import read
from forecasting.nightly.beside import beside, suggestions_in
from forecasting.reviewing.deciding import approve
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.builders import order, write_dataset
from tests.support.command import process, reorder
from tests.support.hostile_proxy import HostileProxy
from tests.support.postgresql import Postgresql
from tests.support.review import ANN, lines, opened, seen
from tests.support.tryton import PASSWORD, tryton
from tests.support.tryton_business import Business
from tests.support.tryton_orders import SKUS, assert_each_once, kept, many_orders, named, straight
from tests.support.waiting import until

KILLS, MORE_KILLS = 20, int(os.environ.get("REORDER_KILLS", "200"))
"""Of senders: always, and where all is tested."""

SERVER_KILLS = 8
WAITING = 20
"""Orders that wait for each sender: one without work is not worth killing."""


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    running = Postgresql(tmp_path_factory.mktemp("tryton_postgresql"))
    yield running
    running.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def erp(request, tmp_path_factory):
    """On each of its databases: what holds of one must hold of the other."""
    beneath = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    server = tryton(tmp_path_factory.mktemp("tryton"), beneath)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def db(tmp_path):
    """A plan of twenty items of two suppliers, all short of stock."""
    sold = [
        order(sku, f"2026-0{month}-{day:02d}", 5)
        for sku in SKUS
        for month in (4, 5, 6)
        for day in (3, 13, 23)
    ]
    write_dataset(
        tmp_path / "data",
        orders=sold,
        products=[
            {"sku": sku, "supplier": ("SUP-A", "SUP-B")[at % 2], "unit_cost": 5, "unit_price": 20}
            for at, sku in enumerate(SKUS)
        ],
        stock=[{"as_of": "2026-06-23", "sku": sku, "on_hand": 1} for sku in SKUS],
    )
    url = f"sqlite:///{tmp_path / 'r.db'}"
    planned = reorder(
        "plan", tmp_path / "data", "--as-of", "2026-06-23", "--db", url, "--set", "model=moving_average"
    )
    assert planned.code == 0, planned.err
    return url


def test_recommendations_arrive_as_draft_purchases_and_a_second_send_writes_nothing(erp, db, tmp_path):
    store = opened(db)
    approved = [approve(store, ANN, seen(each)) for each in lines(store, only="suggested", size=100)]
    store.close()
    assert len(approved) == len(SKUS)
    arguments = ("send", "--db", db, "--to", "erp", "--targets", named(tmp_path, erp.url))

    first = reorder(*arguments)
    assert first.code == 0, first.out + first.err
    target, orders = straight(erp, tmp_path), kept(db)
    assert {each.supplier for each in orders} == {"SUP-A", "SUP-B"}
    assert {sku: q for each in orders for sku, q in each.order.quantities.items()} == {
        each.sku: each.quantity for each in approved
    }
    assert_each_once(target, orders)
    fields = ["purchase.party.code", "purchase.reference", "product.code", "quantity", "unit_price"]
    there = target._call("model.purchase.line.search_read", [["type", "=", "line"]], 0, None, None, fields)
    assert {(row["purchase."]["party."]["code"], row["product."]["code"]) for row in there} == {
        (each.supplier, each.sku) for each in approved
    }
    assert {row["unit_price"]["decimal"] for row in there} == {"5.0000"}

    again = reorder(*arguments)
    assert (again.code, "0 attempts" in again.out) == (0, True)
    assert_each_once(target, orders)
    assert all(PASSWORD not in text for text in (first.out, first.err, again.out, again.err))

    # What a buyer does there afterwards is left as it is, and told once.
    edited, cancelled = orders
    line = target.read_back(edited.number).parts[0]
    target._call("model.purchase.line.write", [int(line)], {"quantity": 77.0})
    target._call("model.purchase.purchase.cancel", [int(cancelled.number)])
    third, fourth = reorder(*arguments), reorder(*arguments)
    assert (third.code, fourth.code) == (0, 0), third.err + fourth.err
    assert "2 orders changed or cancelled there" in third.out and "changed or" not in fourth.out
    assert ": 77 there, " in third.out and f"{cancelled.number} was cancelled" in third.out
    assert {each.status for each in kept(db)} == {"left_alone"}
    assert 77 in target.read_back(edited.number).quantities.values()


def test_recommendations_arrive_as_approved_requisitions_once(erp, db, tmp_path):
    store = opened(db)
    approved = [approve(store, ANN, seen(each)) for each in lines(store, only="suggested", size=100)]
    store.close()
    file = named(tmp_path, erp.url, document="requisition")
    arguments = ("send", "--db", db, "--to", "erp", "--targets", file)
    first, again = reorder(*arguments), reorder(*arguments)
    assert (first.code, again.code, "0 attempts" in again.out) == (0, 0, True), first.err + again.err

    given = yaml.safe_load(file.read_text())["erp"]
    del given["currency"]
    target = made("erp", given)
    for each in kept(db):
        (document,) = target.find(each.key)
        assert (each.status, document.held) == ("delivered", Held.WHOLE)
        assert document.quantities == each.order.quantities
    asked = target._session.call(
        "model.purchase.request.search_read",
        [["origin.requisition.description", "like", "reorder-%", "purchase.requisition.line"]],
        0,
        None,
        None,
        ["product.code", "quantity", "party.code"],
    )
    assert {row["product."]["code"]: Decimal(str(row["quantity"])) for row in asked} == {
        each.sku: each.quantity for each in approved
    }


def test_its_business_is_imported_and_planned_beside_its_own_suggestion(erp, tmp_path):
    target = straight(erp, tmp_path)
    given = yaml.safe_load(named(tmp_path, erp.url).read_text())["erp"]
    settings = {**{name: given[name] for name in ("url", "database", "user", "password")}, "kind": "tryton"}
    (tmp_path / "source.yaml").write_text(yaml.safe_dump(settings))
    shop = Business(erp, target)
    today = date.today()
    back = [today - timedelta(days=days) for days in range(12)]
    for day in back[2:]:
        shop.ship(shop.sell({"SKU004": 1}, day))
    served = shop.sell({"SKU000": 4, "SKU001": 40}, back[9])
    quoted = shop.sell({"SKU002": 2}, back[9], upto="quote")
    shop.sell({"SKU003": 9}, back[9], upto="confirm")
    shop.receive(shop.buy({"SKU000": 50}, back[11]), back[3])
    shop.buy({"SKU000": 60}, back[5])
    draft = shop.buy({"SKU002": 7}, back[1], upto="")
    theirs = shop.suggest()
    shop.exchange("EUR", 1.0, back[1])
    shop.offer("SKU001", "SUP-C", shop.exchange("USD", 1.25, back[1]), {1.0: 7.5, 100.0: 7.25})

    arguments = ("import", "tryton", tmp_path / "data", "--settings", tmp_path / "source.yaml")
    first = reorder(*arguments, "--as-of", today)
    assert first.code == 0, first.err
    data = read(tmp_path / "data")
    lines = data.orders.groupby("sku", observed=True)["quantity"].sum().to_dict()
    assert lines == {"SKU000": 4, "SKU001": 40, "SKU003": 9, "SKU004": 10}
    assert Counter(data.orders["status"]) == {"shipped": 10, "open": 3}
    bought = data.purchase_orders[["sku", "quantity", "quantity_received", "status"]].astype(object)
    assert bought.fillna(0).to_numpy().tolist() == [
        ["SKU000", 50, 50, "received"],
        ["SKU000", 60, 0, "open"],
        ["SKU002", 7, 0, "draft"],
    ]
    assert data.purchase_orders["received_at"].dt.date[0] == back[3]
    lamp = data.products.set_index("sku").loc["SKU001"]
    terms = lamp[["supplier", "unit_cost", "lead_time_days", "reorder_point", "order_up_to"]]
    assert terms.tolist() == ["SUP-B", 5.0, 10.0, 41.0, 130.0]
    offers = data.supplier_items[data.supplier_items["sku"] == "SKU001"].set_index("supplier")
    names = ["rank", "lead_time_days", "unit_cost", "supplier_sku"]
    assert offers.loc["SUP-B", names].tolist() == [1.0, 10.0, 5.0, "S-1"]
    assert offers.loc["SUP-C", names].tolist() == [2.0, 30.0, 7.5, "X-SKU001"]
    assert data.currencies[["currency", "rate"]].to_numpy().tolist() == [["USD", 0.8]]
    breaks = data.price_breaks[["supplier", "sku", "min_quantity", "unit_cost"]]
    assert breaks.to_numpy().tolist() == [["SUP-C", "SKU001", 100.0, 7.25]]
    on_hand = data.stock.set_index("sku")["on_hand"]
    assert on_hand[["SKU000", "SKU001", "SKU004"]].tolist() == [75.0, 25.0, 15.0]
    assert not check(tmp_path / "data").problems

    planned = reorder(
        "plan", tmp_path / "data", "--as-of", today, "--out", tmp_path / "plan", "--set", "policy=own_levels",
        "--set", "model=moving_average",
    )  # fmt: skip
    assert planned.code == 0, planned.err
    recommended = pd.read_parquet(tmp_path / "plan" / "recommendations.parquet")
    shown = beside(recommended, suggestions_in(tmp_path / "data/.source/suggestions.csv"))
    assert shown.set_index("sku")["theirs"].to_dict() == theirs
    assert (shown["ours"] == shown["theirs"]).all() and len(shown) == len(SKUS) - 1

    # Only what was changed since is read, and a deleted draft counts no longer.
    shop.cancel_sale(quoted)
    shop.delete_draft(draft)
    shop.ship(served)
    again = reorder(*arguments, "--as-of", today)
    assert again.code == 0, again.err
    later = read(tmp_path / "data")
    assert Counter(later.orders["status"]) == {"shipped": 12, "open": 1}
    assert later.stock.set_index("sku")["on_hand"]["SKU001"] == -15.0
    assert set(later.purchase_orders["status"]) == {"received", "open"}
    assert len(later.orders) == len(data.orders) and len(later.stock) == len(data.stock)
    assert all(PASSWORD not in text for text in (first.out, first.err, again.out, again.err))

    # Its own levels as they are, and those of another rule as they are then read.
    publish = ("publish", tmp_path / "plan", "--settings", tmp_path / "source.yaml")
    told = reorder(*publish)
    assert told.out.startswith(f"0 order points were written; {len(SKUS)} say so already"), (
        told.out + told.err
    )
    levels = recommended.assign(reorder_point=7.0, order_up_to=[*range(20, 39), float("nan")])
    levels.to_parquet(tmp_path / "plan" / "recommendations.parquet")
    told = reorder(*publish)
    assert told.out.startswith("19 order points were written; 0 say so already"), told.out + told.err
    assert reorder(*arguments, "--as-of", today).code == 0
    terms = read(tmp_path / "data").products.set_index("sku").loc[levels["sku"][:19]]
    assert set(terms["reorder_point"]) == {7.0}
    assert terms["order_up_to"].tolist() == [*range(20, 39)]


def time_out_for(target) -> float:
    """Seconds in which it answers as a rule, on a machine as busy as this one."""
    began = time.monotonic()
    target.find("reorder-0")
    return max(1.0, 3.0 * (time.monotonic() - began))


def a_night_passes(db, coming) -> None:
    """All that waits is due, and more comes: each sender has ``WAITING`` orders to bring."""
    store = Store(db)
    with store.writing() as transaction:
        transaction.execute(sa.update(outbox.o).values(next_at=utc_now()))
        for each in islice(coming, WAITING - outbox.unfinished(transaction, "erp")):
            outbox.put_in(transaction, each, "erp", "", dict.fromkeys(each.quantities, 1), utc_now())
    store.close()


def _has_asked_or_ended(proxy, asked, sender) -> bool:
    return proxy.faults.total() != asked or sender.poll() is not None


@pytest.mark.parametrize("kills", [KILLS, pytest.param(MORE_KILLS, marks=pytest.mark.slow)])
def test_senders_and_a_server_that_are_killed_behind_a_hostile_proxy_leave_each_order_once(
    erp, db, tmp_path, kills
):
    seed = int(os.environ.get("REORDER_SEED", "7"))
    print(f"seed {seed}")
    coming = iter(many_orders(WAITING * (kills + 1)))
    timeout = time_out_for(straight(erp, tmp_path))
    hit = ("purchase.create", "purchase.write", "purchase.search_read")
    proxy = HostileProxy(erp.port, seed, hit, timeout)
    arguments = ("send", "--db", db, "--to", "erp", "--targets", named(tmp_path, proxy.url, timeout=timeout))

    chance, began, died = random.Random(seed), time.monotonic(), 0
    for at in range(kills):
        asked = proxy.faults.total()
        a_night_passes(db, coming)
        with process(*arguments) as sender:
            # It takes seconds to start: only one that has begun to ask is worth killing.
            until(partial(_has_asked_or_ended, proxy, asked, sender), 60)
            time.sleep(chance.uniform(0.0, 2.0 * timeout))
            if at % max(kills // SERVER_KILLS, 1) == 0:
                # The system dies, too, in the middle of whatever it does, and comes again.
                erp.kill()
                erp.start()
                died += 1
            sender.kill()
        if (at + 1) % 20 == 0:
            reached = Counter(each.status for each in kept(db))
            print(f"{at + 1} kills in {time.monotonic() - began:.0f} s: {dict(reached)}", flush=True)
    killed_in = time.monotonic() - began
    reached = Counter(each.status for each in kept(db))
    a_night_passes(db, iter(()))
    with process(*arguments, "--patience", 0) as sender:
        # Nobody kills this one; what fails for it is due the night after.
        sender.communicate(timeout=300)
    # What was delayed arrives, the line is good again; then the next night's sender only sweeps.
    proxy.hostile = False
    time.sleep(5 * timeout)
    named(tmp_path, proxy.url)
    a_night_passes(db, iter(()))
    reorder(*arguments)
    last = reorder(*arguments)
    proxy.close()

    said = f"{kills} kills, {died} of the server, in {killed_in:.0f} s; then {dict(reached)}"
    print(said, dict(proxy.faults), last.out)
    assert last.code == 0, last.out + last.err
    assert_each_once(straight(erp, tmp_path), kept(db))
