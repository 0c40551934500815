"""What ``promise`` says on a terminal, from its tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.reports.terminal import assumptions_text, notices_text
from forecasting.run import Result

SHOWN = 8
"""Lines that are shown with their message."""

WORST_FIRST = ("deadline_passed", "cannot_make_it", "at_risk", "unknown", "will_make_it")


def promise_text(result: Result, out: Path) -> str:
    """How many lines make it, the first of those that do not, and what was assumed."""
    promises, run = result.tables["promises"], result.run
    lines = [f"{len(promises):,} open order lines at the close of {run['as_of']}.", ""]
    lines += verdict_lines(promises)
    lines += ["", *worst_lines(promises)] if len(promises) else []
    lines += ["", *storefront_lines(result.tables["storefront"])]
    lines += ["", *action_lines(result.tables["actions"])] if len(result.tables["actions"]) else []
    lines += ["", *change_lines(result)]
    lines += ["", *assumptions_text(result.tables["assumptions"]), *notices_text(run, out)]
    lines += ["", f"Written to {out}: {', '.join(result.tables)}, run.json"]
    return "\n".join(lines)


def verdict_lines(promises: pd.DataFrame) -> list[str]:
    """One line a verdict: how many order lines and units."""
    if not len(promises):
        return ["No customer waits for anything."]
    lines = [f"  {'verdict':<18}{'lines':>8}{'units':>12}"]
    for verdict in reversed(WORST_FIRST):
        rows = promises[promises["verdict"] == verdict]
        lines.append(f"  {verdict:<18}{len(rows):>8,}{rows['quantity'].sum():>12,.10g}")
    return lines


def worst_lines(promises: pd.DataFrame) -> list[str]:
    """The lines that are worst off, each with its message."""
    rank = promises["verdict"].map({name: place for place, name in enumerate(WORST_FIRST)})
    # Of lines alike, those that wait longest.
    ranked = promises.assign(rank=rank, until=promises["eta_p90"].fillna("9999"))
    first = ranked.sort_values(["rank", "until", "number"], ascending=[True, False, True]).head(SHOWN)
    lines = ["The worst off first:"]
    shown: Iterator[Any] = iter(first.itertuples(index=False))
    for row in shown:
        line = "" if pd.isna(row.line) else f"/{row.line}"
        lines.append(f"  {row.order}{line}, {row.sku}: {row.message}")
    return lines


def storefront_lines(storefront: pd.DataFrame) -> list[str]:
    """How many items can be had, and how."""
    count = storefront["status"].value_counts()
    said = [f"{count.get(name, 0):,} {words}" for name, words in STATUSES.items()]
    return [f"In the shop, of {len(storefront):,} items: {', '.join(said)}."]


def action_lines(actions: pd.DataFrame) -> list[str]:
    """What can be done that saves more than it costs, the best first."""
    worth = actions[actions["net"] > 0]
    if not len(worth):
        return ["Nothing that could be done for a late line saves more than it costs (table actions)."]
    many = f"{len(worth):,} {'action' if len(worth) == 1 else 'actions'}"
    lines = [f"Worth doing ({many}, {worth['net'].sum():,.2f} saved in all), the best first:"]
    shown: Iterator[Any] = iter(worth.head(SHOWN_ACTIONS).itertuples(index=False))
    for row in shown:
        line = "" if pd.isna(row.line) else f"/{row.line}"
        days = "day" if row.days == 1 else "days"
        # Of a line that had no day nothing is sooner.
        when = f"{row.days:,.0f} {days} sooner" if row.days > 0 else f"there by {row.new_date}"
        lines.append(
            f"  {row.order}{line}, {row.sku}: {ACTIONS[row.action].format(what=row.what)}, "
            f"{when}; costs {row.cost:,.2f}, saves {row.saves:,.2f}"
        )
    return lines


SHOWN_ACTIONS = 5
ACTIONS = {
    "expedite": "expedite {what}",
    "order_now": "order {what} now",
    "transfer": "bring it from {what}",
    "alternative": "offer {what}",
}


def change_lines(result: Result) -> list[str]:
    """Who gains and loses against the run before, which words are broken, and how true promises were."""
    run, changes = result.run, result.tables["promise_changes"]
    lines = [f"Broken: {row.order}, {row.sku}: {row.why}." for row in _first(changes[changes["broken"]])]
    steady, kept = run["stability"], run["kept"]
    if steady is not None:
        moved = changes[changes["effect"].isin(["gains", "loses"])]
        lines += [
            f"Of {steady['promised_again']:,} lines promised before, {steady['earlier']:,} gain and "
            f"{steady['later']:,} lose, by {steady['mean_days_moved']:g} days on average; that costs "
            f"{moved['money'].sum() + 0.0:,.2f}. New: {(changes['effect'] == 'new').sum():,} lines."
        ]
    if kept is not None and kept["judged_p90"]:
        even = f"; {kept['kept_p50']:.0%} by the even-chance day" if kept["judged_p50"] else ""
        lines += [
            f"Of {kept['judged_p90']:,} promises whose day has come, {kept['kept_p90']:.0%} were kept (90 % "
            f"are meant to be){even}."
        ]
    given = "These promises are given." if run["applied"] else "Tried out only: --apply gives these promises."
    return [*lines, given]


def _first(table: pd.DataFrame) -> Iterator[Any]:
    return iter(table.head(SHOWN).itertuples(index=False))


STATUSES = {
    "in_stock": "in stock",
    "on_backorder": "on backorder",
    "pre_order": "to be ordered ahead",
    "out_of_stock": "out of stock",
}


def promise_json(result: Result) -> dict[str, Any]:
    """The run, and the tables ``promises`` and ``storefront``; what is not known is null."""
    return {**result.run, **{name: _rows(result.tables[name]) for name in ("promises", "storefront")}}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
