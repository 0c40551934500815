"""The use case ``plan``: what to order at the close of a day, and why."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.domain import day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.observer import observer
from forecasting.planning.position import stock_position
from forecasting.planning.recommendations import Advice, costs_table, recommendations
from forecasting.planning.requests import check_date, check_model
from forecasting.planning.supplier_orders import choices_table, supplier_orders, together
from forecasting.policies.candidate_orders import REVIEWS_MORE, choices
from forecasting.policies.cost_optimal import Prices
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
    policy = policy_named(config.policy, config)
    check_date(records, as_of, "--as-of")
    seeing = observer(records, config, as_of, assumptions).serving(policy)
    known = seeing.catalogue
    clock.lap("prepare")

    seen = seeing.history(as_of)
    choice = seeing.choose_models(as_of, seen)
    clock.lap("choose_models")

    forecast = LazyForecast(LazyChoice(as_of, lambda: choice), seen)
    position, stock_known = stock_position(seeing, as_of, assumptions)
    situation = seeing.situation(
        as_of,
        np.arange(len(known)),
        position,
        forecast,
        line_size=seeing.line_size(as_of),
        price_rise=known.price_rise(as_of),
    )
    orders = order_together(policy, situation, known.supplier, known.suppliers.terms, config.budget)
    decision, value = orders.decision, judged(orders.value, situation, config)
    prices = Prices.of(value, decision.quantity)
    tried = choices(value, decision.quantity, REVIEWS_MORE, orders.wanted)
    clock.lap("decide")

    run = run_id(records, config, {"plan": as_of})
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
            policy.rules(situation, value),
            orders,
        )
    )
    clock.lap("explain")
    counts = {
        "items": len(table),
        "suggested": int((decision.quantity > 0).sum()),
        "order_lines": len(records.orders),
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
    described = describe(run, "plan", records, config, clock, counts)
    whole = together(orders, config.budget, table["value"].to_numpy())
    return Result(tables, {**described, "as_of": day_text(as_of), "together": whole})
