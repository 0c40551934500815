"""Made reviews that policies are tried on: seeded, so that everybody is tried on the same."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from forecasting.domain import Calendar, Costs, FloatArray, IntArray, LeadTimes, OrderTerms, Stock
from forecasting.policies.lead_time_demand import LeadTimeDemand
from forecasting.policies.one_item import NO_DAYS, USUAL_RATES, SteadyDemand
from forecasting.policies.situation import Situation
from models.shared.history import History

AS_OF = 15_000
WEEKS = 60
PACK, SMALLEST, LARGEST = 6.0, 20.0, 120.0


def made_situation(
    items: int = 60,
    *,
    order: IntArray | None = None,
    weeks: int = WEEKS,
    rate: float | None = None,
    later: int = 0,
) -> Situation:
    """A review of items of every speed, in packs, with a least and a most; every seventh cannot be ordered.

    Args:
        items: n.
        order: int64, shape (n,): the order that they are shown in; None: their own.
        weeks: of history.
        rate: units a week of every item; None: from a fraction of one to many.
        later: weeks after the usual review.

    """
    generator = np.random.default_rng(3)
    own = generator.gamma(0.7, 20.0, items)
    own = own if rate is None else np.full(items, rate)
    on_hand = generator.integers(0, 60, items).astype(np.float64)
    on_hand[::9] = 0.0
    lead_days = generator.integers(3, 40, items).astype(np.float64)
    sold = generator.poisson(own[:, None], (items, WEEKS + later)).astype(np.float64)[:, -weeks:]
    on_hand = np.maximum(on_hand - later * own, 0.0)

    shown = np.arange(items, dtype=np.int64) if order is None else order
    own, on_hand, lead_days, sold = own[shown], on_hand[shown], lead_days[shown], sold[shown]
    return _situation(shown, own, on_hand, lead_days, sold, AS_OF + 7 * later)


def _situation(
    shown: IntArray,
    rate: FloatArray,
    on_hand: FloatArray,
    lead_days: FloatArray,
    sold: FloatArray,
    as_of: int,
) -> Situation:
    n = len(shown)
    nothing, each = np.zeros(n), np.ones(n)
    rates = {**{field.name: 0.0 for field in fields(Costs)}, **USUAL_RATES, "line_cost": 1.0}
    return Situation(
        as_of=as_of,
        item=shown,
        stock=Stock(on_hand, nothing.copy(), np.where(on_hand == 0, 2.0, 0.0)),
        on_order_later=nothing.copy(),
        reserved=nothing.copy(),
        history=History(sold.ravel(), np.arange(n + 1, dtype=np.int64) * sold.shape[1], 52),
        bucket_days=7.0,
        lead_time_demand=LeadTimeDemand(
            forecast=SteadyDemand(rate, 2.0),
            lead_times=LeadTimes(lead_days[:, None], np.ones((n, 1))),
            calendar=Calendar("week", NO_DAYS, NO_DAYS),
            as_of=as_of,
            starts=nothing.copy(),
            ends=np.full(n, np.inf),
        ),
        review_days=7.0 * each,
        terms=OrderTerms(PACK * each, SMALLEST * each, LARGEST * each, 5.0 * each),
        costs=Costs(
            **{
                **{name: value * each for name, value in rates.items()},
                "leaving_simulated": np.zeros(n, dtype=bool),
            }
        ),
        line_size=each.copy(),
        backorder_allowed=np.ones(n, dtype=bool),
        orderable=shown % 7 > 0,
    )
