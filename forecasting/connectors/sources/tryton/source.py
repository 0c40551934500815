"""What is read of Tryton, and when: what was modified since the last import, by id; small lists as a whole.

Every record tells when it was modified, by the server's own clock, so that no clock of ours matters. A draft
purchase that was deleted is looked for each time, for it would count as on order; other deletions are found
by the whole reading every ``whole_days`` days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from forecasting.connectors.sources.client import Client, Clock, unauthorized
from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import Changes, RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.tryton.supply import rates_of
from forecasting.connectors.sources.tryton.tables import DRAFT, tables_of
from forecasting.connectors.sources.walking import Feed, Page, bring
from forecasting.connectors.targets.http import Http, Unauthorized
from forecasting.connectors.targets.port import RefusedByTarget, TargetUnavailable
from forecasting.connectors.targets.settings import HttpSettings, SecretSource
from forecasting.connectors.targets.tryton_session import Session

OVERLAP = timedelta(minutes=10)
"""What a transaction of the server may take: its records are stamped before they can be seen."""

LIMIT = 500
EARLIEST = "1970-01-01T00:00:00"

FIELDS: Mapping[str, tuple[str, str]] = {
    "sales": (
        "sale.sale",
        "number reference sale_date create_date state shipping_date party.code party.name warehouse.code",
    ),
    "sale_lines": (
        "sale.line",
        "sale type product.code quantity unit_price unit.factor product.default_uom.factor",
    ),
    "moves": (
        "stock.move",
        "origin internal_quantity state effective_date from_location.type to_location.type",
    ),
    "purchases": (
        "purchase.purchase",
        "number reference purchase_date create_date state party.code party.name warehouse.code currency.code",
    ),
    "purchase_lines": (
        "purchase.line",
        "purchase type product.code quantity unit_price delivery_date unit.factor product.default_uom.factor",
    ),
    "products": (
        "product.product",
        "code active template.name template.active template.list_price list_price cost_price "
        "template.account_category.name template.type default_uom.factor",
    ),
    "supplies": (
        "purchase.product_supplier",
        "party.code party.name template.products product lead_time_used sequence code currency.code "
        "unit.factor unit.symbol prices.quantity prices.unit_price",
    ),
    "order_points": (
        "stock.order_point",
        "product.code product.default_uom.rounding location.code min_quantity target_quantity type",
    ),
    "requests": ("purchase.request", "product.code party.code quantity supply_date state warehouse.code"),
}
"""A feed -> its model, and the fields that are read of it."""

GOODS = ["OR", ["origin", "like", "sale.line,%"], ["origin", "like", "purchase.line,%"]]
"""Of a sale's moves only those to the customer name its line; picks name the move that they serve."""

DOMAINS: Mapping[str, list[Any]] = {"moves": [GOODS], "requests": [["state", "=", "draft"]]}
WHOLE = ("products", "supplies", "order_points", "requests")
"""Feeds whose records change without saying so: prices and codes are records of their own."""

PASSING = ("supplies", "order_points", "requests")
"""Feeds that may be emptied and filled anew: each supply run makes its requests afresh."""


class Settings(HttpSettings):
    """``locations``: a warehouse's code -> our location; where they have one warehouse only, ``main``."""

    database: str
    user: str
    password: SecretSource
    locations: dict[str, str] = Field(default_factory=dict)
    whole_days: float = Field(7.0, gt=0)


def build(
    settings: Settings, kept: Kept, as_of: date, *, transport: Any = None, clock: Clock | None = None
) -> TrytonSource:
    """The source; ``as_of``: the day at whose close its stock of now counts."""
    http = Http(settings.url, {}, timeout=settings.timeout, ca_file=settings.ca_file, transport=transport)
    client = Client(http, clock)
    session = Session(client, settings.database, settings.user, settings.password)
    return TrytonSource(session, client, kept, as_of, settings)


class TrytonSource:
    """One company's records, kept as they were read."""

    def __init__(self, session: Session, client: Client, kept: Kept, as_of: date, settings: Settings) -> None:
        self._session, self._client, self._kept, self._as_of = session, client, kept, as_of
        self._settings = settings

    def changes(self, since: datetime | None = None) -> Changes:
        """The tables as they are now."""
        now = datetime.fromtimestamp(self._client.clock.time(), UTC)
        for name in FIELDS:
            try:
                bring(self._kept, self._feed(name, now), now)
            except SourceUnavailable as error:
                # A model of a module that is not activated there is told by its bare name.
                if name not in PASSING or f"'{FIELDS[name][0]}'" not in str(error):
                    raise
        self._forget_deleted_drafts()
        warehouses = self._call(
            "stock.location.search_read", [["type", "=", "warehouse"]], 0, None, [["id", "ASC"]], ["code"]
        )
        company = self._session.context.get("company")
        owned = self._call(
            "company.company.search_read", [["id", "=", company]], 0, 1, None, ["currency.code"]
        )
        if not owned:
            raise SourceUnavailable(f"the user {self._settings.user!r} of Tryton has no company")
        at = {str(row["code"]): self._location(str(row["code"]), len(warehouses)) for row in warehouses}
        stock = {at[str(row["code"])]: self._on_hand(row["id"]) for row in warehouses}
        own = str(owned[0]["currency."]["code"])
        currencies = self._call("currency.currency.search_read", [], 0, None, None, ["code", "rate"])
        rates = rates_of(own, flat(currencies))
        return tables_of(self._kept, stock, at, own, rates, self._as_of)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def _location(self, code: str, count: int) -> str:
        return self._settings.locations.get(code, "main" if count == 1 else code)

    def _feed(self, name: str, now: datetime) -> Feed:
        model, fields = FIELDS[name]
        domain = DOMAINS.get(name, [])

        def begin() -> str:
            newest = self._call(
                f"{model}.search_read",
                domain, 0, 1, [["last_modified_at", "DESC"]], ["last_modified_at"],
            )  # fmt: skip
            last = flat(newest[0]["last_modified_at"]) if newest else EARLIEST
            return (datetime.fromisoformat(last) - OVERLAP).isoformat() if newest else EARLIEST

        def page(since: str | None, after: str | None) -> Page:
            wanted = [*domain]
            if since is not None:
                wanted.append(["last_modified_at", ">=", _stamp(since)])
            if after is not None:
                wanted.append(["id", ">", int(after)])
            rows = self._call(f"{model}.search_read", wanted, 0, LIMIT, [["id", "ASC"]], fields.split())
            records = {str(row["id"]): flat(row) for row in rows}
            return Page(records, str(rows[-1]["id"]) if len(rows) == LIMIT else None)

        def keep(old: Any, new: Any) -> Any:
            # A quotation that was cancelled was never ordered.
            if new.get("state") != "cancelled" or old is None:
                return new
            ordered = old.get("state") in ("confirmed", "processing", "done")
            seen = now.date().isoformat() if ordered else old.get("cancelled_seen")
            return new if seen is None else {**new, "cancelled_seen": seen}

        whole_days = 0.0 if name in WHOLE else self._settings.whole_days
        merge = keep if name == "sales" else None
        return Feed(name, page, begin, whole_days, merge, history=name not in PASSING)

    def _forget_deleted_drafts(self) -> None:
        drafts = sorted(self._kept.keys_where("purchases", "state", DRAFT), key=int)
        gone: list[str] = []
        for start in range(0, len(drafts), LIMIT):
            some = drafts[start : start + LIMIT]
            there = self._call(
                "purchase.purchase.search", [["id", "in", [int(key) for key in some]]], 0, None, None
            )
            gone += sorted(set(some) - {str(key) for key in there})
        with self._kept.at_once():
            self._kept.remove("purchases", gone)

    def _on_hand(self, warehouse: int) -> dict[str, float]:
        """Units on hand by code, of all products that there are any of."""
        found: dict[str, float] = {}
        after = 0
        while True:
            rows = self._call(
                "product.product.search_read",
                [["id", ">", after], ["template.type", "=", "goods"]],
                0, LIMIT, [["id", "ASC"]], ["code", "quantity"],
                context={"locations": [warehouse], "stock_date_end": None},
            )  # fmt: skip
            found |= {row["code"]: float(row["quantity"] or 0.0) for row in rows if row["code"]}
            if len(rows) < LIMIT:
                return found
            after = rows[-1]["id"]

    def _call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._session.call(f"model.{method}", *arguments, context=context)
        except Unauthorized as error:
            raise unauthorized(error) from None
        except RefusedByTarget as error:
            raise RefusedBySource(f"{method}: {error}", 400) from None
        except TargetUnavailable as error:
            raise SourceUnavailable(f"{error}. What was read is kept: import again later.") from None


def flat(value: Any) -> Any:
    """A value of Tryton as plain JSON: numbers, ISO dates, and days for spans of time."""
    if isinstance(value, list):
        return [flat(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__class__")
    if kind == "Decimal":
        return float(Decimal(value["decimal"]))
    if kind == "timedelta":
        return float(value["seconds"]) / 86_400
    if kind in ("date", "datetime"):
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        told: dict[str, Any] = {part: int(value[part]) for part in parts if part in value}
        return (date(**told) if kind == "date" else datetime(**told)).isoformat()
    return {str(name): flat(each) for name, each in value.items()}


def _stamp(since: str) -> dict[str, Any]:
    at = datetime.fromisoformat(since)
    parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{part: getattr(at, part) for part in parts}}
