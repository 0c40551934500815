"""The tables of a run of promises, from its answer; and what ``run.json`` says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import LONG_AGO, TextArray
from forecasting.inputs.backorder_caps import backorder_caps
from forecasting.inputs.records import Records
from forecasting.promises.actions import actions
from forecasting.promises.alternatives_table import alternatives_table
from forecasting.promises.answer import Answer
from forecasting.promises.changes import changes, stability
from forecasting.promises.consent import DECLINED, LAPSED, Consent
from forecasting.promises.earlier import calibration, outcomes
from forecasting.promises.kits import with_kits, worst_of
from forecasting.promises.messages import Told, messages
from forecasting.promises.notices_table import notices_table
from forecasting.promises.offers import ended, on_sale
from forecasting.promises.promisable import promisable
from forecasting.promises.recommended import Recommended
from forecasting.promises.served import missing_words
from forecasting.promises.storefront import Shop, storefront
from forecasting.promises.supply import Source
from forecasting.promises.tables import promises_table, sources_table
from forecasting.promises.words import days_or_none
from forecasting.store.figures import whole

CANCELLED = {
    DECLINED: "This is being cancelled, as you wished.",
    LAPSED: "This is being cancelled, as we asked whether you still want it and have not heard from you.",
}
"""What is said of a line that is being cancelled, by the consent state."""


def tables_of(
    answer: Answer,
    records: Records,
    config: Config,
    recommended: Recommended,
    consent: Consent,
    run: str,
    *,
    told: bool,
) -> dict[str, pd.DataFrame]:
    """The tables that every run has. ``told``: whether customers are told of it."""
    found, offered, served = answer.found, answer.offered, answer.served
    shop, steps = storefront(_shop(answer, records, recommended, consent, config), found.parts, run)
    return {
        "promises": promises_table(found, records, served, answer.told, _said(answer, consent), run),
        "promise_sources": sources_table(found, records, answer.given, run),
        "actions": actions(found, records, served, answer.promised, offered, config, run),
        "notices_to_customers": notices_table(answer, records, consent, config, run, told=told),
        "storefront": shop,
        "promisable": steps,
        "promise_alternatives": alternatives_table(
            found, offered.alternatives, answer.stock_left, on_sale(found), config, run
        ),
    }


def against_before(
    answer: Answer, records: Records, config: Config, previous: pd.DataFrame | None, run: str
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables that hold the run against an earlier one, and how steady and how true promises are."""
    found = answer.found
    before = None if previous is None else answer.before
    moved = changes(answer, records, before, run)
    if previous is None:
        return {"promise_changes": moved}, {"stability": None, "kept": None}
    again = int((answer.before.p90 > LONG_AGO).sum())
    became = outcomes(previous, records, found.lines, config, found.as_of, run)
    told = {"stability": stability(moved, again), "kept": calibration(became)}
    return {"promise_changes": moved, "promise_outcomes": became}, told


def _said(answer: Answer, consent: Consent) -> dict[str, Any]:
    """The columns that follow from the promise: what stands in, the message, and what the customer wants."""
    found, served, offered = answer.found, answer.served, answer.offered
    items = offered.alternative.offered
    sku = np.array([*found.known.items.sku, None], dtype=object)[items]
    units = found.parts.units(np.where(offered.alternative.held, offered.alternative.parts, 0))
    told = Told(
        promised=answer.told,
        deadline=found.lines.deadline,
        quantity=found.parts.units(found.wanted),
        now=found.parts.units(np.where(served.now < found.wanted, served.now, 0)),
        stocked=served.last_kind == Source.STOCK,
        sku=found.known.items.sku[found.lines.item],
        missing=missing_words(found, answer.given, served),
        alternative=sku,
        alternative_units=units,
    )
    return {
        "alternative": sku,
        "alternative_quantity": whole(units),
        "message": _messages(told, consent),
        "delays": consent.delays,
        "consent": consent.state,
        "consent_since": days_or_none(consent.since),
    }


def _messages(told: Told, consent: Consent) -> TextArray:
    """What the customer of each line is told: text, shape (m,)."""
    said = messages(told)
    for state, words in CANCELLED.items():
        said[consent.state == state] = words
    return said


def _shop(
    answer: Answer, records: Records, recommended: Recommended, consent: Consent, config: Config
) -> Shop:
    """What the storefront is made of."""
    found, given = answer.found, answer.given
    sources, item, n = found.sources, found.lines.item, len(found.known)
    stocked = sources.kind[given.source] == Source.STOCK
    waits = np.where(stocked | answer.ahead[given.line], 0, given.parts)
    # Who declined waits no more.
    missing = np.where(consent.gone, 0, given.missing)
    backlog = np.bincount(item[given.line], waits, n) + np.bincount(item, missing, n)
    kits, served = records.kits, answer.served
    # Nothing is given to a kit itself: what is not there at once waits.
    not_now = np.where(consent.gone | answer.ahead, 0, found.wanted - served.now)
    backlog = np.where(kits.marks(n), np.bincount(item, not_now, n), backlog)

    anew = np.flatnonzero((sources.kind == Source.LATER) & sources.dated)
    new = np.full(n, LONG_AGO, dtype=np.int64)
    in_days = found.following[np.minimum(sources.sure_in[anew], len(found.following) - 1)]
    begins = found.known.available_from[sources.item[anew]]
    new[sources.item[anew]] = np.maximum(found.as_of + in_days, begins) + config.delivery_days
    later = np.bincount(sources.item[sources.kind == Source.LATER], minlength=n) > 0
    shown = records.products.text["shown_as"]
    return Shop(
        known=found.known,
        shown_as=np.where(shown == "", config.shown_as, shown),
        left=with_kits(promisable(found, answer.offered.left, config), kits, found.parts),
        stock=found.parts.whole(kits.reach(found.parts.units(answer.stock_left))),
        backlog=found.parts.units(backlog.astype(np.int64)),
        cap=backorder_caps(records, found.known, config, recommended.daily_demand),
        new_order_on=worst_of(new, kits, LONG_AGO),
        orderable=kits.reach(later.astype(np.float64)) > 0,
        ended=ended(found),
        as_of=found.as_of,
    )
