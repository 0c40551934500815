"""When goods come, as days by probability: of open purchase orders, and of orders about to be placed.

The beliefs are the plan's own (``inputs/open_orders.py``, ``inputs/lead_times.py``), in the shape of what the
supplier's deliveries really were (``punctuality.py``). They are kept as days at a few probabilities, between
which the day is taken as linear in the normal deviate: a table of numbers that one kernel can look up,
wherever a day comes from.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from forecasting.domain import BoolArray, FloatArray, IntArray, LeadTimes
from forecasting.inputs.lead_times import LeadTimeKnowledge
from forecasting.inputs.open_orders import OpenOrders
from forecasting.promises.punctuality import punctuality

LEVELS = np.concatenate([[0.005, 0.01], np.arange(1, 50) / 50, [0.99, 0.995]])
"""The probabilities at which arrivals are kept: close together, as many suppliers come on a few days only.
Of a lead time that is one of five lengths, tenths would say of the days before the last that it is as good
as there.
"""

DEVIATES = special.ndtri(LEVELS)
"""The same as deviates of the normal distribution: float64, ascending."""


def of_purchases(orders: OpenOrders, known: LeadTimeKnowledge, supplier: IntArray) -> FloatArray:
    """Days after ``as_of`` at ``LEVELS``, given that the goods come: float64, shape (m, levels), > 0.

    ``supplier``: int64, shape (n,): of each item.
    """
    ahead = np.stack([orders.days_ahead(level) for level in LEVELS], axis=1)
    suppliers = int(supplier.max(initial=-1)) + 1
    for by_promise, seen, believed in (
        (True, known.against_promises, known.of_promises),
        (False, known.against_terms, known.of_terms),
    ):
        usual = punctuality(seen, believed, supplier, suppliers)
        row = np.flatnonzero((orders.by_promise == by_promise) & usual.holds[orders.item])
        y, elapsed = usual.y[supplier[orders.item[row]]], orders.elapsed[row]
        found, usable = _given_not_come(np.log1p(orders.stated[row])[:, None] + y, elapsed)
        ahead[row[usable]] = found[usable]
    return np.maximum(ahead, 1.0)


def _given_not_come(log_days: FloatArray, elapsed: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Quantiles of the days to come of what has not come after ``elapsed`` days.

    Args:
        log_days: float64, shape (m, k), rising: quantiles of log(1 + days).
        elapsed: float64, shape (m,), days since the order.

    Returns:
        float64, shape (m, levels), days to come; bool, shape (m,): whether enough of the distribution is
        left: of what is later than nearly all ever was, it says nothing.

    """
    k = log_days.shape[1]
    passed = (np.expm1(log_days) < elapsed[:, None] + 0.5).sum(axis=1) / k
    at = passed[:, None] + LEVELS * (1.0 - passed)[:, None]
    place = np.minimum((at * k).astype(np.int64), k - 1)
    days = np.expm1(np.take_along_axis(log_days, place, axis=1)) - elapsed[:, None]
    return days, passed <= MOST_PASSED


MOST_PASSED = 0.9
"""Beyond it too little is left of a distribution to say more than the beliefs do."""


def of_new_orders(known: LeadTimeKnowledge, supplier: IntArray) -> FloatArray:
    """Days from an order placed now to usable stock at ``LEVELS``: float64, shape (n, levels)."""
    days = of_lead_times(known.lead_times)
    suppliers = int(supplier.max(initial=-1)) + 1
    usual = punctuality(known.against_terms, known.of_terms, supplier, suppliers)
    item = np.flatnonzero(usual.holds)
    y = np.log1p(known.stated[item])[:, None] + usual.y[supplier[item]]
    place = np.minimum((LEVELS * y.shape[1]).astype(np.int64), y.shape[1] - 1)
    days[item] = np.maximum(np.expm1(y[:, place]), 0.0)
    return days


def of_lead_times(lead_times: LeadTimes) -> FloatArray:
    """Days from an order to usable stock at ``LEVELS``: float64, shape (n, levels).

    The few lengths that are kept are the quantiles at the middles of their weights. Beyond the first and
    the last of them the line through the last two goes on.
    """
    order = np.argsort(lead_times.days, axis=1, kind="stable")
    days = np.take_along_axis(lead_times.days, order, axis=1)
    weight = np.take_along_axis(lead_times.weight, order, axis=1)
    middle = np.clip(np.cumsum(weight, axis=1) - weight / 2, 1e-6, 1.0 - 1e-6)
    if days.shape[1] == 1:
        return np.repeat(days, len(LEVELS), axis=1)

    at = special.ndtri(middle)
    found = np.empty((len(days), len(LEVELS)))
    for column, deviate in enumerate(DEVIATES):
        # The two lengths on either side; the outermost two beyond them.
        right = np.clip((at < deviate).sum(axis=1), 1, days.shape[1] - 1)
        rows = np.arange(len(days))
        x0, x1 = at[rows, right - 1], at[rows, right]
        y0, y1 = days[rows, right - 1], days[rows, right]
        slope = np.divide(y1 - y0, x1 - x0, out=np.zeros_like(y0), where=x1 > x0)
        found[:, column] = y0 + slope * (deviate - x0)
    return np.maximum(found, 0.0)
