"""The comparison of two contenders: money first, then backorders, then forecasts; in all and by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray
from forecasting.errors import RequestError, known_names
from forecasting.evaluate.classes import PATTERNS
from forecasting.evaluate.scores import by_model, scores
from forecasting.experimenting.facts import other_world
from forecasting.experimenting.paired import savings
from forecasting.experimenting.store import Store
from forecasting.experimenting.verdict import verdict, warnings

UNJUDGED = "unjudged"
"""The class of items that had not begun by the first window."""

KEY = ["location", "sku"]
FORECAST_SCORES = ("pinball", "below_q0.9", "at_or_below_q0.9", "bias", "rmsse", "windows")


@dataclass(frozen=True)
class Side:
    """A contender of a run: what the run says of itself, and the contender's name.

    ``passed_over``: a newer run that has one of that name, which failed there; empty: none.
    """

    run: Mapping[str, Any]
    name: str
    passed_over: str = ""

    @property
    def tasks(self) -> Sequence[str]:
        """The keys of its tasks, one a window."""
        return self.run["contenders"][self.name]["tasks"]

    @property
    def config(self) -> Mapping[str, Any]:
        """All its settings."""
        return self.run["contenders"][self.name]["config"]


def side(store: Store, text: str, run: str | None = None) -> Side:
    """The contender that is meant by ``RUN/NAME``, a run (then its cheapest), or a name of a run.

    ``run``: where names are looked for; None: in the newest run that has one of that name. Raises
    RequestError where there is none.
    """
    if run is None and "/" in text:
        run, _, text = text.partition("/")
    if run is not None:
        found = store.run(run)
        return Side(found, _known_in(found, text))
    everywhere, passed_over = store.runs(), ""
    for each in everywhere:
        if text in usable(each):
            return Side(each, text, passed_over)
        if text in each["contenders"]:
            passed_over = passed_over or each["run"]
    if passed_over:
        raise RequestError(f"{text}: failed in every run that has it, the newest {passed_over}")
    if any(each["run"].startswith(text) for each in everywhere):
        found = store.run(text)
        return Side(found, cheapest(store, found))
    raise RequestError(
        f"{text}: is neither a run of {store.folder} nor a contender of one; see `reorder experiment list`"
    )


def usable(run: Mapping[str, Any]) -> list[str]:
    """The contenders of a run whose every task was done."""
    return [name for name in run["contenders"] if name not in run["failed"]]


def _known_in(run: Mapping[str, Any], name: str) -> str:
    if name not in usable(run):
        failed = " failed there" if name in run["failed"] else " is no contender"
        raise RequestError(f"{name}:{failed} of run {run['run']}: {known_names(name, usable(run))}")
    return name


def total_cost(store: Store, run: Mapping[str, Any], name: str) -> float:
    """What a contender costs over all windows, money."""
    keys = run["contenders"][name]["tasks"]
    return float(sum(store.receipt(key)["totals"]["cost_total"] for key in keys))


def cheapest(store: Store, run: Mapping[str, Any]) -> str:
    """The contender that costs least; the first of those that cost the same.

    Raises RequestError where every one of them failed.
    """
    if not usable(run):
        why = next(iter(run["failed"].values()))[0]
        raise RequestError(f"run {run['run']}: every contender failed, the first so: {why}")
    return min(usable(run), key=lambda name: total_cost(store, run, name))


def compare(store: Store, a: Side, b: Side) -> dict[str, Any]:
    """What B saves against A, with what else differs. Raises RequestError where they cannot be compared."""
    _check(a, b)
    everything, cost = _by_item(store, (a, b), "cost_total")
    _, short = _by_item(store, (a, b), "backordered_lines", "lost_lines")
    _, lines = _by_item(store, (a, b), "lines")
    counted = (np.abs(np.hstack([*cost, *lines])) > 0).any(axis=1)
    items, uncounted = everything[np.flatnonzero(counted)], int((~counted).sum())
    cost, short = (cost[0][counted], cost[1][counted]), (short[0][counted], short[1][counted])
    judged = pd.concat([_forecasts(store, each) for each in _distinct(a, b)], ignore_index=True)
    pattern = _patterns(store, a, items)
    present = [name for name in (*PATTERNS, UNJUDGED) if (pattern == name).any()]
    groups = np.stack([np.ones(len(items), dtype=bool), *(pattern == name for name in present)])

    seed, draws = int(a.run["seed"]), int(a.run["draws"])
    money = savings(*cost, groups, seed, draws)
    avoided = savings(*short, groups[:1], seed, draws)[0]
    by_class = dict(zip(present, money[1:], strict=True))
    worlds = other_world(a.config, b.config)
    windows = _windows(a, b, cost)
    return {
        "a": _said(store, a, cost[0]),
        "b": _said(store, b, cost[1]),
        "items": len(items),
        "uncounted": uncounted,
        "windows": len(a.run["windows"]),
        "verdict": verdict(label(a, b), money[0], by_class, worlds, len(a.run["windows"])),
        "warnings": [
            *_older(a, b),
            *warnings(label(a, b), windows),
            *_known_less(a, b),
            *_too_short(uncounted),
        ],
        "saved": asdict(money[0]),
        "backorders_avoided": {"lines": avoided.saved, "low": avoided.low, "high": avoided.high},
        "classes": {name: asdict(saving) for name, saving in by_class.items()},
        "forecasts": _scores(judged, _distinct(a, b)),
        "by_window": windows.to_dict("records"),
        "settings_that_differ": _differences(a, b),
    }


def label(a: Side, b: Side) -> tuple[str, str]:
    """What the two are called: by their names, with their runs where the names are the same."""
    if a.name != b.name:
        return a.name, b.name
    return f"{a.run['run']}/{a.name}", f"{b.run['run']}/{b.name}"


def _check(a: Side, b: Side) -> None:
    if a.run["data"]["fingerprint"] != b.run["data"]["fingerprint"]:
        raise RequestError(
            f"{a.run['run']} and {b.run['run']} are of different data: only what was tried on the same "
            "orders can be compared. Run one experiment with both contenders"
        )
    if a.run["windows"] != b.run["windows"]:
        raise RequestError(
            f"{a.run['run']} and {b.run['run']} have different windows: run one experiment "
            "with both contenders"
        )


def _distinct(a: Side, b: Side) -> list[Side]:
    return [a] if (a.run["run"], a.name) == (b.run["run"], b.name) else [a, b]


def _by_item(
    store: Store, sides: Sequence[Side], *measures: str
) -> tuple[pd.MultiIndex, tuple[FloatArray, FloatArray]]:
    """The items, and of each side the sum of the measures: float64, shape (n, w)."""
    columns = []
    for each in sides:
        for key in each.tasks:
            table = store.table(key, "items").set_index(KEY)
            columns.append(table[list(measures)].sum(axis=1))
    # An item that a window does not know costs nothing in it.
    wide = pd.concat(columns, axis=1, keys=range(len(columns))).fillna(0.0).sort_index()
    values, half = wide.to_numpy(dtype=np.float64), len(columns) // 2
    index = pd.MultiIndex.from_tuples(list(wide.index), names=KEY)
    return index, (values[:, :half], values[:, half:])


def _patterns(store: Store, a: Side, items: pd.MultiIndex) -> np.ndarray[Any, Any]:
    """The class of each item by what was known before the first window. Text, shape (n,)."""
    judged = store.table(a.tasks[0], "forecasts")
    first = judged[judged["origin"] == judged["origin"].min()].set_index(KEY)["pattern"]
    return first.reindex(items).fillna(UNJUDGED).to_numpy(dtype=object)


def _forecasts(store: Store, each: Side) -> pd.DataFrame:
    tables = [store.table(key, "forecasts") for key in each.tasks]
    together = pd.concat(tables, ignore_index=True)
    return together.assign(model=f"{each.run['run']}/{each.name}")


def _scores(judged: pd.DataFrame, sides: Sequence[Side]) -> dict[str, dict[str, Any]]:
    """How good each side's forecasts were, by class."""
    table = scores(judged)
    found: dict[str, dict[str, Any]] = {}
    for name in ("overall", *PATTERNS):
        rows = by_model(table, name)
        for each, which in zip(sides, "ab", strict=False):
            row = rows.get(f"{each.run['run']}/{each.name}")
            if row is not None:
                found.setdefault(which, {})[name] = {score: row[score] for score in FORECAST_SCORES}
    return found


def _windows(a: Side, b: Side, cost: tuple[FloatArray, FloatArray]) -> pd.DataFrame:
    by_window = [each.sum(axis=0) for each in cost]
    days = pd.DataFrame(a.run["windows"], columns=["first_day", "last_day"])
    return days.assign(
        policy=label(a, b)[1],
        cost_a=np.round(by_window[0], 4),
        cost_b=np.round(by_window[1], 4),
        cost_saved=np.round(by_window[0] - by_window[1], 4),
    )


def _said(store: Store, each: Side, cost: FloatArray) -> dict[str, Any]:
    totals = [store.receipt(key)["totals"] for key in each.tasks]
    short = sum(one["backordered_lines"] + one["lost_lines"] for one in totals)
    lines = sum(one["lines"] for one in totals)
    return {
        "run": each.run["run"],
        "name": each.name,
        "cost": float(np.round(cost.sum(), 4)),
        "short_lines": int(short),
        "line_fill_rate": round(1.0 - short / lines, 6) if lines else 1.0,
        "average_on_hand_value": round(float(np.mean([one["average_on_hand_value"] for one in totals])), 4),
        "settings": each.run["contenders"][each.name]["settings"],
        "known": each.run["contenders"][each.name]["known"],
    }


def _differences(a: Side, b: Side) -> dict[str, list[Any]]:
    return {
        name: [a.config[name], b.config.get(name)]
        for name in a.config
        if a.config[name] != b.config.get(name)
    }


def _older(a: Side, b: Side) -> list[str]:
    return [
        f"{each.name} is that of run {each.run['run']}: it failed in the newest run that has it, "
        f"{each.passed_over}."
        for each in _distinct(a, b)
        if each.passed_over
    ]


def _known_less(a: Side, b: Side) -> list[str]:
    known = [each.run["contenders"][each.name]["known"] for each in (a, b)]
    if known[0] == known[1]:
        return []
    told = [f"{name} knows {_words(what)}" for name, what in zip(label(a, b), known, strict=True)]
    return [
        f"They do not know the same: {', and '.join(told)}; losses, in shares of the demand that each knows, "
        "do not compare."
    ]


def _too_short(uncounted: int) -> list[str]:
    """A sentence where items count for nothing: a window may be too short for them."""
    if not uncounted:
        return []
    who = "1 item is" if uncounted == 1 else f"{uncounted:,} items are"
    return [
        f"{who} not counted in any window: nothing happened to them, or their first protection interval, "
        "which `warmup` leaves out, is as long as a window."
    ]


def _words(known: Mapping[str, Any]) -> str:
    days = known.get("history_days")
    return "all of the past" if days is None else f"{days} days before each window"
