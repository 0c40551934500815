"""The use cases: forecast, plan, replay. Each takes a dataset and settings, and returns tables."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd

from forecasting import demand as demand_of
from forecasting.assumptions import Assumptions
from forecasting.catalogue import calendar, catalogue
from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.demand import days_of
from forecasting.domain import Stock, day_text
from forecasting.drivers import announced
from forecasting.errors import RequestError
from forecasting.observer import LazyChoice, LazyForecast, Observer
from forecasting.policies.choices import REVIEWS_MORE, choices
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.order_together import order_together
from forecasting.policies.registry import policy as policy_named
from forecasting.recommendations import Advice, costs_table, recommendations, whole
from forecasting.stock_position import beyond_protection, counted, on_the_way, overtaken, owed
from forecasting.supplier_orders import choices_table, supplier_orders, together
from models.distribution import Distribution
from models.registry import MODELS

LIBRARIES = ("reorder", "numpy", "pandas", "scipy", "numba", "pyarrow")
LONGEST_GAP = 62
"""Days after the last order line from which on a date is taken for a mistake."""


@dataclass(frozen=True)
class Result:
    """Tables by name, and what ``run.json`` says of the run that made them."""

    tables: Mapping[str, pd.DataFrame]
    run: Mapping[str, Any]


class Clock:
    """Seconds of each step of a run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last call under ``step``."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self._last, 3)
        self._last = now


def observer(dataset: Dataset, config: Config, as_of: int, assumptions: Assumptions) -> Observer:
    """Everything of a dataset that decisions look at, with terms and costs as known at ``as_of``."""
    known = catalogue(dataset, config, as_of, assumptions)
    # Constants of the decision itself, whatever the dataset says.
    assumptions.add("unsold_weight", f"{config.unsold_weight:g}", len(known))
    assumptions.add("unsold_days", f"{config.unsold_days:g}", len(known))
    lines = demand_of.demand_lines(dataset, known.items, known.available_from, config.cancelled_after_days)
    return Observer(
        lines=lines,
        catalogue=known,
        calendar=calendar(dataset, config),
        config=config,
        first_day=int(days_of(dataset.orders["ordered_at"]).min()),
        unavailable=demand_of.availability(dataset, known.items, ~known.backorder_allowed),
        announced=announced(dataset, known.items, known.category, config.holidays_country, assumptions),
    )


def last_known_day(dataset: Dataset) -> int:
    """The last day that the data knows of: of an order line, or of a count of the stock."""
    days = np.concatenate([days_of(dataset.orders["ordered_at"]), days_of(dataset.stock["as_of"])])
    return int(days.max())


def check_date(dataset: Dataset, as_of: int, what: str) -> None:
    """Raise RequestError where the data says nothing of the time up to ``as_of``."""
    ordered = days_of(dataset.orders["ordered_at"])
    first, last = int(ordered.min()), int(ordered.max())
    if as_of < first:
        raise RequestError(
            f"{what} {day_text(as_of)} lies before the first order line, {day_text(first)}: "
            f"choose a day from {day_text(first)} to {day_text(last)}"
        )
    if as_of > last + LONGEST_GAP:
        raise RequestError(
            f"{what} {day_text(as_of)} lies {as_of - last} days after the last order line, "
            f"{day_text(last)}: demand since then is missing. Add it, or choose a day up to "
            f"{day_text(last + LONGEST_GAP)}"
        )


def plan(dataset: Dataset, config: Config, as_of: int) -> Result:
    """What to order at the close of day ``as_of``.

    Tables ``recommendations``, ``costs``, ``choices``, ``supplier_orders`` and ``assumptions``.

    Raises RequestError where the date or a name does not fit.
    """
    clock, assumptions = Clock(), Assumptions()
    check_model(config)
    policy = policy_named(config.policy, config)
    check_date(dataset, as_of, "--as-of")
    seeing = observer(dataset, config, as_of, assumptions).serving(policy)
    known = seeing.catalogue
    clock.lap("prepare")

    seen = seeing.history(as_of)
    choice = seeing.choose_models(as_of, seen)
    clock.lap("choose_models")

    on_hand = counted(dataset, known, as_of)
    stock_known = ~np.isnan(on_hand)
    coming = on_the_way(dataset, known, as_of, in_hindsight=False)
    due_to_ship = demand_of.due_to_ship(
        dataset, demand_of.item_numbers(dataset.orders, known.items), known.available_from
    )
    stock = Stock(
        on_hand=assumptions.fill("on_hand", on_hand, config.on_hand),
        on_order=np.bincount(coming.item, coming.quantity, len(known)).astype(np.float64),
        backlog=owed(dataset, known, as_of, due_to_ship),
    )
    situation = seeing.situation(
        as_of,
        np.arange(len(known)),
        stock,
        LazyForecast(LazyChoice(as_of, lambda: choice), seen),
        beyond=beyond_protection(coming, as_of, known.protection_days),
        line_size=seeing.line_size(as_of),
        late=overtaken(coming, as_of, known.lead_times, known.review_days),
        price_rise=known.price_rise(as_of),
    )
    judge = CostOptimal(config.unsold_weight, config.unsold_days)
    orders = order_together(policy, situation, known.supplier, known.suppliers.terms, config.budget)
    decision, own = orders.decision, isinstance(policy, CostOptimal)
    value = judge.value(situation, judge.curve(situation)) if orders.value is None else orders.value
    prices = judge.prices(value, decision.quantity)
    tried = choices(value, decision.quantity, REVIEWS_MORE, orders.wanted)
    clock.lap("decide")

    run = run_id(dataset, config, {"plan": as_of})
    table = recommendations(
        Advice(
            run,
            policy.name,
            known,
            situation,
            value.curve,
            decision,
            prices,
            np.array(choice.names, dtype=object),
            stock_known,
            judge.rules(situation, value.curve) if own else np.full(len(known), policy.name, dtype=object),
            orders,
        )
    )
    clock.lap("explain")
    counts = {
        "items": len(table),
        "suggested": int((decision.quantity > 0).sum()),
        "order_lines": len(dataset.orders),
        "suppliers": len(known.suppliers.name),
        "supplier_orders": len(np.unique(known.supplier[decision.quantity > 0])),
    }
    tables = {
        "recommendations": table,
        "costs": costs_table(table, prices),
        "choices": choices_table(run, known, tried),
        "supplier_orders": supplier_orders(run, known, orders, prices.nothing - prices.order),
        "assumptions": assumptions.frame(),
    }
    described = describe(run, "plan", dataset, config, clock, counts)
    whole = together(orders, config.budget, table["value"].to_numpy())
    return Result(tables, {**described, "as_of": day_text(as_of), "together": whole})


def forecast(
    dataset: Dataset,
    config: Config,
    as_of: int,
    horizon_days: int,
    quantiles: Sequence[float],
    *,
    per_period: bool = False,
) -> pd.DataFrame:
    """Demand summed over the ``horizon_days`` days after ``as_of``: one row an item.

    With ``per_period`` also one row an item and bucket, ``period`` counting from 1 (0 is the sum) and
    ``starts_on`` its first day. Raises RequestError where the date or a name does not fit.
    """
    assumptions = Assumptions()
    check_model(config)
    check_date(dataset, as_of, "--as-of")
    if horizon_days < 1:
        raise RequestError(f"--horizon-days {horizon_days}: must be at least 1")
    seeing = observer(dataset, config, as_of, assumptions)
    seen = seeing.history(as_of)
    choice = seeing.choose_models(as_of, seen)
    n = len(seeing.catalogue)
    nothing = np.zeros(n)
    outlook = seeing.situation(
        as_of,
        np.arange(n),
        Stock(nothing, nothing, nothing),
        LazyForecast(LazyChoice(as_of, lambda: choice), seen),
        beyond=nothing,
        line_size=seeing.line_size(as_of),
    ).outlook

    def rows(demand: Distribution, period: int, starts_on: int) -> pd.DataFrame:
        columns: dict[str, Any] = {
            "location": seeing.catalogue.items.location,
            "sku": seeing.catalogue.items.sku,
            "model": list(choice.names),
        }
        if per_period:
            columns |= {"period": period, "starts_on": day_text(starts_on)}
        columns["mean"] = np.round(demand.mean, 6)
        columns |= {f"q{q:g}": whole(np.round(demand.quantile(q), 6)) for q in quantiles}
        return pd.DataFrame(columns)

    total = outlook.over(np.full(n, float(horizon_days)))
    tables = [rows(total, 0, as_of + 1)]
    if per_period:
        step = {"day": 1, "week": 7, "month": 30}[config.bucket]
        one = outlook.over(np.full(n, float(step)))
        before = np.zeros(n)
        for period, end in enumerate(range(step, horizon_days + step, step), start=1):
            until = min(end, horizon_days)
            mean = outlook.over(np.full(n, float(until))).mean
            # A bucket further ahead is the first one, as much larger as its expected demand is.
            part = np.maximum(mean - before, 0.0) / np.maximum(one.mean, 1e-12)
            later = Distribution(np.floor(one.values * part[:, None] + 0.5))
            tables.append(
                rows(one if period == 1 and until == step else later, period, as_of + 1 + end - step)
            )
            before = mean
    return pd.concat(tables, ignore_index=True)


def check_model(config: Config) -> None:
    """Raise RequestError where the configured model is none."""
    if config.model != "auto" and config.model not in MODELS:
        raise RequestError(f"there is no model {config.model!r}: known are auto, {', '.join(MODELS)}")


def run_id(dataset: Dataset, config: Config, request: Mapping[str, Any]) -> str:
    """The same dataset, settings, request and version give the same twelve characters."""
    said = json.dumps(
        [dataset.fingerprint, config.model_dump(), dict(request), metadata.version("reorder")],
        sort_keys=True,
    )
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def describe(
    run: str, command: str, dataset: Dataset, config: Config, clock: Clock, counts: Mapping[str, int]
) -> dict[str, Any]:
    """What ``run.json`` says. Only ``timings`` differs between two runs of the same."""
    return {
        "run": run,
        "command": command,
        "versions": {"python": platform.python_version(), **{n: metadata.version(n) for n in LIBRARIES}},
        "config": config.model_dump(mode="json"),
        "data_fingerprint": dataset.fingerprint,
        "seed": config.seed,
        "counts": dict(counts),
        "timings": dict(clock.seconds),
    }
