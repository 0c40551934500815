"""Items that are on backorder again and again: how often, how long, for whom, and at what cost.

From order lines and counts alone; ``forecasting/persistent_backorders`` says why, by replaying them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, FloatArray, IntArray, Items, day_text
from forecasting.inputs.catalogue import Catalogue
from forecasting.inputs.line_fates import Fate, order_lines
from forecasting.inputs.records import Records
from forecasting.store.figures import money, whole

if TYPE_CHECKING:
    from forecasting.planning.advice import Advice

WEEK = 7
"""Shortages that are no more than this apart are one; an empty count says nothing of later days."""


@dataclass(frozen=True)
class Evidence:
    """Of n items, each attribute of shape (n,), over the days before a plan.

    Attributes:
        times: int64: how often the item ran short.
        share_of_days: float64, 0..1: days on which customers waited, or it was counted and none was there.
        lines, customers: int64: order lines that were short, and whose they were.
        units: float64, units of these.
        money: float64: what that cost, by the settings.
        persistent: bool: that is again and again.
        days: of how many days.

    """

    times: IntArray
    share_of_days: FloatArray
    lines: IntArray
    customers: IntArray
    units: FloatArray
    money: FloatArray
    persistent: BoolArray
    days: int

    @property
    def dearest(self) -> IntArray:
        """int64: the items that are persistently short, the most money first."""
        item = np.flatnonzero(self.persistent)
        return item[np.argsort(-self.money[item], kind="stable")]


def evidence(records: Records, known: Catalogue, config: Config, as_of: int) -> Evidence:
    """What the records tell of the ``persistent_days`` up to the close of ``as_of``."""
    n, first = len(records.items), as_of - config.persistent_days + 1
    lines = order_lines(records, as_of, config.cancelled_after_days, config.open_line_days, refused=True)
    # Whoever waits since before is waiting on these days, but it is no shortage of theirs.
    short = np.flatnonzero((lines.late | (lines.fate == Fate.REFUSED)) & (lines.day >= first))
    item, begin = lines.item[short], lines.day[short]
    end = begin + np.maximum(lines.waited[short], 1)
    units = lines.units[short]

    empty_item, empty_begin, empty_end = _empty(records, as_of)
    within = empty_end > first
    days = _covered(
        np.concatenate([item, empty_item[within]]),
        np.concatenate([begin, np.maximum(empty_begin[within], first)]),
        np.minimum(np.concatenate([end, empty_end[within]]), as_of + 1),
        n,
    )

    costs = known.costs
    waited = lines.waited[short] * costs.waiting_per_unit_day[item]
    once = costs.lost_business_per_unit[item] + costs.goodwill_per_unit[item]
    per_line = costs.admin_per_line[item] + costs.word_of_mouth_per_line[item]
    times = _times(item, begin, end, n)
    share = days / config.persistent_days
    pairs = np.unique(np.stack([item, lines.cluster[short]]), axis=1)[0]
    return Evidence(
        times=times,
        share_of_days=share,
        lines=np.bincount(item, minlength=n),
        customers=np.bincount(pairs, minlength=n),
        units=np.bincount(item, units, n).astype(np.float64),
        money=np.bincount(item, units * (once + waited) + per_line, n).astype(np.float64),
        persistent=(times >= config.persistent_times) & (share >= config.persistent_share),
        days=config.persistent_days,
    )


def shortage_sentences(found: Evidence) -> list[str]:
    """What is said of each item beside its recommendation: nothing of most. A space goes before it."""
    said = [""] * len(found.times)
    for item in found.dearest:
        said[item] = (
            f" It ran short {found.times[item]} times in the last {found.days} days, on "
            f"{100 * found.share_of_days[item]:.0f} % of them: {found.lines[item]:,} order lines of "
            f"{found.customers[item]:,} customers, which cost about {found.money[item]:,.0f}."
        )
    return said


def persistent_backorders(advice: Advice) -> pd.DataFrame:
    """The table of that name: what there is to see, not why."""
    return evidence_table(advice.shortages, advice.catalogue.items, advice.run, advice.situation.as_of)


def evidence_table(found: Evidence, items: Items, run: str, as_of: int) -> pd.DataFrame:
    """The items that are persistently short, the most money first."""
    item = found.dearest
    unknown = np.full(len(item), np.nan)
    nothing = np.full(len(item), None, dtype=object)
    sentences = shortage_sentences(found)
    return pd.DataFrame(
        {
            "run": np.full(len(item), run, dtype=object),
            "as_of": np.full(len(item), day_text(as_of), dtype=object),
            "location": items.location[item],
            "sku": items.sku[item],
            "times": found.times[item],
            "share_of_days": np.round(found.share_of_days[item], 4),
            "lines": found.lines[item],
            "units": whole(found.units[item]),
            "customers": found.customers[item],
            "money": money(found.money[item]),
            "cause": nothing,
            "removes": unknown,
            "buy_more": unknown,
            "costs_a_year": unknown,
            "avoids_units_a_year": unknown,
            "avoids_a_year": unknown,
            "words": np.array([sentences[each].strip() for each in item], dtype=object),
        }
    )


def _empty(records: Records, as_of: int) -> tuple[IntArray, IntArray, IntArray]:
    """When a count says that none is there: item, first day, and the day after the last, each int64."""
    counts = records.counts
    row = np.flatnonzero((counts.item >= 0) & (counts.day <= as_of))
    row = row[np.lexsort((counts.day[row], counts.item[row]))]
    item, day = counts.item[row], counts.day[row]
    following = np.append(np.where(item[1:] == item[:-1], day[1:], as_of + 1), as_of + 1)
    none = counts.on_hand[row] <= 0
    return item[none], day[none], np.minimum(following, day + WEEK)[none]


def _sorted(item: IntArray, begin: IntArray, end: IntArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The stretches by item and beginning, and until when those before each of the same item last."""
    order = np.lexsort((begin, item))
    item, begin, end = item[order], begin[order], end[order]
    if not len(item):
        return item, begin, end, end
    base = int(begin.min()) - WEEK - 2
    span = int(end.max()) - base + 1
    # Of each item the times lie behind all those of the one before: one running maximum serves all.
    until = np.maximum.accumulate(item * span + end - base)
    before = np.concatenate([[0], until[:-1]]) - item * span
    return item, begin, end, np.maximum(before, 0) + base


def _covered(item: IntArray, begin: IntArray, end: IntArray, n: int) -> IntArray:
    """How many days the stretches of each item cover, begin <= day < end: int64, shape (n,)."""
    item, begin, end, before = _sorted(item, begin, end)
    return np.bincount(item, np.maximum(end - np.maximum(begin, before), 0), n).astype(np.int64)


def _times(item: IntArray, begin: IntArray, end: IntArray, n: int) -> IntArray:
    """How many stretches each item has, once those a week apart or less are one: int64, shape (n,)."""
    item, begin, end, before = _sorted(item, begin, end)
    return np.bincount(item[begin > before + WEEK], minlength=n)
