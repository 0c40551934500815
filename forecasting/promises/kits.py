"""Kits in promises: a line of a kit waits for all of its components, and can be sold as far as the scarcest
reaches.

The goods are given to lines of components, each in its own turn. What a customer is promised of a kit is the
worst of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.config import Config
from forecasting.domain import LONG_AGO, BoolArray, FloatArray, IntArray
from forecasting.inputs.kits import KitRecords
from forecasting.promises.allocation import Allocation, Pins, serving_order
from forecasting.promises.exact import Parts
from forecasting.promises.facts import Facts
from forecasting.promises.promisable import Promisable
from forecasting.promises.served import NOTHING, Served
from forecasting.promises.verdicts import Promised, Verdict, judged


@dataclass(frozen=True)
class Whole:
    """Lines of customers and those of components together, in the order in which they are served.

    ``found``: of all of them. ``own``: int64, shape (m,): where each customer's line stands among them.
    ``part``: int64, shape (k,): the same of each line of a component; ``kit``: int64, shape (k,): the
    customer's line that it belongs to. ``each``: float64, shape (k,), units in one kit.
    """

    found: Facts
    own: IntArray
    part: IntArray
    kit: IntArray
    each: FloatArray

    @classmethod
    def of(cls, found: Facts) -> Whole:
        """The customers' lines alone, where none is of a kit."""
        m, extra = len(found.lines), found.of_kits
        if extra is None or len(extra.kit) == 0:
            nothing = np.zeros(0, dtype=np.int64)
            return cls(found, np.arange(m), nothing, nothing, np.zeros(0))
        more = vars(extra.lines)
        both = {name: np.concatenate([rows, more[name]]) for name, rows in vars(found.lines).items()}
        lines = type(found.lines)(**both)
        rule, split = (np.concatenate([of, of[extra.kit]]) for of in (found.rule, found.split))
        order = serving_order(lines, rule)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        whole = replace(found, lines=lines.take(order), rule=rule[order], split=split[order])
        return cls(whole, place[:m], place[m:], extra.kit, extra.each)

    def spread(self, of_lines: IntArray) -> IntArray:
        """What holds of each customer's line, of its components' lines too: int64, shape (all lines,)."""
        every = np.zeros(len(self.found.lines), dtype=np.int64)
        every[self.own], every[self.part] = of_lines, of_lines[self.kit]
        return every

    def pinned(self, pins: Pins) -> Pins:
        """What was set aside for customers' lines."""
        return replace(pins, line=self.own[pins.line])

    def of_customers(
        self, given: Allocation, served: Served, promised: Promised, config: Config
    ) -> tuple[Allocation, Served, Promised]:
        """The same of the customers' lines: of a kit the worst of its components."""
        if len(self.part) == 0:
            return given, served, promised
        mine = np.full(len(self.found.lines), -1, dtype=np.int64)
        mine[self.own] = np.arange(len(self.own))
        row = np.flatnonzero(mine[given.line] >= 0)
        lacks = np.zeros(len(self.own), dtype=np.bool_)
        np.logical_or.at(lacks, self.kit, given.missing[self.part] > 0)
        missing = given.missing[self.own]
        kits = np.unique(self.kit)
        missing[kits] = np.where(lacks[kits], self.found.wanted[self.own[kits]], 0)
        kept = np.lexsort((given.source[row], mine[given.line[row]]))
        own_given = replace(
            given,
            line=mine[given.line[row]][kept],
            source=given.source[row][kept],
            parts=given.parts[row][kept],
            missing=missing,
        )
        return own_given, self._served(served, promised, lacks, kits), self._promised(promised, kits, config)

    def _served(self, served: Served, promised: Promised, lacks: BoolArray, kits: IntArray) -> Served:
        parts, m = self.found.parts, len(self.own)
        reach = np.full(m, np.inf)
        np.minimum.at(reach, self.kit, np.floor(parts.units(served.now[self.part]) / self.each + 1e-9))
        whole = parts.whole(np.where(np.isfinite(reach), reach, 0.0))
        split = self.found.split[self.own] | (whole >= self.found.wanted[self.own])
        now, undated, kind = served.now[self.own], served.undated[self.own], served.last_kind[self.own]
        now[kits] = np.where(split, whole, 0)[kits]
        undated[kits] = False
        np.logical_or.at(undated, self.kit, served.undated[self.part])
        last = served.last[self.own]
        # What comes last of all its components decides.
        order = np.lexsort((served.last_kind[self.part], promised.p90[self.part]))
        last[self.kit[order]] = served.last[self.part[order]]
        kind[self.kit[order]] = served.last_kind[self.part[order]]
        last[lacks], kind[lacks] = -1, NOTHING
        return Served(now, last, kind, undated)

    def _promised(self, promised: Promised, kits: IntArray, config: Config) -> Promised:
        own = {name: column[self.own].copy() for name, column in vars(promised).items()}
        undated = np.zeros(len(self.own), dtype=np.bool_)
        np.logical_or.at(undated, self.kit, ~promised.dated[self.part])
        for name in ("p50", "p90", "earliest_p90", "late", "verdict"):
            own[name][kits] = 0 if name != "verdict" else int(Verdict.WILL_MAKE_IT)
            np.maximum.at(own[name], self.kit, getattr(promised, name)[self.part])
        for name in ("p50", "p90", "earliest_p90"):
            own[name][undated] = LONG_AGO
        own["on_time"][kits] = 1.0
        np.multiply.at(own["on_time"], self.kit, promised.on_time[self.part])
        open_yet = kits[own["verdict"][kits] <= Verdict.CANNOT_MAKE_IT]
        open_yet = open_yet[~np.isnan(own["on_time"][open_yet])]
        own["verdict"][open_yet] = judged(own["on_time"][open_yet], config)
        return Promised(**own)


def with_kits(left: Promisable, kits: KitRecords, parts: Parts) -> Promisable:
    """What can be promised, and of each kit as far as the scarcest of its components reaches by each day."""
    if len(kits) == 0:
        return left
    first = np.searchsorted(left.item, np.arange(int(max(kits.item.max(), kits.component.max())) + 2))
    rows = [np.stack([left.item, left.day, left.parts])]
    begins = np.flatnonzero(np.append(True, np.diff(kits.item) != 0))
    for begin, end in zip(begins, [*begins[1:], len(kits)], strict=True):
        steps = [slice(first[part], first[part + 1]) for part in kits.component[begin:end]]
        days = np.unique(np.concatenate([left.day[step] for step in steps]))
        reach = np.full(len(days), np.inf)
        for step, each in zip(steps, kits.quantity[begin:end], strict=True):
            # Units that are there by each of the days.
            total = np.append(0.0, parts.units(left.parts[step]).cumsum())
            by_then = total[np.searchsorted(left.day[step], days, side="right")]
            reach = np.minimum(reach, np.floor(by_then / each + 1e-9))
        more = parts.whole(np.diff(reach, prepend=0.0))
        some = more > 0
        kit = np.full(int(some.sum()), kits.item[begin])
        rows.append(np.stack([kit, days[some], more[some]]))
    item, day, count = np.concatenate(rows, axis=1)
    order = np.lexsort((day, item))
    return Promisable(item[order], day[order], count[order])


def worst_of(of_items: IntArray, kits: KitRecords, unknown: int) -> IntArray:
    """Days of n items, int64, shape (n,): of a kit its components' latest; ``unknown`` where one is."""
    if len(kits) == 0:
        return of_items
    made = of_items.copy()
    made[kits.item] = unknown
    np.maximum.at(made, kits.item, of_items[kits.component])
    made[kits.item[of_items[kits.component] == unknown]] = unknown
    return made
