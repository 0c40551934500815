"""Who gains and who loses against what was promised before, by how many days, and what that costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import LONG_AGO, BoolArray, FloatArray, TextArray
from forecasting.inputs.records import Records
from forecasting.promises.answer import Answer
from forecasting.promises.earlier import Earlier
from forecasting.promises.facts import Facts
from forecasting.promises.rules import NAMES as RULES
from forecasting.promises.rules import Rule
from forecasting.promises.tables import numbers, who
from forecasting.promises.verdicts import Promised, Verdict
from forecasting.promises.words import days_or_none
from forecasting.store.figures import money, whole


def changes(answer: Answer, records: Records, before: Earlier | None, run: str) -> pd.DataFrame:
    """The table ``promise_changes``: lines whose day moved, new ones, and every word that is broken.

    ``before``: None where this is the first run: then it holds broken words only.
    """
    found, promised = answer.found, answer.told
    m = len(found.lines)
    had = np.zeros(m, dtype=bool) if before is None else before.p90 > LONG_AGO
    was = np.full(m, LONG_AGO) if before is None else before.p90
    both = had & promised.dated
    days = np.where(both, promised.p90 - np.where(both, was, promised.p90), 0)

    effect = np.full(m, "same", dtype=object)
    effect[(days < 0) | (~had & promised.dated)] = "gains"
    effect[(days > 0) | (had & ~promised.dated)] = "loses"
    effect[np.ones(m, dtype=bool) if before is None else ~before.known] = "same" if before is None else "new"
    broken, why = broken_words(found, answer.promised, was)

    row = np.flatnonzero((effect != "same") | broken)
    row = row[np.argsort(found.lines.row[row], kind="stable")]
    return pd.DataFrame(
        {
            "run": run,
            "number": numbers(found)[row],
            **{name: column[row] for name, column in who(found, records).items()},
            "rule": np.array(RULES, dtype=object)[found.rule[row]],
            "effect": effect[row],
            "was_p90": days_or_none(was[row]),
            "now_p90": days_or_none(promised.p90[row]),
            "days": np.where(both, days.astype(np.float64), np.nan)[row],
            "quantity": whole(found.parts.units(found.wanted[row])),
            "money": money(cost_of_moving(found, promised, was)[row]),
            "broken": broken[row],
            "why": why[row],
        }
    )


def broken_words(found: Facts, promised: Promised, was: Any) -> tuple[BoolArray, TextArray]:
    """Lines whose rule is a word given that is not kept, and why: shape (m,) both.

    ``was``: int64, shape (m,): what each was promised; LONG_AGO: nothing.
    """
    lines, rule = found.lines, found.rule
    late_for_deadline = lines.has_deadline & (promised.verdict != Verdict.WILL_MAKE_IT)
    win = (rule == Rule.WIN) & (late_for_deadline | ~promised.dated)
    worse = (was > LONG_AGO) & (~promised.dated | (promised.p90 > was))
    gain = np.isin(rule, (Rule.GAIN, Rule.SKIP)) & worse

    why = np.full(len(lines), "", dtype=object)
    why[gain] = "too little comes by the day that was promised"
    why[gain & ~promised.dated] = "it was promised a day, and none can be given now"
    why[win] = "too little comes by its deadline"
    why[win & (promised.verdict == Verdict.DEADLINE_PASSED)] = "its deadline has passed"
    why[win & ~promised.dated] = "no day can be given for all of it"
    return win | gain, why


def cost_of_moving(found: Facts, promised: Promised, was: Any) -> FloatArray:
    """What it costs that a promise moved, below 0 where it saves: money, float64, shape (m,).

    By the cost model: a unit that waits costs by the day, and by the day after its deadline. A line without a
    deadline is late from the day on which it was due to ship.
    """
    lines, costs = found.lines, found.known.costs
    deadline = np.where(lines.has_deadline, lines.deadline, lines.due_to_ship)
    both = (was > LONG_AGO) & promised.dated
    then, now = (np.where(both, day, 0) for day in (was, promised.p90))
    late = np.maximum(now - deadline, 0) - np.maximum(then - deadline, 0)
    rate = costs.goodwill_per_late_unit_day[lines.item] * late
    rate = rate + costs.backlog_per_unit_day[lines.item] * (now - then)
    return np.where(both, rate * lines.quantity, 0.0)


def stability(table: pd.DataFrame, promised_again: int) -> dict[str, float | int]:
    """How steady promises are: of the lines promised before and now, the share that moved, and by how far."""
    moved = table[table["days"].fillna(0) != 0]["days"]
    return {
        "promised_again": promised_again,
        "moved": len(moved),
        "share_moved": round(len(moved) / promised_again, 4) if promised_again else 0.0,
        "mean_days_moved": round(float(moved.abs().mean()), 2) if len(moved) else 0.0,
        "later": int((moved > 0).sum()),
        "earlier": int((moved < 0).sum()),
        "broken": int(table["broken"].sum()),
    }
