"""A policy that reckons once for several replays of the same days, in which only terms differ.

Item by item a decision takes a forecast and a cost curve, which is nearly all of the time that a replay
takes. Here each is worked out once in ``RENEWED_DAYS``; every review decides by it on the stock of that
day, under the suppliers' terms of its replay.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import IntArray
from forecasting.planning.lazy_forecast import LazyForecast
from forecasting.planning.observer import Observer
from forecasting.policies.base import Policy
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.expected_cost.cost_curve import CostCurve
from forecasting.policies.expected_cost.relative_value import RelativeValue, relative_value
from forecasting.policies.guard import decided
from forecasting.policies.situation import Decision, Situation
from forecasting.replay.observations import Observations
from forecasting.replay.scenario import Scenario

RENEWED_DAYS = 7
"""For so long a reckoning holds. Of 8 items of the demo four weeks halve the time, and name 2 causes
otherwise.
"""


class RenewedForecasts(Observations):
    """What policies see of demand, looked at anew every ``RENEWED_DAYS``."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self._forecasts: dict[int, LazyForecast] = {}

    def for_other_terms(self, scenario: Scenario) -> RenewedForecasts:
        """The same for a replay of the same days under other terms."""
        other = RenewedForecasts(scenario)
        other._forecasts = self._forecasts
        return other

    def situation(self, observer: Observer, day: int) -> Situation:
        """The situation of the items under review, but for their stock, by the forecast that holds."""
        since = (day - self._scenario.first_day) // RENEWED_DAYS
        if since not in self._forecasts:
            self._forecasts[since] = LazyForecast(self.choice(observer, day), observer.history(day))
        return self.without_stock(observer, day, self._forecasts[since])


class Renewed(Policy):
    """The policy, reckoning anew every ``RENEWED_DAYS`` from ``first_day`` on."""

    def __init__(self, policy: Policy, first_day: int) -> None:
        self._policy, self._first_day = policy, first_day
        self._curves: dict[bytes, CostCurve] = {}
        self._last: tuple[int, IntArray, RelativeValue] | None = None

    @property
    def name(self) -> str:
        """The policy's own."""
        return self._policy.name

    @property
    def model(self) -> str | None:
        """The policy's own."""
        return self._policy.model

    def for_other_terms(self) -> Renewed:
        """The same for a replay of these days under other terms: it shares what does not depend on them."""
        other = Renewed(self._policy, self._first_day)
        other._curves = self._curves
        return other

    def decide(self, situation: Situation) -> Decision:
        """By what orders cost, or as the policy does where it weighs no costs."""
        value = self.value(situation)
        return decided(self._policy, situation) if value is None else value.decision()

    def value(self, situation: Situation) -> RelativeValue | None:
        """What orders cost, by the last reckoning that has all of these items."""
        since = (situation.as_of - self._first_day) // RENEWED_DAYS
        if self._last is None or self._last[0] != since or not np.isin(situation.item, self._last[1]).all():
            made = self._reckoned(situation, since)
            if made is None:
                return None
            self._last = since, situation.item, made
        _, items, reckoned = self._last
        if len(items) != len(situation.item):
            reckoned = reckoned.take(np.searchsorted(items, situation.item))
        return replace(reckoned, position=situation.position, orderable=situation.orderable)

    def _reckoned(self, situation: Situation, since: int) -> RelativeValue | None:
        policy = self._policy
        if not isinstance(policy, CostOptimal):
            return policy.value(situation)
        key = since.to_bytes(4) + situation.item.tobytes()
        if key not in self._curves:
            self._curves[key] = policy.curve(situation)
        return relative_value(situation, self._curves[key], policy.excess_holding_days)
