"""The use case ``plan``: what to order at the close of a day, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import Stock, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice
from forecasting.planning.between_places import Between, between_places
from forecasting.planning.edits import Edit, edited
from forecasting.planning.excess import excess
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast
from forecasting.planning.moved import transfers
from forecasting.planning.observer import Observer, observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.order_calendar import order_calendar
from forecasting.planning.order_terms import order_terms
from forecasting.planning.overdue import overdue
from forecasting.planning.page_tables import page_tables
from forecasting.planning.persistent import evidence, persistent_backorders
from forecasting.planning.position import standing
from forecasting.planning.pre_orders import pre_orders
from forecasting.planning.recommendations import costs_table, recommendations
from forecasting.planning.requests import check_date, check_levels, check_model
from forecasting.planning.second_orders import SecondOrders, in_real_levels, second_orders, with_them
from forecasting.planning.second_rows import as_lines
from forecasting.planning.sources import sources
from forecasting.planning.supplier_orders import choices_table, supplier_orders, together
from forecasting.planning.suppliers_compared import second_orders_table, suppliers_compared
from forecasting.policies.base import Policy, Situation
from forecasting.policies.order_together import Orders, order_together
from forecasting.policies.registry import judged
from forecasting.policies.registry import policy as policy_named
from forecasting.run import Clock, Result, describe, run_id


def plan(
    records: Records, config: Config, as_of: int, *, for_pages: bool = False, edits: Sequence[Edit] = ()
) -> Result:
    """What to order at the close of day ``as_of``.

    Tables ``recommendations``, ``costs``, ``choices``, ``supplier_orders``, ``overdue``, ``excess``,
    ``persistent_backorders``, ``pre_orders``, ``assumptions`` and ``notices``; ``transfers`` where there are
    places; ``for_pages``: also those that only buyers' pages read. ``edits``: of forecasts, by people.

    Raises RequestError where the date or a name does not fit.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    assumptions.lack(records.absent, len(records.items))
    check_model(config)
    check_date(records, config, as_of, "--as-of")
    advice = advise(records, config, as_of, clock, assumptions, notices, edits)

    table = recommendations(advice)
    tables = {
        "recommendations": table,
        "costs": costs_table(advice, table),
        "choices": choices_table(advice),
        "supplier_orders": supplier_orders(advice),
        "overdue": overdue(advice, records),
        "excess": excess(advice),
        "persistent_backorders": persistent_backorders(advice),
        "pre_orders": pre_orders(advice),
        "assumptions": assumptions.frame(),
        "notices": notices.frame(),
        **transfers(advice),
    }
    special = {
        "order_terms": order_terms(advice),
        "order_calendar": order_calendar(advice),
        "suppliers_compared": suppliers_compared(advice),
        "second_orders": second_orders_table(advice),
    }
    tables |= {name: found for name, found in special.items() if found is not None}
    if for_pages:
        tables = dict(as_lines(advice, {**tables, **page_tables(advice)}))
    clock.lap("explain")

    described = describe(advice.run, "plan", records, config, clock, _counts(records, advice), notices)
    whole = together(advice.orders, config.budget, table["value"].to_numpy())
    told = {"as_of": day_text(as_of), "known_until": advice.known_until.as_text(), "together": whole}
    return Result(tables, {**described, **told})


def advise(
    records: Records,
    config: Config,
    as_of: int,
    clock: Clock,
    assumptions: Assumptions,
    notices: Notices,
    edits: Sequence[Edit] = (),
) -> Advice:
    """Observe, forecast, and decide. ``assumptions`` and ``notices`` grow by what is found on the way."""
    policy = policy_named(config.policy, config)
    check_levels([policy.name], records, assumptions)
    observed = observer(records, config, as_of, assumptions).serving(policy).after_shipments(as_of)
    clock.lap("prepare")

    history = observed.history(as_of)
    choice = observed.choose_models(as_of, history)
    clock.lap("choose_models")

    plain = LazyForecast(LazyChoice(as_of, lambda: choice), history)
    forecast = edited(plain, edits, records.items, as_of, observed.calendar)
    line_size = observed.line_size(as_of)
    bought = sources(observed, policy, as_of, forecast, line_size)
    if bought is not None:
        observed = replace(observed, catalogue=bought.catalogue)
    observed = observed.on(as_of)
    known = observed.catalogue

    notices.extend(observed.known_until.notices(as_of))
    stands = standing(observed, as_of, assumptions, notices, history)
    situation = observed.situation(
        as_of,
        np.arange(len(known)),
        stands.position,
        forecast,
        line_size=line_size,
        price_rise=known.price_rise(as_of),
    )
    reserved = situation.reserved + stands.unseen + stands.expiring
    situation = replace(situation, reserved=reserved + stands.elsewhere)
    second = None
    if bought is not None:
        second = second_orders(bought, observed, situation, forecast, line_size, stands.coming)
    holding = len({(edit.location, edit.sku) for edit in edits if edit.until > as_of})
    assumptions.add("forecast edits", "what people expect beside the models", holding)
    has_odd_order, odd_lines = odd_orders(observed, as_of)
    notices.extend(odd_lines)
    orders, between = _ordered(policy, situation, second, observed, stands.position.stock)

    advice = Advice(
        run=run_id(
            records, config, {"plan": as_of} | ({"edits": told} if (told := _told(edits, as_of)) else {})
        ),
        policy=policy,
        catalogue=known,
        model=np.array(choice.names, dtype=object),
        situation=situation,
        standing=stands,
        known_until=observed.known_until,
        orders=orders,
        value=judged(orders.value, situation, config),
        has_odd_order=has_odd_order,
        observed=observed,
        shortages=evidence(records, known, config, as_of),
        between=between,
        sources=bought,
        second=second,
    )
    clock.lap("decide")
    return advice


def _ordered(
    policy: Policy, situation: Situation, second: SecondOrders | None, observed: Observer, stock: Stock
) -> tuple[Orders, Between]:
    """What is ordered of all items, and what of it is moved between places instead of bought."""
    known, budget = observed.catalogue, observed.config.budget
    if second is not None:
        situation, budget = with_them(situation, second), second.left_of(budget)
    orders = order_together(policy, situation, known.supplier, known.suppliers.terms, budget)
    between = between_places(orders.decision, situation, observed, stock)
    orders = replace(orders, decision=replace(orders.decision, quantity=between.in_all))
    return orders if second is None else in_real_levels(orders, second), between


def _told(edits: Sequence[Edit], as_of: int) -> list[list[object]]:
    """The edits that hold, as a part of the run's identity."""
    return [[edit.location, edit.sku, edit.factor, edit.until] for edit in edits if edit.until > as_of]


def _counts(records: Records, advice: Advice) -> dict[str, int]:
    known = advice.catalogue
    return {
        "items": len(known),
        "suggested": int(advice.ordered.sum()),
        "order_lines": len(records.orders),
        "suppliers": len(known.suppliers.name),
        "supplier_orders": len(np.unique(known.supplier[advice.ordered])),
    }
