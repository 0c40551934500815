"""Two suppliers at once: the usual one, and a faster and dearer one for what cannot wait for it.

At a review the fast supplier is asked first. A unit ordered from it now rather than from the slow one costs
the premium. It saves what stock-outs cost between its own arrival and that of the slow order, less what it is
held for: of each interval g in between, a review long, from a to b days from now,

    m_g(q) = p (P(D_b > y) - P(D_a > y)) + b ((n-1)/2 P(D_a > y) + (n+1)/2 P(D_b > y)) - h (same of D <= y)

with n = b - a, and y the stock that is there for it, what is on its way by a and the q units among it
(``review_cost``). But the fast supplier can be asked again at the next review: all that later intervals save
is no more than the premium that would then be paid, if the unit is still wanted. So a unit more is ordered as
long as

    m_0(q) + min(premium x max of P(D_b > y) over later intervals,  sum of m_g(q) over them)  >  premium

What the slow supplier is asked for may then be less: a unit that it lacks costs the premium, not a stock-out.
Its level falls to that of the fast one alone, and on top the quantile of demand over the days by which it is
slower, at

    premium / (premium + 2 h R)

This is a dual-index policy (Veeraraghavan and Scheller-Wolf, "Now or later", Operations Research 56, 2008)
whose levels follow from each day's forecast and costs. Twice R, because a unit too many that is on its way
cannot be taken back at the next review either: of the factors 1, 2 and 3 it came nearest to the exact
optimum, which ``tests/forecasting/policies/test_dual_sourcing.py`` holds it against.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.domain import BoolArray, FloatArray, OrderTerms, Receipts
from forecasting.policies.expected_cost.search import last_true
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution

INTERVALS = 6
"""Intervals between the two arrivals that are looked at at most; the last ones are longer where there are
more.
"""

PARTS = (0.25, 0.5, 0.75, 1.0)
"""Of the best quantity, that orders are chosen from."""

POINTS = 16
"""Points at which what a quantity saves is summed up."""


@dataclass(frozen=True)
class Fast:
    """What a fast supplier is worth to n items at a review.

    Attributes:
        quantity: float64, shape (n, k), units, rising from 0: what could be ordered from it.
        saved: float64, shape (n, k), money: what each saves against ordering none, premium and line paid.
        lower: float64, shape (n,), units, >= 0: by how much less the slow supplier's level may be.

    """

    quantity: FloatArray
    saved: FloatArray
    lower: FloatArray

    @property
    def best(self) -> FloatArray:
        """float64, shape (n,): what saves most by itself; 0 where nothing saves anything."""
        rows = np.arange(len(self.lower))
        return np.asarray(self.quantity[rows, np.argmax(self.saved, axis=1)])


@dataclass(frozen=True)
class _Window:
    """The intervals between the two arrivals, of n items. ``there``: float64, shape (n, g), units; ``days``:
    float64, shape (n, g + 1); ``demand``: until each of these.
    """

    there: FloatArray
    days: FloatArray
    demand: list[Distribution]


def fast_orders(slow: Situation, fast: Situation, coming: Receipts, premium: FloatArray) -> Fast:
    """What to order from the fast supplier now.

    Args:
        slow, fast: the same n items at the two suppliers: lead times, terms and costs differ.
        coming: what is on its way to them, ``item`` being 0 .. n - 1.
        premium: float64, shape (n,), money a unit, > 0: by how much the fast one is dearer.

    """
    window = _window(slow, fast, coming)
    rule = _Rule(slow, window, premium)
    unit = np.minimum(fast.terms.pack_size, 1.0)

    # Nothing beyond what demand of all the days could come to is ever worth it.
    most = np.maximum(window.demand[-1].values[:, -1] - window.there[:, 0], 0.0)
    best = last_true(rule.pays, np.zeros(len(most)), np.ceil(most / unit), unit)
    best = np.where(fast.orderable & (premium > 0), best, 0.0)

    quantity = _candidates(fast.terms, best)
    saved = rule.saved(quantity) - np.where(quantity > 0, fast.costs.line_cost[:, None], 0.0)
    saved = np.where(fast.orderable[:, None], saved, 0.0)
    return Fast(quantity, saved, _lower(slow, fast, window, rule, premium))


def _window(slow: Situation, fast: Situation, coming: Receipts) -> _Window:
    begin = fast.lead_time_demand.lead_times.mean
    end = np.maximum(slow.lead_time_demand.lead_times.mean, begin + 1.0)
    first = np.minimum(begin + np.maximum(fast.review_days, 1.0), end)
    steps = np.ceil(np.max((end - begin) / np.maximum(fast.review_days, 1.0), initial=1.0))
    count = int(np.clip(steps, 1, INTERVALS))
    rest = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(1)
    days = np.column_stack([begin, first[:, None] + (end - first)[:, None] * rest])

    there = np.tile((slow.stock.on_hand - slow.stock.backlog - slow.reserved)[:, None], (1, count))
    usable = coming.day - slow.as_of - 1
    for place in range(count):
        come = usable <= days[coming.item, place]
        there[:, place] += np.bincount(coming.item[come], coming.quantity[come], len(slow))
    return _Window(there, days, slow.lead_time_demand.over_each(list(days.T)))


class _Rule:
    """What one more unit from the fast supplier saves."""

    def __init__(self, slow: Situation, window: _Window, premium: FloatArray) -> None:
        costs, self._window, self.premium = slow.costs, window, premium
        self._p = costs.shortage_per_unit(slow.line_size)
        self._b = np.where(slow.backorder_allowed, costs.waiting_per_unit_day, 0.0)
        self._h = costs.holding_per_unit_day

    def marginal(self, quantity: FloatArray) -> FloatArray:
        """Money a unit beyond ``quantity``: float64, shape (n, k) as given."""
        window = self._window
        now, later, wanted = np.zeros(quantity.shape), np.zeros(quantity.shape), np.zeros(quantity.shape)
        p, b, h = self._p[:, None], self._b[:, None], self._h[:, None]
        for g in range(window.there.shape[1]):
            y = window.there[:, g, None] + quantity
            before, after = 1.0 - window.demand[g].cdf(y), 1.0 - window.demand[g + 1].cdf(y)
            n = np.maximum(window.days[:, g + 1] - window.days[:, g], 0.0)[:, None]
            first, last = np.maximum(n - 1.0, 0.0) / 2, np.where(n > 0, (n + 1.0) / 2, 0.0)
            saved = p * np.maximum(after - before, 0.0) + b * (first * before + last * after)
            saved -= h * (first * (1.0 - before) + last * (1.0 - after))
            if g == 0:
                now += saved
            else:
                later += saved
                wanted = np.maximum(wanted, after)
        return now + np.minimum(later, self.premium[:, None] * wanted)

    def pays(self, quantity: FloatArray) -> BoolArray:
        """bool, shape (n,): whether the last unit of ``quantity`` is worth its premium."""
        return np.asarray(self.marginal(np.maximum(quantity - 1.0, 0.0)[:, None])[:, 0] > self.premium)

    def saved(self, quantity: FloatArray) -> FloatArray:
        """Money that whole quantities save, premium paid: float64, shape (n, k), rising rows from 0."""
        part = (np.arange(POINTS) + 0.5) / POINTS
        each = np.stack(
            [
                np.mean(self.marginal(quantity[:, [k]] * part) - self.premium[:, None], axis=1)
                for k in range(quantity.shape[1])
            ],
            axis=1,
        )
        return np.asarray(each * quantity)


def _candidates(terms: OrderTerms, best: FloatArray) -> FloatArray:
    """Nothing, parts of the best quantity and all of it in whole packs, and the smallest order: (n, k),
    rising.
    """
    parts = [terms.at_least(best * part) for part in PARTS]
    below = np.floor(best / terms.pack_size + 1e-9) * terms.pack_size
    parts.append(np.where(below >= terms.smallest, np.minimum(below, parts[-1]), 0.0))
    return np.sort(np.column_stack([np.zeros(len(best)), *parts]), axis=1)


def _lower(slow: Situation, fast: Situation, window: _Window, rule: _Rule, premium: FloatArray) -> FloatArray:
    """By how much the level of the slow supplier is lower for the fast one's being there."""
    review = slow.review_days
    short = rule._p + rule._b * review / 2
    over = rule._h * review
    alone = short / np.maximum(short + over, 1e-12)

    ahead = slow.lead_time_demand
    begin, end = window.days[:, 0], window.days[:, -1]
    slow_days, fast_days = end + review, begin + np.maximum(fast.review_days, 1.0)
    whole, near = ahead.over_each([slow_days, fast_days])
    between = ahead.between(begin, [end - begin])[0]
    asked = premium / np.maximum(premium + 2.0 * over, 1e-12)
    level = near.quantile(alone) + between.quantile(asked)
    return np.maximum(whole.quantile(alone) - level, 0.0)


def beside(slow: Situation, ordered: FloatArray, lower: FloatArray) -> Situation:
    """The slow supplier's situation once ``ordered`` units, float64, shape (n,), come from the fast one.

    ``lower``: see ``Fast``. Both count as if they were on order already.
    """
    return replace(slow, reserved=slow.reserved - ordered - lower)
