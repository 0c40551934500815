"""Theta: which share of its holding a unit is charged that turns out not to be needed, until it is sold."""

from __future__ import annotations

import numpy as np

from forecasting.domain import FloatArray, critical_ratio
from forecasting.policies.situation import Situation
from models.selection.revision import telling

WEEK = 7.0
"""Days of the review that the share is given for."""

PER_LATER_REVIEW = 0.12
"""Where sales are lost, theta is larger by so much for each review that the lead time spans beyond one. An
order is weighed as if it were the last: that a unit left over then makes a later order smaller only as far as
sales are not lost in between goes unseen, the more so the more orders are on their way. Found by walking the
ledger over made and real panels (docs/decisions/0011-theta-by-what-becomes-of-short-units.md)."""

FEW_LOST = 0.1
"""1 less the critical ratio over a review. Below it the above fades: hardly any sale is lost any more."""

RARE = 0.01
"""1 less the critical ratio up to which a unit is charged the whole share. The rarer a shortage is to be, the
further out in the forecast's tail it is ordered up to, and the more of that the next forecast takes back."""

REVISED = 0.3
"""What a forecast is revised by within a quarter, as a share of itself, from which on an item is charged the
whole share; below, less with its square. Demand that does not move is known ever better: what it leaves over
will be sold, and a forecast that says so can be believed."""


def excess_share(situation: Situation, share: float) -> FloatArray:
    """Theta of each item: float64, shape (n,), 0..1.

    Args:
        situation: of n items.
        share: per week of review, where customers wait and a shortage is to be rare.

    """
    days = situation.review_days
    later_reviews = np.maximum(situation.lead_time_demand.lead_times.mean / days - 1.0, 0.0)
    under, over = situation.costs.under_and_over(situation.line_size, days, 0.0)
    too_many = 1.0 - critical_ratio(under, over)
    lost = PER_LATER_REVIEW * later_reviews * np.minimum(too_many / FEW_LOST, 1.0)
    own = share * np.sqrt(np.minimum(RARE / np.maximum(too_many, RARE), 1.0)) * _doubted(situation)
    share_of_item = own + np.where(situation.backorder_allowed, 0.0, lost)
    return np.minimum(share_of_item * days / WEEK, 1.0)


def _doubted(situation: Situation) -> FloatArray:
    """By what a forecast usually changes its mind: float64, shape (n,), 0 (not at all) to 1 (much).

    1 also where nobody knows: of all; of items too young, or never asked for, to have a part in it.
    """
    n, revision = len(situation), situation.lead_time_demand.revision
    if revision is None:
        return np.ones(n)
    told = min((revision / REVISED) ** 2, 1.0)
    return np.where(telling(situation.history), told, 1.0)
