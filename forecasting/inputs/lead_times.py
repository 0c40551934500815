"""Lead times, and demand over them.

A lead time is what its supplier's terms say, or, where there are enough of them, what its receipts
show. It is kept as a few possible lengths with a probability each, and demand over it is the mixture:
the variability of the lead time is in the distribution, not in a factor on top of it.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from forecasting.domain import FloatArray, IntArray, LeadTimes

PARTS = 5
"""Lengths kept of a random lead time. Demand varies more than its fifths do."""


def from_terms(mean: FloatArray, sd: FloatArray) -> LeadTimes:
    """Gamma lead times with these moments, whole days, in ``PARTS`` equally likely lengths.

    Args:
        mean, sd: float64, shape (n,), days, >= 0. Where sd is 0 the lead time is certain.

    """
    middle = (np.arange(PARTS) + 0.5) / PARTS
    certain = (sd <= 0) | (mean <= 0)
    safe_mean, safe_sd = np.where(certain, 1.0, mean), np.where(certain, 1.0, sd)
    shape = (safe_mean / safe_sd) ** 2
    days = special.gammaincinv(shape[:, None], middle[None, :]) * (safe_sd**2 / safe_mean)[:, None]

    # The middles of fifths vary less than the whole: stretch them around the mean to its deviation.
    spread = days - days.mean(axis=1, keepdims=True)
    deviation = np.sqrt((spread**2).mean(axis=1, keepdims=True))
    days = safe_mean[:, None] + spread * (safe_sd[:, None] / np.maximum(deviation, 1e-12))
    days = np.maximum(np.round(days), 0.0)
    days = np.where(certain[:, None], mean[:, None], days)
    return LeadTimes(days, np.full(days.shape, 1.0 / PARTS))


def from_receipts(group: IntArray, days: FloatArray, groups: int) -> LeadTimes:
    """The lead times that receipts show: the means of each group's fifths, shortest to longest.

    Args:
        group: int64, shape (m,): the group (a supplier) of each receipt.
        days: float64, shape (m,): its lead time.
        groups: how many groups; one without receipts gets zeros.

    """
    order = np.lexsort((days, group))
    group, days = group[order], days[order]
    count = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    rank = np.arange(len(group)) - start[group]

    fifth = rank * PARTS // np.maximum(count[group], 1)
    cell = group * PARTS + fifth
    total = np.bincount(cell, weights=days, minlength=groups * PARTS).reshape(groups, PARTS)
    members = np.bincount(cell, minlength=groups * PARTS).reshape(groups, PARTS)
    means = total / np.maximum(members, 1)

    # A group without receipts still needs weights of sum 1.
    weight = members / np.maximum(count, 1)[:, None]
    weight[count == 0, 0] = 1.0
    return LeadTimes(np.round(means), weight)
