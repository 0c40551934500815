"""The use case ``plan``: what to order at the close of a day, and why."""

from __future__ import annotations

import numpy as np

from forecasting.config import Config
from forecasting.dataset.dataset import Dataset
from forecasting.domain import Stock, day_text
from forecasting.inputs import demand as demand_of
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.stock import beyond_protection, counted, on_the_way, overtaken, owed
from forecasting.planning.observer import LazyChoice, LazyForecast, observer
from forecasting.planning.recommendations import Advice, costs_table, recommendations
from forecasting.planning.requests import check_date, check_model
from forecasting.planning.supplier_orders import choices_table, supplier_orders, together
from forecasting.policies.candidate_orders import REVIEWS_MORE, choices
from forecasting.policies.cost_optimal import Prices
from forecasting.policies.order_together import order_together
from forecasting.policies.registry import judged
from forecasting.policies.registry import policy as policy_named
from forecasting.run import Clock, Result, describe, run_id


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
        on_order_later=beyond_protection(coming, as_of, known.protection_days),
        line_size=seeing.line_size(as_of),
        crossover=overtaken(coming, as_of, known.lead_times, known.review_days),
        price_rise=known.price_rise(as_of),
    )
    orders = order_together(policy, situation, known.supplier, known.suppliers.terms, config.budget)
    decision, value = orders.decision, judged(orders.value, situation, config)
    prices = Prices.of(value, decision.quantity)
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
            policy.rules(situation),
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
