"""The morning digest: what of the plan wants a buyer today, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from forecasting.reviewing.projection import percent, short
from forecasting.store.application.lines import Line, find_lines, totals
from forecasting.store.application.opened import Store
from forecasting.store.application.plans import Row, latest_plan, latest_run, register_plans, rows_of
from forecasting.store.application.promised import by_verdict
from forecasting.store.application.selection import Selection
from forecasting.store.application.suppliers import SupplierOrder, supplier_orders

LINES = 10
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Digest:
    """What is said.

    Attributes:
        as_of: the plan's day.
        waiting, value: lines that wait for a decision, and their money.
        orders: suppliers whose order is due within the week, the most pressing first.
        dearest: the lines that save most, of those that wait.
        pressing: customers' lines that cannot make their deadline, or are past it.
        late: purchases that are overdue, those with most customers waiting first.
        notices: what the data lacks, the dearest first.

    """

    as_of: date
    waiting: int
    value: Decimal
    orders: Sequence[SupplierOrder]
    dearest: Sequence[Line]
    pressing: int
    late: Sequence[Row]
    notices: Sequence[Row]


def digest(store: Store) -> Digest | None:
    """Of the newest plan; None where there is none."""
    with store.writing() as transaction:
        register_plans(transaction)
    with store.reading() as transaction:
        plan = latest_plan(transaction)
        if plan is None:
            return None
        waiting = Selection(plan.run, only="suggested", status="open", size=LINES)
        sums = totals(transaction, waiting)
        due = [
            order
            for order in supplier_orders(transaction, plan)
            if order.open_lines and order.order_by is not None and order.order_by <= plan.as_of + SOON
        ]
        late = sorted(rows_of(transaction, "overdue", plan.run), key=lambda row: -row["waiting_lines"])
        notices = sorted(rows_of(transaction, "notices", plan.run), key=lambda row: -(row["money"] or 0))
        promised = latest_run(transaction, "promise")
        verdicts = {} if promised is None else by_verdict(transaction, promised.run)
        dearest = find_lines(transaction, waiting)
    pressing = sum(verdicts.get(word, (0, 0))[0] for word in ("cannot_make_it", "deadline_passed"))
    ordered = sorted(due, key=lambda order: (order.order_by or plan.as_of, -order.saving))
    return Digest(plan.as_of, sums.open_lines, sums.open_value, ordered, dearest, pressing, late, notices)


def _sections(found: Digest) -> list[tuple[str, list[str]]]:
    """Headings with what stands below each."""
    orders = [
        f"{order.name or 'No supplier named'}: {order.open_lines} lines, {order.open_value:,.0f}; "
        f"order by {short(order.order_by, found.as_of) if order.order_by else '-'}"
        + (f"; {order.to_minimum:,.0f} missing to the minimum" if order.to_minimum else "")
        for order in found.orders[:LINES]
    ]
    lines = [
        f"{f'{line.sku} {line.description}'.strip()}: order {line.quantity:,.0f} for {line.value:,.0f}; "
        f"{percent(line.stockout_probability)} to run out before {short(line.arrives_on, found.as_of)}"
        + (f"; {line.backlog:,.0f} owed" if line.backlog else "")
        for line in found.dearest
    ]
    late = [
        f"{row['purchase_order']}, {row['sku']} of {row['supplier']}: {row['days_overdue']} days late"
        + (f", {row['waiting_lines']} customers' lines wait" if row["waiting_lines"] else "")
        for row in found.late[:LINES]
    ]
    notices = [f"{row['what']}. {row['advice']}" for row in found.notices[:5]]
    customers = [f"{found.pressing} lines of customers cannot make their deadline, or are past it"]
    every = [
        ("Orders due this week", orders),
        ("The lines at stake", lines),
        ("Customers", customers if found.pressing else []),
        ("Overdue purchases", late),
        ("Data to mend", notices),
    ]
    return [(head, rows) for head, rows in every if rows]


def subject(found: Digest) -> str:
    """One line."""
    return (
        f"Reorder, {short(found.as_of)} {found.as_of.year}: {found.waiting:,} lines to decide, "
        f"{found.value:,.0f}"
    )


def as_text(found: Digest, address: str = "") -> str:
    """The digest as plain text. ``address``: of the pages; empty: it is not named."""
    parts = [subject(found)]
    parts += ["\n".join([head, *(f"  * {row}" for row in rows)]) for head, rows in _sections(found)]
    parts += [f"The pages: {address}"] if address else []
    return "\n\n".join(parts) + "\n"


def as_html(found: Digest, address: str = "") -> str:
    """The same as HTML for a mail: no script, nothing loaded, every word escaped."""
    body = "".join(
        f"<h2>{escape(head)}</h2><ul>{''.join(f'<li>{escape(row)}</li>' for row in rows)}</ul>"
        for head, rows in _sections(found)
    )
    link = f'<p><a href="{escape(address, quote=True)}">Open the pages</a></p>' if address else ""
    title = escape(subject(found))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f'<body style="font: 15px/1.5 sans-serif; max-width: 44em"><h1 style="font-size: 20px">{title}</h1>'
        f"{body}{link}</body></html>\n"
    )
