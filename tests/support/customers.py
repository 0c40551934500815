"""A company of many customers, to whom late lines do what the test says: drawn at once, no stock kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.inputs.line_fates import Fate, Lines

DAYS = 760


def company(
    seed: int, customers: int = 300, churn: float = 0.0, late_share: float = 0.12, days: int = DAYS
) -> Lines:
    """Orders of two lines; a late line waits 1 to 25 days, and loses its customer with probability ``churn``.

    Customers order between every third day and every third week, some large, some small; a fifth of them
    or so leave within a year for reasons of their own.
    """
    random = np.random.default_rng([seed, 77])
    apart = np.exp(random.uniform(np.log(3), np.log(21), customers))
    size = random.lognormal(0, 0.5, customers)
    customer, day = [], []
    for number in range(customers):
        own = np.unique(
            np.cumsum(random.exponential(apart[number], int(3 * days / apart[number]) + 20)).astype(int)
        )
        own = own[own < days]
        customer.append(np.full(len(own), number))
        day.append(own)
    customer, day = np.concatenate(customer), np.concatenate(day)
    order = np.repeat(np.arange(len(day)), 2)
    m = len(order)
    late = random.random(m) < late_share
    waited = np.where(late, random.integers(1, 26, m), 0)
    leaves = late & (random.random(m) < churn)
    left = random.exponential(5 * 365, customers).astype(int)
    # Orders come in time: a line only counts if its customer has not left before.
    settled = day[order] + waited
    for row in np.flatnonzero(leaves)[np.argsort(day[order][leaves], kind="stable")]:
        who = customer[order[row]]
        if day[order[row]] <= left[who]:
            left[who] = min(left[who], settled[row])
    kept = day[order] <= left[customer[order]]
    units = np.maximum(1.0, np.rint(random.lognormal(1.5, 0.5, m) * size[customer[order]]))
    lines = Lines(
        order=order,
        item=random.integers(0, 40, m),
        customer=customer[order],
        day=day[order],
        ordered=day[order],
        fate=np.where(late, Fate.LATE, Fate.ON_TIME),
        waited=waited,
        units=units,
        value=units * 10.0,
        usual_days=0,
        first_day=0,
        as_of=days - 1,
    )
    return chosen(lines, kept & (settled < days))


def chosen(lines: Lines, kept: np.ndarray) -> Lines:
    """Only these lines."""
    rows = {name: value[kept] for name, value in vars(lines).items() if isinstance(value, np.ndarray)}
    return replace(lines, **rows)
