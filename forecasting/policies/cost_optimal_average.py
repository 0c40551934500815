"""Least expected cost on the plain mean of the last weeks: the rule without the forecast.

Beside ``min_max`` and ``cost_optimal`` it shows what a better rule alone is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.policies.cost_optimal import CostOptimal


@dataclass(frozen=True)
class CostOptimalAverage(CostOptimal):
    """As ``CostOptimal``, whatever model is configured: demand is that of ``moving_average``.

    >>> CostOptimalAverage().model
    'moving_average'

    """

    name: str = "cost_optimal_average"
    model: str = "moving_average"
