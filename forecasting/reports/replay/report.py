"""The report of a replay: one page that stands by itself, for the buyer whose past it is."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from forecasting.policies.registry import RECORDED
from forecasting.reports import html
from forecasting.reports.drawing import svg
from forecasting.reports.replay import differences, explorations, pictures
from forecasting.reports.replay.words import HOW_TO_READ, recorded_sentences
from forecasting.run import Result, figure_text

BOUNDS = ("perfect_foresight", "no_orders")
"""Nobody can follow these two; they say what is possible at best and at worst."""

OURS = "cost_optimal"

UNKNOWN = "how many were short is not recorded"


def report(result: Result) -> str:
    """The page of a replay as HTML: no link leads out of it, and the same result gives the same bytes.

    ``result``: as ``forecasting.replay.replay`` returns it. Sections on the origin of the saving, the
    frontier and the sensitivity appear where their tables are there.
    """
    tables, run = result.tables, result.run
    summary, baseline = tables["summary"], run["baseline"]
    shown = [name for name in summary["policy"] if name != "no_orders" or len(summary) == 1]
    cast = pictures.Cast(shown, focus_of(summary, baseline), baseline, BOUNDS)
    pair = differences.Pair(cast.focus, baseline)
    sections = [
        ("The policies side by side", _policies(summary, cast.focus, baseline)),
        *_recorded(run),
        ("What each policy costs", _costs(summary, cast)),
        *explorations.origin_of_saving(tables.get("decomposition")),
        *explorations.frontier(tables.get("frontier"), cast),
        *explorations.sensitivity(tables.get("sensitivity"), cast),
        *_over_time(tables["periods"], run, cast),
        ("The weeks that make the difference", differences.weeks(tables["periods"], pair)),
        ("The items that make the difference", differences.items(tables["items"], pair)),
        *([("Parameters", html.definitions(run["parameters"]))] if run["parameters"] else []),
        ("What was assumed", html.assumptions(tables["assumptions"])),
        ("How to read this", html.definitions(HOW_TO_READ)),
    ]
    sentence, details = headline(summary, baseline)
    title = f"Replay of {run['from']} to {run['to']}"
    return html.page(title, sentence, [details, _facts(tables["items"], summary, baseline)], sections)


def _facts(items: pd.DataFrame, summary: pd.DataFrame, baseline: str) -> str:
    """What was counted, for all policies alike."""
    counted = _row(summary, baseline)
    return (
        f"{items[['location', 'sku']].drop_duplicates().shape[0]:,} items, {counted.lines:,} order lines "
        f"and {counted.units:,.0f} units of demand counted. Every policy met the same orders, day by "
        "day, knowing at each review only what could be known then."
    )


def _costs(summary: pd.DataFrame, cast: pictures.Cast) -> str:
    """The picture of the costs, of the policies whose cost is known, and a note on the others."""
    priced = summary.loc[summary["policy"].isin(cast.policies) & summary["cost_total"].notna(), "policy"]
    drawn = ""
    if len(priced):
        figure = pictures.costs(summary, replace(cast, policies=list(priced)))
        drawn = svg(figure, "costs", "Cost of each policy by its parts")
    return drawn + html.note(_left_out(summary, cast.policies))


def _over_time(
    periods: pd.DataFrame, run: Mapping[str, Any], cast: pictures.Cast
) -> list[explorations.Section]:
    """Two sections: stock and backlog, and backorders, period by period."""
    by_period = _by_period(periods, run["to"])
    counted_from = np.datetime64(run["counted_from"], "D")
    stock = pictures.over_time(
        [
            ("Stock on hand, average value (money)", by_period("average_on_hand_value")),
            ("Backlog, average units owed to customers", by_period("backlog")),
        ],
        cast,
        counted_from,
    )
    short = pictures.over_time([("Backorders: order lines short per day", by_period("short_lines"))], cast)
    return [
        (
            "Stock and backlog over time",
            svg(stock, "stock", "Stock value and backlog of each policy over time"),
        ),
        ("Backorders over time", svg(short, "short", "Order lines short of each policy per day")),
    ]


def focus_of(summary: pd.DataFrame, baseline: str) -> str:
    """The policy that the report is about: ours; else the cheapest that could be followed, if any."""
    others = _followable(summary[summary["policy"] != baseline])
    if len(others) == 0:
        return baseline
    if OURS in set(others["policy"]):
        return OURS
    return str(min(_rows(others), key=lambda row: row.cost_total).policy)


def headline(summary: pd.DataFrame, baseline: str) -> tuple[str, str]:
    """What the replay says: in a sentence, and in figures how surely."""
    focus, base = focus_of(summary, baseline), _row(summary, baseline)
    made = base.backordered_lines + base.lost_lines
    real = baseline == RECORDED
    if focus == baseline:
        left = f"{baseline} would have left {figure_text(made)} of {base.lines:,} order lines short"
        if real:
            left = UNKNOWN if math.isnan(made) else f"{made:,.0f} of {base.lines:,} order lines were short"
        cost = "" if math.isnan(base.cost_total) else f"at a cost of {base.cost_total:,.0f} in all"
        return f"{', '.join(filter(None, (left, cost)))}.", ""
    row = _row(summary, focus)
    avoided = row.backorders_avoided
    of_whom = "that were recorded" if real else f"that {baseline} made"
    if math.isnan(avoided):
        short = row.backordered_lines + row.lost_lines
        backorders = f"left {short:,.0f} of {row.lines:,} order lines short; {UNKNOWN}"
    elif avoided > 0:
        backorders = f"avoided {avoided:,.0f} of the {made:,.0f} backorders {of_whom}"
    elif avoided < 0:
        whose = "recorded" if real else f"of {baseline}"
        backorders = f"made {-avoided:,.0f} backorders more than the {made:,.0f} {whose}"
    else:
        backorders = f"made as many backorders as {'were recorded' if real else baseline}, {made:,.0f}"
    return f"{focus} would have {backorders}, {_money(row, base)}.", _details(row, base, summary)


def _money(row: Any, base: Any) -> str:
    if math.isnan(row.cost_saved):
        return f"at a cost of {row.cost_total:,.0f} in all"
    if row.cost_saved == 0:
        return "for the same money in all"
    word = "less" if row.cost_saved > 0 else "more"
    if base.cost_total <= 0:
        return f"for {abs(row.cost_saved):,.0f} {word} money in all"
    percent = 100 * abs(row.cost_saved) / base.cost_total
    return f"for {percent:.0f} % {word} money in all" if percent >= 0.5 else "for about the same money in all"


def _details(row: Any, base: Any, summary: pd.DataFrame) -> str:
    said = []
    if not math.isnan(row.cost_saved):
        said.append(
            f"Cost in all: {row.cost_total:,.0f} instead of {base.cost_total:,.0f}; 90 % interval of the "
            f"saving: {row.cost_saved_low:,.0f} to {row.cost_saved_high:,.0f}, of the backorders avoided: "
            f"{row.backorders_avoided_low:,.0f} to {row.backorders_avoided_high:,.0f}."
        )
    elif not math.isnan(row.backorders_avoided):
        said.append(
            f"90 % interval of the backorders avoided: {row.backorders_avoided_low:,.0f} to "
            f"{row.backorders_avoided_high:,.0f}. What {base.policy} cost in all is not known."
        )
    if row.cost_saved_low <= 0 <= row.cost_saved_high:
        said.append("The interval of the saving holds zero: this past cannot tell the two costs apart.")
    cheapest = min(_rows(_followable(summary)), key=lambda row: row.cost_total, default=row)
    if cheapest.cost_total < min(row.cost_total, base.cost_total):
        said.append(f"The cheapest was {cheapest.policy}, at {cheapest.cost_total:,.0f} in all.")
    return " ".join(said)


def _recorded(run: Mapping[str, Any]) -> list[explorations.Section]:
    """The section on what was recorded, if anything was: names of tables and columns set apart."""
    sentences = recorded_sentences(run)
    if not sentences:
        return []
    said = re.sub("`([^`]+)`", r"<code>\1</code>", escape(" ".join(sentences)))
    return [("What was recorded", f"<p>{said}</p>")]


def _followable(summary: pd.DataFrame) -> pd.DataFrame:
    return summary[~summary["policy"].isin([*BOUNDS, RECORDED])]


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _row(summary: pd.DataFrame, policy: str) -> Any:
    return next(row for row in _rows(summary) if row.policy == policy)


def _by_period(periods: pd.DataFrame, last_day: str) -> Any:
    """A function from a column to its table: one row a period, one column a policy."""
    starts = np.unique(periods["period_start"].to_numpy()).astype("datetime64[D]")
    ends = np.append(starts[1:], np.datetime64(last_day, "D") + 1)
    days = pd.Series((ends - starts).astype(float), index=starts.astype("datetime64[us]"))
    length = periods["period_start"].map(days)
    table = periods.assign(
        short_lines=(periods["backordered_lines"] + periods["lost_lines"]) / length,
        backlog=periods["backlog_unit_days"] / length,
    )
    return lambda column: table.pivot_table(index="period_start", columns="policy", values=column)


def _left_out(summary: pd.DataFrame, shown: Sequence[str]) -> str:
    left_out = summary[~summary["policy"].isin(shown)]
    said = [
        f"Not drawn, as it would dwarf the others: {row.policy}, which costs {row.cost_total:,.0f}."
        for row in _rows(left_out)
    ]
    unknown = summary.loc[summary["cost_total"].isna(), "policy"]
    said += [f"Not drawn, as not all of its cost is known: {name}." for name in unknown]
    return " ".join(said)


def _policies(summary: pd.DataFrame, focus: str, baseline: str) -> str:
    header = (
        "Policy",
        "Order lines short",
        "Avoided",
        "Units short",
        "Fill rate",
        "On time in full",
        "Average stock value",
        "Purchase orders",
        "Cost in all",
        "Saved",
        "90 % interval",
    )
    ordered = summary.sort_values("cost_total", kind="stable")
    rows, classes = [], []
    for row in _rows(ordered):
        compared = row.policy != baseline
        rows.append(
            (
                row.policy,
                figure_text(row.backordered_lines + row.lost_lines),
                figure_text(row.backorders_avoided) if compared else "baseline",
                figure_text(row.backordered_units + row.lost_units),
                figure_text(row.fill_rate, ".1%"),
                figure_text(row.otif, ".1%"),
                figure_text(row.average_on_hand_value),
                figure_text(row.purchase_orders),
                figure_text(row.cost_total),
                figure_text(row.cost_saved) if compared else "baseline",
                # Of the bounds an interval tells nothing, and it is wide.
                f"{figure_text(row.cost_saved_low)} to {figure_text(row.cost_saved_high)}"
                if compared and row.policy not in BOUNDS
                else "",
            )
        )
        kinds = {**dict.fromkeys(BOUNDS, "bound"), baseline: "baseline", focus: "focus"}
        classes.append(kinds.get(str(row.policy), ""))
    return html.table(header, rows, classes)
