"""A situation of one item from a few numbers: to try a policy out, in a notebook or a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from forecasting.domain import Calendar, Costs, FloatArray, LeadTimes, OrderTerms, Stock
from forecasting.policies.lead_time_demand import LeadTimeDemand
from forecasting.policies.situation import Situation
from models.shared.distribution import Distribution, negative_binomial
from models.shared.history import History

NO_DAYS = np.zeros(0, dtype=np.int64)

USUAL_RATES = {
    "holding_per_unit_day": 0.01,
    "goodwill_per_unit": 2.0,
    "goodwill_per_late_unit_day": 0.05,
}
"""Money. Every other rate is zero where it is not given."""


@dataclass(frozen=True)
class SteadyDemand:
    """A forecast that goes on at the same rate: a mean a bucket, and a variance in proportion to it.

    Attributes:
        mean: float64, shape (n,), units a bucket.
        dispersion: variance over mean; 1: Poisson.

    """

    mean: FloatArray
    dispersion: float = 1.0

    def demand(self, horizon: FloatArray) -> Distribution:
        """See ``models.shared.base.Forecast``."""
        mean = self.mean * horizon
        return negative_binomial(mean, mean * self.dispersion)


def one_item(
    weekly_demand: Sequence[float],
    *,
    on_hand: float = 0.0,
    lead_days: float = 14.0,
    review_days: float = 7.0,
    pack_size: float = 1.0,
    **rates: float,
) -> Situation:
    """What a policy sees of one item whose customers wait, at the close of day 0.

    Args:
        weekly_demand: units of each past week; Poisson demand at its mean is forecast.
        on_hand: units; nothing is on order or owed.
        lead_days, review_days: L and R, days.
        pack_size: units.
        rates: of ``Costs``, over ``USUAL_RATES``: h, p, b and K by their long names; money.

    >>> situation = one_item([14.0] * 26, on_hand=20)
    >>> situation.position, situation.protection_days
    (array([20.]), array([21.]))
    >>> situation.lead_time_demand.over_lead_time(situation.review_days).mean.round(1)
    array([42.])

    """
    one, zero = np.ones(1), np.zeros(1)
    history = np.asarray(weekly_demand, dtype=np.float64)
    nothing = {field.name: 0.0 for field in fields(Costs)}
    charged = {name: rate * one for name, rate in {**nothing, **USUAL_RATES, **rates}.items()}

    return Situation(
        as_of=0,
        item=np.zeros(1, dtype=np.int64),
        stock=Stock(on_hand * one, zero, zero),
        on_order_later=zero,
        reserved=zero,
        history=History(history, np.array([0, len(history)]), 52),
        bucket_days=7.0,
        lead_time_demand=LeadTimeDemand(
            forecast=SteadyDemand(history.mean() * one),
            lead_times=LeadTimes(np.array([[lead_days]]), np.ones((1, 1))),
            calendar=Calendar("week", NO_DAYS, NO_DAYS),
            as_of=0,
            starts=zero,
            ends=np.full(1, np.inf),
        ),
        review_days=review_days * one,
        terms=OrderTerms(pack_size * one, zero, np.full(1, np.inf), one),
        costs=Costs(**{**charged, "leaving_simulated": np.zeros(1, dtype=bool)}),
        line_size=one,
        backorder_allowed=np.ones(1, dtype=bool),
        orderable=np.ones(1, dtype=bool),
    )
