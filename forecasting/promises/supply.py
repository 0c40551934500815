"""What there is to give: stock, purchase orders by their arrival, and orders about to be placed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy import special

from forecasting.domain import LONG_AGO, BoolArray, Calendar, FloatArray, IntArray
from forecasting.domain.columns import Columns
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.open_orders import OpenOrders
from forecasting.promises.arrivals import DEVIATES, LEVELS, of_new_orders, of_purchases
from forecasting.promises.exact import Parts
from forecasting.promises.recommended import Recommended

UNDATED = 1_000_000
"""Days until what comes on no day that can be said."""

FURTHEST_DAYS = 4_000
"""No arrival is looked at beyond so many days."""

COUNTED_ON = 0.5
"""A purchase order that is less likely than this to come at all is promised to nobody."""


class Source(IntEnum):
    """Where goods come from. LATER: from an order that the plan expects to place on a later day."""

    STOCK = 0
    PURCHASE = 1
    RECOMMENDATION = 2
    LATER = 3


class Pool(IntEnum):
    """Whom goods are for."""

    COMMON = 0
    PREORDERS = 1
    ANYBODY = 2


@dataclass(frozen=True)
class Supply(Columns):
    """Sources by item, then by when they come; each of shape (m,).

    Attributes:
        item: int64. ``kind``: int64, a ``Source``. ``pool``: int64, a ``Pool``.
        purchase: int64, the line among the records' purchases; -1: none.
        ordered_on: int64, the day on which it was or will be ordered; LONG_AGO of stock.
        parts: int64, the quantity (``exact.py``).
        days: float64, shape (m, levels): days after ``as_of`` at ``arrivals.LEVELS``, if it comes.
        chance: float64: that it comes at all.
        sure_in: int64, days after ``as_of`` within which it is there with probability .9; UNDATED.

    """

    item: IntArray
    kind: IntArray
    pool: IntArray
    purchase: IntArray
    ordered_on: IntArray
    parts: IntArray
    days: FloatArray
    chance: FloatArray
    sure_in: IntArray

    @property
    def dated(self) -> BoolArray:
        """bool, shape (m,): when it comes can be said."""
        return self.sure_in < UNDATED


def supply(
    known: Catalogue,
    on_hand: FloatArray,
    orders: OpenOrders,
    recommended: Recommended,
    parts: Parts,
    *,
    assumed: bool,
    as_of: int,
) -> Supply:
    """All sources of all n items, by item and by when they come.

    Args:
        known: the items.
        on_hand: float64, shape (n,), units that can be shipped.
        orders: what is on order.
        recommended: what a plan wants to order.
        parts: how quantities are counted.
        assumed: whether a date may rest on a lead time that is only assumed.
        as_of: at the close of this day.

    """
    unknown = known.lead_time_knowledge.assumed & (not assumed)
    lead = of_new_orders(known.lead_time_knowledge, known.supplier)
    item = np.broadcast_to(np.arange(len(lead))[:, None], lead.shape)
    lead = known.lead_time_knowledge.arrives_in(item, np.array(as_of), lead)
    blocks = (
        _stock(on_hand, parts),
        _purchases(orders, known, unknown, parts),
        *_planned(recommended, lead, unknown, parts, as_of),
    )
    joined = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in _FIELDS}
    found = Supply(**joined)
    return found.take(np.lexsort((found.kind, found.sure_in, found.item)))


_FIELDS = ("item", "kind", "pool", "purchase", "ordered_on", "parts", "days", "chance", "sure_in")


def _block(
    kind: Source,
    item: IntArray,
    parts: IntArray,
    days: FloatArray,
    chance: FloatArray,
    ordered_on: IntArray,
    purchase: IntArray | None = None,
) -> Supply:
    """Sources of one kind; those with nothing in them are left out."""
    m = len(item)
    sure = quantile(days, np.minimum(0.9 / np.maximum(chance, 1e-9), LEVELS[-1]))
    sure_in = np.where(np.isfinite(sure), np.floor(np.minimum(sure, UNDATED - 1) + 0.5), UNDATED)
    made = Supply(
        item=item,
        kind=np.full(m, int(kind)),
        pool=np.full(m, int(Pool.ANYBODY if kind is Source.LATER else Pool.COMMON)),
        purchase=np.full(m, -1) if purchase is None else purchase,
        ordered_on=ordered_on,
        parts=parts,
        days=days,
        chance=chance,
        sure_in=np.maximum(sure_in, 1).astype(np.int64),
    )
    return made.take(np.flatnonzero(parts > 0))


def _stock(on_hand: FloatArray, parts: Parts) -> Supply:
    n = len(on_hand)
    days = np.ones((n, len(LEVELS)))
    return _block(Source.STOCK, np.arange(n), parts.whole(on_hand), days, np.ones(n), np.full(n, LONG_AGO))


def _purchases(orders: OpenOrders, known: Catalogue, unknown: BoolArray, parts: Parts) -> Supply:
    """What is on order. An order that hardly comes any more is not there."""
    days, chance = of_purchases(orders, known.lead_time_knowledge, known.supplier), orders.chance
    # Without a promise, and with a lead time that is only assumed, there is no day.
    days[unknown[orders.item] & ~orders.promised] = np.inf
    count = np.where(chance >= COUNTED_ON, parts.whole(orders.quantity), 0)
    ordered = (orders.as_of - orders.elapsed - 1).astype(np.int64)
    return _block(Source.PURCHASE, orders.item, count, days, chance, ordered, orders.row)


def _planned(
    recommended: Recommended, lead: FloatArray, unknown: BoolArray, parts: Parts, as_of: int
) -> tuple[Supply, Supply]:
    """The order that is about to be sent, and one at the next review, of as many units as are owed."""
    n = len(lead)
    items, sure = np.arange(n), np.ones(n)
    lead = np.where(unknown[:, None], np.inf, lead)

    now = np.full(n, as_of)
    sent = _block(Source.RECOMMENDATION, items, parts.whole(recommended.quantity), 1.0 + lead, sure, now)
    later = recommended.next_order_on
    wait = np.maximum(later - as_of, 0).astype(np.float64)[:, None]
    endless = np.where(later > LONG_AGO, ENDLESS, 0)
    return sent, _block(Source.LATER, items, endless, 1.0 + wait + lead, sure, later)


ENDLESS = 2**53
"""Parts of an order that is not decided yet: as many as it takes."""


def quantile(days: FloatArray, probability: FloatArray) -> FloatArray:
    """The days within which each source comes with its probability: float64, shape (m,).

    Args:
        days: float64, shape (m, levels), at ``LEVELS``.
        probability: float64, shape (m,), within ``LEVELS``.

    """
    at = special.ndtri(np.clip(probability, LEVELS[0], LEVELS[-1]))
    right = np.clip(np.searchsorted(DEVIATES, at), 1, len(LEVELS) - 1)
    rows = np.arange(len(days))
    low, high = days[rows, right - 1], days[rows, right]
    share = (at - DEVIATES[right - 1]) / (DEVIATES[right] - DEVIATES[right - 1])
    finite = np.isfinite(high)
    return np.where(finite, low + share * (np.where(finite, high, 0.0) - np.where(finite, low, 0.0)), np.inf)


def without_hole(found: Supply, hole: IntArray) -> Supply:
    """The same, less what left before it was booked in: the first goods that come fill that up.

    ``hole``: int64, shape (n,), parts of each item.
    """
    before = _before(found)
    used = np.clip(hole[found.item] - before, 0, np.where(found.kind == Source.LATER, 0, found.parts))
    return _with_parts(found, found.parts - used)


def with_pool(found: Supply, ordered_ahead: IntArray, share: float) -> Supply:
    """The same, where a share of what comes is for pre-orders, until as much is there as they want.

    ``ordered_ahead``: int64, shape (n,), parts of each item that were pre-ordered.
    """
    limited = found.kind != Source.LATER
    offered = np.where(limited & (ordered_ahead[found.item] > 0), np.floor(found.parts * share), 0)
    offered = offered.astype(np.int64)
    before = _before(_with_parts(found, offered, keep=True))
    kept = np.clip(ordered_ahead[found.item] - before, 0, offered)
    if not kept.any():
        return found

    own = _with_parts(found, kept)
    own = Supply(**{**vars(own), "pool": np.full(len(own), int(Pool.PREORDERS))})
    rest = _with_parts(found, found.parts - kept)
    both = Supply(**{name: np.concatenate([getattr(own, name), getattr(rest, name)]) for name in _FIELDS})
    return both.take(np.lexsort((both.pool, both.kind, both.sure_in, both.item)))


def _before(found: Supply) -> IntArray:
    """Parts of the same item in the sources before each: int64, shape (m,)."""
    limited = np.where(found.kind == Source.LATER, 0, found.parts)
    run = np.cumsum(limited) - limited
    begins = np.append(True, found.item[1:] != found.item[:-1])[: len(found)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(found)), 0))
    return np.asarray(run - run[first])


def _with_parts(found: Supply, parts: IntArray, *, keep: bool = False) -> Supply:
    """The sources with other quantities; empty ones are left out, unless they are to be kept."""
    changed = Supply(**{**vars(found), "parts": parts})
    return changed if keep else changed.take(np.flatnonzero(parts > 0))


def ship_days(calendar: Calendar, as_of: int) -> tuple[IntArray, IntArray]:
    """For each of the days after ``as_of``: the first open day from it on, and the last one up to it.

    Returns:
        int64, shape (FURTHEST_DAYS,), days after ``as_of``; of the second 0 where there is none.

    """
    ahead = np.arange(FURTHEST_DAYS)
    is_open = calendar.open(as_of + ahead)
    is_open[0], is_open[-1] = False, True
    following = np.where(is_open, ahead, FURTHEST_DAYS - 1)
    following = np.minimum.accumulate(following[::-1])[::-1]
    return following, np.maximum.accumulate(np.where(is_open, ahead, 0))
