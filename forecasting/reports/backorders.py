"""What ``costs`` says on a terminal: what became of late lines, what it cost, and the settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.backorder_costs.proposals import figure
from forecasting.reports.terminal import notices_text
from forecasting.run import Result

AT_DAYS = (3, 7, 14, 21, 28, 42, 60)
"""Days waited at which the curve is shown."""

OUTCOMES = {"came_back": "came back", "orders": "orders", "value": "value of orders"}


def costs_text(result: Result, out: Path | None) -> str:
    """The measurements, then the settings."""
    run, counts = result.run, result.run["counts"]
    late = counts["late"] + counts["cancelled"] + counts["waiting"]
    lines = [
        f"{counts['order_lines']:,} order lines of {counts['customers']:,} customers until {run['as_of']}; "
        f"{late:,} were not shipped when due: {counts['late']:,} shipped late, {counts['cancelled']:,} were "
        f"cancelled while they waited, {counts['waiting']:,} still wait.",
        *run["untold"],
    ]
    curve = curve_text(result.tables["cancellation_curve"])
    if curve:
        lines += [
            "",
            "Cancelled, of lines that do not ship, by days waited (95 % band of the whole curve):",
            *curve,
        ]
    effects = effects_text(result.tables["lateness_effect"])
    if effects:
        lines += [
            "",
            "In the year after a late line, beside on-time lines of customers who had bought alike:",
        ]
        lines += effects
    lines += ["", "Settings:", *settings_lines(result.tables["backorder_costs"])]
    proposed = [line for line in run["proposed"].splitlines() if not line.startswith("#")]
    if proposed:
        lines += [
            "",
            "To try what is proposed, pass this (proposed.yaml) by --config:",
            *(f"  {each}" for each in proposed),
        ]
    else:
        lines += ["", "No setting is proposed: there is too little to go by."]
    lines += notices_text(run, out)
    if out is not None:
        lines += ["", f"Written to {out}: {', '.join(result.tables)}, proposed.yaml, run.json"]
    return "\n".join(lines)


def backorders_text(result: Result, out: Path | None) -> str:
    """How many items there are, and of each that was replayed why."""
    run, counts, table = result.run, result.run["counts"], result.tables["persistent_backorders"]
    if not counts["short_lines"]:
        nothing = (
            f"No order line of the {run['days']} days until {run['as_of']} is recorded as late, refused or "
            "waiting: nothing is seen of backorders. Is `shipped_at` the day on which goods left?"
        )
        return "\n".join([nothing, *notices_text(run, out)])
    lines = [
        f"{counts['persistent']:,} of {counts['items']:,} items ran short again and again in the "
        f"{run['days']} days until {run['as_of']}; they cost about {table['money'].sum():,.0f}.",
    ]
    replayed = table[table["cause"].notna()]
    if len(replayed):
        causes = replayed["cause"].value_counts(sort=True)
        named = ", ".join(f"{cause} {number:,}" for cause, number in causes.items())
        lines += [f"Replayed to find the cause: {counts['replayed']:,} ({named}).", ""]
        lines += [f"  {row['sku']}: {row['words']}" for row in replayed.to_dict("records")]
    lines += notices_text(run, out)
    if out is not None:
        lines += ["", f"Written to {out}: {', '.join(result.tables)}, run.json"]
    return "\n".join(lines)


def backorders_json(result: Result) -> dict[str, Any]:
    """The run, and its table; what is not known is null."""
    table = result.tables["persistent_backorders"].astype(object)
    rows = table.where(table.notna(), None).to_dict("records")
    return {**result.run, "persistent_backorders": rows}


def costs_json(result: Result) -> dict[str, Any]:
    """The run, and its three tables; what is not known is null."""
    names = ("backorder_costs", "cancellation_curve", "lateness_effect")
    tables = {name: result.tables[name].astype(object) for name in names}
    return {
        **result.run,
        **{name: table.where(table.notna(), None).to_dict("records") for name, table in tables.items()},
    }


def curve_text(curve: pd.DataFrame) -> list[str]:
    """The curve at a few numbers of days."""
    known = curve[curve["low"].notna()]
    lines = []
    for days in AT_DAYS:
        until = known[known["days_waited"] <= days]
        if len(until) and days <= known["days_waited"].max():
            row = until.iloc[-1]
            lines.append(f"  {days:>3} days  {row['share']:>6.1%}  ({row['low']:.1%} to {row['high']:.1%})")
    return lines


def effects_text(effects: pd.DataFrame) -> list[str]:
    """A line for each band of days late and outcome that could be measured."""
    lines = []
    for row in effects[effects["change"].notna()].itertuples():
        days = f"{row.days_late} days late" if row.days_late != "all" else "late at all"
        lines.append(
            f"  {days:<17} {OUTCOMES[str(row.outcome)]:<16} {row.change:>+7.1%}  "
            f"({row.low:+.1%} to {row.high:+.1%})"
            f"  {row.lines:,} of {row.late_lines:,} lines matched, {row.customers:,} customers"
        )
    return lines


def settings_lines(table: pd.DataFrame) -> list[str]:
    """Each figure with its interval, what is set, and its words."""
    lines = []
    for row in table.to_dict("records"):
        known = {name: row[name] for name in ("value", "low", "high", "now") if row[name] == row[name]}
        measured = figure(known["value"]) if "value" in known else "not known"
        measured += f" ({figure(known['low'])} to {figure(known['high'])})" if "low" in known else ""
        now = f", set: {known['now']:g}" if "now" in known else ""
        lines.append(f"  {row['setting']}: {measured}{now}{', proposed' * row['proposed']}. {row['words']}")
    return lines
