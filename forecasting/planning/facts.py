"""What is special about each recommendation: its flags, and what its sentence needs beside the row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.domain import LONG_AGO, BoolArray, TextArray, day_text
from forecasting.planning.advice import Advice
from forecasting.planning.kits import kit_sentences
from forecasting.planning.level_shift import level_shift
from forecasting.planning.moved import move_sentences
from forecasting.planning.order_days import closing_sentences, covers_closing
from forecasting.planning.persistent import shortage_sentences
from forecasting.planning.pre_orders import launch_sentences
from forecasting.planning.supplier_reasons import changes
from forecasting.planning.suppliers_compared import source_sentences
from forecasting.policies.cost_optimal import free_to_hold
from forecasting.policies.situation import Situation

SEVERAL_REVIEWS = 2.0
"""An order that is meant for the demand of so many reviews is said to be one for several."""


@dataclass(frozen=True)
class Facts:
    """What a sentence needs beside the numbers of its row."""

    flags: str
    orderable: bool
    feasible: bool
    pack_size: float
    ends_on: str
    known_from: str
    unoffered: bool
    comes_back: bool
    refused: bool
    rule: str
    lasts_long: bool
    free_to_hold: bool
    price_rises: bool
    contradicted: bool
    assumed: bool
    guessed_lead_time: bool
    overdue: bool
    together: str = ""
    again: str = ""
    launch: str = ""
    closing: str = ""
    source: str = ""
    kit: str = ""
    begins: str = ""
    moved: str = ""


def facts_of(advice: Advice) -> list[Facts]:
    """Of each item what its sentence needs beside the row, and its flags."""
    catalogue, situation = advice.catalogue, advice.situation
    sentences, changed = changes(advice.orders, catalogue.supplier)
    flags = _flags(advice, changed)

    # By the levels, not by today's quantity: the first order after a backlog is large for another reason.
    batch = advice.decision.order_up_to - advice.decision.reorder_point
    lasts_long = batch >= SEVERAL_REVIEWS * advice.curve.review_demand

    unknown = catalogue.known_from > situation.as_of
    unoffered = _unoffered(situation)
    source = source_sentences(advice)
    closing = closing_sentences(catalogue, situation.as_of)
    comes_back = advice.observed.never_ordered & ~advice.is_kit
    again, launch = shortage_sentences(advice.shortages), launch_sentences(advice)
    kits, (begins, moved) = kit_sentences(advice), move_sentences(advice)
    absurd, overdue = free_to_hold(situation), advice.standing.overdue > 0
    rising = np.zeros(len(situation)) if situation.price_rise is None else situation.price_rise
    return [
        Facts(
            flags=flags[i],
            orderable=bool(situation.orderable[i]),
            feasible=bool(situation.terms.feasible[i]),
            pack_size=float(situation.terms.pack_size[i]),
            ends_on=_day(int(catalogue.ends_on[i])),
            unoffered=bool(unoffered[i]),
            comes_back=bool(comes_back[i]),
            known_from=_day(int(catalogue.known_from[i])) if unknown[i] else "",
            refused=not bool(situation.backorder_allowed[i]),
            rule=str(advice.rule[i]),
            lasts_long=bool(lasts_long[i]),
            free_to_hold=bool(absurd[i]),
            price_rises=bool(rising[i] > 0),
            contradicted=bool(advice.standing.contradicted[i]),
            assumed=not bool(advice.standing.on_hand.counted[i]),
            guessed_lead_time=bool(catalogue.lead_time_knowledge.assumed[i]),
            overdue=bool(overdue[i]),
            together=sentences[i],
            again=again[i],
            launch=launch[i],
            closing=closing[i],
            source=source[i],
            kit=kits[i],
            begins=begins[i],
            moved=moved[i],
        )
        for i in range(len(situation))
    ]


def _unoffered(situation: Situation) -> BoolArray:
    """bool, shape (n,): whether an item is listed, and nothing says that it was ever for sale."""
    unoffered = situation.history.unoffered
    return np.zeros(len(situation), dtype=bool) if unoffered is None else unoffered


def _flags(advice: Advice, changed: TextArray) -> list[str]:
    """The flags of each item, by semicolons; ``changed``: why its quantity is not its own best."""
    situation, terms, decision = advice.situation, advice.situation.terms, advice.decision

    # A quantity that was chosen together with others differs from the level for their sake, not the packs'.
    own = advice.ordered & (decision.quantity == advice.orders.wanted) & ~advice.between.transferred
    there = situation.position + advice.beside
    rounding = np.abs(decision.quantity - (decision.order_up_to - there))

    holds: dict[str, BoolArray] = {
        "owed": situation.stock.backlog > 0,
        "preordered": advice.ordered_ahead > 0,
        "late_purchase_order": situation.on_order_later > 0,
        "no_history": situation.history.lengths == 0,
        "never_offered": _unoffered(situation),
        "odd_order": advice.has_odd_order,
        "level_shift": _shifted(advice),
        "not_known_yet": advice.catalogue.known_from > situation.as_of,
        "kit": advice.is_kit,
        "never_ordered_there": advice.observed.never_ordered & ~advice.is_kit,
        "ended": ~situation.orderable & terms.feasible & ~advice.observed.never_ordered,
        "ends_soon": situation.orderable & np.isfinite(situation.lead_time_demand.ends),
        "infeasible_terms": ~terms.feasible,
        "rounded_to_terms": own & (rounding >= np.minimum(terms.pack_size, 1.0)),
        "stock_assumed": ~advice.standing.on_hand.counted,
        "location_mismatch": advice.standing.apart,
        "orders_unknown": np.full(len(situation), situation.as_of > advice.known_until.orders),
        "stock_contradiction": advice.standing.contradicted,
        "expired": advice.standing.on_hand.expired > 0,
        "expires_soon": advice.standing.expiring > 0,
        "short_at_source": advice.between.supplied & (advice.between.quantity < advice.orders.wanted - 1e-9),
        "overdue": advice.standing.overdue > 0,
        "absurd_costs": free_to_hold(situation),
        "covers_closing": covers_closing(advice.catalogue),
        "excess": advice.excess > 0,
        "persistent_backorder": advice.shortages.persistent,
    }

    rows = np.stack(list(holds.values()), axis=1)
    return [
        ";".join([*(name for name, true in zip(holds, row, strict=True) if true), *([why] if why else [])])
        for row, why in zip(rows, changed, strict=True)
    ]


def _shifted(advice: Advice) -> BoolArray:
    """Items whose forecast does not follow the level that demand has been at lately."""
    situation = advice.situation
    daily = advice.curve.after.mean / np.maximum(situation.protection_days, 1.0)
    shifted = level_shift(situation.history, situation.bucket_days, daily)
    # What customers order ahead, and what begins or ends within the interval, is no forecast of a level.
    ahead = situation.lead_time_demand
    whole = (ahead.starts == 0) & (ahead.ends >= situation.protection_days) & (situation.reserved == 0)
    return np.asarray(shifted & whole)


def _day(day: int) -> str:
    return day_text(day) if day > LONG_AGO else ""
