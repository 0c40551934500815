"""What can be offered to lines that are late, each unit once: from another location, or an alternative."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray, TextArray
from forecasting.inputs.records import Records
from forecasting.promises.allocation import Allocation
from forecasting.promises.alternatives import Chosen, Listed, Wish, listed, offer
from forecasting.promises.facts import Facts
from forecasting.promises.rules import Rule
from forecasting.promises.served import Served
from forecasting.promises.supply import Source
from forecasting.promises.verdicts import Promised, Verdict
from forecasting.promises.worth import saved


@dataclass(frozen=True)
class Offered:
    """What stands in for m lines, and what is left.

    Attributes:
        alternatives: what may stand in for each item.
        alternative, transfer: of the lines: an alternative; the same item, from elsewhere.
        left: int64, shape (sources,): parts of each source that nobody was promised.

    """

    alternatives: Listed
    alternative: Chosen
    transfer: Chosen
    left: IntArray


def offers(
    found: Facts,
    records: Records,
    given: Allocation,
    served: Served,
    promised: Promised,
    config: Config,
) -> Offered:
    """What stands in for lines that are late; those served first choose first.

    Set aside is what costs no more than it saves; what is not worth it is listed only.
    """
    sources, lines, n = found.sources, found.lines, len(found.known)
    in_stock = sources.kind == Source.STOCK
    free = np.bincount(sources.item[in_stock], given.left[in_stock], n).astype(np.int64)
    usable = np.where(on_sale(found), free, 0)
    before = usable.copy()

    late = _late(found, served, promised, config)
    wanted = np.where(late, found.wanted - served.now, 0)
    deadline = np.where(lines.has_deadline, lines.deadline, lines.due_to_ship)
    first = np.lexsort((lines.row, lines.ordered, deadline, found.rule))

    # An alternative costs the margin that it does not bring.
    margin, part = found.known.costs.lost_margin, 1.0 / found.parts.of_a_unit
    day = first_day(found, config)
    lost = margin[lines.item] * wanted * part
    wish = Wish(lines.item, wanted, _saves(found, promised, day), lost)
    alternatives = listed(records.alternatives)
    price = -margin[alternatives.alternative] * part
    alternative = _chosen(alternatives, first, wish, price, usable)

    day = transfer_day(found, config)
    sooner = (days_sooner(promised, day) > 0) | ~promised.dated
    moving = np.full(len(lines), config.transfer_cost_per_line)
    wish = Wish(lines.item, np.where(sooner, wanted, 0), _saves(found, promised, day), moving)
    others = elsewhere(found.known.items.location, found.known.items.sku)
    price = np.full(len(others.item), config.transfer_cost_per_unit * part)
    transfer = _chosen(others, first, wish, price, usable)
    left = _without(found, given.left, before - usable)
    return Offered(alternatives, alternative, transfer, left)


def _chosen(choice: Listed, first: IntArray, wish: Wish, price: FloatArray, usable: IntArray) -> Chosen:
    """What each line is offered, those named ``first`` choosing first; ``usable`` is what is left then."""
    place = np.empty(len(first), dtype=np.int64)
    place[first] = np.arange(len(first))
    return offer(choice, wish.take(first), price, usable).take(place)


def _saves(found: Facts, promised: Promised, day: int) -> FloatArray:
    """What each line saves by being served on a day: money, float64, shape (m,)."""
    each = np.arange(len(found.lines))
    return saved(found, promised, each, days_sooner(promised, day), np.full(len(each), day))[1]


def days_sooner(promised: Promised, day: int) -> FloatArray:
    """How much sooner than promised a day is: float64, shape (m,), >= 0; 0 where nothing is promised."""
    return np.where(promised.dated, np.maximum(promised.p90 - day, 0), 0).astype(np.float64)


def elsewhere(location: TextArray, sku: TextArray) -> Listed:
    """The same SKU at other locations, in their order: as alternatives, one unit for one."""
    order = np.lexsort((location.astype(str), sku.astype(str)))
    same = sku[order]
    begins = np.append(True, same[1:] != same[:-1])[: len(same)]
    start = np.flatnonzero(begins)
    size = np.diff(np.append(start, len(same)))
    several = np.repeat(size, size) > 1
    block, width = np.repeat(start, size)[several], np.repeat(size, size)[several]
    own = np.flatnonzero(several)
    item = np.repeat(own, width)
    other = np.repeat(block, width) + _counted(width)
    keep = item != other
    item, other = order[item[keep]], order[other[keep]]
    by_item = np.argsort(item, kind="stable")
    item, other = item[by_item].astype(np.int64), other[by_item].astype(np.int64)
    return Listed(item, other, np.ones(len(item), dtype=np.int64), np.ones(len(item)))


def _counted(width: IntArray) -> IntArray:
    """0, 1, .. within each block of a width: int64."""
    start = np.cumsum(width) - width
    return np.arange(int(width.sum())) - np.repeat(start, width)


def _late(found: Facts, served: Served, promised: Promised, config: Config) -> BoolArray:
    """Lines that something else is of use to: wanted now, not sure to be in time, and neither in stock nor
    there hardly later than something else would be. For what gives up its goods nothing is set aside.
    """
    soon = promised.dated & (promised.p90 - first_day(found, config) < config.promise_sooner_days)
    stocked = served.last_kind == Source.STOCK
    makes_it = found.lines.has_deadline & (promised.verdict == Verdict.WILL_MAKE_IT)
    wanted_now = (found.lines.not_before <= found.as_of + 1) & (found.rule != Rule.LOSE)
    return wanted_now & ~stocked & ~soon & ~makes_it


def on_sale(found: Facts) -> BoolArray:
    """Items that can be sold now: launched, and not ended. bool, shape (n,)."""
    return np.asarray((found.known.available_from <= found.as_of + 1) & ~ended(found))


def ended(found: Facts) -> BoolArray:
    """Items whose last day has come: bool, shape (n,)."""
    ends_on = found.known.ends_on
    return np.asarray((ends_on > LONG_AGO) & (ends_on <= found.as_of))


def _without(found: Facts, left: IntArray, used: IntArray) -> IntArray:
    """What is left of each source, less what was set aside of the stock of each item."""
    sources = found.sources
    stock = np.flatnonzero((sources.kind == Source.STOCK) & (used[sources.item] > 0))
    item, there = sources.item[stock], left[stock]
    run = np.cumsum(there) - there
    begins = np.append(True, item[1:] != item[:-1])[: len(item)]
    start = np.maximum.accumulate(np.where(begins, np.arange(len(item)), 0))
    left = left.copy()
    left[stock] -= np.clip(used[item] - (run - run[start]), 0, there)
    return left


def first_day(found: Facts, config: Config) -> int:
    """The day on which what ships next is at the customer's door."""
    return found.as_of + int(found.following[1]) + config.delivery_days


def transfer_day(found: Facts, config: Config) -> int:
    """The day on which what comes from another location is at the customer's door."""
    days = int(np.ceil(config.transfer_days)) + 1
    return found.as_of + int(found.following[min(days, len(found.following) - 1)]) + config.delivery_days
