"""The lines of a plan as buyers see them: found, counted, and as rows of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from forecasting.store.application.line_source import (
    COLUMNS,
    d,
    quantity,
    r,
    select_lines,
    stands,
    status,
    value,
    worked_out,
)
from forecasting.store.application.opened import Transaction
from forecasting.store.application.selection import FILTERS, SORTS, WHY_NOT, Selection


@dataclass(frozen=True)
class Line:
    """A line of a plan with what was decided about it; as in ``recommendations`` and ``line_details``.

    ``suggested`` is the recommended quantity, ``quantity`` the one that stands; ``cost``, ``risk``, ``value``
    and ``saving`` are of the one that stands. ``version`` counts the changes; it is 0 before the first.
    ``ordered_in``: the key of the order that the line is in, or of another plan's order of the item, which
    this plan cannot have known of (``status`` is then ``ordered``); ``ordered_run``: that plan;
    ``ordered_by``: who approved it there.
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
    kind: str | None
    source: str | None
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
    ordered_in: str | None
    ordered_run: str | None
    ordered_by: str | None


@dataclass(frozen=True)
class Totals:
    """Of a selection: its lines, what they cost in all, those that wait for a decision, and their money.

    What waits orders something: it is what a bulk approval approves.
    """

    lines: int
    value: Decimal
    open_lines: int
    open_value: Decimal


def _line(row: Any) -> Line:
    return Line(**row._mapping)


LINES = select_lines(*(COLUMNS[name].label(name) for name in Line.__dataclass_fields__))


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
    chosen = _items(wanted).with_only_columns(*(COLUMNS[name] for name in names))
    yield from transaction.execution_options(yield_per=2_000).execute(chosen)


def totals(transaction: Transaction, wanted: Selection) -> Totals:
    """Of all pages of the selection."""
    waits = sa.and_(status == "open", quantity > 0)
    line = worked_out(
        sa.case((stands, value)).label("stands"),
        sa.case((waits, value)).label("waits"),
        where=wanted.conditions(),
    ).c
    statement = sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.sum(line.stands, type_=value.type), 0),
        sa.func.count(line.waits),
        sa.func.coalesce(sa.func.sum(line.waits, type_=value.type), 0),
    )
    lines, worth_in_all, open_lines, open_value = transaction.execute(statement).one()
    return Totals(lines, Decimal(worth_in_all), open_lines, Decimal(open_value))


def find_line(transaction: Transaction, run: str, location: str, sku: str) -> Line | None:
    """One line; None where the plan has none of that name."""
    this = (r.c.run == run, r.c.location == location, r.c.sku == sku)
    row = transaction.execute(LINES.where(*this)).first()
    return None if row is None else _line(row)


def find_numbered(transaction: Transaction, run: str, number: int) -> Line | None:
    """The line of that number in the plan; None where it has none."""
    if not 0 < number < 2**31:  # beyond what a database takes as a number
        return None
    # The name first: asked for a whole line by its number, SQLite reads the plan until it comes to it.
    named = sa.select(d.c.location, d.c.sku).where(d.c.run == run, d.c.number == number)
    name = transaction.execute(named).first()
    return None if name is None else find_line(transaction, run, name.location, name.sku)


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
