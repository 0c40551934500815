"""One day of the synthetic company after another, for all items.

The sequence of a day is the one that the replay follows: receipts (to the backlog first), lines in
time order, the close, the review. The buyer's rule is a min/max per item over a 13-week mean of the
demand that was recorded.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forecasting.domain import BoolArray, FloatArray, IntArray
from models.shared.compile import compiled, compiled_within

OPEN, SHIPPED, CANCELLED, REFUSED, UNSEEN, NEVER_ASKED = 0, 1, 2, 3, 4, 5
"""What became of a line. UNSEEN: the customer saw that it was out of stock, and left without a word.
NEVER_ASKED: the customer had left the company for good before.
"""

WINDOW = 91
"""Days over which the buyer averages."""


class Shop(NamedTuple):
    """Each item. Arrays of shape (items,); units, days and money.

    The buyer orders when the position is at or below ``reach`` days of mean demand (and never less
    than ``least`` units), up to ``cover`` days more. ``plan``: units a day, the mean before there are
    records. ``more``: units that it always wants more of than its rule says. ``unseen``: the share of
    customers who leave without a word when nothing is left. ``begins``: the first day on sale;
    ``buy_from``, ``buy_until``: when the buyer orders at all.
    """

    opening: FloatArray
    plan: FloatArray
    cost: FloatArray
    reach: FloatArray
    cover: FloatArray
    least: FloatArray
    more: FloatArray
    pack: FloatArray
    least_order: FloatArray
    most_order: FloatArray
    allowed: BoolArray
    unseen: FloatArray
    begins: IntArray
    buy_from: IntArray
    buy_until: IntArray


class Supply(NamedTuple):
    """Each stream: one supplier delivering to one location.

    ``members``: items, stream after stream; stream g owns ``members[first[g]:first[g + 1]]``.
    ``review``: shape (streams, days): whether the buyer orders at the close of the day.
    ``expected``, ``arrival``: the same shape: the day at whose start an order placed then is due, and
    is there. ``part``: shape (items, reviews): the share of each order that is delivered.
    """

    members: IntArray
    first: IntArray
    review: BoolArray
    expected: IntArray
    arrival: IntArray
    part: FloatArray
    least_value: FloatArray


class Asked(NamedTuple):
    """Each line, ordered by (item, day, second); item i owns ``indptr[i]:indptr[i + 1]``.

    ``leaves``: whether the customer leaves for good, should the line have had to wait.
    """

    indptr: IntArray
    day: IntArray
    ordered_day: IntArray
    customer: IntArray
    leaves: BoolArray
    second: IntArray
    deadline: IntArray
    patience: IntArray
    draw: FloatArray
    quantity: FloatArray


class Fate(NamedTuple):
    """What happened. Days are indices, -1 = never; quantities are units.

    Of lines, shape (m,): ``status``, units ``shipped``, last ``shipped_day``, ``cancelled_day``.
    Of items by day, shape (items, days): ``on_hand`` at the close; ``gone`` to customers; ``lost``;
    ``backordered`` anew; ``received``; ``settled`` (what the receipts had been ordered as);
    ``recorded`` demand; ``out_from``, the second at which the item ran out, -1 where it did not.
    Of items by review, shape (items, reviews): units ``ordered``.
    """

    status: IntArray
    shipped: FloatArray
    shipped_day: IntArray
    cancelled_day: IntArray
    on_hand: FloatArray
    gone: FloatArray
    lost: FloatArray
    backordered: FloatArray
    received: FloatArray
    settled: FloatArray
    recorded: FloatArray
    out_from: IntArray
    ordered: FloatArray


class Now(NamedTuple):
    """The state at one moment. Shape (items,); ``waiting`` has one place per line.

    ``left_on``: shape (customers,): the day on which each left for good.
    """

    on_hand: FloatArray
    on_order: FloatArray
    backlog: FloatArray
    total: FloatArray
    pointer: IntArray
    queued: IntArray
    waiting: IntArray
    left_on: IntArray


class Operations(NamedTuple):
    """The whole company: what it is, what it is asked for, what happens, and how it stands."""

    shop: Shop
    supply: Supply
    asked: Asked
    fate: Fate
    now: Now


@compiled
def live(company: Operations) -> None:
    """All days of all streams. Items of a stream share its orders; streams share nothing but customers."""
    supply = company.supply
    review = np.zeros(len(supply.first) - 1, dtype=np.int64)
    for day in range(company.fate.on_hand.shape[1]):
        for stream in range(len(supply.first) - 1):
            members = supply.members[supply.first[stream] : supply.first[stream + 1]]
            for item in members:
                _receive(item, day, company)
                _serve(item, day, company)
                _close(item, day, company)
            if supply.review[stream, day]:
                _order(stream, members, day, review[stream], company)
                review[stream] += 1


@compiled_within
def _receive(item: int, day: int, company: Operations) -> None:
    """Put away what arrives, and ship to those who wait: oldest deadline first."""
    asked, fate, now = company.asked, company.fate, company.now
    now.on_hand[item] += fate.received[item, day]
    now.on_order[item] -= fate.settled[item, day]

    first = asked.indptr[item]
    # Few lines wait at once: a search through them is simpler than a heap, and as fast.
    while now.queued[item] > 0 and now.on_hand[item] > 0:
        best = first
        for slot in range(first + 1, first + now.queued[item]):
            line, least = now.waiting[slot], now.waiting[best]
            if asked.deadline[line] < asked.deadline[least] or (
                asked.deadline[line] == asked.deadline[least] and line < least
            ):
                best = slot

        line = now.waiting[best]
        given = min(asked.quantity[line] - fate.shipped[line], now.on_hand[item])
        now.backlog[item] -= given
        _ship(item, line, given, day, company)
        if fate.shipped[line] == asked.quantity[line]:
            fate.status[line] = SHIPPED
            _settled(line, day, company)
            now.queued[item] -= 1
            now.waiting[best] = now.waiting[first + now.queued[item]]


@compiled_within
def _settled(line: int, day: int, company: Operations) -> None:
    """A line that had to wait has shipped, or was cancelled: its customer may never order again."""
    asked, now = company.asked, company.now
    if asked.leaves[line]:
        customer = asked.customer[line]
        now.left_on[customer] = min(now.left_on[customer], day)


@compiled_within
def _ship(item: int, line: int, quantity: float, day: int, company: Operations) -> None:
    fate, now = company.fate, company.now
    now.on_hand[item] -= quantity
    fate.shipped[line] += quantity
    fate.shipped_day[line] = day
    fate.gone[item, day] += quantity


@compiled_within
def _serve(item: int, day: int, company: Operations) -> None:
    """The lines of the day, in time order: ship, wait, or be refused."""
    shop, asked, fate, now = company.shop, company.asked, company.fate, company.now
    if now.on_hand[item] == 0:
        fate.out_from[item, day] = 0

    line = now.pointer[item]
    while line < asked.indptr[item + 1] and asked.day[line] == day:
        wanted = asked.quantity[line]
        given = min(wanted, now.on_hand[item])
        if now.left_on[asked.customer[line]] < asked.ordered_day[line]:
            fate.status[line] = NEVER_ASKED
        # Who finds nothing left may leave without a word: no record of the demand remains.
        elif given == 0 and asked.draw[line] < shop.unseen[item]:
            fate.status[line] = UNSEEN
            fate.lost[item, day] += wanted
        else:
            fate.recorded[item, day] += wanted
            if given > 0:
                _ship(item, line, given, day, company)
                if now.on_hand[item] == 0:
                    fate.out_from[item, day] = asked.second[line]
            if given == wanted:
                fate.status[line] = SHIPPED
            elif shop.allowed[item]:
                now.waiting[asked.indptr[item] + now.queued[item]] = line
                now.queued[item] += 1
                now.backlog[item] += wanted - given
                fate.backordered[item, day] += wanted - given
            else:
                fate.status[line] = REFUSED
                fate.lost[item, day] += wanted - given
        line += 1
    now.pointer[item] = line


@compiled_within
def _close(item: int, day: int, company: Operations) -> None:
    """Cancel for those who waited too long; note the stock; move the window of the mean."""
    shop, asked, fate, now = company.shop, company.asked, company.fate, company.now
    slot = asked.indptr[item]
    while slot < asked.indptr[item] + now.queued[item]:
        line = now.waiting[slot]
        if day - asked.day[line] >= asked.patience[line]:
            left = asked.quantity[line] - fate.shipped[line]
            fate.status[line] = CANCELLED
            fate.cancelled_day[line] = day
            _settled(line, day, company)
            fate.lost[item, day] += left
            now.backlog[item] -= left
            now.queued[item] -= 1
            now.waiting[slot] = now.waiting[asked.indptr[item] + now.queued[item]]
        else:
            slot += 1

    fate.on_hand[item, day] = now.on_hand[item]
    if day >= shop.begins[item]:
        # Before there are records, each day that drops out of the window is one of the plan's.
        now.total[item] += fate.recorded[item, day]
        if day - WINDOW >= shop.begins[item]:
            now.total[item] -= fate.recorded[item, day - WINDOW]
        else:
            now.total[item] -= shop.plan[item]


@compiled_within
def _order(stream: int, members: IntArray, day: int, review: int, company: Operations) -> None:
    """Min/max: below min, order up to max in whole packs; all of it waits where it is worth too little."""
    shop, supply, fate, now = company.shop, company.supply, company.fate, company.now
    value = 0.0
    for item in members:
        if day < shop.buy_from[item] or day > shop.buy_until[item]:
            continue

        mean = max(now.total[item], 0.0) / WINDOW
        lower = max(mean * shop.reach[item], shop.least[item]) + shop.more[item]
        position = now.on_hand[item] + now.on_order[item] - now.backlog[item]
        if position > lower:
            continue
        wanted = max(lower + mean * shop.cover[item] - position, shop.least_order[item], 1.0)
        packs = np.ceil(min(wanted, shop.most_order[item]) / shop.pack[item] - 1e-9)
        fate.ordered[item, review] = packs * shop.pack[item]
        value += fate.ordered[item, review] * shop.cost[item]

    # A supplier's minimum holds for the whole order, so that it is known only now.
    arrival = supply.arrival[stream, day]
    for item in members:
        quantity = fate.ordered[item, review]
        if value < supply.least_value[stream]:
            fate.ordered[item, review] = 0.0
        elif quantity > 0:
            now.on_order[item] += quantity
            if arrival < fate.on_hand.shape[1]:
                fate.settled[item, arrival] += quantity
                fate.received[item, arrival] += delivered(quantity, supply.part[item, review])


@compiled
def delivered(quantity: FloatArray, part: FloatArray) -> FloatArray:
    """Whole units that arrive of an order, at least one. Works on numbers and on arrays."""
    return np.maximum(np.floor(quantity * part + 1e-9), 1.0)
