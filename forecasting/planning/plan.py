"""The use case ``plan``: what to order at the close of a day, and why."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observer import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.position import stock_position
from forecasting.planning.recommendations import costs_table, recommendations
from forecasting.planning.requests import check_date, check_model
from forecasting.planning.supplier_orders import choices_table, supplier_orders, together
from forecasting.policies.order_together import order_together
from forecasting.policies.registry import judged
from forecasting.policies.registry import policy as policy_named
from forecasting.run import Clock, Result, describe, run_id


def plan(records: Records, config: Config, as_of: int) -> Result:
    """What to order at the close of day ``as_of``.

    Tables ``recommendations``, ``costs``, ``choices``, ``supplier_orders`` and ``assumptions``.

    Raises RequestError where the date or a name does not fit.
    """
    clock, assumptions = Clock(), Assumptions()
    check_model(config)
    check_date(records, as_of, "--as-of")
    advice = advise(records, config, as_of, clock, assumptions)

    table = recommendations(advice)
    tables = {
        "recommendations": table,
        "costs": costs_table(advice, table),
        "choices": choices_table(advice),
        "supplier_orders": supplier_orders(advice),
        "assumptions": assumptions.frame(),
    }
    clock.lap("explain")

    described = describe(advice.run, "plan", records, config, clock, _counts(records, advice))
    whole = together(advice.orders, config.budget, table["value"].to_numpy())
    told = {
        "as_of": day_text(as_of),
        "together": whole,
        "odd_orders": [asdict(each) for each in advice.odd_orders],
    }
    return Result(tables, {**described, **told})


def advise(records: Records, config: Config, as_of: int, clock: Clock, assumptions: Assumptions) -> Advice:
    """Observe, forecast, and decide."""
    policy = policy_named(config.policy, config)
    observed = observer(records, config, as_of, assumptions).serving(policy)
    known = observed.catalogue
    clock.lap("prepare")

    history = observed.history(as_of)
    choice = observed.choose_models(as_of, history)
    clock.lap("choose_models")

    position, stock_known = stock_position(observed, as_of, assumptions)
    situation = observed.situation(
        as_of,
        np.arange(len(known)),
        position,
        LazyForecast(LazyChoice(as_of, lambda: choice), history),
        line_size=observed.line_size(as_of),
        price_rise=known.price_rise(as_of),
    )
    has_odd_order, notices = odd_orders(observed, as_of)
    orders = order_together(policy, situation, known.supplier, known.suppliers.terms, config.budget)

    advice = Advice(
        run=run_id(records, config, {"plan": as_of}),
        policy=policy,
        catalogue=known,
        model=np.array(choice.names, dtype=object),
        situation=situation,
        stock_known=stock_known,
        orders=orders,
        value=judged(orders.value, situation, config),
        has_odd_order=has_odd_order,
        odd_orders=notices,
    )
    clock.lap("decide")
    return advice


def _counts(records: Records, advice: Advice) -> dict[str, int]:
    known = advice.catalogue
    return {
        "items": len(known),
        "suggested": int(advice.ordered.sum()),
        "order_lines": len(records.orders),
        "suppliers": len(known.suppliers.name),
        "supplier_orders": len(np.unique(known.supplier[advice.ordered])),
    }
