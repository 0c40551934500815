"""Open purchase orders: which to have sooner, which later, which not at all, and whom that touches.

*Expedite* where what it costs is less than what customers' lateness then no longer costs (``actions`` of
``promise``). *Defer* and *cancel* what lifts an item beyond its order-up-to level: without those units
nothing would have to be ordered either. What comes last is put off first, and never what a customer waits
for. What would lie for longer than half a year is better taken out and bought anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from forecasting.reviewing.rates import DAYS_PER_YEAR, rate
from forecasting.store.application import acting
from forecasting.store.application.acting import Wanted
from forecasting.store.application.line_source import EVERY
from forecasting.store.application.opened import Transaction
from forecasting.store.application.plans import Plan, Row, latest_run, rows_of

Key: TypeAlias = tuple[str, str, str]

FEWEST_DAYS = 14
"""Nobody asks a supplier to move an order by less."""
MOST_DAYS = 182
"""What would lie longer is taken out."""
SENT_BEFORE = timedelta(days=7)
"""What is likely to come within a week has left the supplier."""


@dataclass(frozen=True)
class Terms:
    """The day of the plan; what a unit costs to hold for a year, as a share of what it costs; and what it
    costs in work to deal with a line, money.
    """

    as_of: date
    holding_rate: float
    work: float

    @classmethod
    def of(cls, plan: Plan) -> Terms:
        """As the plan was made."""
        work = rate(plan, "admin_hourly_cost") * rate(plan, "admin_minutes_per_line") / 60
        return cls(plan.as_of, rate(plan, "holding_rate"), work)


@dataclass(frozen=True)
class Act:
    """What to ask the supplier for, of one line of a purchase order.

    Attributes:
        does: ``expedite``, ``defer`` or ``cancel``.
        units: of how much of the line.
        until: to when it is put off; None: it is not.
        saves: money: customers' lateness that is spared, or holding.
        costs: of asking, money. frees: money that is then not spent.

    """

    does: Literal["expedite", "defer", "cancel"]
    units: float
    until: date | None
    saves: float
    costs: float
    frees: float

    @property
    def net(self) -> float:
        """What it is worth."""
        return self.saves - self.costs


@dataclass(frozen=True)
class Purchase:
    """A line of a purchase order that is still to come.

    ``row``: of ``open_purchases``. ``overdue``: of the table of that name; None: it is not. ``customers``:
    lines that it serves, the first deadline first. ``saved``: how many of these gain by an ``act`` that
    expedites.
    """

    row: Row
    overdue: Row | None
    customers: Sequence[Row]
    act: Act | None
    saved: int = 0


def key_of(row: Row) -> Key:
    """What names a line of a purchase order."""
    return row["purchase_order"], row["location"], row["sku"]


@dataclass(frozen=True)
class OpenPurchases:
    """The open purchases of a plan, with what they are held against: the promises of the last day.

    ``promised``: their run; the others as of ``purchases``.
    """

    transaction: Transaction
    plan: Plan
    promised: str
    overdue: Sequence[Row]
    served: Sequence[Row]
    sooner: Sequence[Row]

    @classmethod
    def read(cls, transaction: Transaction, plan: Plan) -> OpenPurchases:
        """What all of them are held against; it is read once, however many are looked at."""
        promised = latest_run(transaction, "promise")
        run = "" if promised is None else promised.run
        return cls(
            transaction,
            plan,
            run,
            rows_of(transaction, "overdue", plan.run, "number"),
            acting.served_by_purchases(transaction, run),
            acting.expedites(transaction, run),
        )

    def of(self, wanted: Wanted, part: tuple[int, int] = (0, EVERY)) -> Sequence[Purchase]:
        """Those ``wanted``, the next one first, and what to ask for.

        ``part``: how many are left out, and how many follow. What to put off is right only of all
        ``to_change``: of an item's lines the last one is first.
        """
        rows = acting.purchases_with_items(self.transaction, self.plan.run, self.promised, wanted, part)
        return purchases(rows, self.overdue, self.served, self.sooner, Terms.of(self.plan))

    def to_ask(self) -> Sequence[Purchase]:
        """What to expedite, defer or cancel, what is worth most first."""
        return to_ask(self.of("to_change"))


def purchases(
    rows: Sequence[Row],
    overdue: Sequence[Row],
    served: Sequence[Row],
    sooner: Sequence[Row],
    terms: Terms,
) -> Sequence[Purchase]:
    """Each open line with what is best done about it, if anything is; in the order of ``rows``.

    Args:
        rows: open lines with their items, as ``purchases_with_items`` reads them.
        overdue: those that should have come. served: customers' lines that they serve.
        sooner: what expediting does for each customer's line. terms: what it is held against.

    """
    due = {key_of(row): row for row in overdue}
    customers = _by_key(served, "purchase_order")
    helped = _by_key(sooner, "what")
    spare = _spare(rows, customers)
    found = []
    for row in rows:
        key = key_of(row)
        act, saved = _expedite(row, helped.get(key, ()))
        if act is None and key in spare:
            act = _put_off(row, spare[key], terms)
        found.append(Purchase(row, due.get(key), customers.get(key, ()), act, saved))
    return found


def to_ask(every: Sequence[Purchase]) -> Sequence[Purchase]:
    """Those of which something is to be asked, what is worth most first."""
    worth = [(each.act.net, each) for each in every if each.act is not None]
    return [each for _, each in sorted(worth, key=lambda pair: -pair[0])]


def late(every: Sequence[Purchase]) -> Sequence[Purchase]:
    """Those that should have come, the most money first."""
    found = [(each.overdue["number"], each) for each in every if each.overdue is not None]
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def _by_key(rows: Sequence[Row], order: str) -> Mapping[Key, Sequence[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[order], row["location"], row["sku"]].append(row)
    return found


def _expedite(row: Row, lines: Sequence[Row]) -> tuple[Act | None, int]:
    """To have it sooner, where the lines that gain by it pay for it together."""
    worth = [line for line in lines if line["net"] > 0]
    saves, costs = (float(sum(line[name] for line in worth)) for name in ("saves", "cost"))
    if not worth or saves <= costs:
        return None, 0
    until = min((line["new_date"] for line in worth if line["new_date"] is not None), default=None)
    return Act("expedite", float(row["quantity"]), until, saves, costs, 0.0), len(worth)


def _spare(rows: Sequence[Row], customers: Mapping[Key, Sequence[Row]]) -> Mapping[Key, float]:
    """Units of each line, in whole packs, beyond its item's order-up-to level, that serve nobody."""
    beyond: dict[tuple[str, str], float] = {}
    found: dict[Key, float] = {}
    for row in sorted(rows, key=lambda each: (each["likely_on"], each["number"]), reverse=True):
        item, key = (row["location"], row["sku"]), key_of(row)
        left = beyond.setdefault(item, float(row["inventory_position"]) - float(row["order_up_to"]))
        taken = sum(float(line["quantity"]) for line in customers.get(key, ()))
        pack = float(row["pack_size"]) or 1.0
        units = min(left, float(row["quantity"]) - taken) // pack * pack
        if units > 0:
            found[key] = units
            beyond[item] = left - units
    return found


def _put_off(row: Row, units: float, terms: Terms) -> Act | None:
    """To have these units later, or not at all; None where that does not pay for asking."""
    daily = float(row["daily_demand"])
    days = float(row["inventory_position"]) - float(row["order_up_to"])
    days = days / daily if daily > 0 else float("inf")
    if days < FEWEST_DAYS or row["likely_on"] <= terms.as_of + SENT_BEFORE:
        return None
    money = units * float(row["value"]) / float(row["quantity"])
    held = money * terms.holding_rate * min(days, DAYS_PER_YEAR) / DAYS_PER_YEAR
    if held <= terms.work:
        return None
    if days > MOST_DAYS:
        return Act("cancel", units, None, held, terms.work, money)
    return Act("defer", units, row["likely_on"] + timedelta(days=int(days)), held, terms.work, 0.0)
