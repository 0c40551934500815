"""The lines of a plan as buyers see them: the recommendation, and what was decided about it.

One statement says what a line is (``LINES``); what is shown, counted, approved in bulk and exported are
selections of it, by the same conditions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.opened import Transaction
from forecasting.store.application.tables import decisions, plan_table, snoozes
from forecasting.store.application.writing import holds

RISKY = 0.3
"""A line whose risk of running out before goods arrive is at least this is said to run out."""

DATA_FLAGS = (
    "stock_assumed",
    "stock_contradiction",
    "location_mismatch",
    "infeasible_terms",
    "absurd_costs",
    "orders_unknown",
    "odd_order",
    "level_shift",
)
"""Flags that say: look at the data before you believe the quantity."""

r, d = plan_table("recommendations"), plan_table("line_details")
x, s = decisions, snoozes

quantity = sa.func.coalesce(x.c.quantity, r.c.quantity)
value = sa.func.coalesce(x.c.value, r.c.value)
held = sa.and_(s.c.until.is_not(None), s.c.until > r.c.as_of)
status = sa.case(
    (sa.and_(x.c.status == "snoozed", x.c.snoozed_until <= r.c.as_of), "open"),
    (x.c.status.is_not(None), x.c.status),
    (held, "snoozed"),
    else_="open",
)
saving = r.c.expected_cost - sa.func.coalesce(x.c.expected_cost, r.c.expected_cost_if_ordered)

_COLUMNS = {
    **{column.name: column for column in r.c if column.name not in {"policy", "model", "rule", "packs"}},
    **{column.name: column for column in d.c if column.name not in r.c},
    "model": r.c.model,
    "suggested": r.c.quantity,
    "quantity": quantity,
    "unit_cost": sa.func.coalesce(x.c.unit_cost, r.c.unit_cost),
    "value": value,
    "risk": sa.func.coalesce(x.c.risk, r.c.stockout_probability_if_ordered),
    "cost": sa.func.coalesce(x.c.expected_cost, r.c.expected_cost_if_ordered),
    "saving": saving,
    "status": status,
    "note": sa.func.coalesce(x.c.reason, s.c.reason, ""),
    "snoozed_until": sa.func.coalesce(x.c.snoozed_until, sa.case((held, s.c.until))),
    "version": sa.func.coalesce(x.c.version, 0),
    "changed_by": x.c.changed_by,
    "changed_at": x.c.changed_at,
}

_FROM = (
    # Every line has its details; joined from the outside a database leaves them out where none is asked for.
    r.outerjoin(d, sa.and_(d.c.run == r.c.run, d.c.location == r.c.location, d.c.sku == r.c.sku))
    .outerjoin(x, sa.and_(x.c.run == r.c.run, x.c.location == r.c.location, x.c.sku == r.c.sku))
    .outerjoin(s, sa.and_(s.c.location == r.c.location, s.c.sku == r.c.sku))
)

SORTS = {
    "saving": saving,
    "sku": r.c.sku,
    "supplier": r.c.supplier,
    "category": d.c.category,
    "on_hand": r.c.on_hand,
    "on_order": r.c.on_order,
    "owed": r.c.backlog,
    "suggested": r.c.quantity,
    "quantity": quantity,
    "value": value,
    "risk": r.c.stockout_probability,
    "cover": (r.c.inventory_position + quantity) / sa.func.nullif(d.c.daily_demand, 0),
    "order_by": r.c.order_by,
    "arrives_on": r.c.arrives_on,
    "status": status,
}


def _flagged(*words: str) -> sa.ColumnElement[bool]:
    every = ";" + r.c.flags + ";"
    return sa.or_(*(every.contains(f";{word};") for word in words))


FILTERS: dict[str, sa.ColumnElement[bool]] = {
    "suggested": sa.or_(r.c.quantity > 0, quantity > 0, x.c.version > 0),
    "not_suggested": sa.and_(r.c.quantity == 0, quantity == 0),
    "owed": r.c.backlog > 0,
    "runs_out": r.c.stockout_probability >= RISKY,
    "new": _flagged("no_history", "not_known_yet"),
    "data": _flagged(*DATA_FLAGS),
    "excess": _flagged("excess"),
    "odd": _flagged("odd_order"),
    "overdue": _flagged("overdue"),
    "edited": quantity != r.c.quantity,
    "plain": sa.and_(r.c.stockout_probability < RISKY, r.c.backlog == 0, ~_flagged(*DATA_FLAGS)),
}
"""What lines can be narrowed to, by name."""

STATUSES = ("open", "approved", "rejected", "snoozed")


@dataclass(frozen=True)
class Selection:
    """Which lines of a plan, in which order, and which part of them.

    Attributes:
        run: the plan.
        supplier, category, location: exactly these; None: any. An empty supplier is that of lines with none.
        search: a part of the SKU, description or supplier, in any case.
        skus: only these; empty: any.
        only: a name of FILTERS; empty: all.
        status: one of STATUSES; empty: any.
        under: a line's money must be below it; None: any.
        reason: a flag that must be there (why nothing is suggested); ``enough``: none of those there are.
        sort: a name of SORTS. down: whether the largest comes first.
        page, size: which part; the first is 1.

    """

    run: str
    supplier: str | None = None
    category: str | None = None
    location: str | None = None
    search: str = ""
    skus: tuple[str, ...] = ()
    only: str = ""
    status: str = ""
    under: Decimal | None = None
    reason: str = ""
    sort: str = "saving"
    down: bool = True
    page: int = 1
    size: int = 100

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What a line has to be."""
        found = [r.c.run == self.run]
        for column, wanted in (
            (r.c.supplier, self.supplier),
            (d.c.category, self.category),
            (r.c.location, self.location),
        ):
            if wanted is not None:
                found.append(column == wanted)
        if self.search:
            texts = (r.c.sku, d.c.description, r.c.supplier)
            found.append(sa.or_(*(holds(text, self.search) for text in texts)))
        if self.skus:
            found.append(sa.func.lower(r.c.sku).in_([sku.lower() for sku in self.skus]))
        if self.only:
            found.append(FILTERS[self.only])
        if self.status:
            found.append(status == self.status)
        if self.under is not None:
            found.append(value < self.under)
        if self.reason:
            found.append(_flagged(self.reason) if self.reason != "enough" else ~_flagged(*WHY_NOT))
        return found


WHY_NOT = (
    "ended",
    "not_known_yet",
    "infeasible_terms",
    "no_history",
    "minimum_out_of_reach",
    "order_not_worth",
    "budget",
    "volume_limit",
    "excess",
)
"""Flags that say why nothing is suggested, the first that is there; without one, stock is enough."""


@dataclass(frozen=True)
class Line:
    """A line of a plan with what was decided about it; as in ``recommendations`` and ``line_details``.

    ``suggested`` is the recommended quantity, ``quantity`` the one that stands; ``cost``, ``risk``, ``value``
    and ``saving`` are of the one that stands. ``version`` counts the changes; it is 0 before the first.
    """

    run: str
    as_of: date
    location: str
    sku: str
    number: int
    description: str
    category: str
    supplier: str
    model: str
    suggested: Decimal
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    order_by: date | None
    arrives_on: date
    on_hand: Decimal
    on_order: Decimal
    backlog: Decimal
    inventory_position: Decimal
    on_order_late: Decimal
    ordered_ahead: Decimal
    unseen_demand: Decimal
    expiring: Decimal
    next_receipt: date | None
    lead_time_days: Decimal
    protection_days: Decimal
    demand_mean: Decimal
    demand_q50: Decimal
    demand_q80: Decimal
    demand_q95: Decimal
    demand_q98: Decimal
    safety_stock: Decimal
    reorder_point: Decimal
    order_up_to: Decimal
    stockout_probability: Decimal
    stockout_probability_if_ordered: Decimal
    expected_short_units: Decimal
    expected_short_units_if_ordered: Decimal
    expected_cost: Decimal
    expected_cost_if_ordered: Decimal
    marginal_value: Decimal
    reason: str
    flags: str
    unit_price: Decimal
    list_cost: Decimal
    pack_size: Decimal
    smallest: Decimal
    largest: Decimal | None
    break_quantity: str
    break_cost: str
    review_days: Decimal
    daily_demand: Decimal
    counted_on: Decimal
    curve_quantity: str
    curve_cost: str
    curve_risk: str
    risk: Decimal
    cost: Decimal
    saving: Decimal
    status: str
    note: str
    snoozed_until: date | None
    version: int
    changed_by: str | None
    changed_at: datetime | None


@dataclass(frozen=True)
class Totals:
    """Of a selection: its lines, what they cost in all, those that wait for a decision, and their money.

    What waits orders something: it is what a bulk approval approves.
    """

    lines: int
    value: Decimal
    open_lines: int
    open_value: Decimal


def select_lines(*columns: Any) -> sa.Select[Any]:
    """Some columns of the lines of all plans."""
    return sa.select(*columns).select_from(_FROM)


def _line(row: Any) -> Line:
    return Line(**row._mapping)


LINES = select_lines(*(_COLUMNS[name].label(name) for name in Line.__dataclass_fields__))


def _items(wanted: Selection) -> sa.Select[Any]:
    """The items of the lines of the selection's page, in their order."""
    key = SORTS[wanted.sort]
    return (
        select_lines(r.c.location, r.c.sku)
        .where(*wanted.conditions())
        .order_by((key.desc() if wanted.down else key.asc()).nulls_last(), r.c.location, r.c.sku)
        .limit(wanted.size)
        .offset((wanted.page - 1) * wanted.size)
    )


def find_lines(transaction: Transaction, wanted: Selection) -> Sequence[Line]:
    """The lines of the selection's page."""
    # To sort whole lines takes far longer than to sort their names.
    place = {tuple(row): at for at, row in enumerate(transaction.execute(_items(wanted)))}
    locations, skus = {location for location, _ in place}, [sku for _, sku in place]
    these = (r.c.run == wanted.run, r.c.location.in_(locations), r.c.sku.in_(skus))
    found = [_line(row) for row in transaction.execute(LINES.where(*these))]
    shown = [line for line in found if (line.location, line.sku) in place]
    return sorted(shown, key=lambda line: place[line.location, line.sku])


def find_cells(transaction: Transaction, wanted: Selection, names: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Some attributes of the selection's lines, row by row: for files of very many lines."""
    chosen = _items(wanted).with_only_columns(*(_COLUMNS[name] for name in names))
    yield from transaction.execution_options(yield_per=2_000).execute(chosen)


def totals(transaction: Transaction, wanted: Selection) -> Totals:
    """Of all pages of the selection."""
    waits = sa.and_(status == "open", quantity > 0)
    worth = sa.case((status.in_(("open", "approved")), value), else_=0)
    statement = select_lines(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(worth, type_=value.type), 0),
        sa.func.count().filter(waits),
        sa.func.coalesce(sa.func.sum(value, type_=value.type).filter(waits), 0),
    ).where(*wanted.conditions())
    lines, worth_in_all, open_lines, open_value = transaction.execute(statement).one()
    return Totals(lines, Decimal(worth_in_all), open_lines, Decimal(open_value))


def find_line(transaction: Transaction, run: str, location: str, sku: str) -> Line | None:
    """One line; None where the plan has none of that name."""
    this = (r.c.run == run, r.c.location == location, r.c.sku == sku)
    row = transaction.execute(LINES.where(*this)).first()
    return None if row is None else _line(row)


def find_numbered(transaction: Transaction, run: str, number: int) -> Line | None:
    """The line of that number in the plan; None where it has none."""
    row = transaction.execute(LINES.where(r.c.run == run, d.c.run == run, d.c.number == number)).first()
    return None if row is None else _line(row)


def words_of(transaction: Transaction, run: str, column: str) -> Sequence[str]:
    """The different words in a column (``category``, ``location``), in their order."""
    source = d if column == "category" else r
    statement = sa.select(source.c[column]).where(source.c.run == run).distinct().order_by(source.c[column])
    return [word for word in transaction.scalars(statement) if word]


def count_by_reason(transaction: Transaction, run: str) -> Sequence[tuple[str, int]]:
    """How many lines have nothing suggested, by the first flag of WHY_NOT that says why."""
    statement = (
        select_lines(r.c.flags, sa.func.count())
        .where(r.c.run == run, FILTERS["not_suggested"])
        .group_by(r.c.flags)
    )
    counted: Counter[str] = Counter()
    for flags, count in transaction.execute(statement):
        words = flags.split(";")
        counted[next((flag for flag in WHY_NOT if flag in words), "enough")] += count
    return counted.most_common()
