"""The use case ``plan``: what to order at the close of a day, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, TextArray, day_text
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.planning.advice import Advice
from forecasting.planning.between_places import between_places
from forecasting.planning.edits import Edit, edited
from forecasting.planning.excess import excess
from forecasting.planning.lazy_forecast import LazyChoice, LazyForecast, Made
from forecasting.planning.moved import transfers
from forecasting.planning.observer import Observer
from forecasting.planning.observing import observer
from forecasting.planning.odd_orders import odd_orders
from forecasting.planning.order_calendar import order_calendar
from forecasting.planning.order_terms import order_terms
from forecasting.planning.overdue import overdue
from forecasting.planning.page_tables import page_tables
from forecasting.planning.persistent import Evidence, evidence, persistent_backorders
from forecasting.planning.pooled import Pooled
from forecasting.planning.position import Standing, standing
from forecasting.planning.pre_orders import pre_orders
from forecasting.planning.recommendations import costs_table, recommendations
from forecasting.planning.remembering import Memory, remembered_choice
from forecasting.planning.requests import check_date, check_levels, check_model
from forecasting.planning.second_orders import SecondOrders, in_real_levels, second_orders, with_them
from forecasting.planning.second_rows import as_lines
from forecasting.planning.sources import Sources, sources
from forecasting.planning.supplier_orders import choices_table, supplier_orders, together
from forecasting.planning.suppliers_compared import second_orders_table, suppliers_compared
from forecasting.policies.base import Policy
from forecasting.policies.order_together import Orders, order_together
from forecasting.policies.registry import judged
from forecasting.policies.registry import policy as policy_named
from forecasting.policies.situation import Situation
from forecasting.run import Clock, Result, describe, run_id


def plan(
    records: Records,
    config: Config,
    as_of: int,
    *,
    for_pages: bool = False,
    edits: Sequence[Edit] = (),
    memory: Memory | None = None,
) -> Result:
    """What to order at the close of day ``as_of``.

    Tables ``recommendations``, ``costs``, ``choices``, ``supplier_orders``, ``overdue``, ``excess``,
    ``persistent_backorders``, ``pre_orders``, ``assumptions`` and ``notices``; those of special facts of
    supply where there are some; ``for_pages``: also those that only buyers' pages read. ``edits``: of
    forecasts, by people. ``memory``: of earlier choices of models, for records that are as they were read.

    Raises RequestError where the date or a name does not fit.
    """
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    assumptions.lack(records.absent, len(records.items))
    check_model(config)
    check_date(records, config, as_of, "--as-of")
    advice = advise(records, config, as_of, clock, assumptions, notices, edits, memory)

    tables = tables_of(advice, records)
    tables["assumptions"], tables["notices"] = assumptions.frame(), notices.frame()
    if for_pages:
        tables = dict(as_lines(advice, {**tables, **page_tables(advice)}))
    clock.lap("explain")

    described = describe(advice.run, "plan", records, config, clock, _counts(records, advice), notices)
    whole = together(advice.orders, config.budget, tables["recommendations"]["value"].to_numpy())
    told = {"as_of": day_text(as_of), "known_until": advice.known_until.as_text(), "together": whole}
    return Result(tables, {**described, **told})


def tables_of(advice: Advice, records: Records) -> dict[str, pd.DataFrame]:
    """What the advice says, as tables by name."""
    table = recommendations(advice)
    return {
        "recommendations": table,
        "costs": costs_table(advice, table),
        "choices": choices_table(advice),
        "supplier_orders": supplier_orders(advice),
        "overdue": overdue(advice, records),
        "excess": excess(advice),
        "persistent_backorders": persistent_backorders(advice),
        "pre_orders": pre_orders(advice),
        **_of_special_facts(advice),
    }


def _of_special_facts(advice: Advice) -> dict[str, pd.DataFrame]:
    """The tables of facts of supply that most companies do not have, where this one has them."""
    tables = {
        "order_terms": order_terms(advice),
        "order_calendar": order_calendar(advice),
        "suppliers_compared": suppliers_compared(advice),
        "second_orders": second_orders_table(advice),
        **transfers(advice),
    }
    return {name: found for name, found in tables.items() if found is not None}


def advise(
    records: Records,
    config: Config,
    as_of: int,
    clock: Clock,
    assumptions: Assumptions,
    notices: Notices,
    edits: Sequence[Edit] = (),
    memory: Memory | None = None,
) -> Advice:
    """Observe, forecast, and decide. ``assumptions`` and ``notices`` grow by what is found on the way."""
    seen = consider(records, config, as_of, clock, (assumptions, notices), edits, memory=memory)
    known = seen.observed.catalogue
    budget = config.budget if seen.second is None else seen.second.left_of(config.budget)
    orders = order_together(seen.policy, seen.asked, known.supplier, known.suppliers.terms, budget)
    advice = advice_of(seen, orders, config)
    clock.lap("decide")
    return advice


@dataclass(frozen=True)
class Considered:
    """What a policy decides on, before any orders are put together. Attributes as of ``Advice``."""

    run: str
    policy: Policy
    observed: Observer
    model: TextArray
    situation: Situation
    standing: Standing
    has_odd_order: BoolArray
    shortages: Evidence
    sources: Sources | None
    second: SecondOrders | None

    @property
    def asked(self) -> Situation:
        """The situation once faster suppliers have been asked for what is wanted soon."""
        return self.situation if self.second is None else with_them(self.situation, self.second)


def consider(
    records: Records,
    config: Config,
    as_of: int,
    clock: Clock,
    found: tuple[Assumptions, Notices],
    edits: Sequence[Edit] = (),
    pooled: Pooled | None = None,
    memory: Memory | None = None,
) -> Considered:
    """Observe and forecast.

    ``found``: assumptions and notices, which grow by what is found on the way. ``pooled``: what a sample
    taught, where the records are of a part of the company's items. ``memory``: of earlier choices of models.
    """
    assumptions, notices = found
    policy = policy_named(config.policy, config)
    check_levels([policy.name], records, assumptions)
    observed = observer(records, config, as_of, assumptions, pooled).serving(policy).after_shipments(as_of)
    clock.lap("prepare")

    history = observed.history(as_of)
    choice = remembered_choice(
        memory, (records, observed.config, as_of), history, lambda: observed.choose_models(as_of, history)
    )
    clock.lap("choose_models")

    plain = LazyForecast(LazyChoice(as_of, Made(choice)), history)
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

    told = {"edits": said} if (said := _told(edits, as_of)) else {}
    return Considered(
        run=run_id(records, config, {"plan": as_of} | told),
        policy=policy,
        observed=observed,
        model=np.array(choice.names, dtype=object),
        situation=situation,
        standing=stands,
        has_odd_order=has_odd_order,
        shortages=evidence(records, known, config, as_of),
        sources=bought,
        second=second,
    )


def advice_of(seen: Considered, orders: Orders, config: Config) -> Advice:
    """What was considered, and the ``orders`` of what is then ``asked``, moves between places among them."""
    stock = seen.standing.position.stock
    between = between_places(orders.decision, seen.asked, seen.observed, stock, orders.value)
    orders = replace(orders, decision=replace(orders.decision, quantity=between.in_all))
    if seen.second is not None:
        orders = in_real_levels(orders, seen.second)
    return Advice(
        run=seen.run,
        policy=seen.policy,
        catalogue=seen.observed.catalogue,
        model=seen.model,
        situation=seen.situation,
        standing=seen.standing,
        known_until=seen.observed.known_until,
        orders=orders,
        value=judged(orders.value, seen.situation, config),
        has_odd_order=seen.has_odd_order,
        observed=seen.observed,
        shortages=seen.shortages,
        between=between,
        sources=seen.sources,
        second=seen.second,
    )


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
