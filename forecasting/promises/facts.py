"""What promises rest on at the close of a day: the items, the open lines, and what there is to serve them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, Columns, FloatArray, IntArray, TextArray
from forecasting.errors import Notice
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.calendar import calendar
from forecasting.inputs.catalogue import Catalogue, catalogue, catalogue_of
from forecasting.inputs.dependent import as_supplied
from forecasting.inputs.drafts import with_drafts
from forecasting.inputs.kits import component_lines
from forecasting.inputs.notices import Notices
from forecasting.inputs.offers import bought_as_planned
from forecasting.inputs.open_orders import OpenOrders, open_orders
from forecasting.inputs.reconciliation import reconcile
from forecasting.inputs.records import Records
from forecasting.inputs.stock import on_hand
from forecasting.promises.allocation import serving_order
from forecasting.promises.exact import Parts
from forecasting.promises.lines import OpenLines, open_lines
from forecasting.promises.recommended import Recommended
from forecasting.promises.rules import rules_of
from forecasting.promises.supply import Supply, ship_days, supply, with_pool, without_hole


@dataclass(frozen=True)
class KitLines(Columns):
    """Lines of components that belong to customers' lines of kits; each of shape (k,).

    Attributes:
        lines: what is still to ship of each component.
        kit: int64, the customer's line that each belongs to.
        each: float64, units of the component in one kit.

    """

    lines: OpenLines
    kit: IntArray
    each: FloatArray


@dataclass(frozen=True)
class Facts:
    """What is known of m open lines, in the order in which they are served, and of all sources.

    Attributes:
        as_of: at the close of this day.
        known: the items.
        lines: the open lines. ``rule``: int64, shape (m,); ``split``: bool, shape (m,).
        orders: what is on order.
        sources: what there is to give, by item. ``parts``: how it is counted.
        following, last_open: int64, by days after ``as_of``: the next and the last open day.
        of_kits: the lines of components that belong to lines of kits; None: there are no kits.

    """

    as_of: int
    known: Catalogue
    lines: OpenLines
    rule: IntArray
    split: BoolArray
    orders: OpenOrders
    sources: Supply
    parts: Parts
    following: IntArray
    last_open: IntArray
    of_kits: KitLines | None = None

    @property
    def wanted(self) -> IntArray:
        """int64, shape (m,): parts that each line is still to get."""
        return self.parts.whole(self.lines.quantity)


def gather(
    records: Records,
    config: Config,
    as_of: int,
    recommended: Recommended,
    assumptions: Assumptions,
    notices: Notices | None = None,
) -> Facts:
    """What promises rest on at the close of ``as_of``. ``notices`` grow by records that contradict each
    other: what is promised from such stock may not be there.
    """
    records = with_drafts(records, config, assumptions)
    customers, records = len(records.orders), as_supplied(records, config)
    if recommended.supplier is None:
        known = catalogue(records, config, as_of, assumptions)
    else:
        bought = bought_as_planned(records, recommended.supplier, as_of)
        known = catalogue_of(bought, config, as_of, assumptions)
    there = on_hand(records, known.lead_times.mean, as_of, config.negative_stock)
    stock = assumptions.fill("on_hand", there.units, config.on_hand)
    if recommended.leaving is not None:
        stock = np.maximum(stock - recommended.leaving, 0.0)
    orders = open_orders(records, known.lead_time_knowledge, as_of)
    if notices is not None:
        reconcile(records, there, known.lead_times.mean, as_of, known.terms.unit_cost, notices)

    every = open_lines(records, config, known.available_from, as_of)
    lines = every.take(np.flatnonzero(every.row < customers))
    rule, split = rules_of(lines, records, known, config)
    order = serving_order(lines, rule)
    lines, rule, split = lines.take(order), rule[order], split[order]
    of_kits = _of_kits(records, every.take(np.flatnonzero(every.row >= customers)), lines, customers)

    parts = Parts.of(every.quantity, stock, orders.quantity, recommended.quantity, there.owed)
    allowed = config.promise_assumed_lead_times == "allowed"
    sources = supply(known, stock, orders, recommended, parts, assumed=allowed, as_of=as_of)
    sources = _set_apart(sources, every, there.owed, parts, config)
    following, last_open = ship_days(calendar(records, config), as_of)
    return Facts(as_of, known, lines, rule, split, orders, sources, parts, following, last_open, of_kits)


def _of_kits(records: Records, lines: OpenLines, kept: OpenLines, customers: int) -> KitLines | None:
    """The lines of components, each with its customer's line; None where there are no kits.

    ``kept``: the customers' lines. ``customers``: so many order records are customers'.
    """
    if len(records.kits) == 0:
        return None
    record, bill = component_lines(records.orders.item[:customers], records.kits)
    place = np.full(customers, -1, dtype=np.int64)
    place[kept.row] = np.arange(len(kept))
    row = lines.row - customers
    return KitLines(lines, place[record[row]], records.kits.quantity[bill[row]])


def _set_apart(
    sources: Supply, lines: OpenLines, below_zero: FloatArray, parts: Parts, config: Config
) -> Supply:
    """The same, less what left before it was booked in, and with the pool of those who pre-ordered."""
    n, wanted = len(below_zero), parts.whole(lines.quantity)
    # What stands below zero may have left for lines that are still open: only what is more is a hole.
    owed = np.bincount(lines.item, wanted, n).astype(np.int64)
    sources = without_hole(sources, np.maximum(parts.whole(below_zero) - owed, 0))
    ahead = np.bincount(lines.item, np.where(lines.preorder, wanted, 0), n).astype(np.int64)
    return with_pool(sources, ahead, config.preorder_share)


def answers_of(
    found: Facts, records: Records, answers: Mapping[tuple[str, str], str]
) -> tuple[TextArray, list[Notice]]:
    """What the customer of each line answered: text, shape (m,), empty where nothing; and a notice of each
    answer that is of no open line. An answer that names no line is of all lines of its order.
    """
    said = np.full(len(found.lines), "", dtype=object)
    if not answers:
        return said, []
    orders, row = records.orders, found.lines.row
    names = np.array([*records.line_names, ""], dtype=object)[orders.line[row]]
    pairs = zip(records.order_names[orders.order[row]], names, strict=True)
    asked = [(str(order), str(line)) for order, line in pairs]
    said[:] = [answers.get((order, line), answers.get((order, ""), "")) for order, line in asked]
    what = "is no open order line: the answer changes nothing"
    todo = "Give the order and the line as the dataset does; where it has shipped or was cancelled, drop it."
    whole_orders = {(order, "") for order, _ in asked}
    of_none = sorted(answers.keys() - set(asked) - whole_orders)
    return said, [Notice("answers", None, "line", " ".join(pair).strip(), what, todo) for pair in of_none]
