"""Whether what plans said came true, and whether buyers who did not follow them did better or worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.reviewing.rates import DAYS_PER_YEAR
from forecasting.store.application.past import LEVELS, Asked, Forecasts

FloatArray = npt.NDArray[np.float64]
LEAST_SHORT = 0.05
"""Units short that a plan must expect for what each costs to be read off its figures."""

PROMISED = {"demand_q50": 0.5, "demand_q80": 0.8, "demand_q95": 0.95}


@dataclass(frozen=True)
class Accuracy:
    """What became of a plan's forecasts, of the items whose protection interval is over.

    ``bias``: sum of what was expected over what was asked for, less 1; None: nothing was asked for.
    ``below``: the share of items with demand at or below each quantile, by the quantile's probability.
    """

    as_of: date
    items: int
    expected: float
    asked: float
    bias: float | None
    error: float | None
    below: Mapping[float, float]


@dataclass(frozen=True)
class Outcome:
    """A line on which the suggestion was not followed, and what came of it.

    ``saved``: money that it saved against the suggestion; below 0: the suggestion would have been better.
    """

    location: str
    sku: str
    description: str
    as_of: date
    who: str
    status: str
    reason: str
    suggested: float
    ordered: float
    asked: float
    saved: float


def demand_since(asked: Asked, rows: npt.NDArray[np.int64], began: int, days: FloatArray) -> FloatArray:
    """Demand of the days after ``began`` days ago, ``days`` of them: float64, shape (k,); NaN where they are
    not over, or began before the first week. Within a week demand is spread evenly.
    """
    weeks = asked.weeks.shape[1]
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(asked.weeks[rows], axis=1)], axis=1)

    def until(at: FloatArray) -> FloatArray:
        week = np.clip(np.floor(at).astype(np.int64), 0, weeks - 1)
        row = np.arange(len(rows))
        return np.asarray(sums[row, week] + (at - week) * (sums[row, week + 1] - sums[row, week]))

    start = np.full(len(rows), weeks - began / 7.0)
    end = start + days / 7.0
    over = (start >= 0) & (end <= weeks + 1e-9)
    return np.where(over, until(np.minimum(end, weeks)) - until(np.maximum(start, 0.0)), np.nan)


def accuracy(forecast: Forecasts, as_of: date, asked: Asked, today: date) -> Accuracy | None:
    """What became of a plan's forecasts; None where no item's protection interval is over."""
    known = [(at, asked.row[item]) for at, item in enumerate(forecast.items) if item in asked.row]
    if not known:
        return None
    place, rows = (np.array(each, dtype=np.int64) for each in zip(*known, strict=True))
    came = demand_since(asked, rows, (today - as_of).days, forecast.days[place])
    over = np.flatnonzero(~np.isnan(came))
    if not len(over):
        return None
    mean, came, place = forecast.mean[place[over]], came[over], place[over]
    total = float(came.sum())
    return Accuracy(
        as_of=as_of,
        items=len(over),
        expected=float(mean.sum()),
        asked=total,
        bias=float(mean.sum() / total - 1.0) if total else None,
        error=float(np.abs(mean - came).sum() / total) if total else None,
        below={
            PROMISED[name]: float((came <= forecast.levels[name][place] + 1e-9).mean()) for name in LEVELS
        },
    )


def outcomes(
    edited: Sequence[Mapping[str, Any]],
    asked: Asked,
    today: date,
    holding_rate: float,
    unit_short: Mapping[str, float],
) -> Sequence[Outcome]:
    """What came of lines on which the suggestion was not followed, the dearest mistake first.

    Both orders meet what was really asked for in the line's protection interval: what is short costs what the
    plan took a unit short to cost, what is left over its holding until it is sold at the expected demand.
    """
    found = []
    for row in edited:
        came = _asked_for(row, asked, today)
        if came is None:
            continue
        terms = _Terms.of(row, holding_rate, unit_short[row["run"]])
        suggested, ordered = float(row["suggested"]), float(row["ordered"])
        found.append(
            Outcome(
                **{
                    name: row[name]
                    for name in ("location", "sku", "description", "as_of", "status", "reason")
                },
                who=row["changed_by"],
                suggested=suggested,
                ordered=ordered,
                asked=came,
                saved=terms.cost(suggested, came) - terms.cost(ordered, came),
            )
        )
    return sorted(found, key=lambda each: each.saved)


def _asked_for(row: Mapping[str, Any], asked: Asked, today: date) -> float | None:
    """What was asked for in a line's protection interval; None: it is not over, or nobody knows."""
    at = asked.row.get((row["location"], row["sku"]))
    if at is None:
        return None
    days = np.array([float(row["protection_days"])])
    came = float(demand_since(asked, np.array([at]), (today - row["as_of"]).days, days)[0])
    return None if np.isnan(came) else came


@dataclass(frozen=True)
class _Terms:
    """What the end of a line's protection interval costs: money a unit short, and a unit and day left."""

    counted_on: float
    daily_demand: float
    short: float
    holding: float

    @classmethod
    def of(cls, row: Mapping[str, Any], holding_rate: float, usual: float) -> _Terms:
        units = float(row["expected_short_units"])
        return cls(
            float(row["counted_on"]),
            max(float(row["daily_demand"]), 1e-9),
            float(row["shortage_cost"]) / units if units > LEAST_SHORT else usual,
            holding_rate * float(row["unit_cost"]) / DAYS_PER_YEAR,
        )

    def cost(self, quantity: float, asked: float) -> float:
        left = self.counted_on + quantity - asked
        if left < 0:
            return -left * self.short
        # It is sold off evenly: half of it lies there over that time.
        return left / 2 * min(left / self.daily_demand, DAYS_PER_YEAR) * self.holding


def by_person(found: Sequence[Outcome]) -> Mapping[str, tuple[int, int, float]]:
    """Of each person: lines, those that did better than the suggestion, and money saved in all."""
    sums: dict[str, tuple[int, int, float]] = {}
    for each in found:
        lines, better, saved = sums.get(each.who, (0, 0, 0.0))
        sums[each.who] = (lines + 1, better + (each.saved > 0), saved + each.saved)
    return sums


def worth(found: Sequence[Outcome]) -> Mapping[str, float]:
    """``number`` of them, those that did ``better`` than the suggestion, and money ``saved`` in all."""
    return {
        "number": len(found),
        "better": sum(each.saved > 0 for each in found),
        "saved": round(sum(each.saved for each in found), 2),
    }


def since(rows: Sequence[Mapping[str, Any]], asked: Asked, today: date) -> Sequence[Mapping[str, Any]]:
    """Suggestions of earlier plans of one item, each with what was ``asked`` for in its protection interval,
    and what was ``left`` of the stock counted on and the order (below 0: short); None where it is not over.
    """
    found = []
    for row in rows:
        came = _asked_for({**row, "location": "", "sku": ""}, Asked({("", ""): 0}, asked.weeks), today)
        left = None if came is None else float(row["counted_on"]) + float(row["ordered"]) - came
        found.append({**row, "asked": came, "left": left})
    return found


def edit_outcomes(
    edits: Sequence[Mapping[str, Any]], asked: Asked, today: date, holding_rate: float, usual: float
) -> Sequence[Outcome]:
    """What came of forecast edits so far: what was expected without the edit, with it, and asked for.

    Each row has the ``unit_cost``, ``shortage_cost`` and ``expected_short_units`` of its item besides;
    ``usual``: what a unit short costs where these say nothing. A forecast is held to be an order of as much:
    what it was too low is short, what it was too high is left over.
    """
    found = []
    for edit in edits:
        last = min(edit["until"], today, edit["ended_at"].date() if edit["ended_at"] else today)
        days = (last - edit["begins"]).days
        row = {**edit, "as_of": edit["begins"], "protection_days": days, "counted_on": 0}
        came = _asked_for(row, asked, today) if days > 0 else None
        if came is None:
            continue
        terms = _Terms.of(row, holding_rate, usual)
        plain = float(edit["daily_demand"]) * days
        wanted = plain * float(edit["factor"])
        found.append(
            Outcome(
                **{name: row[name] for name in ("location", "sku", "as_of", "who", "reason")},
                description="",
                status="edited",
                suggested=plain,
                ordered=wanted,
                asked=came,
                saved=terms.cost(plain, came) - terms.cost(wanted, came),
            )
        )
    return sorted(found, key=lambda each: each.saved)
