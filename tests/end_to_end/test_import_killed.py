"""The real command is killed while it imports, again and again: nothing is lost or double."""

from __future__ import annotations

import os
import random
import time

import pytest
import yaml

from forecasting.dataset.read import read
from tests.support.clocks import FakeClock
from tests.support.command import process, reorder
from tests.support.served import served
from tests.support.stand_ins.orderspace import CLIENT_ID, CLIENT_SECRET, Orderspace


@pytest.mark.parametrize(("orders", "kills"), [(2_000, 2), pytest.param(20_000, 10, marks=pytest.mark.slow)])
def test_an_import_that_is_killed_goes_on_and_the_shop_is_imported_whole(
    tmp_path, monkeypatch, orders, kills
):
    chance = random.Random(3)
    clock = FakeClock(time.time())
    shop = Orderspace(clock, per_minute=1_000_000)
    for sku in ("A", "B"):
        shop.product(sku)
        shop.level(sku, 10_000)
    clock.forward(days=-80)
    for number in range(1, orders + 1):
        clock.forward(seconds=80 * 86_400 / orders)
        shop.order(number, ("A", chance.randint(1, 9)), ("B", 1), status=chance.choice(["new", "fulfilled"]))
    numbers = iter(range(1_000_001, 2_000_000))

    def living(path: str) -> None:
        clock.now = max(clock.now, time.time())
        time.sleep(0.02)
        if chance.random() < 0.2:
            shop.order(next(numbers), ("A", 2), status="fulfilled")

    shop.before_answer = living
    monkeypatch.setenv("ORDERSPACE_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("ORDERSPACE_CLIENT_SECRET", CLIENT_SECRET)
    with served(shop) as url:
        settings = {"url": f"{url}/v1", "identity_url": f"{url}/oauth/token", "per_minute": 1_000_000}
        (tmp_path / "shop.yaml").write_text(yaml.safe_dump(settings))
        arguments = ("import", "orderspace", tmp_path / "data", "--settings", tmp_path / "shop.yaml")
        killed = 0
        for _ in range(kills):
            asked = len(shop.paths)
            with process(*arguments) as importing:
                until = time.monotonic() + 60
                while len(shop.paths) == asked and time.monotonic() < until and importing.poll() is None:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0.0, 0.3))
                killed += importing.poll() is None
                importing.kill()
        shop.before_answer = lambda path: None
        asked = len(shop.paths)
        ended = reorder(*arguments)
    assert ended.code == 0, ended.err
    found = read(tmp_path / "data").orders.set_index(["order", "sku"])["quantity"]
    wanted = {
        (str(order["number"]), line["sku"]): line["quantity"]
        for order in shop.records["orders"].values()
        for line in order["order_lines"]
    }
    print(f"{killed} kills, {len(shop.paths)} requests, {len(shop.records['orders'])} orders")
    assert found.index.is_unique and found.to_dict() == wanted
    assert killed > kills // 2
    secrets = (os.environ["ORDERSPACE_CLIENT_SECRET"].encode(), b"token-hunter2")
    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert [file for file in files for each in secrets if each in file.read_bytes()] == []
