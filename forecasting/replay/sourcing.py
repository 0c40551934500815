"""Where a policy that weighs costs buys in a replay: as known on the day before the first one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forecasting.domain import Receipts
from forecasting.planning.lazy_forecast import ForecastOf, LazyForecast
from forecasting.planning.second_orders import SecondOrders, second_orders
from forecasting.planning.sources import sources
from forecasting.policies.base import Policy, Situation
from forecasting.replay.observations import Observations
from forecasting.replay.scenario import Scenario


def as_bought_by(policy: Policy, scenario: Scenario, observations: Observations) -> Scenario:
    """The scenario in which each item comes from the supplier that a plan by ``policy`` would choose.

    The same where nobody else offers anything, or the policy weighs no costs.
    """
    records = scenario.observer.records
    if records.supply is None or not len(records.supply.offers) or scenario.sources is not None:
        return scenario
    day, observer = scenario.first_day - 1, scenario.observer.serving(policy)
    forecast = LazyForecast(observations.choice(observer, day), observer.history(day))
    found = sources(observer, policy, day, forecast, observer.line_size(day))
    if found is None:
        return scenario
    known = replace(scenario.observer, catalogue=found.catalogue)
    return replace(scenario, observer=known, sources=found, usual=scenario.observer.catalogue)


def at_the_fast_suppliers(scenario: Scenario) -> Scenario | None:
    """The same where each item comes from its fast supplier; None where there is none."""
    if scenario.sources is None or scenario.sources.fast is None:
        return None
    return replace(scenario, observer=replace(scenario.observer, catalogue=scenario.sources.fast))


def asked_of_fast_ones(scenario: Scenario, situation: Situation, coming: Receipts) -> SecondOrders | None:
    """What to order of the fast suppliers at a review. ``coming``: goods on their way, by item of all."""
    forecast = situation.lead_time_demand.forecast
    if scenario.sources is None or not isinstance(forecast, ForecastOf):
        return None
    items = len(scenario.observer.catalogue)
    line_size, place = np.ones(items), np.full(items, -1, dtype=np.int64)
    line_size[situation.item], place[situation.item] = situation.line_size, np.arange(len(situation))
    reviewed = place[coming.item] >= 0
    mine = Receipts(place[coming.item[reviewed]], coming.day[reviewed], coming.quantity[reviewed])
    return second_orders(scenario.sources, scenario.observer, situation, forecast.forecast, line_size, mine)
