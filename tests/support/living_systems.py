"""A wholesaler's shop (Orderspace) and ordering system (Odoo) that live on with it, behind real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import yaml

from tests.support.clocks import FakeClock
from tests.support.served import served
from tests.support.stand_ins.living_odoo import LivingOdoo
from tests.support.stand_ins.odoo_records import KEY
from tests.support.stand_ins.orderspace import CLIENT_ID, CLIENT_SECRET, Orderspace
from tests.support.wholesaler import DAY, Line, Purchase, Wholesaler

ANY = 1_000_000
"""Requests a minute: the nights' clock stands still while they ask."""


@dataclass
class Systems:
    """What both of them say of the wholesaler. ``bought``: Odoo's id of each purchase, by its name."""

    of: Wholesaler
    clock: FakeClock
    shop: Orderspace
    erp: LivingOdoo
    bought: dict[str, int]

    def live(self, day: date) -> None:
        """The buyer confirms what was loaded in the night; then the day happens, in both systems."""
        self._at(datetime.combine(day, datetime.min.time()) + timedelta(hours=6))
        for draft in self.erp.drafts():
            name = str(draft["origin"])
            lines = self.erp.ordered(draft["id"])
            self.of.buy(name, draft["partner_id"][1], lines, day - DAY)
            self.bought[name] = draft["id"]
            self.erp.confirm(draft)
        for event, what in self.of.live(day):
            self._happens(event, what)
        self._at(datetime.combine(day + DAY, datetime.min.time()) + timedelta(hours=2))

    def _at(self, at: datetime) -> None:
        self.clock.now = max(self.clock.now, at.replace(tzinfo=UTC).timestamp())

    def _happens(self, event: str, what: Purchase | Line) -> None:
        if isinstance(what, Purchase):
            self.erp.come(self.bought[what.name])
            for sku in what.lines:
                self.shop.level(sku, self.shop.levels[sku]["on_hand"] + what.lines[sku])
            return
        if event == "order":
            self._at(what.at)
            self._order(what)
        else:
            self.shop.dispatch(what.number, what.quantity)

    def _order(self, line: Line) -> None:
        more = {"delivery_date": str(line.ready), "standing_order_id": "so_1"} if line.standing else {}
        customer = {"customer_id": f"cu_{line.customer}", "company_name": line.customer}
        self.shop.order(line.number, (line.sku, line.quantity), **customer, **more)

    def opens(self) -> None:
        """Its past, as both systems kept it."""
        of = self.of
        self.clock.now = (min(line.at for line in of.past) - DAY).replace(tzinfo=UTC).timestamp()
        for item in of.items.values():
            figures = {"price": item.price, "cost": item.cost, "least": item.least}
            self.erp.item(item.sku, item.supplier, item.lead_days, **figures)
            self.shop.product(item.sku)
            self.shop.records["products"][f"pr_{item.sku}"]["product_variants"][0] |= {
                "backorder": item.waits,
                "unit_price": item.price,
            }
            self.shop.level(item.sku, 0)
        happened = [(line.at, 0, line) for line in of.past]
        happened += [(line.ended, 1, line) for line in of.past if line.ended is not None]
        for purchase in of.purchases:
            morning = datetime.min.time()
            happened.append((datetime.combine(purchase.ordered, morning), 2, purchase))
            if purchase.received:
                happened.append((datetime.combine(purchase.due, morning), 3, purchase))
        for at, kind, what in sorted(happened, key=lambda each: each[:2]):
            self._at(at)
            self._happened(kind, what)
        for sku, units in of.on_hand.items():
            self.shop.level(sku, units)
        self._at(datetime.combine(of.begins + DAY, datetime.min.time()) + timedelta(hours=2))

    def _happened(self, kind: int, what: Line | Purchase) -> None:
        if kind == 0:
            self._order(what)
        elif kind == 1 and what.status == "shipped":
            self.shop.dispatch(what.number, what.quantity)
        elif kind == 1:
            order = self.shop.records["orders"][f"or_{what.number:08d}"]
            self.shop.put("orders", {**order, "status": "cancelled"})
        elif kind == 2:
            self.bought[what.name] = self.erp.purchase(
                what.name, what.supplier, what.ordered, dict(what.lines)
            )
        else:
            self.erp.come(self.bought[what.name])


@contextmanager
def systems(of: Wholesaler, folder: Path) -> Iterator[Systems]:
    """Both of them answer, and their settings are in ``folder``: ``shop.yaml`` and ``targets.yaml``."""
    clock = FakeClock()
    shop, erp = Orderspace(clock, token_seconds=1e9, per_minute=ANY), LivingOdoo(clock)
    made = Systems(of, clock, shop, erp, {})
    made.opens()
    with ExitStack() as open_until_then:
        shop_url, erp_url = (open_until_then.enter_context(served(each)) for each in (shop, erp))
        for name, secret in (("id", CLIENT_ID), ("secret", CLIENT_SECRET), ("key", KEY)):
            (folder / name).write_text(secret)
        odoo = {"kind": "odoo", "url": erp_url, "database": "company", "key": {"file": str(folder / "key")}}
        (folder / "erp.yaml").write_text(yaml.safe_dump(odoo))
        (folder / "targets.yaml").write_text(yaml.safe_dump({"erp": odoo}))
        given = {"kind": "orderspace", "url": f"{shop_url}/v1", "identity_url": f"{shop_url}/oauth/token"}
        given |= {"client_id": {"file": str(folder / "id")}, "per_minute": ANY, "own": "erp.yaml"}
        secret = {"client_secret": {"file": str(folder / "secret")}}
        (folder / "shop.yaml").write_text(yaml.safe_dump({**given, **secret}))
        yield made
